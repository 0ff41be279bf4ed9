// A broker outside the cluster, in each way that a kubeconfig can have it log in to a real API server.
#include <string>

#include "absl/strings/escaping.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "tests/harness/broker_process.h"
#include "tests/harness/certificate_authority.h"
#include "tests/harness/kubeconfig_file.h"
#include "tests/harness/real_cluster.h"
#include "tests/harness/subscriber.h"

namespace leadership_broker::testing {
namespace {

using Json = nlohmann::json;
using leadership::v1::Leadership;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kLock[] = "the-lock";

class LoginTest : public ::testing::Test {
 protected:
  std::string InLab(const std::string& name) const { return cluster_.Folder() + "/" + name; }
  std::string Base64Of(const std::string& file) const { return absl::Base64Escape(ReadTextFile(file)); }
  Json Cluster() const { return {{"server", cluster_.Url()}, {"certificate-authority", cluster_.CaFile()}}; }
  Json ClusterInline() const {
    return {{"server", cluster_.Url()}, {"certificate-authority-data", Base64Of(cluster_.CaFile())}};
  }
  Json CertificateUser() const {
    return {{"client-certificate", InLab("admin.crt")}, {"client-key", InLab("admin.key")}};
  }
  BrokerCommand Command() const {
    return {BuiltBroker(),
            {"--lock=" + std::string(kLock), "--http-listen=none", "--kubeconfig=" + files_.File("config"),
             "--pod-name=" + pod_.name()},
            {}};
  }
  // The lock that a broker has made once it leads by this kubeconfig.
  void ExpectLeads(const Json& of_cluster, const Json& user, const std::string& logged = "") {
    WriteKubeconfig(files_.File("config"), of_cluster, user, namespace_);
    BrokerProcess broker(Command());
    EXPECT_EQ(Subscriber(broker.NewChannel()).WaitForState(Leadership::STATE_LEADER).leadership.self().uid(),
              pod_.uid());
    EXPECT_THAT(broker.Log(), HasSubstr(logged));
    EXPECT_THAT(broker.Log(), Not(HasSubstr(cluster_.AdminToken())));
  }
  // An exec plugin, as a script for sh.
  Json Plugin(const std::string& script) const {
    WritePlugin(files_, script);
    return {{"exec",
             {{"apiVersion", "client.authentication.k8s.io/v1"},
              {"command", "./plugin"},
              {"env", {{{"name", "ANSWER"}, {"value", files_.File("answer")}}}},
              {"provideClusterInfo", true},
              {"interactiveMode", "IfAvailable"}}}};
  }
  void Give(const Json& status) const {
    const Json answer = {
        {"apiVersion", "client.authentication.k8s.io/v1"}, {"kind", "ExecCredential"}, {"status", status}};
    WriteTextFile(files_.File("answer"), answer.dump());
  }

  RealCluster& cluster_ = RealCluster::Shared();
  const std::string namespace_ = cluster_.NewNamespace();
  const ScratchDir files_;
  TestPod pod_{&cluster_, namespace_, "dev"};
};

TEST_F(LoginTest, ByACertificateInFiles) { ExpectLeads(Cluster(), CertificateUser()); }

TEST_F(LoginTest, ByACertificateInTheKubeconfigItself) {
  ExpectLeads(ClusterInline(), {{"client-certificate-data", Base64Of(InLab("admin.crt"))},
                                {"client-key-data", Base64Of(InLab("admin.key"))}});
}

TEST_F(LoginTest, ByTheTokenInAFileThatIsNamedRelativeToTheKubeconfig) {
  WriteTextFile(files_.File("token"), cluster_.AdminToken() + "\n");
  ExpectLeads(Cluster(), {{"tokenFile", "token"}});
}

TEST_F(LoginTest, ByAPluginThatGivesAToken) {
  Give({{"token", cluster_.AdminToken()}, {"expirationTimestamp", "2099-01-01T00:00:00Z"}});
  ExpectLeads(Cluster(), Plugin("echo 'token for you' >&2; cat \"$ANSWER\"\n"), "token for you");
}

TEST_F(LoginTest, ByAPluginThatGivesACertificateForTheClusterThatItIsToldOf) {
  Give({{"clientCertificateData", ReadTextFile(InLab("admin.crt"))},
        {"clientKeyData", ReadTextFile(InLab("admin.key"))}});
  ExpectLeads(Cluster(), Plugin("case $KUBERNETES_EXEC_INFO in *'" + cluster_.Url() + "'*) cat \"$ANSWER\" ;; esac\n"));
}

TEST_F(LoginTest, AsSomebodyElseWithHisRights) {
  Json user = CertificateUser();
  user["as"] = "system:serviceaccount:" + namespace_ + ":candidate";
  WriteKubeconfig(files_.File("config"), Cluster(), user, namespace_);
  BrokerProcess broker(Command());
  Subscriber app(broker.NewChannel());
  app.WaitFor([](const Leadership& told) { return told.reason() == Leadership::REASON_FORBIDDEN; }, "that he may not");
  ApplyDeployRole(cluster_, namespace_, kLock);
  app.WaitForState(Leadership::STATE_LEADER);
}

TEST_F(LoginTest, WithoutVerificationItWarns) {
  ExpectLeads({{"server", cluster_.Url()}, {"insecure-skip-tls-verify", true}}, CertificateUser(),
              "insecure-skip-tls-verify");
}

TEST_F(LoginTest, ByTheNameInItsCertificate) {
  Json of_cluster = Cluster();
  of_cluster["tls-server-name"] = "kubernetes.default.svc";
  ExpectLeads(of_cluster, CertificateUser());
}

TEST_F(LoginTest, ACertificateOfAnotherAuthorityIsTakenForAStranger) {
  const IssuedCertificate stranger = CertificateAuthority("other").Issue("admin-by-certificate");
  WriteKubeconfig(files_.File("config"), Cluster(),
                  {{"client-certificate-data", absl::Base64Escape(stranger.certificate)},
                   {"client-key-data", absl::Base64Escape(stranger.key)}},
                  namespace_);
  BrokerProcess broker(Command());
  Subscriber(broker.NewChannel())
      .WaitFor([](const Leadership& told) { return told.reason() == Leadership::REASON_UNAUTHORIZED; },
               "that it is refused");
}

}  // namespace
}  // namespace leadership_broker::testing
