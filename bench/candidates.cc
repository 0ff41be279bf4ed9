#include "bench/candidates.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"

#include "server/config/config.h"
#include "server/config/identity.h"
#include "tests/harness/broker_process.h"
#include "tests/harness/require.h"

namespace leadership_broker::bench {
namespace {

using leadership::v1::Leadership;
using testing::Require;
using testing::TestPod;

bool Leads(const Leadership& told) { return told.state() == Leadership::STATE_LEADER; }

bool KnowsLeader(const Leadership& told) { return Leads(told) || told.reason() == Leadership::REASON_ANOTHER_LEADS; }

}  // namespace

void CallRecord::OnAnswer(absl::string_view verb, absl::string_view what, int http_status, absl::Duration) {
  loop::MutexLock lock(mutex_);
  last_ = absl::Now();
  calls_.push_back({last_, std::string(verb), std::string(what), http_status});
}

std::vector<Call> CallRecord::Take() {
  loop::MutexLock lock(mutex_);
  return std::exchange(calls_, {});
}

void CallRecord::WaitQuiet() {
  const auto quiet = [this] {
    loop::MutexLock lock(mutex_);
    return absl::Now() - last_ > absl::Seconds(1);
  };
  Require(testing::Eventually(quiet), "the candidates' requests do not end");
}

Candidate::Candidate(const TestPod& pod, const std::string& lock, const std::vector<std::string>& flags,
                     CallRecord* calls) {
  testing::BrokerCommand command = testing::BrokerCommand::InPod(pod, lock);
  command.flags.insert(command.flags.end(), flags.begin(), flags.end());
  std::vector<const char*> argv = {"candidate"};
  for (const std::string& flag : command.flags) argv.push_back(flag.c_str());
  const config::Environment environment = [&command](const std::string& name) -> std::string {
    for (absl::string_view variable : command.environment) {
      if (absl::ConsumePrefix(&variable, name + "=")) return std::string(variable);
    }
    return "";
  };
  const auto parsed = config::ParseConfig(static_cast<int>(argv.size()), argv.data(), environment);
  const auto* settings = std::get_if<config::Config>(&parsed);
  Require(settings != nullptr, settings != nullptr ? "" : std::get<config::EarlyExit>(parsed).text);
  const auto identity = config::ResolveIdentity(*settings, environment);
  Require(identity.ok(), std::string(identity.status().message()));
  auto side = ClusterSide::Create(*settings, *identity, {{lock, &hub_}}, {this}, calls, [](const kube::Pod&) {});
  Require(side.ok(), std::string(side.status().message()));
  side_ = *std::move(side);
  side_->Start();
}

Candidate::~Candidate() = default;

status::SnapshotPtr Candidate::Latest() const {
  loop::MutexLock lock(mutex_);
  return told_;
}

absl::Time Candidate::Since() const {
  loop::MutexLock lock(mutex_);
  return since_;
}

void Candidate::Told(const status::SnapshotPtr& snapshot) {
  loop::MutexLock lock(mutex_);
  if (told_ == nullptr || told_->leadership.revision() != snapshot->leadership.revision()) since_ = absl::Now();
  told_ = snapshot;
}

Candidates::Candidates(testing::RealCluster* cluster, std::string lock, Labels labels)
    : cluster_(cluster), namespace_(cluster->NewNamespace()), lock_(std::move(lock)), labels_(labels) {
  ApplyDeployRole(*cluster_, namespace_, lock_);
}

void Candidates::MakePods(int count) {
  while (members_.size() < static_cast<size_t>(count)) members_.push_back({NewPod(), nullptr});
}

void Candidates::Stand(int count, const std::vector<std::string>& flags) {
  for (Member& member : members_) member.candidate.reset();
  flags_ = flags;
  MakePods(count);
  calls_.Take();
  for (Member& member : members_) member.candidate = std::make_unique<Candidate>(*member.pod, lock_, flags_, &calls_);
  WaitAll("knows who leads", KnowsLeader, absl::Minutes(3));
}

std::unique_ptr<TestPod> Candidates::NewPod() {
  testing::TestPodOptions options;
  if (labels_ == Labels::kShipped) options.lock = lock_;
  return std::make_unique<TestPod>(cluster_, namespace_, absl::StrCat("pod-", ++pods_made_), options);
}

void Candidates::EndLeader() {
  const auto leader = std::find_if(members_.begin(), members_.end(),
                                   [](const Member& member) { return Leads(member.candidate->Latest()->leadership); });
  Require(leader != members_.end(), "no candidate leads");
  leader->pod->DeleteByForce();
  members_.erase(leader);
}

void Candidates::Add() {
  auto pod = NewPod();
  auto candidate = std::make_unique<Candidate>(*pod, lock_, flags_, &calls_);
  members_.push_back({std::move(pod), std::move(candidate)});
}

int Candidates::Count(const Predicate& predicate) const {
  return static_cast<int>(std::count_if(members_.begin(), members_.end(), [&](const Member& member) {
    return predicate(member.candidate->Latest()->leadership);
  }));
}

void Candidates::WaitAll(const std::string& what, const Predicate& predicate, absl::Duration limit) const {
  const int all = static_cast<int>(members_.size());
  if (testing::Eventually([&] { return Count(predicate) == all; }, limit)) return;
  const auto other = std::find_if(members_.begin(), members_.end(), [&](const Member& member) {
    return !predicate(member.candidate->Latest()->leadership);
  });
  Require(false, absl::StrCat("of ", all, " candidates ", Count(predicate), " ", what,
                              "; one does not: ", other->candidate->Latest()->leadership.ShortDebugString()));
}

Candidates::Takeover Candidates::WaitTakeover() const {
  WaitAll("knows who leads", KnowsLeader);
  Require(Count(Leads) == 1, absl::StrCat(Count(Leads), " candidates lead"));
  Takeover takeover{absl::InfinitePast(), absl::InfinitePast()};
  for (const Member& member : members_) {
    absl::Time& time = Leads(member.candidate->Latest()->leadership) ? takeover.won : takeover.known;
    time = std::max(time, member.candidate->Since());
  }
  return takeover;
}

}  // namespace leadership_broker::bench
