// One suite of what a Kubernetes API server and its garbage collector do and the broker relies on. Every program that
// links it says on which cluster it runs: that the stand-in and a real one pass the same suite is what lets tests on
// the stand-in mean something.
#ifndef LEADERSHIP_BROKER_TESTS_CONFORMANCE_CONFORMANCE_H_
#define LEADERSHIP_BROKER_TESTS_CONFORMANCE_CONFORMANCE_H_

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "tests/harness/cluster.h"

namespace leadership_broker::testing {

using Json = nlohmann::json;

// The program defines it. One cluster for all tests; it lives until the program ends.
Cluster& ClusterForConformance();

// Each test has a namespace of its own.
class ConformanceTest : public ::testing::Test {
 protected:
  // Paths of collections in the test's namespace.
  std::string In(const std::string& resource) const { return "/api/v1/namespaces/" + namespace_ + "/" + resource; }
  std::string ConfigMaps() const { return In("configmaps"); }
  std::string Pods() const { return In("pods"); }

  // Creates it and returns the object; fails the test when it cannot.
  Json MakeConfigMap(const std::string& name, Json metadata = Json::object());
  // Bound to `node` unless that is empty; of grace period 20 s and the ServiceAccount "candidate".
  Json MakePod(const std::string& name, const std::string& node = "", Json metadata = Json::object());
  // A Node object, with no kubelet behind it; its name.
  std::string MakeNode();
  static Json PodSpec(const std::string& node);
  static Json OwnerReference(const Json& owner);

  // The selection's resourceVersion now. `path` may have a query.
  std::string ListVersion(const std::string& path);
  // The events of a watch that ends by itself after a second or two. `query` without '?', e.g. "resourceVersion=7".
  std::vector<Json> WatchEvents(const std::string& path, const std::string& query, int seconds = 1);

  bool Exists(const std::string& path) { return admin_.Get(path).status == 200; }
  // Waits for the object to go.
  bool Goes(const std::string& path);

  Cluster& cluster_ = ClusterForConformance();
  AdminClient& admin_ = cluster_.Admin();
  const std::string namespace_ = cluster_.NewNamespace();
};

// The events of a watch's answer, one a line.
std::vector<Json> Events(const std::string& text);
// "ADDED lock", "BOOKMARK " and so on, in order.
std::vector<std::string> Summaries(const std::vector<Json>& events);
int64_t VersionOf(const Json& object);
std::string UidOf(const Json& object);

// A Status of this code and reason.
void ExpectStatus(const HttpAnswer& answer, int code, const std::string& reason);

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_CONFORMANCE_CONFORMANCE_H_
