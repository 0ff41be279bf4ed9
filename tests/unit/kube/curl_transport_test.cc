#include "server/kube/curl_transport.h"

#include <dirent.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "server/loop/event_loop.h"
#include "tests/harness/eventually.h"
#include "tests/harness/scratch_dir.h"
#include "tests/unit/kube/certificate.h"
#include "tests/unit/kube/tls_server.h"

namespace leadership_broker::kube {
namespace {

using ::leadership_broker::testing::BodyStream;
using ::leadership_broker::testing::ServerAnswer;
using ::leadership_broker::testing::ServerCertificate;
using ::leadership_broker::testing::ServerRequest;
using ::leadership_broker::testing::TlsServer;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// For conditions that come within milliseconds unless something is wrong.
constexpr absl::Duration kPatience = absl::Seconds(60);

class RecordingHandler : public HttpHandler {
 public:
  void OnHeaders(const HttpHead& h) override {
    head = h;
    Call("headers");
  }
  void OnBody(absl::string_view chunk) override {
    absl::StrAppend(&body, chunk);
    Call("body");
  }
  void OnDone(const absl::Status& s) override {
    status = s;
    done = true;
    Call("done");
  }

  HttpHead head;
  std::string body;
  bool done = false;
  absl::Status status = absl::UnknownError("not done");
  std::vector<std::string> calls;
  std::function<void(const std::string&)> on_call;

 private:
  void Call(const std::string& call) {
    calls.push_back(call);
    if (on_call) on_call(call);
  }
};

HttpRequest Get(const std::string& target, bool streaming = false) {
  HttpRequest request;
  request.method = "GET";
  request.target = target;
  request.streaming = streaming;
  return request;
}

class CurlTransportTest : public ::testing::Test {
 protected:
  CurlTransportTest() {
    files_.Write("ca.crt", certificate_.ca);
    // A proxy of the machine's own would stand between.
    setenv("no_proxy", "*", 1);
  }

  static const ServerCertificate& Certificate() {
    static const auto* const kCertificate = new ServerCertificate(testing::MakeServerCertificate());
    return *kCertificate;
  }

  CurlTransport::Options OptionsFor(uint16_t port, const std::string& host = "127.0.0.1") {
    CurlTransport::Options options;
    options.url = absl::StrCat("https://", host, ":", port);
    options.ca_file = files_.File("ca.crt");
    return options;
  }

  static std::unique_ptr<CurlTransport> Make(CurlTransport::Options options) {
    auto transport = CurlTransport::Create(std::move(options));
    EXPECT_TRUE(transport.ok()) << transport.status();
    return *std::move(transport);
  }

  static void WaitUntil(CurlTransport& transport, const std::function<bool()>& condition) {
    const absl::Time end = absl::Now() + kPatience;
    while (!condition() && absl::Now() < end) transport.Wait(absl::Milliseconds(100));
    ASSERT_TRUE(condition());
  }

  // One request from start to end.
  static RecordingHandler Do(CurlTransport& transport, HttpRequest request) {
    RecordingHandler handler;
    const loop::Handle handle = transport.Start(std::move(request), &handler);
    WaitUntil(transport, [&] { return handler.done; });
    return handler;
  }

  static std::string ErrorOf(const RecordingHandler& handler) {
    EXPECT_EQ(handler.status.code(), absl::StatusCode::kUnavailable) << handler.status;
    return std::string(handler.status.message());
  }

