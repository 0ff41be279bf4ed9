// One pod after another under one name, on a thread of its own: made, harmed, ended in one manner or another, and made
// again.
#ifndef LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_POD_SLOT_H_
#define LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_POD_SLOT_H_

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/time.h"

#include "tests/control_plane/chaos/choices.h"
#include "tests/control_plane/chaos/kubelet.h"
#include "tests/control_plane/chaos/pod_body.h"
#include "tests/control_plane/chaos/recorder.h"

namespace leadership_broker::chaos {

// The faults of pods, and how often each is in the pack.
std::vector<std::pair<std::string, int>> PodFaults();

// What all threads of a run have in common.
struct Course {
  // From here on only what heals is done.
  std::atomic<bool> calm{false};
  // Rises when all tokens of before have become void.
  std::atomic<int> token_epoch{0};
};

// Public methods may be called by any thread.
class PodSlot {
 public:
  // All pointers must outlive it.
  PodSlot(const Place& place, std::string name, std::string node, std::string logs, Choices choices, Deck* faults,
          Course* course, Recorder* recorder);
  // Ends what runs, unrecorded.
  ~PodSlot();
  PodSlot(const PodSlot&) = delete;
  PodSlot& operator=(const PodSlot&) = delete;

  // After `calm`: a pod is there, and nothing is done to it any more.
  bool healthy() const { return healthy_; }
  // What was last told to the apps of the pod that is there; empty when there is none.
  std::vector<leadership::v1::Leadership> Latest() const;
  // Whether an app still believes that it leads whose pod was deleted by force.
  bool AnyLeftoverLeads() const;

 private:
  struct Leftover {
    std::unique_ptr<PodBody> body;
    absl::Time stop_at;
  };

  void Run();
  void MakePod();
  // Until the pod is over, or the calm has come.
  void Live();
  // False when the pod is over.
  bool Harm(const std::string& fault);
  bool HarmBroker(const std::string& fault);
  void HarmNetwork(const std::string& fault, const Network& network);
  // What follows a deletion with a grace period.
  void Terminate();
  void Fail();
  void DeleteByForce();
  // The containers end, whenever they do.
  void StopBody();
  void RenewToken();
  void Heal();
  // Lets time pass, and does what is due meanwhile.
  void Pass(absl::Duration duration);
  void Tick();

  Kubelet kubelet_;
  const Place place_;
  const std::string logs_;
  Choices choices_;
  Deck* const faults_;
  Course* const course_;
  Recorder* const recorder_;
  int token_epoch_ = 0;

  mutable std::mutex mutex_;
  // Guarded by mutex_ where another thread looks.
  std::unique_ptr<PodBody> body_;
  std::vector<Leftover> leftovers_;

  std::atomic<bool> healthy_{false};
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace leadership_broker::chaos

#endif  // LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_POD_SLOT_H_
