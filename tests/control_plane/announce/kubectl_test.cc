// The Events as kubectl shows them.
#include <string>
#include <vector>

#include "gmock/gmock.h"

#include "tests/harness/real_cluster.h"
#include "tests/harness/scratch_dir.h"
#include "tests/scenarios/scenario.h"

namespace leadership_broker::testing {
namespace {

using ::testing::ContainsRegex;

class KubectlTest : public Scenario {
 protected:
  std::string Kubectl(std::vector<std::string> arguments) {
    const RealCluster& real = RealCluster::Shared();
    arguments.insert(arguments.begin(), {real.Binaries() + "/kubectl", "--kubeconfig=" + real.Kubeconfig(),
                                         "--cache-dir=" + cache_.path(), "--namespace=" + namespace_name});
    const Finished finished = RunProgram(arguments, kPatience);
    EXPECT_EQ(finished.exit_code, 0) << finished.output;
    return finished.output;
  }
  // Waits until it shows this.
  void ExpectShown(const std::vector<std::string>& arguments, const std::string& pattern) {
    std::string output;
    const ::testing::Matcher<std::string> shown = ContainsRegex(pattern);
    EXPECT_TRUE(Eventually([&] { return shown.Matches(output = Kubectl(arguments)); })) << pattern << "\n" << output;
  }

  const ScratchDir cache_;
};

TEST_F(KubectlTest, DescribeShowsOfLockAndPodWhoWasElected) {
  auto leader = NewCandidate("a");
  ExpectShown({"describe", "configmap", lock},
              "Normal +LeaderElected .*leadership-broker +Pod a .* leads, with fencing");
  ExpectShown({"describe", "pod", "a"}, "Normal +LeaderElected .*leadership-broker +This pod leads on lock the-lock");
}

TEST_F(KubectlTest, GetEventsShowsTheStoryOfALock) {
  auto candidates = NewCandidates({"a", "b"}, {"--orphan-grace=100ms"});
  const std::vector<std::string> all = {"get", "events"};
  ExpectShown(all, "Normal +LeaderElected +configmap/the-lock ");
  DeleteLock();
  ExpectShown(all, "Warning +LeadershipLost +configmap/the-lock +Pod a .* leads no more");
  ExpectShown(all, "Warning +LeadershipLost +pod/a ");
  candidates[0]->WaitForState(Leadership::STATE_LEADER);
  cluster.StopCollector();
  candidates[0]->pod->DeleteByForce();
  ExpectShown(all, "Normal +OrphanedLockRemoved +configmap/the-lock +Removed the lock of Pod a ");
  cluster.StartCollector();
  // That of all terms, whatever the lock's UID.
  const std::vector<std::string> of_lock = {"events", "--for=configmap/" + lock};
  ExpectShown(of_lock, "LeaderElected .*Pod b ");
  EXPECT_THAT(Kubectl(of_lock), ContainsRegex("LeaderElected .*Pod a "));
}

}  // namespace
}  // namespace leadership_broker::testing
