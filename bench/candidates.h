// Very many candidates for one lock in one process: each a pod's object and, beside it, the broker's half that faces
// the API server, whole and as shipped, with a thread and connections of its own. What a broker has besides, its gRPC
// and HTTP servers, is not here.
//
// A Candidates belongs to one thread; the candidates' own threads write down what happens.
#ifndef LEADERSHIP_BROKER_BENCH_CANDIDATES_H_
#define LEADERSHIP_BROKER_BENCH_CANDIDATES_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"

#include "server/cluster_side.h"
#include "server/kube/call_observer.h"
#include "server/loop/mutex.h"
#include "server/status/hub.h"
#include "server/status/observer.h"
#include "tests/harness/eventually.h"
#include "tests/harness/real_cluster.h"
#include "tests/harness/test_pod.h"

namespace leadership_broker::bench {

// A request to the API server, at its end.
struct Call {
  absl::Time at;
  // RBAC's word: "create", "list", "watch"…
  std::string verb;
  // For people; names the object.
  std::string what;
  // 0: no complete answer came.
  int http_status = 0;
};

// The requests of all candidates. Any thread.
class CallRecord : public kube::CallObserver {
 public:
  void OnAnswer(absl::string_view verb, absl::string_view what, int http_status, absl::Duration took) override;
  void OnWatchEnd(absl::string_view, const kube::Outcome&) override {}

  // Those since the last time, in their order.
  std::vector<Call> Take() EXCLUDES(mutex_);
  // Returns once there has been none for a second.
  void WaitQuiet() EXCLUDES(mutex_);

 private:
  loop::Mutex mutex_;
  std::vector<Call> calls_ GUARDED_BY(mutex_);
  absl::Time last_ GUARDED_BY(mutex_) = absl::InfinitePast();
};

class Candidate : private status::Observer {
 public:
  // Stands at once. `calls` must outlive it.
  Candidate(const testing::TestPod& pod, const std::string& lock, const std::vector<std::string>& flags,
            CallRecord* calls);
  ~Candidate() override;

  // What was told last. Any thread.
  status::SnapshotPtr Latest() const EXCLUDES(mutex_);
  // Since when that has been so, later confirmations left aside.
  absl::Time Since() const EXCLUDES(mutex_);

 private:
  void Told(const status::SnapshotPtr& snapshot) override EXCLUDES(mutex_);

  status::Hub hub_;
  mutable loop::Mutex mutex_;
  status::SnapshotPtr told_ GUARDED_BY(mutex_);
  absl::Time since_ GUARDED_BY(mutex_);
  std::unique_ptr<ClusterSide> side_;
};

class Candidates {
 public:
  using Predicate = std::function<bool(const leadership::v1::Leadership&)>;

  // Whether their pods have the candidates' label (R16), as those of the shipped manifests do. Every candidate lists
  // those that have it as it starts: a thousand pods a thousand times, and all of it on this one machine.
  enum class Labels { kNone, kShipped };

  // In a namespace of their own, with the rights that the shipped Role gives.
  Candidates(testing::RealCluster* cluster, std::string lock, Labels labels);

  // Until there are so many, in which nobody stands yet.
  void MakePods(int count);
  // So many stand with these flags, in place of those that did; returns when each knows who leads.
  void Stand(int count, const std::vector<std::string>& flags);
  // The leader's pod goes at once, and the candidate with it.
  void EndLeader();
  // One more, in a pod of its own, stands as the others do.
  void Add();

  int Count(const Predicate& predicate) const;
  // Until all are such; ends the process when they do not come to it within `limit`.
  void WaitAll(const std::string& what, const Predicate& predicate, absl::Duration limit = testing::kPatience) const;
  // Since when it leads that leads, and since when the last of all others has known of it. Waits for both.
  struct Takeover {
    absl::Time won;
    absl::Time known;
  };
  Takeover WaitTakeover() const;

  const std::string& namespace_name() const { return namespace_; }
  std::string LockPath() const { return "/api/v1/namespaces/" + namespace_ + "/configmaps/" + lock_; }
  CallRecord& calls() { return calls_; }

 private:
  struct Member {
    std::unique_ptr<testing::TestPod> pod;
    std::unique_ptr<Candidate> candidate;
  };

  std::unique_ptr<testing::TestPod> NewPod();

  testing::RealCluster* const cluster_;
  const std::string namespace_;
  const std::string lock_;
  const Labels labels_;
  int pods_made_ = 0;
  std::vector<std::string> flags_;
  CallRecord calls_;
  std::vector<Member> members_;
};

}  // namespace leadership_broker::bench

#endif  // LEADERSHIP_BROKER_BENCH_CANDIDATES_H_
