// Clients that do what no client should: each costs at most itself its connection, and nobody else anything.
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "gmock/gmock.h"

#include "tests/component/fake_test_cluster.h"
#include "tests/component/http2_frames.h"
#include "tests/component/raw_connection.h"
#include "tests/harness/eventually.h"
#include "tests/scenarios/scenario.h"

namespace leadership_broker::testing {
namespace {

using http2::CallHead;
using http2::Encode;
using http2::Frame;
using http2::Hello;
using http2::LastMessage;

constexpr char kGet[] = "/leadership.v1.LeadershipBroker/GetLeadership";
constexpr char kWatch[] = "/leadership.v1.LeadershipBroker/WatchLeadership";

constexpr size_t kFarTooMuch = 100000;

class Abuse : public Scenario {
 protected:
  Abuse() { app_.WaitForState(Leadership::STATE_LEADER); }
  // An app that was there before hears of the next term, and one that comes now is served.
  ~Abuse() override {
    const std::string term = app_.Latest().leadership.lock().uid();
    DeleteLock();
    const auto next = [&](const Leadership& told) {
      return told.state() == Leadership::STATE_LEADER && told.lock().uid() != term;
    };
    app_.WaitFor(next, "a new term");
    Subscriber(broker_.NewChannel()).WaitFor(next, "the new term");
  }

  RawConnection Connect() const { return RawConnection(port_); }
  // One that has made itself known as HTTP/2 should: it has the broker's settings, and acknowledges them.
  RawConnection ConnectWell() {
    RawConnection connection = Connect();
    connection.Send(Hello());
    rest_.clear();
    EXPECT_GE(CountFrames(connection, http2::kSettings, 1), 1);
    connection.Send(Encode({http2::kSettings, http2::kAck, 0, ""}));
    return connection;
  }
  // Frames of the type, and of the stream if one is named (pings: answers to ours), while it waits for so many of them
  // or the connection's end.
  int CountFrames(RawConnection& connection, uint8_t type, int expected, std::optional<uint32_t> stream = {}) {
    int count = 0;
    while (count < expected) {
      const std::string more = connection.Receive();
      if (more.empty()) break;
      rest_ += more;
      for (const Frame& frame : http2::Decode(&rest_)) {
        // gRPC sends pings of its own as well.
        if (stream.has_value() && frame.stream != *stream) continue;
        if (frame.type == type && (type != http2::kPing || (frame.flags & http2::kAck) != 0)) ++count;
        EXPECT_NE(frame.type, http2::kGoAway) << frame.payload;
      }
    }
    return count;
  }

