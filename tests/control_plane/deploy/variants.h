// The ways in which deploy/ lets the broker be run.
#ifndef LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_DEPLOY_VARIANTS_H_
#define LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_DEPLOY_VARIANTS_H_

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "tests/harness/grants.h"

namespace leadership_broker::testing {

inline constexpr char kLock[] = "the-lock";
// The ServiceAccount of the app's pods.
inline constexpr char kAccount[] = "the-app";
inline constexpr char kBroker[] = "leadership-broker";

// One way to have the broker beside the app.
struct Variant {
  std::string name;
  // Of deploy/kustomize, after sidecar.
  std::vector<std::string> components;
  // Of the chart: KEY=VALUE.
  std::vector<std::string> values;
  // What it may do besides the least.
  Grants more;

  bool plain_container() const { return name.find("plain") != std::string::npos; }
  // Of the app's workloads that get the broker: kind and name.
  std::vector<std::pair<std::string, std::string>> Workloads() const;
};
std::ostream& operator<<(std::ostream& out, const Variant& variant);
const std::vector<Variant>& Variants();

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_DEPLOY_VARIANTS_H_
