// What one broker process has been shown by the API server: the evidence that the judge measures its words and deeds
// by. Kept beside the broker, not by it, and told of everything just before the broker is.
#ifndef LEADERSHIP_BROKER_TESTS_SIMULATION_WITNESS_H_
#define LEADERSHIP_BROKER_TESTS_SIMULATION_WITNESS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/time/time.h"

#include "tests/simulation/store.h"

namespace leadership_broker::simulation {

class Witness {
 public:
  // One lock object, as far as it was shown.
  struct Term {
    uint64_t version = 0;           // the newest that was shown
    bool invalid = true;            // by that, it is no lock
    std::set<std::string> holders;  // UIDs of all pods that it was shown to be held by
    uint64_t proven_at = 0;  // the newest at which a create's answer or a consistent read showed it to be this pod's
    uint64_t ended_at = 0;   // the newest at which it was shown not to be
    absl::Duration limit = absl::InfiniteDuration();  // the holder's, as the lock has it
    bool passed_on = false;      // the watch showed it last as not this pod's, though a read may have shown it so since
    bool lost_by_watch = false;  // it did so while the pod held it, and no read has shown it the pod's since
    bool reached = false;        // the watch, or a read, has shown it, and not only the answer to its create

    bool proven() const { return proven_at > 0; }
    bool ended() const { return ended_at > proven_at; }
  };

  // `boot` tells the boot clock.
  Witness(std::string name, std::string uid, std::function<absl::Duration()> boot)
      : pod_name_(std::move(name)), pod_uid_(std::move(uid)), boot_(std::move(boot)) {}

  // A consistent read that was sent as request `id` and carried out at `revision`, at `executed` of the boot clock,
  // found this lock, or none.
  void ShownRead(uint64_t id, const LockPtr& lock, uint64_t revision, absl::Duration executed);
  void ShownEvent(const Change& change);
  void ShownCreated(const kube::ConfigMap& lock, absl::Duration executed);
  // The answer to a create leaves open whether it happened (R3).
  void ShownAmbiguous() { unsettled_since_ = LastSentBeforeNow(); }
  // `pod`: what there is under its own pod's name, by an uncached read that was sent as request `id`, or by the watch
  // (0).
  void ShownOwnPod(const PodPtr& pod, uint64_t id);
  // A pod, or none, by an uncached read that was sent as request `id`.
  void ShownPodRead(const PodPtr& pod, uint64_t id);
  // A node, by such a read, or by its watch (0).
  void ShownNode(const kube::Node& node, uint64_t id);
  void NodeWatchBroke(const std::string& name) { nodes_[name].unreachable_since.reset(); }
  // Which candidates are being deleted.
  void ShownCandidates() { candidates_listed_ = true; }
  // Any pod.
  void ShownPod(const kube::Pod& pod) { NoteNamesake(pod.metadata().name(), pod.metadata().uid()); }
  // How the server took its token, by any answer.
  void ShownStatus(int http_status, absl::Duration now);
  // It sends a request.
  void Sends(uint64_t id) {
    last_sent_before_ = LastSentBeforeNow();
    last_id_ = id;
    last_sent_at_ = boot_();
    sent_[id] = last_sent_at_;
  }

  // What it was shown of the pod that holds the lock (R8).
  struct Sight {
    std::optional<absl::Duration> unreachable_since;  // its node, without a break
    bool terminating = false;
    // When the last read of each was sent that was answered.
    absl::Duration node_read = -absl::InfiniteDuration();
    absl::Duration pod_read = -absl::InfiniteDuration();
    absl::Duration lock_read = -absl::InfiniteDuration();
  };
  Sight SightOf(const std::string& pod_uid) const;
  // The UID of the lock that there is by the newest; empty for none.
  const std::string& newest_lock() const { return newest_lock_; }

