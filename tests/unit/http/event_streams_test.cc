#include "server/http/event_streams.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "server/http/elector.h"
#include "server/http/http_server.h"
#include "server/http/probes.h"
#include "tests/unit/http/event_client.h"

namespace leadership_broker::testing {
namespace {

using http::HttpServer;
using leadership::v1::Leadership;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// Has always more to say.
class Endless : public http::EventSource {
 public:
  explicit Endless(std::atomic<int>* alive) : alive_(alive) { ++*alive_; }
  ~Endless() override { --*alive_; }
  Next Take() override { return {http::Event(std::string(1000, 'x')), false}; }

 private:
  std::atomic<int>* const alive_;
};

class EventStreamsTest : public ::testing::Test {
 protected:
  EventStreamsTest() { Say("a"); }

  void Start(const http::Limits& limits = {}) {
    http::Handlers handlers = http::ElectorHandlers({{"the-lock", &hub_}}, "", [] { return absl::ZeroDuration(); });
    for (auto& probe : http::ProbeHandlers([] { return absl::ZeroDuration(); }, [] { return true; }))
      handlers.insert(std::move(probe));
    handlers["/endless"] = [this](const http::Request&) {
      http::Answer answer;
      answer.events = [this](const std::function<void()>&) { return std::make_unique<Endless>(&endless_); };
      return answer;
    };
    auto server = HttpServer::Start({*config::ParseAddress("127.0.0.1:0")}, false, std::move(handlers), limits);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    address_ = server_->addresses().front();
  }

  void Say(const std::string& leader) {
    auto snapshot = std::make_shared<status::Snapshot>();
    snapshot->leadership.set_state(Leadership::STATE_STANDBY);
    snapshot->leadership.mutable_leader()->set_name(leader);
    snapshot->leadership.mutable_self()->set_name("self");
    snapshot->leadership.set_api_connected(true);
    snapshot->leadership.set_revision(++revision_);
    hub_.Publish(std::move(snapshot));
  }

  std::string StatusOf(const std::string& path) {
    const std::string head = EventClient(address_, path).Head();
    return head.size() < 12 ? head : head.substr(9, 3);
  }

