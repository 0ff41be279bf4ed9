// What the store's changes come to: the terms of leadership, and what became of the pods.
#ifndef LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_CHECKER_FACTS_H_
#define LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_CHECKER_FACTS_H_

#include <map>
#include <optional>
#include <set>
#include <string>

#include "tests/control_plane/chaos/checker/history.h"

namespace leadership_broker::chaos {

// One lock object.
struct Term {
  std::string holder;  // UID of the pod that it was made for
  uint64_t created = 0;
  int64_t created_seconds = 0;
  std::set<uint64_t> versions;  // its resourceVersions
  // Unset while it is there. `removed_from`: the resourceVersion that it had.
  std::optional<uint64_t> removed;
  uint64_t removed_from = 0;
  Time removed_at = 0;
  // When it first showed a deletionTimestamp, or owners other than it was made with.
  std::optional<Time> spoiled_at;
};

// The revisions from which on something holds of a pod, and when that was seen.
struct Since {
  uint64_t revision = 0;
  Time at = 0;
};
struct PodFacts {
  std::optional<Since> being_deleted;
  int64_t deletion_began_seconds = 0;
  std::optional<Since> foreground;
  std::optional<Since> finished;
  std::optional<Since> nothing_runs;
  std::optional<Since> gone;

  // R7: nothing of it can act any more, as far as the API server knows.
  bool EndedBy(uint64_t revision) const {
    return (gone && gone->revision <= revision) || (nothing_runs && nothing_runs->revision <= revision);
  }
  bool eligible() const { return !being_deleted && !finished && !gone; }
};

struct Facts {
  std::map<std::string, Term> terms;     // by the lock's UID
  std::map<std::string, PodFacts> pods;  // by UID

  explicit Facts(const History& history);
  // Null when the store never had it.
  const Term* TermOf(const std::string& lock) const;
  const PodFacts* PodOf(const std::string& pod) const;
};

}  // namespace leadership_broker::chaos

#endif  // LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_CHECKER_FACTS_H_
