// --elector-listen: apps written for the elector sidecars, beside real brokers: one that polls, one that holds a
// stream.
#include <unistd.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"

#include "tests/component/fake_test_cluster.h"
#include "tests/component/raw_connection.h"
#include "tests/harness/admin_client.h"
#include "tests/harness/child_process.h"
#include "tests/scenarios/scenario.h"

namespace leadership_broker::testing {
namespace {

using ::testing::HasSubstr;

std::string Said(const std::string& name) { return "{\"name\":\"" + name + "\"}"; }

// What such an app does now and then.
class Poller {
 public:
  explicit Poller(int port) : client_("http://127.0.0.1:" + std::to_string(port), "", "") {}
  std::string Says() { return client_.Get("/").text; }
  bool ComesToSay(const std::string& name) {
    return Eventually([&] { return Says() == Said(name); });
  }

 private:
  AdminClient client_;
};

// One that lets a library read the stream.
class StreamReader {
 public:
  // Waits for the broker to answer.
  explicit StreamReader(int port) {
    EXPECT_TRUE(Eventually([&] { return RawConnection(port).connected(); }));
    curl_ = std::make_unique<ChildProcess>(
        std::vector<std::string>{"/usr/bin/curl", "--no-progress-meter", "--no-buffer", "--noproxy", "*",
                                 absl::StrCat("http://127.0.0.1:", port, "/sse")},
        Environment(), scratch_.File("stream"));
  }

  // Everything that was said, in its order.
  std::vector<std::string> Said() const {
    std::vector<std::string> said;
    for (const absl::string_view event : absl::StrSplit(ReadTextFile(scratch_.File("stream")), "\n\n")) {
      if (event.substr(0, 6) == "data: ") said.emplace_back(event.substr(6));
    }
    return said;
  }
  bool ComesToSay(const std::string& name) {
    return Eventually([&] {
      const std::vector<std::string> said = Said();
      return !said.empty() && said.back() == testing::Said(name);
    });
  }
  // Its exit code, when the stream has ended.
  std::optional<int> Wait() { return curl_->Wait(kPatience); }

 private:
  const ScratchDir scratch_;
  std::unique_ptr<ChildProcess> curl_;
};

class Elector : public Scenario {
 protected:
  ~Elector() override { SharedFakeCluster().StartApiServer(); }

  static std::string Flag(int port) { return absl::StrCat("--elector-listen=127.0.0.1:", port); }

