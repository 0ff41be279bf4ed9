#include "tests/control_plane/chaos/control_plane_faults.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "nlohmann/json.hpp"

#include "tests/harness/eventually.h"

namespace leadership_broker::chaos {
namespace {

using Json = nlohmann::json;

constexpr char kAccount[] = "candidate";

std::string RolePath(const Place& place) {
  return "/apis/rbac.authorization.k8s.io/v1/namespaces/" + place.namespace_name + "/roles/" + kAccount;
}

std::vector<std::pair<std::string, int>> Kinds() {
  return {{"API server killed", 2}, {"API server frozen", 2}, {"etcd killed", 1},
          {"etcd frozen", 2},       {"collector frozen", 1},  {"collector killed", 1},
          {"rights withdrawn", 2},  {"tokens revoked", 1},    {"lock removed by hand", 2}};
}

}  // namespace

ControlPlaneFaults::ControlPlaneFaults(testing::RealCluster* cluster, const Place& place, uint64_t seed, Course* course,
                                       Recorder* recorder)
    : cluster_(cluster),
      api_(place),
      choices_(seed, 0),
      deck_(Kinds(), seed + 1),
      course_(course),
      recorder_(recorder),
      rules_(api_.Get(RolePath(place)).body.at("rules")),
      thread_(&ControlPlaneFaults::Run, this) {}

void ControlPlaneFaults::Join() {
  if (thread_.joinable()) thread_.join();
}

void ControlPlaneFaults::Run() {
  while (!course_->calm) {
    // Long enough that there are takeovers between, too.
    Pass(choices_.Between(absl::Milliseconds(500), absl::Seconds(9)));
    if (!course_->calm) Harm(deck_.Draw());
  }
  agenda_.DoAll();
  // One that lost its API server amid a pod's orphaning deletion was seen to leave the finalizer there for minutes.
  // Anew it looks at everything.
  cluster_->Lab("stop-controllers");
  cluster_->Lab("start-controllers");
}

void ControlPlaneFaults::Harm(const std::string& fault) {
  if (fault == "lock removed by hand") return RemoveLockByHand();
  if (fault == "collector frozen" || fault == "collector killed") return StopCollector(fault);
  if (fault == "rights withdrawn") return WithdrawRights();
  if (fault == "tokens revoked") return RevokeTokens();
  recorder_->Fault(fault);
  if (fault == "API server killed") {
    BreakAndMend("stop-apiserver", "start-apiserver", absl::Seconds(3));
  } else if (fault == "API server frozen") {
    BreakAndMend("pause-apiserver", "resume-apiserver", absl::Seconds(6));
  } else if (fault == "etcd killed") {
    BreakAndMend("stop-etcd", "start-etcd", absl::Seconds(3));
  } else if (fault == "etcd frozen") {
    BreakAndMend("pause-etcd", "resume-etcd", absl::Seconds(6));
  }
  recorder_->Note("mended", {{"fault", fault}});
}

void ControlPlaneFaults::BreakAndMend(const std::string& break_command, const std::string& mend_command,
                                      absl::Duration most) {
  cluster_->Lab(break_command);
  // Nothing of the agenda: it needs a control plane that works.
  absl::SleepFor(choices_.Between(absl::Milliseconds(200), most));
  cluster_->Lab(mend_command);
}

void ControlPlaneFaults::StopCollector(const std::string& fault) {
  if (std::exchange(collector_stopped_, true)) return;
  recorder_->Fault(fault);
  const bool killed = fault == "collector killed";
  cluster_->Lab(killed ? "stop-controllers" : "pause-controllers");
  agenda_.In(choices_.Between(absl::Seconds(2), absl::Seconds(15)), [this, fault, killed] {
    cluster_->Lab(killed ? "start-controllers" : "resume-controllers");
    collector_stopped_ = false;
    recorder_->Note("mended", {{"fault", fault}});
  });
}

void ControlPlaneFaults::WithdrawRights() {
  if (std::exchange(rights_withdrawn_, true)) return;
  Json left = rules_;
  std::string what = "all";
  if (choices_.Coin()) {
    Json& verbs = left[choices_.Below(left.size())]["verbs"];
    const size_t which = choices_.Below(verbs.size());
    what = verbs[which];
    verbs.erase(which);
    left.erase(std::remove_if(left.begin(), left.end(), [](const Json& rule) { return rule["verbs"].empty(); }),
               left.end());
  } else {
    left = Json::array();
  }
  recorder_->Fault("rights withdrawn", {{"what", what}});
  api_.Patch(RolePath(api_.place()), {{"rules", left}});
  agenda_.In(choices_.Between(absl::Seconds(1), absl::Seconds(8)), [this] {
    api_.Patch(RolePath(api_.place()), {{"rules", rules_}});
    rights_withdrawn_ = false;
    recorder_->Note("mended", {{"fault", "rights withdrawn"}});
  });
}

void ControlPlaneFaults::RevokeTokens() {
  recorder_->Fault("tokens revoked");
  api_.Delete(api_.Path("serviceaccounts", kAccount));
  api_.Post(api_.Path("serviceaccounts"), {{"metadata", {{"name", kAccount}}}});
  ++course_->token_epoch;
}

void ControlPlaneFaults::RemoveLockByHand() {
  testing::HttpAnswer lock;
  const bool there = testing::Eventually(
      [&] { return (lock = api_.Get(api_.Path("configmaps", api_.place().lock))).status == 200; }, absl::Seconds(5));
  if (!there) return;
  const Json uid = lock.body["metadata"]["uid"];
  recorder_->Fault("lock removed by hand", {{"lock", uid}});
  api_.Delete(api_.Path("configmaps", api_.place().lock), {{"preconditions", {{"uid", uid}}}});
}

void ControlPlaneFaults::Pass(absl::Duration duration) {
  const absl::Time end = absl::Now() + duration;
  while (absl::Now() < end && !course_->calm) {
    agenda_.DoWhatIsDue();
    absl::SleepFor(absl::Milliseconds(20));
  }
}

}  // namespace leadership_broker::chaos
