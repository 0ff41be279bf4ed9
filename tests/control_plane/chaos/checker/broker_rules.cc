// What a broker may say, in the order in which it said it: by revision, since its apps may read late.
#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "tests/control_plane/chaos/checker/rules.h"

namespace leadership_broker::chaos {
namespace {

// How far what the store did may be seen after what a broker made of it was told; and where the store was killed or
// frozen so shortly before, since it may have told the API server and not yet the recorder.
constexpr Time kSkew = 2'000'000;
constexpr Time kSkewOfABrokenStore = 15'000'000;
// A pod's token is taken for as long after it became void, and a loss by it is told as late.
constexpr Time kRefusalEcho = 60'000'000;

bool Echoes(const std::vector<Time>& causes, Time limit, Time now) {
  return std::any_of(causes.begin(), causes.end(), [&](Time at) { return at <= now && now <= at + limit; });
}

class Broker {
 public:
  Broker(const History& history, const Facts& facts, Verdict* verdict)
      : history_(history), facts_(facts), verdict_(verdict) {}

  // `said`: one message for each revision.
  void Check(const std::vector<const Told*>& said, uint64_t* greatest_token) {
    for (const Told* told : said) {
      if (told->leads()) CheckLeader(*told, *greatest_token);
      if (last_ != nullptr && last_->leads() && !told->leads()) CheckLoss(*told);
      deletion_seen_ |= told->reason == "REASON_POD_TERMINATING" || told->state == "STATE_INELIGIBLE";
      *greatest_token = std::max(*greatest_token, told->token);
      last_ = told;
    }
  }

 private:
  void Break(const std::string& rule, const Told& told, const std::string& what) {
    verdict_->violations.push_back({rule, absl::StrCat("pod ", told.pod, " ", what), told.at});
  }

  void CheckLeader(const Told& told, uint64_t greatest_token) {
    if (told.token < greatest_token) {
      Break("token", told, absl::StrCat("leads with token ", told.token, ", and has seen ", greatest_token));
    }
    const Term* const term = facts_.TermOf(told.lock);
    if (term == nullptr || term->holder != told.pod || term->versions.count(told.token) == 0) {
      return Break("R2 proof", told,
                   absl::StrCat("leads under lock ", told.lock, " with token ", told.token,
                                ", and the store never had that lock of this pod at that version"));
    }
    if (lost_.count(told.lock) > 0) {
      Break("R4 lost for good", told, absl::StrCat("leads under lock ", told.lock, ", which it had lost"));
    }
    const PodFacts* const pod = facts_.PodOf(told.pod);
    const bool won_deleted = deletion_seen_ && won_.count(told.lock) == 0 && pod != nullptr && pod->being_deleted &&
                             CreatedAfterDeletion(told, *term, *pod);
    if (won_deleted) Break("R5 deletion seen", told, "wins although it had been told that it is being deleted");
    won_.insert(told.lock);
  }

  // A broker that was started again may find a lock, which it can compare by the API server's clock only (R10, R16b).
  static bool CreatedAfterDeletion(const Told& told, const Term& term, const PodFacts& pod) {
    if (told.broker == 1) return term.created > pod.being_deleted->revision;
    return term.created_seconds > pod.deletion_began_seconds;
  }

  void CheckLoss(const Told& told) {
    if (told.state != "STATE_UNKNOWN") lost_.insert(last_->lock);
    const Term* const term = facts_.TermOf(last_->lock);
    const PodFacts* const pod = facts_.PodOf(told.pod);
    const bool broken_store = Echoes(history_.etcd_faults, kSkewOfABrokenStore, told.at);
    const Time known = told.at + (broken_store ? kSkewOfABrokenStore : kSkew);
    const auto by_now = [&](const Time& at) { return at <= known; };
    // A message that still shows the lock knows of no removal.
    const bool removed = term == nullptr || (told.lock != last_->lock && term->removed && by_now(term->removed_at));
    const bool lock_gone = removed || (term->spoiled_at && by_now(*term->spoiled_at));
    // Nor does one know of the pod's end that has it stand by.
    const bool pod_ended = told.state != "STATE_STANDBY" && (pod == nullptr || (pod->gone && by_now(pod->gone->at)) ||
                                                             (pod->finished && by_now(pod->finished->at)));
    const bool refused = Echoes(history_.revocations, kRefusalEcho, told.at);
    if (lock_gone || pod_ended || (refused && told.state == "STATE_UNKNOWN")) return;
    Break("R9 lost without cause", told,
          absl::StrCat("stops leading under lock ", last_->lock, " (", told.state, ", ", told.reason,
                       "), which is still its own"));
  }

  const History& history_;
  const Facts& facts_;
  Verdict* const verdict_;
  const Told* last_ = nullptr;
  bool deletion_seen_ = false;
  std::set<std::string> won_;   // locks
  std::set<std::string> lost_;  // locks
};

bool SameWords(const Told& a, const Told& b) {
  return a.state == b.state && a.reason == b.reason && a.lock == b.lock && a.leader == b.leader && a.token == b.token;
}

}  // namespace

void CheckBrokers(const History& history, const Facts& facts, Verdict* verdict) {
  std::map<std::pair<std::string, int>, std::map<uint64_t, const Told*>> brokers;
  for (const Told& told : history.told) {
    const Told*& first = brokers[{told.pod, told.broker}][told.revision];
    if (first == nullptr) {
      first = &told;
    } else if (!SameWords(*first, told)) {
      verdict->violations.push_back({"R15 one voice",
                                     absl::StrCat("broker ", told.broker, " of pod ", told.pod,
                                                  " says different things as revision ", told.revision),
                                     told.at});
    }
  }
  std::map<std::string, uint64_t> greatest_tokens;  // by pod: a token that was seen is no less for a restart
  for (const auto& [which, by_revision] : brokers) {
    std::vector<const Told*> said;
    for (const auto& [revision, told] : by_revision) said.push_back(told);
    Broker(history, facts, verdict).Check(said, &greatest_tokens[which.first]);
  }
}

}  // namespace leadership_broker::chaos
