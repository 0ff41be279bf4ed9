// The apps of examples/, each beside a real broker: through its start, its restart, its end, and losses of the lock.
#include <signal.h>

#include <chrono>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "grpcpp/client_context.h"
#include "gtest/gtest.h"

#include "tests/component/fake_test_cluster.h"
#include "tests/interop/examples/example_app.h"
#include "tests/interop/examples/one_caller.h"
#include "tests/scenarios/scenario.h"

namespace leadership_broker::testing {
namespace {

using Life = std::vector<std::string>;
using ::testing::HasSubstr;

const char* const kLanguages[] = {"cpp", "python", "go", "node"};

// A pod, and the broker beside it, once it is started.
class Example : public Scenario, public ::testing::WithParamInterface<const char*> {
 protected:
  void StartBroker(const std::vector<std::string>& flags = {}, const std::string& locks = "the-lock") {
    BrokerCommand command = BrokerCommand::InPod(pod_, locks);
    command.flags.insert(command.flags.end(), flags.begin(), flags.end());
    broker_ = std::make_unique<BrokerProcess>(command, "127.0.0.1:" + port_);
  }
  std::unique_ptr<ExampleApp> NewApp(const std::string& language, const std::string& pod_uid) {
    return std::make_unique<ExampleApp>(language, ExampleCommand(language), "localhost:" + port_,
                                        std::vector<std::string>{"POD_UID=" + pod_uid});
  }
  std::unique_ptr<ExampleApp> NewApp() { return NewApp(GetParam(), pod_.uid()); }
  // What the app beside this broker prints now.
  std::string Work() const { return Work(*broker_); }
  static std::string Work(const BrokerProcess& broker) {
    EXPECT_TRUE(Eventually([&] { return broker.Get().state() == Leadership::STATE_LEADER; }));
    return absl::StrCat("work ", broker.Get().fencing_token());
  }
  // Whether the broker has given away as many streams as it may.
  bool IsRefusedAStream() {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Milliseconds(100)));
    Leadership told;
    const auto stub = broker_->NewStub();
    const auto stream = stub->WatchLeadership(&context, {});
    while (stream->Read(&told)) context.TryCancel();
    return stream->Finish().error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED;
  }
  // In this test's output: what the app did.
  static void Show(const ExampleApp& app) {
    std::string life;
    for (const std::string& line : app.Life()) absl::StrAppend(&life, life.empty() ? "" : ", ", line);
    std::cout << "  " << app.name() << ": " << life << std::endl;
  }

  TestPod pod_{&cluster, namespace_name, "a", {lock}};
  const std::string port_ = std::to_string(FreePort());
  std::unique_ptr<BrokerProcess> broker_;
};

TEST_P(Example, StartsBeforeTheBrokerAndWritesWithTheToken) {
  std::unique_ptr<ExampleApp> app;
  {
    OneCaller caller(std::stoi(port_));
    app = NewApp();
    ASSERT_TRUE(caller.Comes());
  }
  EXPECT_EQ(app->Life(), Life());
  StartBroker();
  EXPECT_TRUE(app->LifeBecomes({"start", Work()}));
  EXPECT_EQ(std::to_string(broker_->Get().fencing_token()), Lock()["metadata"]["resourceVersion"]);
  Show(*app);
}

TEST_P(Example, ABrokerThatRestartsIsNoLoss) {
  // With one stream allowed it can be seen from outside that the app's is open.
  StartBroker({"--max-streams=1"});
  const auto app = NewApp();
  ASSERT_TRUE(app->LifeBecomes({"start", Work()}));
  // So that the broker, on its way to its lock, says STARTING, and then CONFIRMING.
  fake::Fault slow;
  slow.action = fake::FaultAction::kDelay;
  slow.target.verb = "list";
  slow.target.namespace_name = namespace_name;
  slow.delay = std::chrono::milliseconds(500);
  SharedFakeCluster().server().faults().Add(slow);
  broker_->Kill();
  broker_->Start();
  ASSERT_TRUE(Eventually([&] { return IsRefusedAStream(); }));
  const std::string work = Work();
  EXPECT_TRUE(app->WorksOn());
  EXPECT_EQ(app->Life(), (Life{"start", work}));
  Show(*app);
}

TEST_P(Example, ALostLockStopsTheWorkBeforeTheNextTermBegins) {
  StartBroker();
  const auto app = NewApp();
  const std::string first = Work();
  ASSERT_TRUE(app->LifeBecomes({"start", first}));
  const uint64_t token = broker_->Get().fencing_token();
  DeleteLock();
  ASSERT_TRUE(Eventually([&] { return broker_->Get().fencing_token() > token; }));
  EXPECT_TRUE(app->LifeBecomes({"start", first, "stop", "start", Work()}));
  Show(*app);
}

