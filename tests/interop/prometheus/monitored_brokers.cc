#include "tests/interop/prometheus/monitored_brokers.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"

#include "tests/harness/eventually.h"
#include "tests/harness/require.h"

namespace leadership_broker::testing {
namespace {

constexpr char kLock[] = "the-lock";

std::unique_ptr<Candidate> NewCandidate(const std::string& namespace_name, const std::string& name, int port) {
  TestPodOptions options;
  options.lock = kLock;
  auto pod = std::make_unique<TestPod>(&TestCluster(), namespace_name, name, options);
  BrokerCommand command = BrokerCommand::InPod(*pod, kLock);
  std::replace(command.flags.begin(), command.flags.end(), std::string("--http-listen=none"),
               absl::StrCat("--http-listen=127.0.0.1:", port));
  // What is created is the lock alone.
  command.flags.push_back("--events=false");
  return std::make_unique<Candidate>(std::move(pod), std::move(command));
}

}  // namespace

MonitoredBrokers::MonitoredBrokers() : namespace_name_(TestCluster().NewNamespace()) {
  TestCluster().SetRole(namespace_name_, BrokerRole(kLock));
  std::vector<PrometheusServer::Target> targets;
  for (const std::string name : {"app-0", "app-1", "app-2"}) {
    ports_.push_back(FreePort());
    candidates_.push_back(NewCandidate(namespace_name_, name, ports_.back()));
    candidates_.back()->WaitForLeader(*candidates_.front()->pod);
    targets.push_back({absl::StrCat("127.0.0.1:", ports_.back()), namespace_name_, name});
  }
  prometheus_ =
      std::make_unique<PrometheusServer>(targets, LEADERSHIP_BROKER_SOURCE_DIR "/deploy/monitoring/alerts.yaml");
}

void MonitoredBrokers::TakeOver() {
  Candidate& old = Leader();
  old.pod->DeleteByForce();
  old.broker.Stop();
  const bool another_leads = Eventually([&] {
    for (size_t i = 0; i < candidates_.size(); ++i) {
      if (candidates_[i].get() == &old || candidates_[i]->Says().state() != Leadership::STATE_LEADER) continue;
      leader_ = i;
      return true;
    }
    return false;
  });
  Require(another_leads, "nobody took over");
}

void MonitoredBrokers::RestartApiServer(absl::Duration away) {
  const auto all_are_connected = [this](bool connected) {
    for (const auto& candidate : candidates_) {
      if (!candidate->broker.Running()) continue;
      candidate->WaitFor([connected](const Leadership& told) { return told.api_connected() == connected; },
                         connected ? "that the API server is back" : "that the API server is gone");
    }
  };
  TestCluster().StopApiServer();
  all_are_connected(false);
  absl::SleepFor(away);
  TestCluster().StartApiServer();
  all_are_connected(true);
}

std::string MonitoredBrokers::Scrape(size_t index) {
  return AdminClient(absl::StrCat("http://127.0.0.1:", ports_[index]), "", "").Get("/metrics").text;
}

void MonitoredBrokers::WaitForValue(const std::string& expression, double value) {
  PrometheusServer::Answer last;
  const bool holds = Eventually([&] {
    last = prometheus_->Query(expression);
    return last.error.empty() && last.result.size() == 1 &&
           std::stod(last.result[0]["value"][1].get<std::string>()) == value;
  });
  EXPECT_TRUE(holds) << expression << " is to be " << value << ", and is " << last.error << last.result;
}

}  // namespace leadership_broker::testing
