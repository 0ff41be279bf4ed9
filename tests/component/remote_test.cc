// --allow-remote: who is served from outside the pod, who is not, and that certificates change while streams go on. A
// wildcard address, reached over loopback, is an outside one by the broker's rule.
#include <openssl/ssl.h>

#include <memory>
#include <optional>
#include <vector>

#include "gmock/gmock.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"

#include "tests/component/fake_test_cluster.h"
#include "tests/component/raw_connection.h"
#include "tests/component/tls_handshake.h"
#include "tests/harness/certificate_authority.h"
#include "tests/harness/eventually.h"
#include "tests/scenarios/scenario.h"

namespace leadership_broker::testing {
namespace {

using ::testing::HasSubstr;

constexpr int kDescriptors = 256;

class Remote : public Scenario {
 protected:
  Remote() {
    PutServer(ca_.Issue("first"));
    PutClientCa(ca_.certificate());
  }

  // What the broker is started with.
  BrokerCommand Command() const {
    BrokerCommand command = BrokerCommand::InPod(pod_, lock);
    for (const std::string& flag :
         {std::string("--allow-remote"), "--tls-cert=" + folder_.File("tls.crt"),
          "--tls-key=" + folder_.File("tls.key"), "--tls-client-ca=" + folder_.File("ca.crt")}) {
      command.flags.push_back(flag);
    }
    return command;
  }
  // On loopback, by which it is spoken to unless a test says otherwise, and for everybody.
  void Start(BrokerCommand command) {
    broker_ = std::make_unique<BrokerProcess>(
        std::move(command), "127.0.0.1:" + std::to_string(FreePort()) + ",0.0.0.0:" + std::to_string(port_));
    ASSERT_TRUE(broker_->WaitServing());
  }
  void Start() { Start(Command()); }

  void PutServer(const IssuedCertificate& issued) const {
    WriteTextFile(folder_.File("tls.crt"), issued.certificate);
    WriteTextFile(folder_.File("tls.key"), issued.key);
  }
  void PutClientCa(const std::string& certificates) const { WriteTextFile(folder_.File("ca.crt"), certificates); }

  // From outside; `client` is the certificate that is shown, if any.
  std::shared_ptr<grpc::Channel> NewChannel(const std::optional<IssuedCertificate>& client) const {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = ca_.certificate();
    if (client.has_value()) {
      options.pem_private_key = client->key;
      options.pem_cert_chain = client->certificate;
    }
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    // Else a client whose certificate was refused would go in by the connection of another.
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return grpc::CreateCustomChannel(Address(), grpc::SslCredentials(options), arguments);
  }
  std::string Address() const { return "127.0.0.1:" + std::to_string(port_); }

  // One call, which does not try again where the connection fails.
  static grpc::Status Call(const std::shared_ptr<grpc::Channel>& channel) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + kPatience));
    Leadership leadership;
    return leadership::v1::LeadershipBroker::NewStub(channel)->GetLeadership(&context, {}, &leadership);
  }
  bool IsServed(const IssuedCertificate& client) const { return Call(NewChannel(client)).ok(); }
  void ExpectRefused(const std::shared_ptr<grpc::Channel>& channel) const {
    const grpc::Status status = Call(channel);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE) << status.error_message();
    EXPECT_TRUE(IsServed(client_)) << "though others are";
  }
  std::string ServerName() const { return ShakeHands(port_, TLS1_3_VERSION, client_).server; }

  // That a stream which has told of the leader tells of its next term too.
  void ExpectGoesOn(Subscriber& app) {
    const std::string term = app.Latest().leadership.lock().uid();
    DeleteLock();
    app.WaitFor(
        [&](const Leadership& told) { return told.state() == Leadership::STATE_LEADER && told.lock().uid() != term; },
        "a new term");
    EXPECT_EQ(app.Latest().stream, 1);
  }

  const CertificateAuthority ca_{"ca"};
  const IssuedCertificate client_ = ca_.Issue("client");
  const ScratchDir folder_;
  TestPod pod_{&cluster, namespace_name, "a"};
  const int port_ = FreePort();
  std::unique_ptr<BrokerProcess> broker_;
};

TEST_F(Remote, AClientWithACertificateIsServedAsOneInThePodIs) {
  Start();
  Subscriber app(NewChannel(client_));
  app.WaitForState(Leadership::STATE_LEADER);
  ExpectGoesOn(app);
  leadership::v1::GetLeadershipRequest request;
  request.set_pod_uid("another");
  grpc::ClientContext context;
  Leadership leadership;
  EXPECT_EQ(leadership::v1::LeadershipBroker::NewStub(NewChannel(client_))
                ->GetLeadership(&context, request, &leadership)
                .error_code(),
            grpc::StatusCode::FAILED_PRECONDITION);
}

TEST_F(Remote, LoopbackAndSocketStayWithoutTls) {
  const std::string socket = "unix:" + folder_.File("s");
  broker_ = std::make_unique<BrokerProcess>(
      Command(), socket + ",127.0.0.1:" + std::to_string(port_) + ",[::]:" + std::to_string(FreePort()));
  ASSERT_TRUE(broker_->WaitServing());
  EXPECT_TRUE(Call(NewLocalChannel(socket)).ok());
  EXPECT_TRUE(Call(NewLocalChannel(Address())).ok());
  EXPECT_FALSE(Call(NewChannel(client_)).ok()) << "TLS is not spoken there";
}

TEST_F(Remote, WhoShowsNoCertificateIsRefused) {
  Start();
  ExpectRefused(NewChannel(std::nullopt));
}