TEST_P(Example, AnotherTermAfterAReconnectIsALossThenAStart) {
  StartBroker();
  const auto app = NewApp();
  const std::string first = Work();
  ASSERT_TRUE(app->LifeBecomes({"start", first}));
  // So that it hears nothing before the next term.
  app->process().Signal(SIGSTOP);
  broker_->Kill();
  DeleteLock();
  broker_->Start();
  const std::string second = Work();
  app->process().Signal(SIGCONT);
  EXPECT_NE(second, first);
  EXPECT_TRUE(app->LifeBecomes({"start", first, "stop", "start", second}));
  Show(*app);
}

TEST_P(Example, WhileAnotherPodLeadsItDoesNothing) {
  StartBroker();
  const auto app = NewApp();
  const std::string first = Work();
  ASSERT_TRUE(app->LifeBecomes({"start", first}));
  TestPod other(&cluster, namespace_name, "b", {lock});
  nlohmann::json taken = Lock();
  taken["metadata"]["ownerReferences"][0]["name"] = other.name();
  taken["metadata"]["ownerReferences"][0]["uid"] = other.uid();
  taken["metadata"]["annotations"] = nullptr;
  ASSERT_EQ(cluster.Admin().Put(LockPath(), taken).status, 200);
  EXPECT_TRUE(app->LifeBecomes({"start", first, "stop"}));
  other.DeleteByForce();
  EXPECT_TRUE(app->LifeBecomes({"start", first, "stop", "start", Work()}));
  Show(*app);
}

TEST_P(Example, SigtermEndsItInOrder) {
  StartBroker();
  const auto app = NewApp();
  const std::string work = Work();
  ASSERT_TRUE(app->LifeBecomes({"start", work}));
  EXPECT_EQ(app->Stop(), 0);
  EXPECT_EQ(app->Life(), (Life{"start", work, "stop"}));
  Show(*app);
}

TEST_P(Example, AnErrorThatNoWaitingMendsEndsIt) {
  // Two locks, and the app names none.
  StartBroker({}, "the-lock,another-lock");
  const auto app = NewApp();
  EXPECT_EQ(app->process().Wait(kPatience), 1);
  EXPECT_THAT(app->Output(), HasSubstr("localhost:" + port_));
  EXPECT_THAT(app->Output(), HasSubstr("another-lock"));
  EXPECT_EQ(app->Life(), Life());
}

TEST_P(Example, ANeighboursBrokerIsNotBelieved) {
  StartBroker();
  const auto elsewhere = NewApp(GetParam(), "00000000-0000-4000-8000-000000000000");
  const auto app = NewApp();
  ASSERT_TRUE(app->LifeBecomes({"start", Work()}));
  EXPECT_TRUE(app->WorksOn());
  EXPECT_EQ(elsewhere->Life(), Life());
  EXPECT_TRUE(elsewhere->process().Running());
}

INSTANTIATE_TEST_SUITE_P(, Example, ::testing::ValuesIn(kLanguages), [](const auto& info) { return info.param; });

// In all languages at once, since it takes as long as the limit of silence.
TEST_F(Example, ABrokerThatHangsIsBelievedNoLongerThanItsValidForOrTheLimitOfSilence) {
  StartBroker();
  // Another, with another lock, that says how long it may be believed.
  const std::string elsewhere = cluster.NewNamespace();
  cluster.SetRole(elsewhere, BrokerRole(lock));
  const TestPod pod(&cluster, elsewhere, "a", {lock});
  BrokerCommand command = BrokerCommand::InPod(pod, lock);
  command.flags.emplace_back("--unverified-limit=5s");
  BrokerProcess limited(command);

  std::vector<std::unique_ptr<ExampleApp>> apps;
  std::vector<std::unique_ptr<ExampleApp>> limited_apps;
  for (const std::string language : kLanguages) {
    apps.push_back(NewApp(language, pod_.uid()));
    limited_apps.push_back(
        std::make_unique<ExampleApp>(language + " with valid_for", ExampleCommand(language), limited.address()));
  }
  const std::string work = Work(*broker_);
  const std::string limited_work = Work(limited);
  for (const auto& app : apps) ASSERT_TRUE(app->LifeBecomes({"start", work}));
  for (const auto& app : limited_apps) ASSERT_TRUE(app->LifeBecomes({"start", limited_work}));

  broker_->Pause();
  limited.Pause();
  for (const auto& app : limited_apps) EXPECT_TRUE(app->LifeBecomes({"start", limited_work, "stop"}));
  for (const auto& app : apps) EXPECT_TRUE(app->LifeBecomes({"start", work, "stop"}));
  // All work at the same pace.
  for (size_t i = 0; i < apps.size(); ++i) {
    EXPECT_LT(limited_apps[i]->TimesWorked(), apps[i]->TimesWorked()) << apps[i]->name() << " minds no valid_for";
  }
  limited.Resume();
  broker_->Resume();
  for (const auto& app : apps) EXPECT_TRUE(app->LifeBecomes({"start", work, "stop", "start", work}));
  for (const auto& app : limited_apps)
    EXPECT_TRUE(app->LifeBecomes({"start", limited_work, "stop", "start", limited_work}));
  for (const auto& app : apps) Show(*app);
  for (const auto& app : limited_apps) Show(*app);
}

}  // namespace
}  // namespace leadership_broker::testing
