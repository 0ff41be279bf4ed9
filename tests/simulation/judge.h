// The rules, as far as they can be seen to be broken from beside a broker: what it says and sends against what it was
// shown, and what all apps believe against what really is.
//
// It knows the facts of the whole run, and shares no code with the election but the reading of a lock's form.
#ifndef LEADERSHIP_BROKER_TESTS_SIMULATION_JUDGE_H_
#define LEADERSHIP_BROKER_TESTS_SIMULATION_JUDGE_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "server/status/hub.h"
#include "tests/simulation/store.h"

namespace leadership_broker::simulation {

struct World;
class Body;
class Broker;

struct Violation {
  std::string rule;
  std::string what;
};

class Judge {
 public:
  explicit Judge(const World* world) : world_(world) {}

  // The first violation; nothing is judged after it.
  const std::optional<Violation>& violation() const { return violation_; }

  // ---- What happens in the world.
  void Changed(const Change& change);
  // A person removes or edits this lock.
  void TouchedByHand(const kube::ConfigMap& lock);
  // The store went back in time: tokens and events of before are void, and so is every safety rule but those of R4.
  void StoreRestored() { restored_ = true; }
  bool restored() const { return restored_; }

  // ---- What a broker does.
  void Published(const Body& body, const Broker& broker, const status::Snapshot* before);
  // Any read or write.
  void Sent(const Body& body, const Broker& broker);
  void CreateSent(const Body& body, const Broker& broker);
  // A removal, or a mark.
  void RemovalSent(const Body& body, const Broker& broker, const kube::Precondition& precondition);
  // The deletion of a pod.
  void PodRemovalSent(const Body& body, const Broker& broker, const std::string& pod_name,
                      const kube::Precondition& precondition);
  // A mark that this pod holds the lock no more.
  void MarkSent(const Body& body, const Broker& broker, const kube::Precondition& precondition,
                const std::string& holder_uid);
  // A removal comes to the server while `lock` is there.
  void RemovalArrives(const Body& sender, const kube::ConfigMap& lock, const kube::Precondition& precondition);

  // ---- What an app hears.
  void Heard(const Body& body, const status::Snapshot* before, const status::Snapshot& now);

  // After every move.
  void Look();
  // Once faults have stopped and all is quiet: exactly one eligible pod leads, and everybody says so. Where a rule has
  // them wait for a person instead, everybody has to say that; what the person has to see to is returned.
  struct Standoff {
    bool lock = false;
    std::vector<std::string> pods;  // UIDs
  };
  std::optional<Standoff> JudgeEnd();
  void NeverSettles() { Break("nobody leads", "however often a person acts, something else is in the way"); }

  int leaders() const { return leaders_; }
  int excused_overlaps() const { return excused_; }
  // Locks that were removed after a mark by which their holder lost them (R8).
  int take_overs() const { return take_overs_; }

 private:
  // A lock object's whole story.
  struct Term {
    uint64_t created = 0;
    std::set<std::string> told;                 // UIDs of pods that were told that they lead under it
    std::optional<absl::Duration> released_at;  // since when it has been marked (boot clock)
  };

  void Break(const std::string& rule, const std::string& what);
  void JudgeLeader(const Body& body, const Broker& broker, const status::Snapshot& said);
  void JudgeOverlaps(const Body& body);
  bool IsExcused(const Body& earlier, const std::string& lock_uid, const Body& later) const;
  bool Ended(const std::string& pod_uid) const;
  // R8, in judge_take_over.cc: what has to be true before anybody lays hands on another's lock.
  void JudgeTakeOver(const Body& body, const Broker& broker, const std::string& lock_uid,
                     const std::string& holder_uid);
  // Somebody has to take this holder's lock over.
  bool IsToBeTakenOver(const Body& holder) const;
  std::optional<Standoff> JudgeHeldEnd(const Body& holder);
  void JudgeStandby(const Body& body, const std::string& leader_uid);
  static bool IsEligible(const Body& body);
  // Pods that may be waited for: they live, and held a lock that a person took from them, or are stuck on their node.
  std::vector<std::string> Predecessors(const std::string& but) const;

  const World* const world_;
  std::optional<Violation> violation_;
  std::map<std::string, Term> terms_;  // by the lock's UID
  std::set<std::string> touched_;      // UIDs of locks
  std::set<std::string> robbed_;       // UIDs of the pods that held them
  bool restored_ = false;
  int leaders_ = 0;
  int excused_ = 0;
  int take_overs_ = 0;
};

}  // namespace leadership_broker::simulation

#endif  // LEADERSHIP_BROKER_TESTS_SIMULATION_JUDGE_H_
