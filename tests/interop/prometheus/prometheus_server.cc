#include "tests/interop/prometheus/prometheus_server.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "tests/harness/eventually.h"
#include "tests/harness/require.h"
#include "yaml-cpp/yaml.h"

namespace leadership_broker::testing {
namespace {

std::string Config(const std::vector<PrometheusServer::Target>& targets, const std::string& rule_file) {
  const std::string interval = absl::FormatDuration(PrometheusServer::kInterval);
  YAML::Node config;
  config["global"]["scrape_interval"] = interval;
  config["global"]["scrape_timeout"] = interval;
  config["global"]["evaluation_interval"] = interval;
  config["rule_files"].push_back(rule_file);
  YAML::Node job;
  job["job_name"] = "leadership-broker";
  for (const PrometheusServer::Target& target : targets) {
    YAML::Node one;
    one["targets"].push_back(target.address);
    one["labels"]["namespace"] = target.namespace_name;
    one["labels"]["pod"] = target.pod;
    job["static_configs"].push_back(one);
  }
  config["scrape_configs"].push_back(job);
  return YAML::Dump(config);
}

std::string FormEncoded(const std::string& text) {
  std::string encoded;
  for (const unsigned char c : text) absl::StrAppendFormat(&encoded, "%%%02X", c);
  return encoded;
}

std::string Seconds(absl::Time time) { return absl::StrFormat("%.3f", absl::ToUnixMillis(time) / 1e3); }

}  // namespace

PrometheusServer::PrometheusServer(const std::vector<Target>& targets, const std::string& rule_file)
    : port_(FreePort()), client_(absl::StrCat("http://127.0.0.1:", port_), "", "") {
  WriteTextFile(scratch_.File("prometheus.yml"), Config(targets, rule_file));
  process_ = std::make_unique<ChildProcess>(
      std::vector<std::string>{"/usr/bin/env", "prometheus", "--config.file=" + scratch_.File("prometheus.yml"),
                               "--storage.tsdb.path=" + scratch_.File("data"), "--log.level=warn",
                               absl::StrCat("--web.listen-address=127.0.0.1:", port_)},
      Environment(), scratch_.File("log"));
  const bool ready = Eventually([this] { return !process_->Running() || client_.Get("/-/ready").status == 200; }) &&
                     process_->Running();
  Require(ready, "no Prometheus (scripts/deps installs it):\n" + ReadTextFile(scratch_.File("log")));
}

PrometheusServer::Answer PrometheusServer::Ask(const std::string& path,
                                               const std::vector<std::pair<std::string, std::string>>& form) {
  std::string body;
  for (const auto& [key, value] : form) absl::StrAppend(&body, body.empty() ? "" : "&", key, "=", FormEncoded(value));
  const HttpAnswer answer = client_.Send("POST", path, body, "application/x-www-form-urlencoded");
  Require(answer.body.is_object(), "Prometheus answers " + answer.text);
  if (answer.body["status"] != "success") return {answer.body.value("error", "no reason given"), nullptr};
  return {"", answer.body["data"]["result"]};
}

PrometheusServer::Answer PrometheusServer::Query(const std::string& expression) {
  return Ask("/api/v1/query", {{"query", expression}});
}

PrometheusServer::Answer PrometheusServer::QueryRange(const std::string& expression, absl::Time from, absl::Time to,
                                                      absl::Duration step) {
  return Ask("/api/v1/query_range", {{"query", expression},
                                     {"start", Seconds(from)},
                                     {"end", Seconds(to)},
                                     {"step", absl::StrCat(absl::ToDoubleSeconds(step))}});
}

nlohmann::json PrometheusServer::Rules() {
  nlohmann::json rules = nlohmann::json::array();
  const HttpAnswer answer = client_.Get("/api/v1/rules");
  Require(answer.status == 200, "Prometheus answers " + answer.text);
  for (const auto& group : answer.body["data"]["groups"]) {
    for (const auto& rule : group["rules"]) rules.push_back(rule);
  }
  return rules;
}

}  // namespace leadership_broker::testing
