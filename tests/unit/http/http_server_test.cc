#include "server/http/http_server.h"

#include <curl/curl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "server/http/probes.h"

namespace leadership_broker::testing {
namespace {

using config::Address;
using config::ParseAddress;
using http::Answer;
using http::HttpServer;
using ::testing::HasSubstr;

struct Response {
  long status = 0;
  std::string body;
  // Names in lower case.
  std::map<std::string, std::string> headers;
  // How many connections had to be made.
  long connections = 0;
};

size_t AppendBody(char* data, size_t size, size_t count, void* response) {
  static_cast<Response*>(response)->body.append(data, size * count);
  return size * count;
}

size_t AddHeader(char* data, size_t size, size_t count, void* response) {
  const std::string line(data, size * count);
  if (const size_t colon = line.find(':'); colon != std::string::npos) {
    static_cast<Response*>(response)->headers[absl::AsciiStrToLower(line.substr(0, colon))] =
        std::string(absl::StripAsciiWhitespace(line.substr(colon + 1)));
  }
  return size * count;
}

class HttpServerTest : public ::testing::Test {
 protected:
  HttpServerTest() : curl_(curl_easy_init()) {}
  ~HttpServerTest() override { curl_easy_cleanup(curl_); }

  void Start(http::Handlers handlers) {
    auto server = HttpServer::Start({*ParseAddress("127.0.0.1:0")}, false, std::move(handlers));
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    address_ = server_->addresses().front();
  }

  Response Call(const std::string& method, const std::string& path, const std::string& body = "") {
    Response response;
    curl_easy_reset(curl_);
    curl_easy_setopt(curl_, CURLOPT_URL, absl::StrCat("http://", address_, path).c_str());
    curl_easy_setopt(curl_, CURLOPT_NOPROXY, "*");
    if (!from_.empty()) curl_easy_setopt(curl_, CURLOPT_INTERFACE, from_.c_str());
    curl_easy_setopt(curl_, CURLOPT_WRITEFUNCTION, &AppendBody);
    curl_easy_setopt(curl_, CURLOPT_WRITEDATA, &response);
    curl_easy_setopt(curl_, CURLOPT_HEADERFUNCTION, &AddHeader);
    curl_easy_setopt(curl_, CURLOPT_HEADERDATA, &response);
    if (method == "HEAD") curl_easy_setopt(curl_, CURLOPT_NOBODY, 1L);
    if (!body.empty()) curl_easy_setopt(curl_, CURLOPT_COPYPOSTFIELDS, body.c_str());
    if (method != "HEAD") curl_easy_setopt(curl_, CURLOPT_CUSTOMREQUEST, method.c_str());
    const CURLcode code = curl_easy_perform(curl_);
    EXPECT_EQ(code, CURLE_OK) << curl_easy_strerror(code);
    curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &response.status);
    curl_easy_getinfo(curl_, CURLINFO_NUM_CONNECTS, &response.connections);
    return response;
  }

  CURL* curl_;
  std::unique_ptr<HttpServer> server_;
  std::string address_;
  // The client's own address; any when empty.
  std::string from_;
};

http::Handlers Hello() {
  return {{"/hello", [](const http::Request&) {
             Answer answer;
             answer.body = "hi\n";
             return answer;
           }}};
}

TEST_F(HttpServerTest, GetAndHead) {
  Start(Hello());
  const Response get = Call("GET", "/hello");
  EXPECT_EQ(get.status, 200);
  EXPECT_EQ(get.body, "hi\n");
  EXPECT_THAT(get.headers.at("content-type"), HasSubstr("text/plain"));
  const Response head = Call("HEAD", "/hello");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.body, "");
  EXPECT_EQ(head.headers.at("content-length"), "3");
  EXPECT_EQ(head.connections, 0) << "the connection is kept";
}

TEST_F(HttpServerTest, AQueryIsIgnoredAndABodySwallowed) {
  Start(Hello());
  EXPECT_EQ(Call("GET", "/hello?verbose=1").body, "hi\n");
  EXPECT_EQ(Call("GET", "/hello", std::string(5000, 'x')).body, "hi\n");
}

TEST_F(HttpServerTest, UnknownPaths) {
  Start(Hello());
  for (const char* path : {"/", "/hello/", "/HELLO", "//hello", "/hello/../x"})
    EXPECT_EQ(Call("GET", path).status, 404) << path;
}

