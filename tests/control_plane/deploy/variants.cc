#include "tests/control_plane/deploy/variants.h"

namespace leadership_broker::testing {

std::vector<std::pair<std::string, std::string>> Variant::Workloads() const {
  std::vector<std::pair<std::string, std::string>> workloads = {
      {"Deployment", "worker"}, {"StatefulSet", "store"}, {"DaemonSet", "agent"}};
  if (!plain_container()) workloads.emplace_back("Job", "import");
  return workloads;
}

std::ostream& operator<<(std::ostream& out, const Variant& variant) { return out << variant.name; }

const std::vector<Variant>& Variants() {
  const Grants take_over = {
      {"pods", "delete", ""}, {"configmaps", "patch", kLock}, {"nodes", "list", ""}, {"nodes", "watch", ""}};
  Grants everything = take_over;
  everything.emplace("pods", "patch", "");
  static const std::vector<Variant> variants = {
      {"sidecar", {}, {}, {}},
      {"unix_socket", {"unix-socket"}, {"unixSocket=true"}, {}},
      {"plain_container", {"plain-container"}, {"plainContainer=true"}, {}},
      {"take_over_after", {"take-over-after"}, {"takeOverAfter.enabled=true"}, take_over},
      {"step_down", {"step-down"}, {"stepDown=true"}, {{"pods", "delete", ""}}},
      {"on_request", {"on-request"}, {"onRequest=true"}, {{"configmaps", "patch", kLock}}},
      {"leader_label", {"leader-label"}, {"leaderLabel=example.com/role=leader"}, {{"pods", "patch", ""}}},
      {"all_at_once_plain",
       {"unix-socket", "take-over-after", "step-down", "on-request", "leader-label", "plain-container"},
       {"unixSocket=true", "takeOverAfter.enabled=true", "stepDown=true", "onRequest=true",
        "leaderLabel=example.com/role=leader", "plainContainer=true"},
       everything},
  };
  return variants;
}

}  // namespace leadership_broker::testing
