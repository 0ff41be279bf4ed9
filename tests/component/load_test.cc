// 5,000 subscribers on one broker, some of whom never read, come and go, or vanish: everybody else is told of every
// change, and the memory comes back.
#include <sys/resource.h>

#include <atomic>
#include <iostream>
#include <thread>

#include "absl/time/clock.h"
#include "gmock/gmock.h"

#include "tests/component/crowd.h"
#include "tests/component/fake_test_cluster.h"
#include "tests/component/http2_frames.h"
#include "tests/component/raw_connection.h"
#include "tests/harness/eventually.h"
#include "tests/harness/sanitizer.h"
#include "tests/scenarios/scenario.h"

namespace leadership_broker::testing {
namespace {

constexpr int kScale = kUnderAddressSanitizer ? 10 : 1;
constexpr int kGood = 4400 / kScale;
constexpr int kNeverReading = 100 / kScale;
constexpr int kComingAndGoing = 500 / kScale;
constexpr int kVanishing = 500 / kScale;
constexpr int kRounds = 4;

int64_t ResidentKilobytes(pid_t pid) {
  const std::string status = ReadTextFile("/proc/" + std::to_string(pid) + "/status");
  return std::stoll(status.substr(status.find("VmRSS:") + 6));
}

class Load : public Scenario {
 protected:
  Load() {
    rlimit files = {};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    BrokerCommand command = BrokerCommand::InPod(pod_, lock);
    command.flags.push_back("--max-streams=8000");
    broker_ = std::make_unique<BrokerProcess>(command, address_);
    broker_->WaitServing();
  }

  std::string LockUid() {
    const nlohmann::json there = Lock();
    return there.is_null() ? "" : there["metadata"]["uid"].get<std::string>();
  }
  // The lock is removed by hand, and the broker wins it again.
  std::string NewTerm() {
    const std::string before = LockUid();
    DeleteLock();
    EXPECT_TRUE(Eventually([&] {
      const std::string now = LockUid();
      return !now.empty() && now != before;
    }));
    return LockUid();
  }
  static bool AllLead(const Crowd& crowd, int streams, const std::string& term) {
    const bool all = Eventually([&] {
      return crowd.CountTold([&](const Leadership& told) {
        return told.state() == Leadership::STATE_LEADER && told.lock().uid() == term;
      }) == streams;
    });
    return all;
  }

  TestPod pod_{&cluster, namespace_name, "a"};
  const int port_ = FreePort();
  const std::string address_ = "127.0.0.1:" + std::to_string(port_);
  std::unique_ptr<BrokerProcess> broker_;
};

TEST_F(Load, EverybodyWhoListensIsToldOfEveryChangeAndMemoryComesBack) {
  Eventually([&] { return !LockUid().empty(); });
  std::cout << "idle " << ResidentKilobytes(broker_->pid()) << " KB\n";
  for (int round = 0; round < kRounds; ++round) {
    absl::Time began = absl::Now();
    const auto lap = [&](const char* what) {
      const absl::Time now = absl::Now();
      std::cout << what << " " << absl::ToDoubleMilliseconds(now - began) << " ms, "
                << ResidentKilobytes(broker_->pid()) << " KB" << std::endl;
      began = absl::Now();
    };
    {
      const Crowd good(address_, kGood, 44);
      const Crowd deaf(address_, kNeverReading, 10, Reading::kNever);
      std::string term = LockUid();
      ASSERT_TRUE(AllLead(good, kGood, term)) << good.WhyEnded();
      lap("connected");
      std::atomic<bool> stop{false};
      std::thread coming_and_going([&] {
        while (!stop) {
          const Crowd visitors(address_, kComingAndGoing, 10);
          Eventually([&] { return visitors.CountTold([](const Leadership&) { return true; }) == kComingAndGoing; });
        }
      });
      for (int i = 0; i < 5; ++i) {
        term = NewTerm();
        lap("new term");
        EXPECT_TRUE(AllLead(good, kGood, term));
        lap("all told");
      }
      EXPECT_EQ(good.CountUntoldLosses(), 0);
      EXPECT_EQ(good.CountEnded(), 0) << good.WhyEnded();
      stop = true;
      coming_and_going.join();
    }
    lap("gone");
    absl::SleepFor(absl::Seconds(2));
    lap("later");
  }
}

}  // namespace
}  // namespace leadership_broker::testing
