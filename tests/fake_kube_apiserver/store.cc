#include "tests/fake_kube_apiserver/store.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace leadership_broker::testing::fake {
namespace {

void SetVersion(json& object, int64_t revision) { object["metadata"]["resourceVersion"] = absl::StrCat(revision); }

}  // namespace

Store::Store(size_t history_length) : history_length_(history_length) {
  Create(CoreResource("namespaces"), "", {{"metadata", {{"name", "default"}}}});
}

ObjectPointer Store::Find(const ObjectKey& key) const {
  const auto objects = objects_.find(key.resource);
  if (objects == objects_.end()) return nullptr;
  const auto object = objects->second.find({key.namespace_name, key.name});
  return object == objects->second.end() ? nullptr : object->second;
}

std::optional<ApiResult> Store::Admit(const Resource& resource, const std::string& namespace_name,
                                      const json& object) const {
  if (resource.namespaced && Find({&CoreResource("namespaces"), "", namespace_name}) == nullptr) {
    return NotFound(CoreResource("namespaces"), namespace_name);
  }
  if (resource.kind != "Pod") return std::nullopt;
  const std::string account = object.at("spec").at("serviceAccountName");
  if (Find({&CoreResource("serviceaccounts"), namespace_name, account}) != nullptr) return std::nullopt;
  const std::string name = object.at("metadata").at("name");
  return Failure(403,
                 absl::StrCat("pods \"", name, "\" is forbidden: error looking up service account ", namespace_name,
                              "/", account, ": serviceaccount \"", account, "\" not found"),
                 {{"name", name}, {"kind", "pods"}});
}

ApiResult Store::Create(const Resource& resource, const std::string& namespace_name, json object) {
  if (std::optional<ApiResult> failure = PrepareCreate(resource, namespace_name, absl::Now(), object)) return *failure;
  const std::string name = object.at("metadata").at("name");
  const ObjectKey key{&resource, namespace_name, name};
  const std::lock_guard<std::mutex> lock(mu_);
  if (std::optional<ApiResult> failure = Admit(resource, namespace_name, object)) return *failure;
  if (const ObjectPointer existing = Find(key); existing != nullptr) {
    return AlreadyExists(resource, name, existing->at("metadata").contains("deletionTimestamp"));
  }
  const ObjectPointer created = Commit(key, nullptr, std::move(object));
  if (resource.kind == "Namespace") {
    // On a real cluster a controller makes it, a moment later.
    json account = {{"metadata", {{"name", "default"}}}};
    const Resource& accounts = CoreResource("serviceaccounts");
    if (!PrepareCreate(accounts, name, absl::Now(), account)) Commit({&accounts, name, "default"}, nullptr, account);
  }
  return {201, *created};
}

ApiResult Store::Get(const ObjectKey& key) const {
  const std::lock_guard<std::mutex> lock(mu_);
  const ObjectPointer object = Find(key);
  return object == nullptr ? NotFound(*key.resource, key.name) : ApiResult{200, *object};
}

ApiResult Store::List(const Resource& resource, const std::string& namespace_name, const Selector& selector) const {
  const std::lock_guard<std::mutex> lock(mu_);
  json items = json::array();
  if (const auto objects = objects_.find(&resource); objects != objects_.end()) {
    for (const auto& [key, object] : objects->second) {
      if ((!namespace_name.empty() && key.first != namespace_name) || !selector.Matches(*object)) continue;
      items.push_back(*object);
      // In a list they go without saying.
      items.back().erase("kind");
      items.back().erase("apiVersion");
    }
  }
  return {200,
          {{"kind", resource.kind + "List"},
           {"apiVersion", resource.ApiVersion()},
           {"metadata", {{"resourceVersion", absl::StrCat(revision_)}}},
           {"items", std::move(items)}}};
}

ApiResult Store::Update(const ObjectKey& key, Part part, json object) {
  const std::lock_guard<std::mutex> lock(mu_);
  return Replace(key, part, Method::kPut, std::move(object));
}

ApiResult Store::Patch(const ObjectKey& key, Part part, const json& patch) {
  const std::lock_guard<std::mutex> lock(mu_);
  const ObjectPointer existing = Find(key);
  if (existing == nullptr) return NotFound(*key.resource, key.name);
  json object = *existing;
  object.merge_patch(patch);
  return Replace(key, part, Method::kPatch, std::move(object));
}

ApiResult Store::Replace(const ObjectKey& key, Part part, Method method, json object) {
  const ObjectPointer existing = Find(key);
  if (existing == nullptr) return NotFound(*key.resource, key.name);
  if (std::optional<ApiResult> failure = PrepareUpdate(*key.resource, *existing, part, method, object)) return *failure;
  if (object == *existing) return {200, std::move(object)};
  if (NothingHolds(object)) {
    // The last finalizer went. The event shows the state before; the answer the state asked for.
    Remove(key, existing);
    return {200, std::move(object)};
  }
  return {200, *Commit(key, existing, std::move(object))};
}

