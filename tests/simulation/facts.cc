#include "tests/simulation/facts.h"

#include "absl/strings/numbers.h"

namespace leadership_broker::simulation {
namespace {

std::string Annotation(const kube::ConfigMap& lock, const std::string& key) {
  const auto found = lock.metadata().annotations().find(key);
  return found == lock.metadata().annotations().end() ? "" : found->second;
}

}  // namespace

LockFacts ReadFacts(const kube::ConfigMap& lock) {
  LockFacts facts;
  facts.uid = lock.metadata().uid();
  if (!absl::SimpleAtoi(lock.metadata().resource_version(), &facts.version)) facts.version = 0;
  facts.being_deleted = lock.metadata().has_deletion_timestamp();
  const std::string holder_uid = Annotation(lock, "leadership-broker/holder-uid");
  const auto& owners = lock.metadata().owner_references();
  if (owners.empty()) {
    facts.holder_name = Annotation(lock, "leadership-broker/holder-name");
    facts.holder_uid = holder_uid;
  } else if (owners.size() == 1 && owners[0].kind() == "Pod" && (holder_uid.empty() || holder_uid == owners[0].uid())) {
    facts.holder_name = owners[0].name();
    facts.holder_uid = owners[0].uid();
    facts.held = true;
  }
  facts.released = facts.held && Annotation(lock, "leadership-broker/released") == facts.holder_uid;
  absl::Duration limit;
  if (absl::ParseDuration(Annotation(lock, "leadership-broker/unverified-limit"), &limit)) facts.limit = limit;
  return facts;
}

NodeFacts ReadFacts(const kube::Node& node) {
  NodeFacts facts;
  for (const auto& condition : node.status().conditions()) {
    if (condition.type() == "Ready") facts.ready = condition.status();
  }
  for (const auto& taint : node.spec().taints()) facts.out_of_service |= taint.key() == kOutOfService;
  return facts;
}

bool HasFinished(const kube::Pod& pod) {
  return pod.status().phase() == "Succeeded" || pod.status().phase() == "Failed";
}

}  // namespace leadership_broker::simulation
