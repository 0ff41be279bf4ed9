// A cluster that deploy/injection/ is applied to, and pods that ask for a broker.
#ifndef LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_INJECTION_INJECTED_PODS_H_
#define LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_INJECTION_INJECTED_PODS_H_

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "tests/harness/real_cluster.h"

namespace leadership_broker::testing {

inline constexpr char kLock[] = "the-lock";
inline constexpr char kBroker[] = "leadership-broker";

// In a namespace that enforces Pod Security `restricted`; the policies are in force when it is set up.
class InjectionTest : public ::testing::Test {
 protected:
  InjectionTest();

  // An app's pod with that label, without more.
  static nlohmann::json LabelledPod();
  // As a dry run, without warnings or not at all.
  HttpAnswer Make(const nlohmann::json& pod);
  // The pod as the API server would have it; the test fails where it refuses it.
  nlohmann::json Made(const nlohmann::json& pod);

  RealCluster& cluster_ = RealCluster::Shared();
  const std::string namespace_ = cluster_.NewNamespace();
};

// Of a list of what has names; null when it is not there.
nlohmann::json Named(const nlohmann::json& list, const std::string& name);
// How many of them.
int CountNamed(const nlohmann::json& list, const std::string& name);
// The injected container; null when there is none.
nlohmann::json BrokerOf(const nlohmann::json& pod);

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_INJECTION_INJECTED_PODS_H_