TEST_F(Remote, ACertificateOfAnotherAuthorityIsRefused) {
  Start();
  ExpectRefused(NewChannel(CertificateAuthority("other").Issue("client")));
}

TEST_F(Remote, ACertificateOfAnotherAuthorityByTheSameNameIsRefused) {
  Start();
  ExpectRefused(NewChannel(CertificateAuthority("ca").Issue("client")));
}

TEST_F(Remote, AnExpiredCertificateIsRefused) {
  Start();
  ExpectRefused(NewChannel(ca_.Issue("client", -absl::Hours(1))));
}

TEST_F(Remote, WhoSpeaksNoTlsIsRefused) {
  Start();
  ExpectRefused(NewLocalChannel(Address()));
}

TEST_F(Remote, TlsOlderThanOneDotTwoIsRefused) {
  Start();
  const Handshake newest = ShakeHands(port_, TLS1_3_VERSION, client_);
  EXPECT_TRUE(newest.done) << newest.error;
  const Handshake least = ShakeHands(port_, TLS1_2_VERSION, client_);
  EXPECT_TRUE(least.done) << least.error;
  EXPECT_EQ(least.version, "TLSv1.2");
  EXPECT_FALSE(ShakeHands(port_, TLS1_1_VERSION, client_).done);
  EXPECT_TRUE(Eventually([&] { return broker_->Log().find("unsupported protocol") != std::string::npos; }));
}

TEST_F(Remote, ANewServerCertificateIsShownAndStreamsGoOn) {
  Start();
  Subscriber app(NewChannel(client_));
  app.WaitForState(Leadership::STATE_LEADER);
  EXPECT_EQ(ServerName(), "first");
  PutServer(ca_.Issue("second"));
  EXPECT_TRUE(Eventually([&] { return ServerName() == "second"; }));
  ExpectGoesOn(app);
  EXPECT_TRUE(IsServed(client_));
  EXPECT_THAT(broker_->Log(), HasSubstr("new certificates"));
}

TEST_F(Remote, ANewClientAuthorityIsHeededAndStreamsGoOn) {
  Start();
  Subscriber app(NewChannel(client_));
  app.WaitForState(Leadership::STATE_LEADER);
  const CertificateAuthority other("other");
  const IssuedCertificate others_client = other.Issue("client");
  EXPECT_FALSE(IsServed(others_client));
  PutClientCa(ca_.certificate() + other.certificate());
  EXPECT_TRUE(Eventually([&] { return IsServed(others_client); }));
  EXPECT_TRUE(IsServed(client_)) << "both, while clients are moved over";
  PutClientCa(other.certificate());
  EXPECT_TRUE(Eventually([&] { return !IsServed(client_); }));
  EXPECT_TRUE(IsServed(others_client));
  ExpectGoesOn(app);
}

TEST_F(Remote, EveryAddressHearsOfNewCertificates) {
  const int other_port = FreePort();
  broker_ =
      std::make_unique<BrokerProcess>(Command(), "unix:" + folder_.File("s") + ",0.0.0.0:" + std::to_string(port_) +
                                                     ",0.0.0.0:" + std::to_string(other_port));
  ASSERT_TRUE(broker_->WaitServing());
  PutServer(ca_.Issue("second"));
  EXPECT_TRUE(Eventually([&] { return ServerName() == "second"; }));
  EXPECT_TRUE(Eventually([&] { return ShakeHands(other_port, TLS1_3_VERSION, client_).server == "second"; }));
}

TEST_F(Remote, FilesThatAreNoGoodLeaveTheEarlierOnesInForce) {
  Start();
  const std::string whole = ca_.certificate();
  PutClientCa(whole.substr(0, whole.size() / 2));
  EXPECT_TRUE(Eventually([&] { return broker_->Log().find("no whole certificate") != std::string::npos; }));
  EXPECT_TRUE(IsServed(client_));
  // The key comes after the certificate that it belongs to.
  PutClientCa(whole);
  const IssuedCertificate second = ca_.Issue("second");
  WriteTextFile(folder_.File("tls.crt"), second.certificate);
  EXPECT_TRUE(Eventually([&] { return broker_->Log().find("does not belong to") != std::string::npos; }));
  EXPECT_EQ(ServerName(), "first");
  EXPECT_TRUE(IsServed(client_));
  WriteTextFile(folder_.File("tls.key"), second.key);
  EXPECT_TRUE(Eventually([&] { return ServerName() == "second"; }));
}

TEST_F(Remote, StrangersCannotKeepThePodsOwnClientsOut) {
  BrokerCommand command = Command();
  const std::string bound = std::to_string(kDescriptors);
  command.flags.insert(command.flags.begin(), {"--nofile=" + bound + ":" + bound, command.program});
  command.program = "/usr/bin/prlimit";
  Start(command);
  std::vector<RawConnection> flood;
  for (int i = 0; i < 2 * kDescriptors; ++i) flood.emplace_back(port_);
  // The last of them have been dealt with when they are closed.
  EXPECT_TRUE(flood.back().WaitClosed());
  const grpc::Status status = Call(broker_->NewChannel());
  EXPECT_TRUE(status.ok()) << status.error_message();
}

TEST_F(Remote, WhatStrangersDoDoesNotFillTheLog) {
  Start();
  for (int i = 0; i < 200; ++i) {
    RawConnection stranger(port_);
    stranger.Send("GET / HTTP/1.1\r\n\r\n");
    EXPECT_TRUE(stranger.WaitClosed());
  }
  const std::string log = broker_->Log();
  EXPECT_LT(std::count(log.begin(), log.end(), '\n'), 100) << log;
  EXPECT_TRUE(IsServed(client_));
}

}  // namespace
}  // namespace leadership_broker::testing