  // Null when it was never shown.
  const Term* TermOf(const std::string& lock_uid) const;
  bool KnewHolder(const std::string& lock_uid, const std::string& pod_uid) const;
  // The greatest resourceVersion shown of any lock object but this one.
  uint64_t GreatestVersionBeside(const std::string& lock_uid) const;
  bool Created(const std::string& lock_uid) const { return created_.count(lock_uid) > 0; }
  // By the newest that was shown there is a lock.
  bool lock_is_there() const { return !newest_lock_.empty(); }
  bool unsettled() const { return unsettled_since_ != 0; }
  // What is shown of its own pod cannot be told from what is shown of a namesake.
  bool namesake() const { return namesake_; }
  bool candidates_listed() const { return candidates_listed_; }
  bool own_pod_read() const { return own_pod_read_ || namesake_; }
  bool own_pod_terminating() const { return own_pod_terminating_; }
  bool own_pod_ended() const { return own_pod_ended_; }
  int refusals() const { return refusals_; }
  // Refused, and 2 s later again, with nothing taken between (R9).
  bool refused() const { return refused_; }
  // It held a lock and was shown its end, and has not read its own pod since (R16).
  bool in_doubt() const { return in_doubt_since_ != 0 && !namesake_; }
  // When the last request was carried out that showed the lock to be this pod's.
  absl::Duration confirmed() const { return confirmed_; }

 private:
  // `proven_at`: by a create's answer or a read at this revision; 0 by neither.
  void Note(const kube::ConfigMap& lock, uint64_t proven_at);
  void NoteNamesake(const std::string& name, const std::string& uid) {
    namesake_ = namesake_ || (name == pod_name_ && uid != pod_uid_);
  }
  void EndOthers(const std::string& but, uint64_t revision);
  void End(Term& term, uint64_t revision);
  // At `revision` there is this lock, or none.
  void Reach(uint64_t revision, const std::string& lock_uid);
  // What is sent in the very instant in which something is learned is carried out after it, whichever came first.
  uint64_t LastSentBeforeNow() const { return last_sent_at_ < boot_() ? last_id_ : last_sent_before_; }

  struct Node {
    uint64_t version = 0;  // the newest that was shown
    std::optional<absl::Duration> unreachable_since;
    absl::Duration read = -absl::InfiniteDuration();
  };
  struct PodRead {
    std::string node;
    bool terminating = false;
    absl::Duration sent = -absl::InfiniteDuration();
  };
  absl::Duration SentAt(uint64_t id) const {
    auto found = sent_.find(id);
    return found == sent_.end() ? -absl::InfiniteDuration() : found->second;
  }

  const std::string pod_name_;
  const std::string pod_uid_;
  const std::function<absl::Duration()> boot_;
  // Another pod of the same name was shown. The broker may track that one too, so that what is shown under the name
  // cannot be told apart any more, and proves nothing.
  bool namesake_ = false;
  std::map<std::string, Term> terms_;  // by the lock's UID
  std::set<std::string> created_;
  std::map<std::string, Node> nodes_;         // by name
  std::map<std::string, PodRead> pod_reads_;  // by UID
  std::map<uint64_t, absl::Duration> sent_;   // when each request was sent
  absl::Duration lock_read_ = -absl::InfiniteDuration();
  uint64_t newest_ = 0;
  std::string newest_lock_;  // the UID of the lock that there is by the newest; empty for none
  uint64_t last_id_ = 0;
  absl::Duration last_sent_at_ = -absl::InfiniteDuration();
  uint64_t last_sent_before_ = 0;  // the last that was sent before that
  uint64_t unsettled_since_ = 0;
  uint64_t in_doubt_since_ = 0;
  bool candidates_listed_ = false;
  bool own_pod_read_ = false;
  bool own_pod_terminating_ = false;
  bool own_pod_ended_ = false;
  int refusals_ = 0;
  absl::Duration first_refusal_ = absl::InfiniteDuration();
  bool refused_ = false;
  absl::Duration confirmed_ = -absl::InfiniteDuration();
};

}  // namespace leadership_broker::simulation

#endif  // LEADERSHIP_BROKER_TESTS_SIMULATION_WITNESS_H_
