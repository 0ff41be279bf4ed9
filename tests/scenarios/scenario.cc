#include "tests/scenarios/scenario.h"

#include <algorithm>
#include <utility>

#include "tests/harness/eventually.h"

namespace leadership_broker::testing {

Candidate::Candidate(std::unique_ptr<TestPod> its_pod, BrokerCommand command)
    : pod(std::move(its_pod)), broker(std::move(command)), app(broker.NewChannel()) {}

Told Candidate::WaitForReason(Leadership::Reason reason) {
  return app.WaitFor([reason](const Leadership& told) { return told.reason() == reason; },
                     Leadership::Reason_Name(reason));
}

Told Candidate::WaitForLeader(const TestPod& leader) {
  return app.WaitFor([&leader](const Leadership& told) { return told.leader().uid() == leader.uid(); },
                     "that it names " + leader.name() + " as the leader");
}

bool Candidate::EverLed() const {
  const std::vector<Told> history = app.History();
  return std::any_of(history.begin(), history.end(),
                     [](const Told& told) { return told.leadership.state() == Leadership::STATE_LEADER; });
}

Scenario::Scenario() : cluster(TestCluster()), namespace_name(cluster.NewNamespace()) { SetRole(BrokerRole(lock)); }

std::unique_ptr<Candidate> Scenario::Start(const std::string& name, TestPodOptions options,
                                           const std::vector<std::string>& flags) {
  options.lock = lock;
  auto pod = std::make_unique<TestPod>(&cluster, namespace_name, name, options);
  BrokerCommand command = BrokerCommand::InPod(*pod, lock);
  command.flags.insert(command.flags.end(), flags.begin(), flags.end());
  return std::make_unique<Candidate>(std::move(pod), std::move(command));
}

std::unique_ptr<Candidate> Scenario::NewCandidate(const std::string& name, std::vector<std::string> flags) {
  return Start(name, {}, flags);
}

std::unique_ptr<Candidate> Scenario::NewBoundCandidate(const std::string& name, std::vector<std::string> flags) {
  TestPodOptions options;
  options.node = NewNode(cluster);
  return Start(name, options, flags);
}

std::vector<std::unique_ptr<Candidate>> Scenario::NewCandidates(const std::vector<std::string>& names,
                                                                const std::vector<std::string>& flags) {
  std::vector<std::unique_ptr<Candidate>> candidates;
  for (const std::string& name : names) {
    candidates.push_back(NewCandidate(name, flags));
    candidates.back()->WaitForLeader(*candidates.front()->pod);
  }
  return candidates;
}

std::string Scenario::Path(const std::string& resource_and_name) const {
  return "/api/v1/namespaces/" + namespace_name + "/" + resource_and_name;
}

std::string Scenario::LockPath() const { return Path("configmaps/" + lock); }

nlohmann::json Scenario::Lock() {
  HttpAnswer answer = cluster.Admin().Get(LockPath());
  return answer.status == 200 ? answer.body : nlohmann::json();
}

void Scenario::DeleteLock() { EXPECT_EQ(cluster.Admin().Delete(LockPath()).status, 200); }

std::vector<RoleRule> Without(std::vector<RoleRule> role, const std::string& resource, const std::string& verb) {
  for (RoleRule& rule : role) {
    if (rule.resource != resource) continue;
    rule.verbs.erase(std::remove(rule.verbs.begin(), rule.verbs.end(), verb), rule.verbs.end());
  }
  role.erase(std::remove_if(role.begin(), role.end(), [](const RoleRule& rule) { return rule.verbs.empty(); }),
             role.end());
  return role;
}

}  // namespace leadership_broker::testing