  const ServerCertificate certificate_ = Certificate();
  testing::ScratchDir files_;
};

ServerAnswer Echo(const ServerRequest& request) {
  ServerAnswer answer;
  answer.body = absl::StrCat(request.method, " ", request.target, " ", request.body);
  return answer;
}

// Answers /watch with the stream, and everything else as Echo.
TlsServer::Handler EchoOr(const std::shared_ptr<BodyStream>& watch) {
  return [watch](const ServerRequest& request) {
    if (request.target != "/watch") return Echo(request);
    ServerAnswer answer;
    answer.stream = watch;
    return answer;
  };
}

TEST_F(CurlTransportTest, SendsMethodTargetHeadersAndBody) {
  ServerRequest seen;
  TlsServer server(certificate_, [&](const ServerRequest& request) {
    seen = request;
    return Echo(request);
  });
  const auto transport = Make(OptionsFor(server.port()));
  for (const char* method : {"POST", "DELETE", "PATCH"}) {
    HttpRequest request;
    request.method = method;
    request.target = "/api/v1/x?a=b%3Dc";
    request.body = "{\"a\":1}";
    request.headers = {"Content-Type: application/json", "Authorization: Bearer t"};
    const RecordingHandler answer = Do(*transport, request);
    EXPECT_TRUE(answer.status.ok()) << answer.status;
    EXPECT_EQ(answer.head.status, 200);
    EXPECT_EQ(answer.body, absl::StrCat(method, " /api/v1/x?a=b%3Dc {\"a\":1}"));
    EXPECT_EQ(seen.headers["Content-Type"], "application/json");
    EXPECT_EQ(seen.headers["Authorization"], "Bearer t");
  }
}

TEST_F(CurlTransportTest, AHandleThatIsUsedAgainForgetsTheRequestBefore) {
  TlsServer server(certificate_, &Echo);
  const auto transport = Make(OptionsFor(server.port()));
  HttpRequest post;
  post.method = "POST";
  post.target = "/a";
  post.body = "body";
  Do(*transport, post);
  EXPECT_EQ(Do(*transport, Get("/b")).body, "GET /b ");
}

TEST_F(CurlTransportTest, ReadsStatusRetryAfterAndDate) {
  TlsServer server(certificate_, [](const ServerRequest& request) {
    ServerAnswer answer;
    answer.status = 429;
    if (request.target == "/told") {
      answer.headers = {{"Retry-After", "7"}, {"Date", "Fri, 15 Jan 2027 08:00:00 GMT"}};
    }
    answer.body = "slow down";
    return answer;
  });
  const auto transport = Make(OptionsFor(server.port()));
  const RecordingHandler told = Do(*transport, Get("/told"));
  EXPECT_TRUE(told.status.ok()) << told.status;
  EXPECT_EQ(told.head.status, 429);
  EXPECT_EQ(told.head.retry_after, absl::Seconds(7));
  EXPECT_EQ(told.head.date, absl::FromUnixSeconds(1800000000));
  EXPECT_EQ(told.body, "slow down");
  // Not what the handle knew from the answer before.
  EXPECT_EQ(Do(*transport, Get("/untold")).head.retry_after, absl::ZeroDuration());
}

TEST_F(CurlTransportTest, RequestsOneAfterTheOtherShareAConnection) {
  TlsServer server(certificate_, &Echo);
  const auto transport = Make(OptionsFor(server.port()));
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(Do(*transport, Get("/")).status.ok());
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(CurlTransportTest, AWatchNeverSharesItsConnectionWithAnotherRequest) {
  const auto stream = std::make_shared<BodyStream>();
  TlsServer server(certificate_, EchoOr(stream));
  const auto transport = Make(OptionsFor(server.port()));
  // The connection of an earlier request is there for the watch to take.
  EXPECT_TRUE(Do(*transport, Get("/")).status.ok());
  RecordingHandler watch;
  const loop::Handle handle = transport->Start(Get("/watch", true), &watch);
  WaitUntil(*transport, [&] { return watch.head.status == 200; });
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(Do(*transport, Get("/")).status.ok());
  EXPECT_EQ(server.connections(), 2);
  stream->Finish();
  WaitUntil(*transport, [&] { return watch.done; });
}

TEST_F(CurlTransportTest, AStreamIsDeliveredAsItComes) {
  const auto stream = std::make_shared<BodyStream>();
  TlsServer server(certificate_, [&](const ServerRequest&) {
    ServerAnswer answer;
    answer.stream = stream;
    return answer;
  });
  const auto transport = Make(OptionsFor(server.port()));
  RecordingHandler handler;
  const loop::Handle handle = transport->Start(Get("/", true), &handler);
  WaitUntil(*transport, [&] { return handler.head.status == 200; });
  EXPECT_EQ(handler.body, "");
  stream->Write("one\n");
  WaitUntil(*transport, [&] { return handler.body == "one\n"; });
  stream->Write("two\n");
  WaitUntil(*transport, [&] { return handler.body == "one\ntwo\n"; });
  EXPECT_FALSE(handler.done);
  stream->Finish();
  WaitUntil(*transport, [&] { return handler.done; });
  EXPECT_TRUE(handler.status.ok()) << handler.status;
  EXPECT_EQ(handler.calls.front(), "headers");
  EXPECT_EQ(handler.calls.back(), "done");
}

TEST_F(CurlTransportTest, ARequestIsSentBeforeTheNextTurn) {
  std::atomic<int> requests{0};
  TlsServer server(certificate_, [&](const ServerRequest& request) {
    ++requests;
    return Echo(request);
  });
  const auto transport = Make(OptionsFor(server.port()));
  Do(*transport, Get("/"));  // there is a connection now
  RecordingHandler handler;
  const loop::Handle handle = transport->Start(Get("/"), &handler);
  EXPECT_TRUE(testing::Eventually([&] { return requests == 2; }));
  WaitUntil(*transport, [&] { return handler.done; });
}

TEST_F(CurlTransportTest, WhatComesWhileAHandlerSendsIsDeliveredAfterItAndOnce) {
  const auto stream = std::make_shared<BodyStream>();
  TlsServer server(certificate_, EchoOr(stream));
  const auto transport = Make(OptionsFor(server.port()));
  RecordingHandler other;
  loop::Handle other_handle;
  RecordingHandler handler;
  handler.on_call = [&](const std::string& call) {
    if (call != "body" || other_handle != nullptr) return;
    stream->Write("two");
    stream->Finish();
    EXPECT_TRUE(testing::Eventually([&] { return server.answers() == 1; }));
    other_handle = transport->Start(Get("/"), &other);
    EXPECT_FALSE(handler.done);
  };
  const loop::Handle handle = transport->Start(Get("/watch", true), &handler);
  stream->Write("one");
  WaitUntil(*transport, [&] { return handler.done && other.done; });
  EXPECT_EQ(handler.body, "onetwo");
  EXPECT_THAT(handler.calls, ElementsAre("headers", "body", "body", "done"));
}

TEST_F(CurlTransportTest, AStreamOutlivesTheTimeOutOfOrdinaryRequests) {
  const auto stream = std::make_shared<BodyStream>();
  TlsServer server(certificate_, [&](const ServerRequest& request) {
    ServerAnswer answer;
    answer.stream = request.target == "/watch" ? stream : std::make_shared<BodyStream>();
    if (request.target != "/watch") answer.stream->Finish();
    return answer;
  });
  CurlTransport::Options options = OptionsFor(server.port());
  options.request_timeout = absl::Milliseconds(500);
  const auto transport = Make(options);
  RecordingHandler handler;
  const loop::Handle handle = transport->Start(Get("/watch", true), &handler);
  const absl::Time end = absl::Now() + absl::Seconds(1);
  WaitUntil(*transport, [&] { return absl::Now() > end; });
  EXPECT_FALSE(handler.done) << handler.status;
  stream->Finish();
  WaitUntil(*transport, [&] { return handler.done; });
}

TEST_F(CurlTransportTest, AnAnswerThatBreaksOffIsAnErrorAndWhatCameIsDelivered) {
  TlsServer server(certificate_, [](const ServerRequest&) {
    ServerAnswer answer;
    answer.stream = std::make_shared<BodyStream>();
    answer.stream->Write("half");
    answer.stream->Cut();
    return answer;
  });
  const auto transport = Make(OptionsFor(server.port()));
  const RecordingHandler handler = Do(*transport, Get("/", true));
  EXPECT_EQ(handler.head.status, 200);
  EXPECT_EQ(handler.body, "half");
  EXPECT_THAT(ErrorOf(handler), AllOf(HasSubstr("the connection broke"), HasSubstr(transport->Peer())));
}

TEST_F(CurlTransportTest, AKeptConnectionThatTheServerClosedIsReplaced) {
  auto server = std::make_unique<TlsServer>(certificate_, &Echo);
  const uint16_t port = server->port();
  const auto transport = Make(OptionsFor(port));
  EXPECT_TRUE(Do(*transport, Get("/")).status.ok());
  server.reset();
  server = std::make_unique<TlsServer>(certificate_, &Echo, port);
  const RecordingHandler handler = Do(*transport, Get("/"));
  EXPECT_TRUE(handler.status.ok()) << handler.status;
}

TEST_F(CurlTransportTest, ARefusedConnectionSaysWhoRefused) {
  uint16_t port = 0;
  { port = TlsServer(certificate_, &Echo).port(); }
  const auto transport = Make(OptionsFor(port));
  const RecordingHandler handler = Do(*transport, Get("/"));
  EXPECT_THAT(handler.calls, ElementsAre("done"));
  EXPECT_THAT(ErrorOf(handler), AllOf(HasSubstr(absl::StrCat("127.0.0.1:", port)), HasSubstr("cannot connect")));
}

TEST_F(CurlTransportTest, ARequestThatIsNotAnsweredTimesOut) {
  const auto stream = std::make_shared<BodyStream>();
  TlsServer server(certificate_, [&](const ServerRequest&) {
    ServerAnswer answer;
    answer.stream = stream;
    return answer;
  });
  CurlTransport::Options options = OptionsFor(server.port());
  options.request_timeout = absl::Milliseconds(300);
  const auto transport = Make(options);
  EXPECT_THAT(ErrorOf(Do(*transport, Get("/"))), AllOf(HasSubstr("timed out"), HasSubstr(transport->Peer())));
  stream->Finish();
}

TEST_F(CurlTransportTest, AStreamThatFallsSilentIsGivenUp) {
  const auto stream = std::make_shared<BodyStream>();
  stream->Write("one\n");
  TlsServer server(certificate_, [&](const ServerRequest&) {
    ServerAnswer answer;
    answer.stream = stream;
    return answer;
  });
  CurlTransport::Options options = OptionsFor(server.port());
  options.stream_silence_limit = absl::Seconds(1);
  const auto transport = Make(options);
  const RecordingHandler handler = Do(*transport, Get("/", true));
  EXPECT_EQ(handler.body, "one\n");
  EXPECT_THAT(ErrorOf(handler), HasSubstr("timed out"));
  stream->Finish();
}

TEST_F(CurlTransportTest, AServerOfAnotherAuthorityIsRefusedBeforeAnythingIsSent) {
  std::atomic<int> requests{0};
  TlsServer server(certificate_, [&](const ServerRequest& request) {
    ++requests;
    return Echo(request);
  });
  files_.Write("ca.crt", testing::MakeServerCertificate().ca);
  const auto transport = Make(OptionsFor(server.port()));
  EXPECT_THAT(ErrorOf(Do(*transport, Get("/"))), AllOf(HasSubstr("not vouched for"), HasSubstr(files_.File("ca.crt"))));
  EXPECT_EQ(requests, 0);
}

TEST_F(CurlTransportTest, ACertificateForAnotherHostIsRefused) {
  TlsServer server(certificate_, &Echo);
  const auto transport = Make(OptionsFor(server.port(), "localhost"));
  EXPECT_THAT(ErrorOf(Do(*transport, Get("/"))), AllOf(HasSubstr("not for this host"), HasSubstr("localhost:")));
}

TEST_F(CurlTransportTest, AReplacedCaFileIsReadForTheNextConnection) {
  TlsServer server(certificate_, &Echo);
  files_.Write("ca.crt", testing::MakeServerCertificate().ca);
  const auto transport = Make(OptionsFor(server.port()));
  EXPECT_FALSE(Do(*transport, Get("/")).status.ok());
  files_.Write("ca.crt", certificate_.ca);
  const RecordingHandler handler = Do(*transport, Get("/"));
  EXPECT_TRUE(handler.status.ok()) << handler.status;
}

TEST_F(CurlTransportTest, ACaFileThatIsGoneIsNamed) {
  TlsServer server(certificate_, &Echo);
  files_.Remove("ca.crt");
  const auto transport = Make(OptionsFor(server.port()));
  EXPECT_THAT(ErrorOf(Do(*transport, Get("/"))), AllOf(HasSubstr(files_.File("ca.crt")), HasSubstr("cannot be read")));
}

TEST_F(CurlTransportTest, OnlyHttpsIsSpoken) {
  for (const char* url :
       {"http://127.0.0.1:8001", "127.0.0.1:443", "file:///etc/passwd", "", "https://", "https://a b"}) {
    CurlTransport::Options options;
    options.url = url;
    EXPECT_EQ(CurlTransport::Create(options).status().code(), absl::StatusCode::kInvalidArgument) << url;
  }
}

TEST_F(CurlTransportTest, PeerIsHostAndPort) {
  CurlTransport::Options options;
  options.url = "https://[fd00::1]";
  EXPECT_EQ(Make(options)->Peer(), "[fd00::1]:443");
  options.url = "https://api.example.com:6443/clusters/x/";
  EXPECT_EQ(Make(options)->Peer(), "api.example.com:6443");
}

TEST_F(CurlTransportTest, APathInTheUrlIsKept) {
  TlsServer server(certificate_, &Echo);
  CurlTransport::Options options = OptionsFor(server.port());
  options.url += "/clusters/x/";
  EXPECT_EQ(Do(*Make(options), Get("/api")).body, "GET /clusters/x/api ");
}

TEST_F(CurlTransportTest, NothingIsDeliveredInsideStart) {
  TlsServer server(certificate_, &Echo);
  const auto transport = Make(OptionsFor(server.port()));
  RecordingHandler second;
  loop::Handle second_handle;
  RecordingHandler first;
  first.on_call = [&](const std::string& call) {
    if (call != "done") return;
    second_handle = transport->Start(Get("/second"), &second);
    EXPECT_THAT(second.calls, IsEmpty());
  };
  const loop::Handle first_handle = transport->Start(Get("/first"), &first);
  EXPECT_THAT(first.calls, IsEmpty());
  WaitUntil(*transport, [&] { return second.done; });
  EXPECT_EQ(second.body, "GET /second ");
  EXPECT_EQ(server.connections(), 1);
}

class CancelTest : public CurlTransportTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(CancelTest, AHandleDestroyedInACallbackHearsNothingMore) {
  const auto stream = std::make_shared<BodyStream>();
  stream->Write("one\n");
  stream->Finish();
  TlsServer server(certificate_, [&](const ServerRequest&) {
    ServerAnswer answer;
    answer.stream = stream;
    return answer;
  });
  const auto transport = Make(OptionsFor(server.port()));
  RecordingHandler handler;
  loop::Handle handle = transport->Start(Get("/", true), &handler);
  handler.on_call = [&](const std::string& call) {
    if (call == GetParam()) handle.reset();
  };
  WaitUntil(*transport, [&] { return handle == nullptr; });
  // The transport goes on working.
  RecordingHandler other = Do(*transport, Get("/other"));
  EXPECT_TRUE(other.status.ok()) << other.status;
  EXPECT_EQ(handler.calls.back(), GetParam());
}

INSTANTIATE_TEST_SUITE_P(All, CancelTest, ::testing::Values("headers", "body", "done"));

TEST_F(CurlTransportTest, ACallbackMayDestroyAnotherRequestWithAnAnswerWaiting) {
  constexpr int kCount = 8;
  const auto stream = std::make_shared<BodyStream>();
  std::atomic<int> requests{0};
  TlsServer server(certificate_, [&](const ServerRequest&) {
    ++requests;
    // Nobody is answered before this stream, which never has a byte, is finished.
    char byte = 0;
    stream->Read(&byte, 1);
    return ServerAnswer();
  });
  const auto transport = Make(OptionsFor(server.port()));
  std::vector<RecordingHandler> handlers(kCount);
  std::vector<loop::Handle> handles(kCount);
  for (int i = 0; i < kCount; ++i) {
    handlers[i].on_call = [&, i](const std::string&) {
      for (int j = 0; j < kCount; ++j) {
        if (j != i) handles[j].reset();
      }
    };
    handles[i] = transport->Start(Get("/"), &handlers[i]);
  }
  WaitUntil(*transport, [&] { return requests == kCount; });
  stream->Finish();
  const absl::Time end = absl::Now() + kPatience;
  while (server.answers() < kCount && absl::Now() < end) std::this_thread::yield();
  ASSERT_EQ(server.answers(), kCount);
  // All answers wait in the sockets; whichever is delivered first destroys the other requests.
  WaitUntil(*transport, [&] {
    return std::any_of(handlers.begin(), handlers.end(), [](const RecordingHandler& handler) { return handler.done; });
  });
  EXPECT_EQ(std::count_if(handlers.begin(), handlers.end(), [](const RecordingHandler& h) { return !h.calls.empty(); }),
            1);
}

TEST_F(CurlTransportTest, ACancelledStreamIsClosed) {
  const auto stream = std::make_shared<BodyStream>();
  std::atomic<int> requests{0};
  TlsServer server(certificate_, [&](const ServerRequest& request) {
    ++requests;
    if (request.target != "/watch") return Echo(request);
    ServerAnswer answer;
    answer.stream = stream;
    return answer;
  });
  const auto transport = Make(OptionsFor(server.port()));
  RecordingHandler handler;
  loop::Handle handle = transport->Start(Get("/watch", true), &handler);
  WaitUntil(*transport, [&] { return handler.head.status == 200; });
  handle.reset();
  // Its connection, with an answer unfinished on it, is not used again.
  EXPECT_EQ(Do(*transport, Get("/")).body, "GET / ");
  EXPECT_EQ(server.connections(), 2);
  stream->Finish();
}

TEST_F(CurlTransportTest, WakeEndsAWaitOfAnotherThread) {
  const auto transport = Make(OptionsFor(1));
  // As the loop's waiter: a task posted from elsewhere runs although nothing else happens for a long time.
  loop::EventLoop loop(transport.get());
  std::thread poster([&] { loop.Post([&] { loop.Stop(); }); });
  loop.Run();
  poster.join();
  // A wake before the wait counts too.
  transport->Wake();
  const absl::Time begin = absl::Now();
  transport->Wait(kPatience);
  EXPECT_LT(absl::Now() - begin, kPatience / 2);
}

// The socket of this process that is connected to `port`, by looking through all of them.
int SocketConnectedTo(uint16_t port) {
  DIR* const directory = opendir("/proc/self/fd");
  int result = -1;
  while (const dirent* entry = readdir(directory)) {
    int socket = -1;
    sockaddr_in peer{};
    socklen_t size = sizeof(peer);
    if (!absl::SimpleAtoi(entry->d_name, &socket)) continue;
    if (getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &size) == 0 && peer.sin_port == htons(port))
      result = socket;
  }
  closedir(directory);
  return result;
}

int TcpOption(int socket, int level, int name) {
  int value = -1;
  socklen_t size = sizeof(value);
  getsockopt(socket, level, name, &value, &size);
  return value;
}

TEST_F(CurlTransportTest, ADeadPeerIsNoticedByTheKernelWellWithinAMinute) {
  TlsServer server(certificate_, &Echo);
  const auto transport = Make(OptionsFor(server.port()));
  EXPECT_TRUE(Do(*transport, Get("/")).status.ok());
  const int socket = SocketConnectedTo(server.port());
  ASSERT_GE(socket, 0);
  EXPECT_NE(TcpOption(socket, SOL_SOCKET, SO_KEEPALIVE), 0);
  EXPECT_EQ(TcpOption(socket, IPPROTO_TCP, TCP_KEEPIDLE), 15);
  EXPECT_EQ(TcpOption(socket, IPPROTO_TCP, TCP_KEEPINTVL), 5);
  EXPECT_EQ(TcpOption(socket, IPPROTO_TCP, TCP_USER_TIMEOUT), 30000);
}

}  // namespace
}  // namespace leadership_broker::kube
