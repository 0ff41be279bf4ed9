#include "tests/fake_kube_apiserver/watcher.h"

#include <utility>

namespace leadership_broker::testing::fake {

void Watcher::Offer(const Change& change) {
  if (ended_ || change.resource != resource_ || change.revision <= after_) return;
  if (!namespace_name_.empty() && change.namespace_name != namespace_name_) return;
  const bool matched = change.before != nullptr && selector_.Matches(*change.before);
  const bool matches = change.kind != ChangeKind::kDeleted && selector_.Matches(*change.object);
  if (!matched && !matches) return;
  if (matches) {
    waiting_.push_back({matched ? ChangeKind::kModified : ChangeKind::kAdded, change.object, change.at});
  } else if (change.kind == ChangeKind::kDeleted) {
    waiting_.push_back({ChangeKind::kDeleted, change.object, change.at});
  } else {
    // The client is shown the state that it knew, at the revision at which it ceased to match.
    json last = *change.before;
    last["metadata"]["resourceVersion"] = change.object->at("metadata").at("resourceVersion");
    waiting_.push_back({ChangeKind::kDeleted, std::make_shared<const json>(std::move(last)), change.at});
  }
  wake_();
}

void Watcher::OfferInitial(const ObjectPointer& object) {
  if (selector_.Matches(*object)) waiting_.push_back({ChangeKind::kAdded, object, Clock::time_point::min()});
}

void Watcher::End() {
  ended_ = true;
  wake_();
}

}  // namespace leadership_broker::testing::fake
