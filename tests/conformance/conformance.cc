#include "tests/conformance/conformance.h"

#include <sstream>
#include <utility>

#include "tests/harness/eventually.h"

namespace leadership_broker::testing {

Json ConformanceTest::MakeConfigMap(const std::string& name, Json metadata) {
  metadata["name"] = name;
  const HttpAnswer answer = admin_.Post(ConfigMaps(), {{"metadata", std::move(metadata)}});
  EXPECT_EQ(answer.status, 201) << answer.text;
  return answer.body;
}

Json ConformanceTest::PodSpec(const std::string& node) {
  Json spec = {{"containers", {{{"name", "app"}, {"image", "example.com/app"}}}},
               {"serviceAccountName", "candidate"},
               {"automountServiceAccountToken", false},
               {"terminationGracePeriodSeconds", 20}};
  if (!node.empty()) spec["nodeName"] = node;
  return spec;
}

Json ConformanceTest::MakePod(const std::string& name, const std::string& node, Json metadata) {
  metadata["name"] = name;
  const HttpAnswer answer = admin_.Post(Pods(), {{"metadata", std::move(metadata)}, {"spec", PodSpec(node)}});
  EXPECT_EQ(answer.status, 201) << answer.text;
  return answer.body;
}

std::string ConformanceTest::MakeNode() {
  const HttpAnswer answer = admin_.Post("/api/v1/nodes", {{"metadata", {{"generateName", "node-"}}}});
  EXPECT_EQ(answer.status, 201) << answer.text;
  return answer.body["metadata"]["name"];
}

Json ConformanceTest::OwnerReference(const Json& owner) {
  return {{"apiVersion", owner.at("apiVersion")},
          {"kind", owner.at("kind")},
          {"name", owner.at("metadata").at("name")},
          {"uid", owner.at("metadata").at("uid")}};
}

std::string ConformanceTest::ListVersion(const std::string& path) {
  const HttpAnswer answer = admin_.Get(path);
  EXPECT_EQ(answer.status, 200) << answer.text;
  return answer.body["metadata"]["resourceVersion"];
}

std::vector<Json> ConformanceTest::WatchEvents(const std::string& path, const std::string& query, int seconds) {
  const HttpAnswer answer =
      admin_.Get(path + "?watch=1&timeoutSeconds=" + std::to_string(seconds) + (query.empty() ? "" : "&" + query));
  EXPECT_EQ(answer.status, 200) << answer.text;
  return Events(answer.text);
}

bool ConformanceTest::Goes(const std::string& path) {
  return Eventually([&] { return admin_.Get(path).status == 404; });
}

std::vector<Json> Events(const std::string& text) {
  std::vector<Json> events;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty()) events.push_back(Json::parse(line));
  }
  return events;
}

std::vector<std::string> Summaries(const std::vector<Json>& events) {
  std::vector<std::string> summaries;
  for (const Json& event : events) {
    summaries.push_back(event.at("type").get<std::string>() + " " +
                        event.at("object").at("metadata").value("name", ""));
  }
  return summaries;
}

int64_t VersionOf(const Json& object) {
  return std::stoll(object.at("metadata").at("resourceVersion").get<std::string>());
}

std::string UidOf(const Json& object) { return object.at("metadata").at("uid"); }

void ExpectStatus(const HttpAnswer& answer, int code, const std::string& reason) {
  EXPECT_EQ(answer.status, code) << answer.text;
  ASSERT_TRUE(answer.body.is_object()) << answer.text;
  EXPECT_EQ(answer.body.value("kind", ""), "Status") << answer.text;
  EXPECT_EQ(answer.body.value("status", ""), "Failure") << answer.text;
  EXPECT_EQ(answer.body.value("code", 0), code) << answer.text;
  EXPECT_EQ(answer.body.value("reason", ""), reason) << answer.text;
}

}  // namespace leadership_broker::testing
