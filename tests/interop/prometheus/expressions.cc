#include "tests/interop/prometheus/expressions.h"

#include <regex>

#include "absl/strings/str_replace.h"
#include "nlohmann/json.hpp"

#include "tests/harness/scratch_dir.h"
#include "yaml-cpp/yaml.h"

namespace leadership_broker::testing {
namespace {

const std::string kFolder = LEADERSHIP_BROKER_SOURCE_DIR "/deploy/monitoring/";

}  // namespace

std::vector<Expression> AlertExpressions() {
  std::vector<Expression> expressions;
  for (const YAML::Node& group : YAML::LoadFile(kFolder + "alerts.yaml")["groups"]) {
    for (const YAML::Node& rule : group["rules"]) {
      expressions.push_back({rule["alert"].as<std::string>(), rule["expr"].as<std::string>(), ""});
    }
  }
  return expressions;
}

std::vector<Expression> DashboardExpressions(const std::string& window) {
  std::vector<Expression> expressions;
  const nlohmann::json dashboard = nlohmann::json::parse(ReadTextFile(kFolder + "dashboard.json"));
  for (const auto& panel : dashboard["panels"]) {
    for (const auto& target : panel.value("targets", nlohmann::json::array())) {
      const std::string text = absl::StrReplaceAll(
          target["expr"].get<std::string>(),
          {{"$__rate_interval", window}, {"$__range", window}, {"$namespace", ".*"}, {"$lock", ".*"}});
      expressions.push_back({panel["title"], text, target.value("legendFormat", "")});
    }
  }
  return expressions;
}

std::set<std::string> MetricNames(const std::string& expression) {
  static const std::regex kName("\\b(leadership|leader|process)_[a-z_]+\\b");
  std::set<std::string> names;
  for (auto i = std::sregex_iterator(expression.begin(), expression.end(), kName); i != std::sregex_iterator(); ++i) {
    names.insert(i->str());
  }
  return names;
}

}  // namespace leadership_broker::testing
