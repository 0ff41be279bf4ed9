// What a kubeconfig may say of the way to its API server: names, certificates and proxies.
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "server/kube/curl_transport.h"
#include "tests/unit/kube/connect_proxy.h"
#include "tests/unit/kube/loopback_socket.h"
#include "tests/unit/kube/one_shot_server.h"

namespace leadership_broker::kube {
namespace {

using ::leadership_broker::testing::CertificateAuthority;
using ::leadership_broker::testing::ConnectProxy;
using ::leadership_broker::testing::IssuedCertificate;
using ::leadership_broker::testing::OneShotServer;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr absl::Duration kPatience = absl::Seconds(60);
constexpr char kName[] = "kube.example";

class Answer : public HttpHandler {
 public:
  void OnHeaders(const HttpHead&) override {}
  void OnBody(absl::string_view chunk) override { absl::StrAppend(&body, chunk); }
  void OnDone(const absl::Status& s) override {
    status = s;
    done = true;
  }
  std::string body;
  absl::Status status;
  bool done = false;
};

class CurlRouteTest : public ::testing::Test {
 protected:
  CurlRouteTest() {
    setenv("no_proxy", "*", 1);
    // As main does: a client that turns away from a server's certificate closes the connection while that still writes.
    signal(SIGPIPE, SIG_IGN);
  }

  CurlTransport::Options To(int port, const std::string& host = "127.0.0.1") {
    CurlTransport::Options options;
    options.url = absl::StrCat("https://", host, ":", port);
    options.ca_data = authority_.certificate();
    return options;
  }

  // The body of the answer, or why there is none.
  static std::string Do(CurlTransport& transport, std::shared_ptr<const ClientCertificate> certificate = nullptr) {
    HttpRequest request;
    request.method = "GET";
    request.target = "/api";
    request.certificate = std::move(certificate);
    Answer answer;
    const loop::Handle handle = transport.Start(std::move(request), &answer);
    const absl::Time end = absl::Now() + kPatience;
    while (!answer.done && absl::Now() < end) transport.Wait(absl::Milliseconds(100));
    return answer.status.ok() ? answer.body : std::string(answer.status.message());
  }
  static std::string Do(CurlTransport::Options options) {
    auto transport = CurlTransport::Create(std::move(options));
    EXPECT_TRUE(transport.ok()) << transport.status();
    return Do(**transport);
  }

