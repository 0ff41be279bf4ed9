// The expressions that are shipped: those of the alerts and those of the dashboard.
#ifndef LEADERSHIP_BROKER_TESTS_INTEROP_PROMETHEUS_EXPRESSIONS_H_
#define LEADERSHIP_BROKER_TESTS_INTEROP_PROMETHEUS_EXPRESSIONS_H_

#include <set>
#include <string>
#include <vector>

namespace leadership_broker::testing {

struct Expression {
  // The alert's, or the panel's.
  std::string title;
  std::string text;
  // What the dashboard calls the series it gives.
  std::string legend;
};

std::vector<Expression> AlertExpressions();
// With the dashboard's variables put in as for everything there is; `window` stands for Grafana's own choice.
std::vector<Expression> DashboardExpressions(const std::string& window);

// The names in it that only a broker's metrics have: leadership_…, leader_…, process_….
std::set<std::string> MetricNames(const std::string& expression);

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_INTEROP_PROMETHEUS_EXPRESSIONS_H_
