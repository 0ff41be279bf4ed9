#include "tests/simulation/world.h"

#include "tests/simulation/facts.h"

namespace leadership_broker::simulation {

const char* Verb(kube::WatchEventKind kind) {
  switch (kind) {
    case kube::WatchEventKind::kAdded:
      return "added";
    case kube::WatchEventKind::kModified:
      return "modified";
    case kube::WatchEventKind::kDeleted:
      return "deleted";
  }
  return "";
}

World::World(const Settings& chosen, uint64_t jitter_seed, bool with_history)
    : settings(chosen),
      jitter(jitter_seed),
      history(with_history, &now),
      judge(this),
      store([this](const Change& change) { Changed(change); }),
      pod_objects(&store, &now) {}

void World::Changed(const Change& change) {
  judge.Changed(change);
  if (change.lock != nullptr) {
    history.Note("  ", change.revision, ": lock ", change.lock->metadata().uid(), " ", Verb(change.kind));
    return;
  }
  if (change.node != nullptr) {
    const NodeFacts node = ReadFacts(*change.node);
    history.Note("  ", change.revision, ": ", change.name, " ready ", node.ready,
                 node.out_of_service ? ", out of service" : "");
    return;
  }
  history.Note("  ", change.revision, ": pod ", change.pod->metadata().uid(), " ", Verb(change.kind));
  if (change.kind != kube::WatchEventKind::kDeleted) return;
  if (Body* body = BodyOf(change.pod->metadata().uid()); body != nullptr) body->ObjectGone();
}

Body* World::BodyOf(const std::string& uid) const {
  for (const auto& body : bodies) {
    if (body->uid == uid) return body.get();
  }
  return nullptr;
}

}  // namespace leadership_broker::simulation