  const int first_port_ = FreePort();
  const int second_port_ = FreePort();
};

TEST_F(Elector, APollerAndAStreamSeeTheTakeover) {
  auto first = NewCandidate("a", {Flag(first_port_)});
  first->WaitForState(Leadership::STATE_LEADER);
  auto second = NewCandidate("b", {Flag(second_port_)});
  Poller first_poller(first_port_);
  Poller second_poller(second_port_);
  StreamReader stream(second_port_);
  EXPECT_TRUE(first_poller.ComesToSay("a"));
  EXPECT_TRUE(second_poller.ComesToSay("a"));
  EXPECT_TRUE(stream.ComesToSay("a"));
  first->pod->DeleteByForce();
  EXPECT_TRUE(second_poller.ComesToSay("b"));
  EXPECT_TRUE(stream.ComesToSay("b"));
  EXPECT_EQ(stream.Said().back(), Said("b"));
  EXPECT_TRUE(first_poller.ComesToSay(""));
}

TEST_F(Elector, AStandbyOutOfContactNamesNoStaleLeader) {
  auto first = NewCandidate("a", {Flag(first_port_)});
  first->WaitForState(Leadership::STATE_LEADER);
  auto second = NewCandidate("b", {Flag(second_port_)});
  StreamReader stream(second_port_);
  ASSERT_TRUE(stream.ComesToSay("a"));
  SharedFakeCluster().StopApiServer();
  EXPECT_TRUE(Poller(second_port_).ComesToSay(""));
  EXPECT_TRUE(stream.ComesToSay(""));
  EXPECT_EQ(Poller(first_port_).Says(), Said("a")) << "R9: a leader that is out of contact leads on";
  SharedFakeCluster().StartApiServer();
  EXPECT_TRUE(stream.ComesToSay("a"));
}

TEST_F(Elector, R9_ALeaderPastItsLimitIsNamedNoMore) {
  auto first = NewCandidate("a", {Flag(first_port_), "--unverified-limit=3s"});
  StreamReader stream(first_port_);
  ASSERT_TRUE(stream.ComesToSay("a"));
  SharedFakeCluster().StopApiServer();
  EXPECT_TRUE(stream.ComesToSay(""));
  EXPECT_EQ(Poller(first_port_).Says(), Said(""));
  SharedFakeCluster().StartApiServer();
  EXPECT_TRUE(stream.ComesToSay("a"));
}

TEST_F(Elector, R1_ANewPodOfTheLeadersNameIsNotTheLeader) {
  auto first = NewCandidate("a", {Flag(first_port_)});
  first->WaitForState(Leadership::STATE_LEADER);
  first->broker.Kill();
  // So that the old lock stays, and the new pod finds its own name in it.
  cluster.StopCollector();
  first->pod->DeleteByForce();
  first->pod->Recreate();
  BrokerCommand command = BrokerCommand::InPod(*first->pod, lock);
  command.flags.insert(command.flags.end(), {Flag(second_port_), "--orphan-grace=never"});
  BrokerProcess again(command);
  Subscriber(again.NewChannel()).WaitForState(Leadership::STATE_STANDBY);
  EXPECT_EQ(Poller(second_port_).Says(), Said(""));
  cluster.StartCollector();
  EXPECT_TRUE(Poller(second_port_).ComesToSay("a"));
}

TEST_F(Elector, SubscribersThatAreGoneTakeNoPlaceAndSlowOnesDelayNobody) {
  auto first = NewCandidate("a", {Flag(first_port_)});
  first->WaitForState(Leadership::STATE_LEADER);
  auto second = NewCandidate("b", {Flag(second_port_)});
  ASSERT_TRUE(Poller(second_port_).ComesToSay("a"));
  // Many more than there is room for, one after another.
  for (int i = 0; i < 100; ++i) {
    RawConnection gone(second_port_);
    ASSERT_TRUE(gone.Send("GET /sse HTTP/1.1\r\nHost: x\r\n\r\n"));
    ASSERT_THAT(gone.Receive(), HasSubstr(" 200 "));
    if (i % 2 == 0) gone.Vanish();
  }
  std::vector<RawConnection> silent;
  for (int i = 0; i < 30; ++i) {
    silent.emplace_back(second_port_, 2048);
    ASSERT_TRUE(silent.back().Send("GET /sse HTTP/1.1\r\nHost: x\r\n\r\n"));
  }
  StreamReader stream(second_port_);
  ASSERT_TRUE(stream.ComesToSay("a"));
  first->pod->DeleteByForce();
  EXPECT_TRUE(stream.ComesToSay("b"));
  EXPECT_TRUE(Poller(second_port_).ComesToSay("b"));
}

TEST_F(Elector, StreamsEndWithTheBroker) {
  auto first = NewCandidate("a", {Flag(first_port_)});
  StreamReader stream(first_port_);
  ASSERT_TRUE(stream.ComesToSay("a"));
  EXPECT_EQ(first->broker.Stop(), 0);
  EXPECT_TRUE(stream.Wait().has_value());
  EXPECT_EQ(stream.Said().back(), Said("a")) << "its lock is kept";
}

TEST_F(Elector, OutsideAClusterTheHostLeads) {
  BrokerCommand command;
  command.flags = {"--lock=the-lock", "--http-listen=none", "--service-account-dir=/nonexistent", Flag(first_port_)};
  BrokerProcess broker(command);
  char host[256] = {};
  ASSERT_EQ(gethostname(host, sizeof(host) - 1), 0);
  EXPECT_TRUE(Poller(first_port_).ComesToSay(host));
}

}  // namespace
}  // namespace leadership_broker::testing