ApiResult Store::Delete(const ObjectKey& key, const DeleteOptions& options) {
  const std::lock_guard<std::mutex> lock(mu_);
  ObjectPointer object = Find(key);
  if (object == nullptr) return NotFound(*key.resource, key.name);
  Deletion deletion = DecideDeletion(*key.resource, *object, options, absl::Now());
  if (deletion.refusal.has_value()) return *deletion.refusal;
  if (!deletion.changed.is_null()) object = Commit(key, object, std::move(deletion.changed));
  if (!deletion.remove) return {200, *object};
  if (key.resource->kind == "Namespace") RemoveNamespaceContent(key.name);
  const ObjectPointer last = Remove(key, object);
  if (key.resource->answers_deletion_with_object) return {200, *last};
  return Deleted(*key.resource, key.name, object->at("metadata").at("uid"));
}

ObjectPointer Store::Commit(const ObjectKey& key, ObjectPointer before, json object) {
  ++revision_;
  SetVersion(object, revision_);
  auto after = std::make_shared<const json>(std::move(object));
  objects_[key.resource][{key.namespace_name, key.name}] = after;
  Publish({before == nullptr ? ChangeKind::kAdded : ChangeKind::kModified, key.resource, key.namespace_name, revision_,
           after, std::move(before), Clock::now()});
  return after;
}

ObjectPointer Store::Remove(const ObjectKey& key, const ObjectPointer& before) {
  ++revision_;
  json last = *before;
  SetVersion(last, revision_);
  auto after = std::make_shared<const json>(std::move(last));
  objects_[key.resource].erase({key.namespace_name, key.name});
  Publish({ChangeKind::kDeleted, key.resource, key.namespace_name, revision_, after, before, Clock::now()});
  return after;
}

void Store::Publish(Change change) {
  watchers_.erase(
      std::remove_if(watchers_.begin(), watchers_.end(), [](const auto& watcher) { return watcher.expired(); }),
      watchers_.end());
  for (const std::weak_ptr<Watcher>& weak : watchers_) {
    if (const std::shared_ptr<Watcher> watcher = weak.lock()) watcher->Offer(change);
  }
  history_.push_back(std::move(change));
  while (history_.size() > history_length_) {
    forgotten_ = history_.front().revision;
    history_.pop_front();
  }
  on_change_();
}

void Store::RemoveNamespaceContent(const std::string& namespace_name) {
  for (auto& [resource, objects] : objects_) {
    const Objects copy = objects;
    for (const auto& [key, object] : copy) {
      if (key.first == namespace_name) Remove({resource, key.first, key.second}, object);
    }
  }
}

std::shared_ptr<Watcher> Store::Watch(const Resource& resource, const std::string& namespace_name,
                                      const Selector& selector, std::optional<int64_t> from, std::function<void()> wake,
                                      ApiResult* failure) {
  const std::lock_guard<std::mutex> lock(mu_);
  if (from.has_value() && *from < forgotten_) {
    *failure = Expired(*from, forgotten_);
    return nullptr;
  }
  auto watcher = std::make_shared<Watcher>(resource, namespace_name, selector, std::move(wake));
  if (from.has_value()) {
    watcher->set_after(*from);
    for (const Change& change : history_) watcher->Offer(change);
  } else {
    for (const auto& [key, object] : objects_[&resource]) {
      if (namespace_name.empty() || key.first == namespace_name) watcher->OfferInitial(object);
    }
  }
  watchers_.push_back(watcher);
  return watcher;
}

Store::Taken Store::Take(Watcher& watcher, Clock::time_point until) {
  const std::lock_guard<std::mutex> lock(mu_);
  Taken taken;
  std::deque<Watcher::Event>& waiting = watcher.waiting();
  while (!waiting.empty() && waiting.front().at <= until) {
    taken.events.push_back(std::move(waiting.front()));
    waiting.pop_front();
  }
  if (waiting.empty()) {
    taken.seen_up_to = revision_;
  } else {
    taken.next_event = waiting.front().at;
  }
  taken.ended = watcher.ended();
  return taken;
}

int64_t Store::revision() const {
  const std::lock_guard<std::mutex> lock(mu_);
  return revision_;
}

std::vector<std::pair<ObjectKey, ObjectPointer>> Store::All() const {
  const std::lock_guard<std::mutex> lock(mu_);
  std::vector<std::pair<ObjectKey, ObjectPointer>> all;
  for (const auto& [resource, objects] : objects_) {
    for (const auto& [key, object] : objects) all.push_back({{resource, key.first, key.second}, object});
  }
  return all;
}

void Store::Compact() {
  const std::lock_guard<std::mutex> lock(mu_);
  history_.clear();
  forgotten_ = revision_;
}

bool Store::RestoreTo(int64_t revision) {
  const std::lock_guard<std::mutex> lock(mu_);
  if (revision < forgotten_ || revision > revision_) return false;
  for (; !history_.empty() && history_.back().revision > revision; history_.pop_back()) {
    const Change& change = history_.back();
    const json& metadata = change.object->at("metadata");
    const NameInNamespace key{change.namespace_name, metadata.at("name").get<std::string>()};
    if (change.before == nullptr) {
      objects_[change.resource].erase(key);
    } else {
      objects_[change.resource][key] = change.before;
    }
  }
  // What follows would not fit the history that watches have seen.
  history_.clear();
  revision_ = revision;
  forgotten_ = revision;
  for (const std::weak_ptr<Watcher>& weak : watchers_) {
    if (const std::shared_ptr<Watcher> watcher = weak.lock()) watcher->End();
  }
  watchers_.clear();
  on_change_();
  return true;
}

}  // namespace leadership_broker::testing::fake