TEST_F(HttpServerTest, OtherMethods) {
  Start(Hello());
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "PATCH", "BREW"}) {
    const Response response = Call(method, "/hello", method == std::string("POST") ? "x=1" : "");
    EXPECT_EQ(response.status, 405) << method;
    EXPECT_EQ(response.headers.at("allow"), "GET, HEAD");
  }
}

TEST_F(HttpServerTest, EndlessHeadersAreRefused) {
  Start(Hello());
  EXPECT_GE(Call("GET", "/hello?" + std::string(20000, 'x')).status, 400);
  EXPECT_EQ(Call("GET", "/hello").status, 200) << "and the server goes on";
}

TEST_F(HttpServerTest, OneClientsConnectionsDoNotKeepAnotherOut) {
  Start(Hello());
  const config::SocketAddress name = ToSocketAddress(*ParseAddress(address_));
  std::vector<int> flood;
  for (unsigned i = 0; i < 2 * http::Limits().AllConnections(); ++i) {
    flood.push_back(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ASSERT_EQ(connect(flood.back(), reinterpret_cast<const sockaddr*>(&name.storage), name.length), 0);
  }
  from_ = "127.0.0.2";
  EXPECT_EQ(Call("GET", "/hello").status, 200);
  pollfd first = {flood.front(), POLLIN, 0};
  EXPECT_EQ(poll(&first, 1, 0), 0) << "the answer came, but only once a connection had been idle for too long";
  for (const int connection : flood) close(connection);
}

TEST_F(HttpServerTest, APortInUseIsToldInOneLine) {
  Start(Hello());
  const auto second = HttpServer::Start({*ParseAddress(address_)}, false, Hello());
  EXPECT_EQ(std::string(second.status().message()), address_ + " is in use by another process: Address already in use");
  const auto as_default = HttpServer::Start({*ParseAddress(address_), *ParseAddress("127.0.0.1:0")}, true, Hello());
  EXPECT_FALSE(as_default.ok()) << "a default is left for the next where the machine lacks it, not where it is taken";
}

TEST_F(HttpServerTest, TheFirstAddressThatTheMachineHas) {
  // Of a network that is reserved for documentation.
  const std::vector<Address> addresses = {*ParseAddress("198.51.100.250:0"), *ParseAddress("127.0.0.1:0"),
                                          *ParseAddress("[::1]:0")};
  EXPECT_FALSE(HttpServer::Start(addresses, false, Hello()).ok());
  const auto server = HttpServer::Start(addresses, true, Hello());
  ASSERT_TRUE(server.ok()) << server.status();
  EXPECT_THAT((*server)->addresses(), ::testing::ElementsAre(::testing::StartsWith("127.0.0.1:")));
}

TEST_F(HttpServerTest, TheWildcardAnswersBothFamilies) {
  auto server = HttpServer::Start({*ParseAddress("[::]:0")}, false, Hello());
  ASSERT_TRUE(server.ok()) << server.status();
  const std::string port = (*server)->addresses().front().substr(std::string("[::]:").size());
  for (const char* host : {"127.0.0.1:", "[::1]:"}) {
    address_ = host + port;
    EXPECT_EQ(Call("GET", "/hello").status, 200) << address_;
  }
}

TEST_F(HttpServerTest, LivezIsTheEventLoopsTurn) {
  std::atomic<int> seconds{0};
  Start(http::ProbeHandlers([&] { return absl::Seconds(seconds.load()); }, [] { return false; }));
  EXPECT_EQ(Call("GET", "/livez").status, 200);
  seconds = 10;
  EXPECT_EQ(Call("GET", "/livez").status, 200);
  seconds = 11;
  const Response dead = Call("GET", "/livez");
  EXPECT_EQ(dead.status, 503);
  EXPECT_THAT(dead.body, HasSubstr("11s"));
}

TEST_F(HttpServerTest, ReadyzIsThatCallsAreAnswered) {
  std::atomic<bool> ready{false};
  Start(http::ProbeHandlers([] { return absl::InfiniteDuration(); }, [&] { return ready.load(); }));
  EXPECT_EQ(Call("GET", "/readyz").status, 503);
  ready = true;
  EXPECT_EQ(Call("GET", "/readyz").status, 200);
}

}  // namespace
}  // namespace leadership_broker::testing
