// The metrics as those who run the broker meet them: scraped by a real Prometheus, checked by promtool, and asked for
// by the alerts and the dashboard that are shipped.
#include <regex>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/interop/prometheus/expressions.h"
#include "tests/interop/prometheus/monitored_brokers.h"

namespace leadership_broker::testing {
namespace {

using ::testing::ElementsAreArray;
using ::testing::Ge;
using ::testing::SizeIs;

// One life for all tests: a takeover, and an API server that goes and comes back.
MonitoredBrokers& Brokers() {
  static MonitoredBrokers* brokers = [] {
    auto* made = new MonitoredBrokers();
    made->WaitForValue("sum(leader_election_master_status)", 1);
    made->WaitForValue("leader_election_master_status{pod=\"app-0\",name=\"the-lock\"}", 1);
    made->TakeOver();
    made->RestartApiServer();
    return made;
  }();
  return *brokers;
}

// By the TYPE lines.
std::set<std::string> NamesIn(const std::string& scrape) {
  static const std::regex kType("# TYPE (\\S+) ");
  std::set<std::string> names;
  for (auto i = std::sregex_iterator(scrape.begin(), scrape.end(), kType); i != std::sregex_iterator(); ++i) {
    names.insert((*i)[1]);
  }
  return names;
}

// A histogram's buckets go by its name.
::testing::AssertionResult IsScraped(const std::string& name, const std::set<std::string>& scraped) {
  const std::string histogram(absl::StripSuffix(name, "_bucket"));
  if (scraped.count(histogram) != 0) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "there is no metric " << name;
}

TEST(Prometheus, ExactlyOneLeadsAndAfterATakeoverItIsAnother) {
  MonitoredBrokers& brokers = Brokers();
  const std::string leader = brokers.Leader().pod->name();
  EXPECT_NE(leader, "app-0");
  brokers.WaitForValue("sum by (name) (leader_election_master_status)", 1);
  brokers.WaitForValue(absl::StrCat("leader_election_master_status{pod=\"", leader, "\"}"), 1);
  brokers.WaitForValue("count(leader_election_master_status == 0)", 1);
  brokers.WaitForValue("count(up{pod=\"app-0\"} == 0)", 1);
  brokers.WaitForValue(absl::StrCat("leadership_broker_state{pod=\"", leader, "\",state=\"leader\"}"), 1);
  brokers.WaitForValue("count(leadership_broker_reason{reason=\"another_leads\"} == 1)", 1);
}

TEST(Prometheus, TheTakeoverIsCountedAndTimed) {
  MonitoredBrokers& brokers = Brokers();
  const std::string leader = absl::StrCat("{pod=\"", brokers.Leader().pod->name(), "\"}");
  brokers.WaitForValue("leadership_broker_takeover_seconds_count" + leader, 1);
  brokers.WaitForValue(absl::StrCat("leadership_broker_takeover_seconds_sum", leader, " > bool 0"), 1);
  brokers.WaitForValue("leadership_broker_leader_transitions_total" + leader, 1);
  brokers.WaitForValue("sum(leadership_broker_takeover_seconds_count)", 1);
}

TEST(Prometheus, RequestsStreamsAndTokensAreWhatTheyWere) {
  MonitoredBrokers& brokers = Brokers();
  const std::string pod = absl::StrCat("pod=\"", brokers.Leader().pod->name(), "\"");
  brokers.WaitForValue(absl::StrCat("leadership_broker_api_requests_total{verb=\"create\",code=\"201\",", pod, "}"), 1);
  brokers.WaitForValue(absl::StrCat("leadership_broker_streams_open{", pod, "}"), 1);
  brokers.WaitForValue(absl::StrCat("leadership_broker_fencing_token{", pod, "}"),
                       static_cast<double>(brokers.Leader().Says().fencing_token()));
  brokers.WaitForValue(
      absl::StrCat("sum(leadership_broker_watch_restarts_total{reason=\"disconnected\",resource=\"configmaps\",", pod,
                   "}) > bool 0"),
      1);
}

TEST(Prometheus, PromtoolFindsNothingAmissInAScrape) {
  const ScratchDir scratch;
  WriteTextFile(scratch.File("scrape"), Brokers().Scrape(Brokers().LeaderIndex()));
  // It reads its standard input.
  const Finished checked =
      RunProgram({"/bin/sh", "-c", "exec promtool check metrics <\"$0\"", scratch.File("scrape")}, kPatience);
  EXPECT_EQ(checked.exit_code, 0);
  EXPECT_EQ(checked.output, "");
}

TEST(Prometheus, TheAlertsAreAskedForWithoutError) {
  const std::set<std::string> scraped = NamesIn(Brokers().Scrape(Brokers().LeaderIndex()));
  EXPECT_THAT(AlertExpressions(), SizeIs(Ge(7)));
  for (const Expression& alert : AlertExpressions()) {
    EXPECT_EQ(Brokers().prometheus().Query(alert.text).error, "") << alert.title;
    for (const std::string& name : MetricNames(alert.text)) EXPECT_TRUE(IsScraped(name, scraped)) << alert.title;
  }
  EXPECT_TRUE(Eventually([] {
    const nlohmann::json rules = Brokers().prometheus().Rules();
    for (const auto& rule : rules) {
      if (rule["health"] != "ok") return false;
    }
    return rules.size() == AlertExpressions().size();
  })) << Brokers().prometheus().Rules();
}

TEST(Prometheus, EveryPanelOfTheDashboardHasSeries) {
  const auto panels = DashboardExpressions("1m");
  EXPECT_THAT(panels, SizeIs(Ge(15)));
  const std::set<std::string> scraped = NamesIn(Brokers().Scrape(Brokers().LeaderIndex()));
  for (const Expression& panel : panels) {
    for (const std::string& name : MetricNames(panel.text)) EXPECT_TRUE(IsScraped(name, scraped)) << panel.title;
    std::string error;
    EXPECT_TRUE(Eventually([&] {
      const PrometheusServer::Answer answer = Brokers().prometheus().Query(panel.text);
      error = answer.error;
      return !error.empty() || !answer.result.empty();
    })) << panel.title
        << " has no series: " << panel.text;
    EXPECT_EQ(error, "") << panel.title << ": " << panel.text;
  }
}

// docs/metrics.md has one row for each metric, which begins with its name and its type.
TEST(Prometheus, TheDocsListExactlyTheMetricsThatAreScraped) {
  const std::string scrape = Brokers().Scrape(Brokers().LeaderIndex());
  const std::string page = ReadTextFile(LEADERSHIP_BROKER_SOURCE_DIR "/docs/metrics.md");
  static const std::regex kRow("\n\\| `([a-z_]+)` \\| (counter|gauge|histogram) \\|");
  std::set<std::string> documented;
  for (auto i = std::sregex_iterator(page.begin(), page.end(), kRow); i != std::sregex_iterator(); ++i) {
    documented.insert((*i)[1]);
    EXPECT_NE(scrape.find(absl::StrCat("# TYPE ", (*i)[1].str(), " ", (*i)[2].str(), "\n")), std::string::npos)
        << (*i)[1] << " is no " << (*i)[2];
  }
  EXPECT_THAT(documented, ElementsAreArray(NamesIn(scrape)));
}

}  // namespace
}  // namespace leadership_broker::testing
