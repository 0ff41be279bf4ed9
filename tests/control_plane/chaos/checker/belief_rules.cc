// What apps believe: from a message that says LEADER until one that says something else, or until the app is stopped.
// That its stream breaks, or that its broker is frozen or dead, changes no belief: the lock is for life.
#include <algorithm>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "tests/control_plane/chaos/checker/rules.h"

namespace leadership_broker::chaos {
namespace {

struct Belief {
  std::string pod;
  std::string subscriber;
  std::string lock;
  int broker = 0;
  uint64_t least_token = 0;
  uint64_t greatest_token = 0;
  Time from = 0;
  Time to = std::numeric_limits<Time>::max();
};

std::vector<Belief> Beliefs(const History& history) {
  std::vector<Belief> all;
  std::map<std::pair<std::string, std::string>, Belief> open;  // by pod and app
  const auto close = [&](auto held, Time at) {
    held->second.to = at;
    all.push_back(std::move(held->second));
    open.erase(held);
  };
  for (const Told& told : history.told) {
    const auto held = open.find({told.pod, told.subscriber});
    if (held != open.end() && told.leads() && told.lock == held->second.lock) {
      held->second.greatest_token = std::max(held->second.greatest_token, told.token);
      continue;
    }
    if (held != open.end()) close(held, told.at);
    if (told.leads()) {
      open[{told.pod, told.subscriber}] = {told.pod,   told.subscriber, told.lock, told.broker,
                                           told.token, told.token,      told.at};
    }
  }
  while (!open.empty()) {
    const auto stopped = history.stopped.find(open.begin()->first.first);
    close(open.begin(), stopped == history.stopped.end() ? std::numeric_limits<Time>::max() : stopped->second);
  }
  return all;
}

// Whether this very broker process had told who held the lock, before it told its own pod to lead.
bool KnewHolder(const History& history, const Belief& later, const Belief& earlier) {
  for (const Told& told : history.told) {
    if (told.at < later.from && told.pod == later.pod && told.broker == later.broker && told.lock == earlier.lock &&
        told.leader == earlier.pod) {
      return true;
    }
  }
  return false;
}

// Empty when it may not be. docs/correctness-chaos.md names these, and no others.
std::string Excuse(const History& history, const Facts& facts, const Belief& earlier, const Belief& later) {
  const PodFacts* const pod = facts.PodOf(earlier.pod);
  const Term* const won = facts.TermOf(later.lock);
  const bool gone_before = pod != nullptr && pod->gone && won != nullptr && pod->gone->revision < won->created;
  if (history.forced.count(earlier.pod) > 0 && gone_before) return "a forced deletion, while its containers ran on";
  if (history.by_hand.count(earlier.lock) > 0 && !KnewHolder(history, later, earlier)) {
    return "a lock removed by hand, and a newcomer that had not known its holder";
  }
  return "";
}

std::string Describe(const Belief& belief) {
  return absl::StrCat("pod ", belief.pod, " (app ", belief.subscriber, ", lock ", belief.lock, ", token ",
                      belief.least_token, ")");
}

void CheckPair(const History& history, const Facts& facts, const Belief& one, const Belief& other, Verdict* verdict) {
  const Term* const first = facts.TermOf(one.lock);
  const Term* const second = facts.TermOf(other.lock);
  const auto order = [](const Term* term, const Belief& belief) {
    return std::make_pair(term == nullptr ? belief.least_token : term->created, belief.least_token);
  };
  const bool in_order = order(first, one) <= order(second, other);
  const Belief& earlier = in_order ? one : other;
  const Belief& later = in_order ? other : one;
  const Time at = std::max(one.from, other.from);
  const std::string both = absl::StrCat(Describe(earlier), " and ", Describe(later), " believe that they lead");
  if (earlier.greatest_token >= later.least_token) {
    verdict->violations.push_back({"overlap token", absl::StrCat(both, ", and the later has no greater token"), at});
  }
  const std::string excuse = Excuse(history, facts, earlier, later);
  if (excuse.empty()) {
    verdict->violations.push_back({"two leaders", both, at});
  } else {
    ++verdict->excused[excuse];
  }
}

}  // namespace

void CheckBeliefs(const History& history, const Facts& facts, Verdict* verdict) {
  const std::vector<Belief> beliefs = Beliefs(history);
  for (size_t i = 0; i < beliefs.size(); ++i) {
    for (size_t j = i + 1; j < beliefs.size(); ++j) {
      const Belief& one = beliefs[i];
      const Belief& other = beliefs[j];
      if (one.pod != other.pod && one.from < other.to && other.from < one.to) {
        CheckPair(history, facts, one, other, verdict);
      }
    }
  }
}

}  // namespace leadership_broker::chaos