  status::Hub hub_;
  uint64_t revision_ = 0;
  std::atomic<int> endless_{0};
  std::unique_ptr<HttpServer> server_;
  std::string address_;
};

std::string Named(const std::string& name) { return "data: {\"name\":\"" + name + "\"}\n\n"; }

TEST_F(EventStreamsTest, TheStateAtOnceAndThenEachChange) {
  Start();
  EventClient client(address_, "/sse");
  EXPECT_THAT(client.Head(), AllOf(HasSubstr(" 200 "), HasSubstr("text/event-stream"), HasSubstr("no-store")));
  EXPECT_EQ(client.Next(), Named("a"));
  for (int i = 0; i < 100; ++i) {
    const std::string leader = "b" + std::to_string(i);
    Say(leader);
    Say(leader);
    EXPECT_EQ(client.Next(), Named(leader));
  }
}

TEST_F(EventStreamsTest, WithEveryPlaceTakenByClientsThatNeverReadProbesAreAnswered) {
  Start();
  std::vector<EventClient> silent;
  for (unsigned i = 0; i < http::StreamLimits().streams; ++i) {
    silent.emplace_back(address_, i % 2 == 0 ? "/endless" : "/sse", 2048);
    EXPECT_THAT(silent.back().Head(), HasSubstr(" 200 "));
  }
  EventClient refused(address_, "/sse");
  EXPECT_THAT(refused.Head(), AllOf(HasSubstr(" 503 "), HasSubstr("Connection: close")));
  EXPECT_THAT(refused.connection().Receive() + refused.Next(), HasSubstr("16 are open, the most at once"));
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(StatusOf("/livez"), "200");
    EXPECT_EQ(StatusOf("/readyz"), "200");
    Say("b" + std::to_string(i));
  }
}

TEST_F(EventStreamsTest, AClientThatIsGoneLeavesItsPlaceAtOnce) {
  http::Limits limits;
  limits.streams.streams = 1;
  Start(limits);
  for (int i = 0; i < 20; ++i) {
    EventClient client(address_, "/sse");
    EXPECT_THAT(client.Head(), HasSubstr(" 200 "));
    EXPECT_EQ(client.Next(), Named("a"));
    EXPECT_EQ(StatusOf("/sse"), "503");
    if (i % 2 == 0) client.connection().Vanish();
  }
}

TEST_F(EventStreamsTest, AClientThatTakesNothingIsCutAndDelaysNobody) {
  http::Limits limits;
  limits.streams.stall = absl::Seconds(1);
  Start(limits);
  EventClient slow(address_, "/endless", 2048);
  EventClient quick(address_, "/sse");
  quick.Head();
  EXPECT_EQ(quick.Next(), Named("a"));
  EXPECT_TRUE(Eventually([&] { return endless_ == 1; }));
  int changes = 0;
  EXPECT_TRUE(Eventually([&] {
    const std::string leader = "b" + std::to_string(++changes);
    Say(leader);
    EXPECT_EQ(quick.Next(), Named(leader));
    return endless_ == 0;
  }));
}

TEST_F(EventStreamsTest, SilenceIsBrokenByComments) {
  http::Limits limits;
  limits.streams.keep_alive = absl::ZeroDuration();
  Start(limits);
  EventClient client(address_, "/sse");
  client.Head();
  EXPECT_EQ(client.Next(), Named("a"));
  for (int i = 0; i < 3; ++i) {
    server_->Tick();
    EXPECT_EQ(client.Next(), ":\n\n");
  }
}

TEST_F(EventStreamsTest, WithinTheLongestSilenceThereAreNone) {
  Start();
  EventClient client(address_, "/sse");
  client.Head();
  EXPECT_EQ(client.Next(), Named("a"));
  server_->Tick();
  Say("b");
  EXPECT_EQ(client.Next(), Named("b"));
}

TEST_F(EventStreamsTest, WhoSendsARequestByDropsIsCut) {
  http::Limits limits;
  limits.request = absl::Milliseconds(500);
  Start(limits);
  EventClient stream(address_, "/sse");
  stream.Head();
  EXPECT_EQ(stream.Next(), Named("a"));
  for (const char* path : {"/", "/sse", "/livez"}) {
    RawConnection slow(PortOfAddress(address_));
    slow.Send(absl::StrCat("GET ", path, " HTTP/1.1\r\nHost: "));
    EXPECT_TRUE(Eventually([&] {
      server_->Tick();
      return !slow.Send("x");
    })) << path;
  }
  Say("b");
  EXPECT_EQ(stream.Next(), Named("b")) << "a stream is no slow request";
}

TEST_F(EventStreamsTest, AHeadTakesNoPlace) {
  http::Limits limits;
  limits.streams.streams = 1;
  Start(limits);
  RawConnection head(PortOfAddress(address_));
  head.Send("HEAD /sse HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(head.Receive(), AllOf(StartsWith("HTTP/1.1 200"), HasSubstr("text/event-stream")));
  EXPECT_EQ(StatusOf("/sse"), "200");
}

TEST_F(EventStreamsTest, OtherMethodsAreRefused) {
  Start();
  RawConnection post(PortOfAddress(address_));
  post.Send("POST /sse HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
  EXPECT_THAT(post.Receive(), AllOf(StartsWith("HTTP/1.1 405"), HasSubstr("Allow: GET, HEAD")));
}

TEST_F(EventStreamsTest, TheEndOfTheHubEndsStreamsInOrder) {
  Start();
  RawConnection client(PortOfAddress(address_));
  client.Send("GET /sse HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.Receive(200), HasSubstr(Named("a")));
  hub_.Close();
  EXPECT_EQ(client.Receive(5), "0\r\n\r\n") << "the last chunk";
  EXPECT_TRUE(client.WaitClosed());
}

TEST_F(EventStreamsTest, TheEndOfTheServerEndsThemAtOnce) {
  Start();
  EventClient waits(address_, "/sse");
  waits.Head();
  EXPECT_EQ(waits.Next(), Named("a"));
  EventClient slow(address_, "/endless", 2048);
  EXPECT_TRUE(Eventually([&] { return endless_ == 1; }));
  server_.reset();
  EXPECT_EQ(endless_, 0);
  EXPECT_TRUE(waits.connection().WaitClosed());
  EXPECT_TRUE(slow.connection().WaitClosed());
}

// For AddressSanitizer: whoever wakes a stream does so while it comes and goes.
TEST_F(EventStreamsTest, ManyComeAndGoWhileMuchIsTold) {
  http::Limits limits;
  limits.streams.keep_alive = absl::ZeroDuration();
  for (int round = 0; round < 5; ++round) {
    Start(limits);
    std::atomic<bool> over{false};
    std::thread publisher([&] {
      while (!over) Say("b" + std::to_string(revision_));
    });
    std::thread keeper([&] {
      while (!over) server_->Tick();
    });
    for (int i = 0; i < 100; ++i) {
      EventClient client(address_, "/sse");
      if (i % 3 != 0) client.Head();
      if (i % 3 == 1) client.Next();
      if (i % 2 == 0) client.connection().Vanish();
    }
    std::vector<EventClient> left;
    for (int i = 0; i < 8; ++i) left.emplace_back(address_, "/sse");
    left.back().Head();
    over = true;
    keeper.join();
    if (round % 2 == 0) server_.reset();
    publisher.join();
  }
}

}  // namespace
}  // namespace leadership_broker::testing
