// The whole text, and what is said of calls, streams and the process.
#include "server/metrics/metrics.h"

#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace leadership_broker::testing {
namespace {

using rpc::StreamBudget;
using ::testing::HasSubstr;
using ::testing::Not;

kube::Outcome Ended(absl::StatusCode code) {
  kube::Outcome outcome;
  outcome.status = absl::Status(code, code == absl::StatusCode::kOk ? "" : "why");
  return outcome;
}

class MetricsTest : public ::testing::Test {
 protected:
  std::string Text() const { return metrics_.Text(budget_); }
  // Of a series without labels; -1 where there is none.
  double Value(const std::string& name) const {
    const std::string text = "\n" + Text();
    const size_t at = text.find("\n" + name + " ");
    if (at == std::string::npos) return -1;
    const size_t begin = at + name.size() + 2;
    double value = -1;
    return absl::SimpleAtod(text.substr(begin, text.find('\n', begin) - begin), &value) ? value : -1;
  }

  status::Hub hub_;
  metrics::Metrics metrics_{{{"a", &hub_}}, "1.2.3", [] { return absl::ZeroDuration(); }};
  StreamBudget budget_{2};
};

TEST_F(MetricsTest, TheBuildIsNamed) {
  EXPECT_THAT(Text(), HasSubstr("\nleadership_broker_build_info{version=\"1.2.3\"} 1\n"));
}

TEST_F(MetricsTest, NothingIsSaidOfALockBeforeAnythingWasTold) {
  EXPECT_THAT(Text(), Not(HasSubstr("leader_election_master_status")));
}

TEST_F(MetricsTest, RequestsAreCountedByVerbAndCode) {
  kube::CallObserver* calls = metrics_.call_observer();
  calls->OnAnswer("list", "list pods", 200, absl::Milliseconds(2));
  calls->OnAnswer("list", "list pods", 200, absl::Milliseconds(4));
  calls->OnAnswer("create", "create pods", 409, absl::Milliseconds(3));
  calls->OnAnswer("watch", "watch pods", 0, absl::Seconds(15));
  EXPECT_THAT(Text(), HasSubstr("leadership_broker_api_requests_total{code=\"200\",verb=\"list\"} 2\n"));
  EXPECT_THAT(Text(), HasSubstr("leadership_broker_api_requests_total{code=\"409\",verb=\"create\"} 1\n"));
  EXPECT_THAT(Text(), HasSubstr("leadership_broker_api_requests_total{code=\"<error>\",verb=\"watch\"} 1\n"));
  EXPECT_THAT(Text(), HasSubstr("leadership_broker_api_request_duration_seconds_count{verb=\"list\"} 2\n"));
  EXPECT_THAT(Text(), HasSubstr("duration_seconds_bucket{verb=\"list\",le=\"0.0025\"} 1\n"));
}

TEST_F(MetricsTest, WatchesAreCountedByWhyTheyEnded) {
  const std::vector<std::pair<absl::StatusCode, std::string>> reasons = {
      {absl::StatusCode::kOk, "ended"},
      {absl::StatusCode::kOutOfRange, "expired"},
      {absl::StatusCode::kUnavailable, "disconnected"},
      {absl::StatusCode::kResourceExhausted, "throttled"},
      {absl::StatusCode::kPermissionDenied, "forbidden"},
      {absl::StatusCode::kUnauthenticated, "unauthorized"},
      {absl::StatusCode::kDataLoss, "unreadable"},
      {absl::StatusCode::kInternal, "error"},
  };
  const auto series = [](const std::string& resource, const std::string& reason, int count) {
    return absl::StrCat("watch_restarts_total{reason=\"", reason, "\",resource=\"", resource, "\"} ", count, "\n");
  };
  for (const auto& [code, reason] : reasons) {
    EXPECT_THAT(Text(), HasSubstr(series("pods", reason, 0))) << "rate() does not see a first value";
    metrics_.call_observer()->OnWatchEnd("pods", Ended(code));
  }
  for (const auto& [code, reason] : reasons) {
    EXPECT_THAT(Text(), HasSubstr(series("pods", reason, 1)));
    EXPECT_THAT(Text(), HasSubstr(series("configmaps", reason, 0)));
  }
}

TEST_F(MetricsTest, StreamsAndWaitersAreCountedByWhatTheyAre) {
  auto stream = budget_.TryTake(StreamBudget::Use::kWatch);
  auto waiter = budget_.TryTake(StreamBudget::Use::kBecome);
  EXPECT_EQ(budget_.TryTake(StreamBudget::Use::kWatch), nullptr);
  EXPECT_EQ(Value("leadership_broker_streams_open"), 1);
  EXPECT_EQ(Value("leadership_broker_become_waiters"), 1);
  EXPECT_EQ(Value("leadership_broker_streams_refused_total"), 1);
  EXPECT_EQ(Value("leadership_broker_streams_limit"), 2);
  stream.reset();
  waiter.reset();
  EXPECT_EQ(Value("leadership_broker_streams_open"), 0);
  EXPECT_EQ(Value("leadership_broker_become_waiters"), 0);
}

TEST_F(MetricsTest, OpenDescriptorsAreThisProcesss) {
  const double before = Value("process_open_fds");
  std::ifstream one_more("/proc/self/stat");
  EXPECT_EQ(Value("process_open_fds"), before + 1);
  EXPECT_GE(Value("process_max_fds"), before);
}

TEST_F(MetricsTest, MemoryAndTimesAreThisProcesss) {
  EXPECT_GT(Value("process_resident_memory_bytes"), 1e6);
  EXPECT_GE(Value("process_virtual_memory_bytes"), Value("process_resident_memory_bytes"));
  EXPECT_GE(Value("process_cpu_seconds_total"), 0);
  // Both by the wall clock; the one is rounded to the clock's ticks, and the machine's start to a second.
  const double now = absl::ToUnixMicros(absl::Now()) / 1e6;
  EXPECT_LE(Value("process_start_time_seconds"), now + 2);
  EXPECT_GE(Value("process_start_time_seconds"), now - 3600);
}

}  // namespace
}  // namespace leadership_broker::testing
