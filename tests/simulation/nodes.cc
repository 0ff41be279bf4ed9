#include "tests/simulation/nodes.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "tests/simulation/facts.h"

namespace leadership_broker::simulation {
namespace {

void SetReady(World& world, const std::string& name, const std::string& status) {
  kube::Node node = *world.store.node(name);
  kube::NodeCondition* const ready = node.mutable_status()->mutable_conditions(0);
  ready->set_status(status);
  ready->mutable_last_transition_time()->set_seconds(absl::ToUnixSeconds(world.now));
  world.store.PutNode(std::move(node));
}

void SetOutOfService(World& world, const std::string& name, bool is) {
  kube::Node node = *world.store.node(name);
  node.mutable_spec()->clear_taints();
  if (is) node.mutable_spec()->add_taints()->set_key(kOutOfService);
  world.store.PutNode(std::move(node));
}

}  // namespace

std::string NodeName(const std::string& pod_uid) { return absl::StrCat("node-", pod_uid); }

void MakeNode(World& world, const std::string& pod_uid) {
  kube::Node node;
  node.mutable_metadata()->set_name(NodeName(pod_uid));
  node.mutable_metadata()->set_uid(NodeName(pod_uid));
  node.mutable_status()->add_conditions()->set_type("Ready");
  world.store.PutNode(std::move(node));
  SetReady(world, NodeName(pod_uid), "True");
}

void OfferNode(World& world, Body& body, Moves& moves) {
  // Where nobody takes over, nobody looks.
  if (world.settings.take_over_after() <= 0 || body.Object() == nullptr) return;
  const std::string name = NodeName(body.uid);
  const NodeFacts node = ReadFacts(*world.store.node(name));
  const auto set_ready = [&world, name](const char* status) {
    return [&world, name, status] { SetReady(world, name, status); };
  };
  if (body.node_lost || body.cut) {
    if (node.ready != "Unknown") moves.Add(2, set_ready("Unknown"), "the node controller hears nothing of its node");
  } else if (node.ready != "True") {
    // One that is not ready, and says so, may stay so.
    moves.Add(node.ready == "False" ? 0.02 : 0.5, set_ready("True"), "the kubelet reports that its node is ready");
  } else {
    moves.AddFault(Fault::kNodeNotReady, 0.2, set_ready("False"), "the kubelet reports that its node is not ready");
  }
  if (node.out_of_service) {
    moves.AddOptional(
        0.1, [&world, name] { SetOutOfService(world, name, false); }, "its node is in service again");
  } else {
    moves.AddFault(
        Fault::kNodeNotReady, 0.05, [&world, name] { SetOutOfService(world, name, true); },
        "its node is tainted as out of service");
  }
}

}  // namespace leadership_broker::simulation