  TestPod pod_{&cluster, namespace_name, "a"};
  const int port_ = FreePort();
  BrokerProcess broker_{BrokerCommand::InPod(pod_, lock), "127.0.0.1:" + std::to_string(port_)};
  Subscriber app_{broker_.NewChannel()};
  // What has come, on the connection made last, of a frame that is not whole yet.
  std::string rest_;
};

struct Bytes {
  const char* name;
  std::string bytes;
};
std::string NameOf(const ::testing::TestParamInfo<Bytes>& info) { return info.param.name; }

// What is no HTTP/2, or breaks it so that nothing after it can be understood.
class Babble : public Abuse, public ::testing::WithParamInterface<Bytes> {};

TEST_P(Babble, CostsItsOwnConnectionAlone) {
  for (int i = 0; i < 100; ++i) {
    RawConnection connection = Connect();
    connection.Send(GetParam().bytes);
    EXPECT_TRUE(connection.WaitClosed());
  }
}

INSTANTIATE_TEST_SUITE_P(
    OnThePort, Babble,
    ::testing::Values(Bytes{"Http1", "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"},
                      Bytes{"TlsHello",
                            std::string("\x16\x03\x01\x00\x40\x01\x00\x00\x3c\x03\x03", 11) + std::string(57, 'r')},
                      Bytes{"Zeros", std::string(100, '\0')}, Bytes{"Noise", std::string(70000, '\xff')},
                      Bytes{"FrameLongerThanAllowed", Hello() + std::string("\xff\xff\xff\x00\x00\x00\x00\x00\x01", 9)},
                      Bytes{"SettingsOfAWrongSize", Hello() + Encode({http2::kSettings, 0, 0, "abc"})},
                      Bytes{"PingOfAWrongSize", Hello() + Encode({http2::kPing, 0, 0, "abc"})},
                      Bytes{"ContinuationOfNothing", Hello() + Encode({9, http2::kEndHeaders, 1, "abc"})},
                      Bytes{"HeadersThatAreNoHpack",
                            Hello() + Encode({http2::kHeaders, http2::kEndHeaders, 1, std::string(50, '\xff')})}),
    NameOf);

// What is wrong with a call, and with it alone: the connection goes on.
class BadCall : public Abuse, public ::testing::WithParamInterface<Bytes> {};

TEST_P(BadCall, LeavesItsConnectionUsable) {
  RawConnection connection = ConnectWell();
  ASSERT_TRUE(connection.Send(GetParam().bytes));
  ASSERT_TRUE(connection.Send(Encode({http2::kPing, 0, 0, "12345678"})));
  EXPECT_EQ(CountFrames(connection, http2::kPing, 1), 1);
  ASSERT_TRUE(connection.Send(CallHead(101, kGet) + LastMessage(101, "")));
  EXPECT_EQ(CountFrames(connection, http2::kData, 1, 101), 1) << "a good call after it is answered";
}

// A message's head: whether it is compressed, and its size.
std::string MessageHead(char compressed, uint32_t size) {
  std::string head(1, compressed);
  for (int shift = 24; shift >= 0; shift -= 8) head.push_back(static_cast<char>(size >> shift & 0xff));
  return head;
}

INSTANTIATE_TEST_SUITE_P(
    OnAConnection, BadCall,
    ::testing::Values(
        Bytes{"NoProtobuf", CallHead(1, kWatch) + LastMessage(1, "\xff\xff\xff\xff")},
        Bytes{"UnknownMethod", CallHead(1, "/leadership.v1.LeadershipBroker/Resign") + LastMessage(1, "")},
        Bytes{"UnknownCompression",
              CallHead(1, kWatch) + Encode({http2::kData, http2::kEndStream, 1, MessageHead(7, 0)})},
        Bytes{"MessageOf4Gigabytes",
              CallHead(1, kWatch) + Encode({http2::kData, 0, 1, MessageHead(0, 0xffffffff) + "abc"})},
        Bytes{"MessageThatEndsEarly",
              CallHead(1, kWatch) + Encode({http2::kData, http2::kEndStream, 1, MessageHead(0, 100) + "abc"})},
        Bytes{"NoMessage", CallHead(1, kWatch) + Encode({http2::kData, http2::kEndStream, 1, ""})},
        Bytes{"OnAServersStream", CallHead(2, kWatch)},
        Bytes{"CancelledAtOnce", CallHead(1, kWatch) + Encode({http2::kRstStream, 0, 1, std::string(4, '\x08')})}),
    NameOf);

TEST_F(Abuse, OversizedRequestIsRefusedByItself) {
  const auto stub = broker_.NewStub();
  leadership::v1::GetLeadershipRequest request;
  request.set_pod_uid(std::string(kFarTooMuch, 'x'));
  for (int i = 0; i < 100; ++i) {
    grpc::ClientContext context;
    Leadership response;
    EXPECT_EQ(stub->GetLeadership(&context, request, &response).error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  }
  grpc::ClientContext context;
  Leadership response;
  EXPECT_TRUE(stub->GetLeadership(&context, {}, &response).ok()) << "on the same connection";
}

TEST_F(Abuse, OversizedHeadersCostTheirConnectionAtMost) {
  const auto stub = broker_.NewStub();
  grpc::ClientContext context;
  context.AddMetadata("x-much", std::string(kFarTooMuch, 'x'));
  Leadership response;
  EXPECT_FALSE(stub->GetLeadership(&context, {}, &response).ok());
  EXPECT_FALSE(broker_.Get().lock().uid().empty());
}

// grpc-go and others are set to ping as often as they please, also with no call open; gRPC's own rule is five minutes,
// and its answer to more a GOAWAY "too_many_pings".
TEST_F(Abuse, PingsAreAnsweredHoweverManyAndWithoutACall) {
  RawConnection connection = ConnectWell();
  constexpr int kPings = 1000;
  for (int i = 0; i < kPings; ++i) ASSERT_TRUE(connection.Send(Encode({http2::kPing, 0, 0, "12345678"})));
  EXPECT_EQ(CountFrames(connection, http2::kPing, kPings), kPings);
}

TEST_F(Abuse, PingsOnAQuietStreamAreAnswered) {
  RawConnection connection = ConnectWell();
  ASSERT_TRUE(connection.Send(CallHead(1, kWatch) + LastMessage(1, "")));
  EXPECT_EQ(CountFrames(connection, http2::kData, 1), 1);
  constexpr int kPings = 1000;
  for (int i = 0; i < kPings; ++i) ASSERT_TRUE(connection.Send(Encode({http2::kPing, 0, 0, "12345678"})));
  EXPECT_EQ(CountFrames(connection, http2::kPing, kPings), kPings);
  DeleteLock();
  EXPECT_GE(CountFrames(connection, http2::kData, 2), 2) << "and the stream is alive: the loss, and the new term";
  app_.WaitFor([](const Leadership& told) { return told.state() != Leadership::STATE_LEADER; }, "the loss");
  app_.WaitForState(Leadership::STATE_LEADER);
}

TEST_F(Abuse, WhoSaysNothingIsLetGo) {
  RawConnection connection = Connect();
  EXPECT_TRUE(connection.WaitClosed());
}

TEST_F(Abuse, CallsThatNeverSendTheirRequestTakeNoPlaceFromOthers) {
  RawConnection connection = ConnectWell();
  // Until the broker has had enough of it.
  for (uint32_t i = 0; i < 5000; ++i) {
    if (!connection.Send(CallHead(2 * i + 1, kWatch))) break;
  }
  EXPECT_TRUE(connection.WaitClosed()) << "more at once than any client may have";
  EXPECT_TRUE(Subscriber(broker_.NewChannel()).WaitForState(Leadership::STATE_LEADER).leadership.has_lock());
}

TEST_F(Abuse, CallsThatAreResetAtOnceTakeNoPlaceFromOthers) {
  RawConnection connection = ConnectWell();
  for (uint32_t i = 0; i < 20000; ++i) {
    const uint32_t stream = 2 * i + 1;
    if (!connection.Send(CallHead(stream, kWatch) + LastMessage(stream, "") +
                         Encode({http2::kRstStream, 0, stream, std::string(4, '\x08')})))
      break;
  }
  EXPECT_TRUE(Subscriber(broker_.NewChannel()).WaitForState(Leadership::STATE_LEADER).leadership.has_lock());
}

TEST_F(Abuse, AnswersThatNobodyReadsAreNotPiledUp) {
  const auto resident = [this] {
    const std::string status = ReadTextFile("/proc/" + std::to_string(broker_.pid()) + "/status");
    return std::stoll(status.substr(status.find("VmRSS:") + 6)) / 1024;
  };
  const int64_t before = resident();
  RawConnection connection(port_, 4096);
  connection.SetPatience(absl::Seconds(2));
  connection.Send(Hello() + Encode({http2::kSettings, http2::kAck, 0, ""}));
  std::string pings;
  for (int i = 0; i < 1000; ++i) pings += Encode({http2::kPing, 0, 0, "12345678"});
  // Until the broker reads no more of them, for want of a reader of its own words.
  int64_t sent = 0;
  while (sent < 3000 && connection.Send(pings)) ++sent;
  RecordProperty("thousands_of_pings_taken", static_cast<int>(sent));
  EXPECT_LE(resident(), before + 16) << "MiB, after " << sent << ",000 pings";
}

TEST_F(Abuse, StreamsThatHoldThreadsAreBoundedAndLeaveTheServiceAlone) {
  // gRPC's reflection is synchronous: each of its streams holds a thread.
  std::vector<RawConnection> connections;
  for (int i = 0; i < 10; ++i) {
    connections.push_back(ConnectWell());
    for (uint32_t stream = 1; stream < 20; stream += 2) {
      connections.back().Send(CallHead(stream, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo") +
                              Encode({http2::kData, 0, stream, std::string(5, '\0')}));
    }
  }
  EXPECT_TRUE(Subscriber(broker_.NewChannel()).WaitForState(Leadership::STATE_LEADER).leadership.has_lock());
  EXPECT_LE(std::distance(std::filesystem::directory_iterator("/proc/" + std::to_string(broker_.pid()) + "/task"),
                          std::filesystem::directory_iterator()),
            64);
}

}  // namespace
}  // namespace leadership_broker::testing
