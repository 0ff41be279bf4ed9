// Watches a leader's pod end and another come to lead, and judges the order of what happened.
#ifndef LEADERSHIP_BROKER_TESTS_E2E_HANDOVER_H_
#define LEADERSHIP_BROKER_TESTS_E2E_HANDOVER_H_

#include <atomic>
#include <optional>
#include <string>
#include <thread>

#include "absl/time/time.h"

#include "tests/e2e/pod.h"
#include "tests/e2e/workload.h"

namespace leadership_broker::testing {

// Polls for a pod until it is gone, on a thread of its own.
class Presence {
 public:
  Presence(const RealCluster& cluster, const Pod& pod);
  ~Presence();
  Presence(const Presence&) = delete;
  Presence& operator=(const Presence&) = delete;

  // Waits until the pod is gone; when it was last known to be there (the request was sent then). A failed test when it
  // stays.
  absl::Time WaitGone();

 private:
  void Poll(AdminClient* admin, const std::string& path, const std::string& uid);

  std::atomic<int64_t> last_there_ = 0;  // Unix nanoseconds.
  std::atomic<bool> gone_ = false;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

// Make it before the leader is ended.
class Handover {
 public:
  Handover(Stage* stage, const Pod& leader);

  // Waits for the successor, be it a new pod. It has to be told after the last of the old leader's containers has
  // ended, so never before the app has, by a greater token and under another lock. Prints the time from that end to the
  // message, and keeps it for ReportFigures.
  void ExpectInOrder(const std::string& figure);
  // Waits until the old pod's object is gone; how long after the successor was told.
  absl::Duration WaitGone();

  // Of what ExpectInOrder has waited for.
  const Pod& successor() const { return *successor_; }

 private:
  Stage* const stage_;
  const Pod leader_;
  const Told led_;
  const absl::Time began_;
  Presence presence_;
  std::optional<Pod> successor_;
  absl::Time told_;
};

// Prints the number and the median of all that were printed under each name.
void ReportFigures();
void AddFigure(const std::string& figure, absl::Duration value);

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_E2E_HANDOVER_H_
