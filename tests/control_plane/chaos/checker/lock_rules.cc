// What may happen to the lock object.
#include "absl/strings/str_cat.h"

#include "tests/control_plane/chaos/checker/rules.h"

namespace leadership_broker::chaos {
namespace {

// At most one pod holds a lock: no second object before the first is gone, and no other holder within one object. The
// collector may take the owner away (an orphaning deletion).
void CheckOneLock(const History& history, const Facts& facts, Verdict* verdict) {
  std::string current;
  for (const LockChange& change : history.locks) {
    if (!current.empty() && change.uid != current) {
      verdict->violations.push_back(
          {"one lock", absl::StrCat("lock ", change.uid, " is there beside ", current), change.at});
    }
    current = change.removed ? "" : change.uid;
    const std::string& holder = facts.terms.at(change.uid).holder;
    const bool made = change.revision == facts.terms.at(change.uid).created;
    const bool one_pod = change.owners.size() == 1 && change.owners[0].kind == "Pod" && change.owners[0].uid == holder;
    if (one_pod || (change.owners.empty() && !made)) continue;
    verdict->violations.push_back(
        {"one lock", absl::StrCat("lock ", change.uid, " is not of its one holder ", holder), change.at});
  }
}

// R6, of every request, whether or not it hit.
void CheckPrecondition(const Removal& removal, Verdict* verdict) {
  const bool turned_away = removal.code == 401 || removal.code == 403 || removal.code == 429 || removal.code / 100 == 5;
  if (!removal.body_read && turned_away) return;
  if (removal.uid.empty() || removal.resource_version.empty() || removal.propagation != "Background") {
    verdict->violations.push_back(
        {"R6 precondition", absl::StrCat("pod ", removal.pod, " removes a lock without saying which, or not by ",
                                         "Background: uid '", removal.uid, "', resourceVersion '",
                                         removal.resource_version, "', propagation '", removal.propagation, "'")});
  }
}

// R7: why this lock may be gone; empty when it may not.
std::string WhyRemoved(const History& history, const Facts& facts, const std::string& uid, const Term& term) {
  const PodFacts* const holder = facts.PodOf(term.holder);
  if (holder == nullptr || holder->EndedBy(*term.removed)) return "the holder has ended";
  // The collector's doing: the lock goes first.
  if (holder->foreground && holder->foreground->revision <= *term.removed) return "a foreground deletion";
  return history.by_hand.count(uid) > 0 ? "by hand" : "";
}

}  // namespace

void CheckLocks(const History& history, const Facts& facts, Verdict* verdict) {
  CheckOneLock(history, facts, verdict);
  for (const Removal& removal : history.removals) {
    if (removal.user != history.candidates) continue;
    CheckPrecondition(removal, verdict);
    if (!removal.succeeded()) continue;
    const Term* const term = facts.TermOf(removal.uid);
    if (term == nullptr || !term->removed.has_value()) continue;
    const PodFacts* const holder = facts.PodOf(term->holder);
    if (absl::StrCat(term->removed_from) != removal.resource_version) {
      verdict->violations.push_back({"R6 precondition",
                                     absl::StrCat("pod ", removal.pod, " removed lock ", removal.uid, " as it was at ",
                                                  removal.resource_version, ", and it was at ", term->removed_from),
                                     term->removed_at});
    }
    if (holder != nullptr && !holder->EndedBy(*term->removed)) {
      verdict->violations.push_back({"R7 removal",
                                     absl::StrCat("pod ", removal.pod, " removed lock ", removal.uid, ", whose holder ",
                                                  term->holder, " has not ended"),
                                     term->removed_at});
    }
  }
  for (const auto& [uid, term] : facts.terms) {
    if (!term.removed.has_value() || !WhyRemoved(history, facts, uid, term).empty()) continue;
    verdict->violations.push_back(
        {"R7 removal", absl::StrCat("lock ", uid, " is gone, and nothing explains it"), term.removed_at});
  }
}

}  // namespace leadership_broker::chaos
