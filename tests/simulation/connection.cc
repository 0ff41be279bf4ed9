#include "tests/simulation/connection.h"

#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include "tests/simulation/admission.h"
#include "tests/simulation/world.h"

namespace leadership_broker::simulation {
namespace {

uint64_t Number(const std::string& resource_version) {
  uint64_t number = 0;
  return absl::SimpleAtoi(resource_version, &number) ? number : 0;
}

bool IsAmbiguous(const kube::Outcome& outcome) {
  switch (outcome.http_status) {
    case 401:
    case 403:
    case 404:
    case 422:
    case 429:
      return false;
    default:
      return true;
  }
}

}  // namespace

// What the client holds: giving it up makes the connection forget.
class Connection::Sent : public loop::Pending {
 public:
  Sent(Connection* connection, uint64_t id) : connection_(connection), id_(id) {}
  ~Sent() override { connection_->Forget(id_); }

 private:
  Connection* const connection_;
  const uint64_t id_;
};

loop::Handle Connection::Send(Request request) {
  world_->judge.Sent(*body_, *broker_);
  request.id = ++world_->last_id;
  witness_->Sends(request.id);
  const uint64_t id = request.id;
  requests_.emplace(id, std::move(request));
  return std::make_unique<Sent>(this, id);
}

loop::Handle Connection::Begin(std::shared_ptr<WatchStream> watch) {
  const uint64_t id = ++world_->last_id;
  watches_.emplace(id, std::move(watch));
  return std::make_unique<Sent>(this, id);
}

void Connection::Forget(uint64_t id) {
  watches_.erase(id);
  auto node = requests_.extract(id);
  if (node.empty()) return;
  const Request& request = node.mapped();
  if (request.write && request.answer == nullptr) {
    world_->limbo.emplace_back([execute = request.execute] { execute(); });
  }
}

loop::Handle Connection::List(const kube::Selector&, kube::ListCallback<kube::ConfigMap> callback) {
  // The id that Send will give it.
  const uint64_t id = world_->last_id + 1;
  return Send({0, "read configmap lock", false,
               [this, id, callback]() -> std::function<void()> {
                 kube::Listing<kube::ConfigMap> listing;
                 listing.outcome = Admit(*world_, *body_, false);
                 const uint64_t revision = world_->store.revision();
                 const LockPtr lock = world_->store.lock();
                 listing.resource_version = absl::StrCat(revision);
                 if (listing.outcome.ok() && lock != nullptr) listing.items.push_back(*lock);
                 return [this, id, callback, listing, revision, lock, executed = world_->boot()] {
                   if (listing.outcome.ok()) witness_->ShownRead(id, lock, revision, executed);
                   witness_->ShownStatus(listing.outcome.http_status, world_->boot());
                   callback(listing);
                 };
               },
               nullptr,
               [callback](const kube::Outcome& outcome) {
                 callback({outcome, {}, ""});
               }});
}

loop::Handle Connection::List(const kube::Selector& selector, kube::ListCallback<kube::Pod> callback) {
  const bool candidates = selector.name.empty();
  const std::string label = candidates ? "list candidates" : "read pod " + selector.name;
  // The id that Send will give it.
  const uint64_t id = world_->last_id + 1;
  return Send({0, label, false,
               [this, id, callback, candidates, name = selector.name]() -> std::function<void()> {
                 kube::Listing<kube::Pod> listing;
                 listing.outcome = Admit(*world_, *body_, world_->refusals.list_pods);
                 listing.resource_version = absl::StrCat(world_->store.revision());
                 PodPtr named;
                 for (const auto& [pod_name, pod] : world_->store.pods()) {
                   const bool wanted =
                       candidates ? pod->metadata().labels().count(kCandidateLabel) > 0 : pod_name == name;
                   if (!listing.outcome.ok() || !wanted) continue;
                   listing.items.push_back(*pod);
                   named = pod;
                 }
                 return [this, id, callback, listing, named, name] {
                   if (listing.outcome.ok() && !name.empty()) witness_->ShownPodRead(named, id);
                   if (listing.outcome.ok() && name == body_->name) witness_->ShownOwnPod(named, id);
                   if (listing.outcome.ok() && name.empty()) witness_->ShownCandidates();
                   for (const kube::Pod& pod : listing.items) witness_->ShownPod(pod);
                   witness_->ShownStatus(listing.outcome.http_status, world_->boot());
                   callback(listing);
                 };
               },
               nullptr,
               [callback](const kube::Outcome& outcome) {
                 callback({outcome, {}, ""});
               }});
}

loop::Handle Connection::List(const kube::Selector& selector, kube::ListCallback<kube::Node> callback) {
  // The id that Send will give it.
  const uint64_t id = world_->last_id + 1;
  return Send({0, "read " + selector.name, false,
               [this, id, callback, name = selector.name]() -> std::function<void()> {
                 kube::Listing<kube::Node> listing;
                 listing.outcome = Admit(*world_, *body_, world_->refusals.nodes);
                 listing.resource_version = absl::StrCat(world_->store.revision());
                 const NodePtr node = world_->store.node(name);
                 if (listing.outcome.ok() && node != nullptr) listing.items.push_back(*node);
                 return [this, id, callback, listing, node] {
                   if (listing.outcome.ok() && node != nullptr) witness_->ShownNode(*node, id);
                   witness_->ShownStatus(listing.outcome.http_status, world_->boot());
                   callback(listing);
                 };
               },
               nullptr,
               [callback](const kube::Outcome& outcome) {
                 callback({outcome, {}, ""});
               }});
}

loop::Handle Connection::Watch(const kube::Selector& selector, const std::string& resource_version, absl::Duration,
                               kube::WatchObserver<kube::ConfigMap>* observer) {
  return Begin(std::make_shared<WatchStream>(selector.name, Number(resource_version), observer, nullptr, nullptr));
}

loop::Handle Connection::Watch(const kube::Selector& selector, const std::string& resource_version, absl::Duration,
                               kube::WatchObserver<kube::Pod>* observer) {
  return Begin(std::make_shared<WatchStream>(selector.name, Number(resource_version), nullptr, observer, nullptr));
}

loop::Handle Connection::Watch(const kube::Selector& selector, const std::string& resource_version, absl::Duration,
                               kube::WatchObserver<kube::Node>* observer) {
  return Begin(std::make_shared<WatchStream>(selector.name, Number(resource_version), nullptr, nullptr, observer));
}

loop::Handle Connection::Write(const std::string& label, std::function<kube::WriteAnswer()> carry_out,
                               std::function<void(const kube::WriteAnswer&, absl::Duration executed)> shown,
                               kube::WriteCallback callback) {
  // What happens at the server may not touch this connection, which may be gone by then.
  return Send({0, label, true,
               [world = world_, body = body_, connection = this, carry_out = std::move(carry_out), shown,
                callback]() -> std::function<void()> {
                 kube::WriteAnswer answer;
                 answer.outcome = Admit(*world, *body, world->refusals.write);
                 if (answer.outcome.ok()) answer = carry_out();
                 return [connection, shown, callback, answer, executed = world->boot()] {
                   shown(answer, executed);
                   connection->witness_->ShownStatus(answer.outcome.http_status, connection->world_->boot());
                   callback(answer);
                 };
               },
               nullptr,
               [shown, callback](const kube::Outcome& outcome) {
                 shown({outcome, {}}, absl::ZeroDuration());
                 callback({outcome, {}});
               }});
}

loop::Handle Connection::Create(const kube::ConfigMap& config_map, kube::WriteCallback callback) {
  world_->judge.CreateSent(*body_, *broker_);
  return Write(
      "create", [world = world_, config_map] { return world->store.CreateLock(config_map, world->now); },
      [this](const kube::WriteAnswer& answer, absl::Duration executed) {
        if (answer.outcome.ok()) {
          witness_->ShownCreated(answer.object, executed);
        } else if (IsAmbiguous(answer.outcome)) {
          witness_->ShownAmbiguous();
        }
      },
      std::move(callback));
}

loop::Handle Connection::DeleteConfigMap(const std::string&, const std::string&, const kube::Precondition& precondition,
                                         kube::WriteCallback callback) {
  world_->judge.RemovalSent(*body_, *broker_, precondition);
  return Write(
      "delete",
      [world = world_, body = body_, precondition] {
        const LockPtr before = world->store.lock();
        if (before != nullptr) world->judge.RemovalArrives(*body, *before, precondition);
        return world->store.DeleteLock(precondition);
      },
      [](const kube::WriteAnswer&, absl::Duration) {}, std::move(callback));
}

loop::Handle Connection::DeletePod(const std::string&, const std::string& name, const kube::Precondition& precondition,
                                   kube::WriteCallback callback) {
  world_->judge.PodRemovalSent(*body_, *broker_, name, precondition);
  return Write(
      "delete pod " + name,
      [world = world_, name, precondition] { return world->pod_objects.Delete(name, precondition); },
      [](const kube::WriteAnswer&, absl::Duration) {}, std::move(callback));
}

loop::Handle Connection::AnnotateConfigMap(const std::string&, const std::string&,
                                           const kube::Precondition& precondition, const std::string& annotation,
                                           const std::string& value, kube::WriteCallback callback) {
  world_->judge.RemovalSent(*body_, *broker_, precondition);
  world_->judge.MarkSent(*body_, *broker_, precondition, value);
  return Write(
      "annotate",
      [world = world_, precondition, annotation, value] {
        return world->store.AnnotateLock(precondition, annotation, value);
      },
      [](const kube::WriteAnswer&, absl::Duration) {}, std::move(callback));
}

}  // namespace leadership_broker::simulation