  const CertificateAuthority authority_{"authority"};
  const IssuedCertificate at_address_ = authority_.Issue("server");
  const IssuedCertificate by_name_ = authority_.Issue("server", absl::Hours(24), kName);
};

TEST_F(CurlRouteTest, AnAuthorityThatIsGivenAsTextIsTheOnlyOneThatIsTrusted) {
  OneShotServer server(at_address_);
  EXPECT_EQ(Do(To(server.port())), "ok");
  CurlTransport::Options other = To(server.port());
  other.ca_data = CertificateAuthority("other").certificate();
  EXPECT_THAT(Do(other), HasSubstr("not vouched for by the kubeconfig's certificate-authority-data"));
  other.ca_data.clear();
  EXPECT_THAT(Do(other), HasSubstr("not vouched for by the authorities that this machine trusts"));
}

TEST_F(CurlRouteTest, InsecureTrustsAnybody) {
  OneShotServer server(by_name_);
  CurlTransport::Options options = To(server.port());
  options.ca_data.clear();
  options.insecure = true;
  EXPECT_EQ(Do(options), "ok");
}

TEST_F(CurlRouteTest, ATlsServerNameIsAskedForAndVerifiedButTheHostStaysTheUrls) {
  OneShotServer server(by_name_);
  CurlTransport::Options options = To(server.port());
  EXPECT_THAT(Do(options), HasSubstr("not for this host"));
  options.tls_server_name = kName;
  EXPECT_EQ(Do(options), "ok");
  ASSERT_THAT(server.shown(), SizeIs(1));
  EXPECT_EQ(server.shown()[0].server_name, kName);
  EXPECT_THAT(server.shown()[0].head, HasSubstr(absl::StrCat("\r\nHost: 127.0.0.1:", server.port(), "\r\n")));
  options.tls_server_name = "another.example";
  EXPECT_THAT(Do(options), AllOf(HasSubstr("not for this host"), HasSubstr("127.0.0.1:")));
}

TEST_F(CurlRouteTest, AClientCertificateIsShownAndAnotherOneOnAnotherConnection) {
  OneShotServer server(at_address_);
  auto transport = CurlTransport::Create(To(server.port()));
  ASSERT_TRUE(transport.ok()) << transport.status();
  for (const char* name : {"first", "second"}) {
    const IssuedCertificate issued = authority_.Issue(name);
    EXPECT_EQ(
        Do(**transport, std::make_shared<const ClientCertificate>(ClientCertificate{issued.certificate, issued.key})),
        "ok");
    EXPECT_EQ(server.shown().back().client_name, name);
  }
  EXPECT_EQ(Do(**transport), "ok");
  EXPECT_EQ(server.shown().back().client_name, "");
}

TEST_F(CurlRouteTest, ACertificateThatDoesNotBelongToItsKeyIsCalledSo) {
  OneShotServer server(at_address_);
  auto transport = CurlTransport::Create(To(server.port()));
  ASSERT_TRUE(transport.ok()) << transport.status();
  EXPECT_THAT(Do(**transport, std::make_shared<const ClientCertificate>(
                                  ClientCertificate{authority_.Issue("a").certificate, authority_.Issue("b").key})),
              HasSubstr("the client certificate or its key cannot be used"));
}

// no_proxy is "*" here: what the kubeconfig says comes first.
TEST_F(CurlRouteTest, AProxyIsAskedForTheServerByItsName) {
  OneShotServer server(by_name_);
  ConnectProxy proxy(server.port());
  CurlTransport::Options options = To(6443, kName);
  options.proxy_url = absl::StrCat("http://127.0.0.1:", proxy.port());
  EXPECT_EQ(Do(options), "ok");
  EXPECT_THAT(proxy.asked(), ElementsAre(HasSubstr("CONNECT kube.example:6443 HTTP/1.1\r\n")));
  EXPECT_THAT(proxy.asked()[0], ::testing::Not(HasSubstr("Bearer")));
}

TEST_F(CurlRouteTest, AProxyAndATlsServerNameGoTogether) {
  OneShotServer server(by_name_);
  ConnectProxy proxy(server.port());
  CurlTransport::Options options = To(6443, "kube.invalid");
  options.tls_server_name = kName;
  options.proxy_url = absl::StrCat("http://user:password@127.0.0.1:", proxy.port());
  EXPECT_EQ(Do(options), "ok");
  EXPECT_THAT(proxy.asked(),
              ElementsAre(AllOf(HasSubstr("CONNECT kube.invalid:6443 "), HasSubstr("Proxy-Authorization: Basic"))));
  EXPECT_EQ(server.shown()[0].server_name, kName);
  EXPECT_THAT(server.shown()[0].head, HasSubstr("Host: kube.invalid:6443\r\n"));
}

TEST_F(CurlRouteTest, AProxyThatIsNotThereIsNamedAsWhatIsMissing) {
  OneShotServer server(at_address_);
  CurlTransport::Options options = To(server.port());
  int port = 0;
  close(testing::ListenOnLoopback(&port));
  options.proxy_url = absl::StrCat("socks5://user:hush@127.0.0.1:", port);
  EXPECT_THAT(Do(options), AllOf(HasSubstr("cannot connect"), ::testing::Not(HasSubstr("hush"))));
  EXPECT_THAT(server.shown(), IsEmpty());
}

}  // namespace
}  // namespace leadership_broker::kube
