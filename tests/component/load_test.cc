// 5,000 subscribers on one broker, of whom some never read, come and go, freeze or vanish: everybody else is told of
// every change, the election goes on, and the memory comes back.
#include <signal.h>
#include <sys/resource.h>

#include <atomic>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"

#include "tests/component/crowd.h"
#include "tests/component/fake_test_cluster.h"
#include "tests/component/http2_frames.h"
#include "tests/component/raw_connection.h"
#include "tests/harness/child_process.h"
#include "tests/harness/eventually.h"
#include "tests/harness/sanitizer.h"
#include "tests/harness/scratch_dir.h"
#include "tests/scenarios/scenario.h"

namespace leadership_broker::testing {
namespace {

// 5,000 in all.
constexpr int kScale = kUnderAddressSanitizer ? 10 : 1;
constexpr int kGood = 4000 / kScale;
constexpr int kNeverReading = 100 / kScale;
constexpr int kComingAndGoing = 500 / kScale;
constexpr int kKilled = 300 / kScale;
constexpr int kFrozen = 50 / kScale;
constexpr int kVanishing = 50 / kScale;
constexpr int kStreamsOfAConnection = 50;
constexpr int kTermsOfARound = 4;

constexpr char kWatch[] = "/leadership.v1.LeadershipBroker/WatchLeadership";

int64_t ResidentKilobytes(pid_t pid) {
  const std::string status = ReadTextFile("/proc/" + std::to_string(pid) + "/status");
  return std::stoll(status.substr(status.find("VmRSS:") + 6));
}

#ifndef LB_UNDER_ADDRESS_SANITIZER
// Once it falls no more. A broker looks every five seconds for memory that it can give back.
int64_t SettledKilobytes(pid_t pid) {
  int64_t before = 0;
  int64_t now = ResidentKilobytes(pid);
  do {
    before = now;
    absl::SleepFor(absl::Seconds(6));
    now = ResidentKilobytes(pid);
  } while (now < before * 99 / 100);
  return now;
}
#endif

int Connections(int streams) { return 1 + streams / kStreamsOfAConnection; }

// A process of its own with subscribers in it.
class OtherApp {
 public:
  OtherApp(const std::string& address, int streams)
      : process_({LEADERSHIP_BROKER_CROWD, address, std::to_string(streams), std::to_string(Connections(streams))},
                 Environment(), scratch_.File("output")) {
    EXPECT_TRUE(Eventually([this] { return ReadTextFile(scratch_.File("output")) == "told\n"; }));
  }
  void Signal(int signal) { process_.Signal(signal); }

 private:
  const ScratchDir scratch_;
  ChildProcess process_;
};

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
    EXPECT_TRUE(Eventually([this] { return !LockUid().empty(); }));
  }

  std::string LockUid() {
    const nlohmann::json there = Lock();
    return there.is_null() ? "" : there["metadata"]["uid"].get<std::string>();
  }
  // The lock is removed by hand, and the broker wins another.
  std::string NewTerm() {
    const std::string before = LockUid();
    DeleteLock();
    std::string now;
    EXPECT_TRUE(Eventually([&] { return !(now = LockUid()).empty() && now != before; }));
    return now;
  }
  static bool AllLead(const Crowd& crowd, int streams, const std::string& term) {
    return Eventually([&] {
      return crowd.CountTold([&](const Leadership& told) {
        return told.state() == Leadership::STATE_LEADER && told.lock().uid() == term;
      }) == streams;
    });
  }
  // Subscribes by hand, reads nothing, and is cut off without a word.
  std::vector<RawConnection> Vanishing() const {
    std::vector<RawConnection> connections;
    for (int i = 0; i < kVanishing; ++i) {
      connections.emplace_back(port_, 4096);
      EXPECT_TRUE(connections.back().Send(http2::Hello() + http2::CallHead(1, kWatch) + http2::LastMessage(1, "")));
    }
    return connections;
  }

  void Round();

  TestPod pod_{&cluster, namespace_name, "a"};
  const int port_ = FreePort();
  const std::string address_ = "127.0.0.1:" + std::to_string(port_);
  std::unique_ptr<BrokerProcess> broker_;
};

void Load::Round() {
  const Crowd good(address_, kGood, Connections(kGood));
  const Crowd deaf(address_, kNeverReading, Connections(kNeverReading), Reading::kNever);
  OtherApp killed(address_, kKilled);
  OtherApp frozen(address_, kFrozen);
  std::vector<RawConnection> vanishing = Vanishing();
  std::atomic<bool> stop{false};
  std::thread coming_and_going([&] {
    while (!stop) {
      const Crowd visitors(address_, kComingAndGoing, Connections(kComingAndGoing));
      EXPECT_TRUE(
          Eventually([&] { return visitors.CountTold([](const Leadership&) { return true; }) == kComingAndGoing; }));
    }
  });
  EXPECT_TRUE(AllLead(good, kGood, LockUid())) << good.WhyEnded();
  const int64_t resident = ResidentKilobytes(broker_->pid());
  frozen.Signal(SIGSTOP);
  for (int i = 0; i < kTermsOfARound; ++i) {
    const absl::Time removed = absl::Now();
    const std::string term = NewTerm();
    const absl::Time won = absl::Now();
    EXPECT_TRUE(AllLead(good, kGood, term)) << good.WhyEnded();
    std::cout << "lock removed, won again after "
              << absl::FormatDuration(absl::Trunc(won - removed, absl::Milliseconds(1))) << ", all told after "
              << absl::FormatDuration(absl::Trunc(absl::Now() - removed, absl::Milliseconds(1))) << "; broker "
              << resident / 1024 << " MiB" << std::endl;
    if (i == 0) killed.Signal(SIGKILL);
    if (i == 1) {
      for (RawConnection& connection : vanishing) connection.Vanish();
    }
  }
  stop = true;
  coming_and_going.join();
  EXPECT_EQ(good.CountUntoldLosses(), 0);
  EXPECT_EQ(good.CountEnded(), 0) << good.WhyEnded();
}

TEST_F(Load, EverybodyWhoReadsIsToldOfEveryChangeWhateverOthersDo) {
  Round();
  // Every stream's place is given back: all of them can be taken again.
  const Crowd all(address_, 8000 / kScale, Connections(8000 / kScale));
  EXPECT_TRUE(AllLead(all, 8000 / kScale, LockUid())) << all.WhyEnded();
}

// AddressSanitizer keeps freed memory for itself.
#ifndef LB_UNDER_ADDRESS_SANITIZER
TEST_F(Load, MemoryComesBack) {
  const int64_t idle = ResidentKilobytes(broker_->pid());
  Round();
  const int64_t first = SettledKilobytes(broker_->pid());
  std::cout << "broker " << idle << " KiB when idle, " << first << " KiB after one round" << std::endl;
  // The first time, code is paged in and pools are made that stay.
  EXPECT_LT(first, idle * 3 / 2);
  Round();
  EXPECT_TRUE(Eventually([&] { return ResidentKilobytes(broker_->pid()) <= first * 11 / 10; }));
  std::cout << "broker " << ResidentKilobytes(broker_->pid()) << " KiB after another" << std::endl;
}
#endif

}  // namespace
}  // namespace leadership_broker::testing
