#include "server/election/own_pod.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/harness/virtual_scheduler.h"
#include "tests/unit/election/candidate.h"
#include "tests/unit/election/silent_api.h"

namespace leadership_broker::testing {
namespace {

using ::testing::ElementsAre;

// Answers for this pod alone.
class PodApi : public SilentApi {
 public:
  using SilentApi::List;
  using SilentApi::Watch;

  loop::Handle List(const kube::Selector&, kube::ListCallback<kube::Pod> callback) override {
    lists.push_back(std::move(callback));
    return nullptr;
  }
  loop::Handle Watch(const kube::Selector&, const std::string&, absl::Duration,
                     kube::WatchObserver<kube::Pod>* observer) override {
    watch = observer;
    return nullptr;
  }

  void Answer(size_t which, kube::Pod pod, int resource_version) {
    kube::Listing<kube::Pod> listing;
    listing.items.push_back(std::move(pod));
    listing.resource_version = std::to_string(resource_version);
    lists.at(which)(std::move(listing));
  }

  std::vector<kube::ListCallback<kube::Pod>> lists;
  kube::WatchObserver<kube::Pod>* watch = nullptr;
};

kube::Pod At(kube::Pod pod, int resource_version) {
  pod.mutable_metadata()->set_resource_version(std::to_string(resource_version));
  return pod;
}

TEST(OwnPod, R5WatchThatIsBehindAReadMakesNoDyingPodFitAgain) {
  PodApi api;
  VirtualScheduler scheduler;
  std::vector<bool> dying;
  election::OwnPod own_pod(&api, &scheduler, "ns", "me",
                           {[&](const std::optional<kube::Pod>& pod, std::optional<absl::Duration>) {
                              dying.push_back(pod.has_value() && pod->metadata().has_deletion_timestamp());
                            },
                            [](kube::ReflectorRequest, const kube::Outcome&) {}});
  api.Answer(0, At(PodOf("me"), 5), 10);
  api.watch->OnOpen();
  own_pod.Read();
  api.Answer(1, At(Terminating(PodOf("me")), 12), 20);
  api.watch->OnEvent(kube::WatchEventKind::kModified, At(PodOf("me"), 11));
  api.watch->OnEvent(kube::WatchEventKind::kModified, At(Terminating(PodOf("me")), 12));
  EXPECT_THAT(dying, ElementsAre(false, true, true, true));
}

TEST(OwnPod, R9TellsHowEachReadBesideItsWatchWent) {
  PodApi api;
  VirtualScheduler scheduler;
  std::vector<std::string> told;
  election::OwnPod own_pod(
      &api, &scheduler, "ns", "me",
      {[&](const std::optional<kube::Pod>&, std::optional<absl::Duration>) { told.emplace_back("seen"); },
       [&](kube::ReflectorRequest, const kube::Outcome&) { told.emplace_back("heard"); },
       [&](const kube::Outcome& outcome) { told.push_back(outcome.ok() ? "accepted" : "refused"); }});
  api.Answer(0, At(PodOf("me"), 5), 10);
  told.clear();
  own_pod.Read();
  kube::Listing<kube::Pod> refusal;
  refusal.outcome.status = absl::UnauthenticatedError("401");
  api.lists.at(1)(std::move(refusal));
  own_pod.Read();
  api.Answer(2, At(PodOf("me"), 5), 10);
  // What it showed comes first: that all is well again might be told with what is no longer true.
  EXPECT_THAT(told, ElementsAre("refused", "seen", "accepted"));
}

}  // namespace
}  // namespace leadership_broker::testing
