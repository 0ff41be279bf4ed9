// How it has to be once the faults have stopped: one eligible pod leads, and every app knows.
#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"

#include "tests/control_plane/chaos/checker/rules.h"

namespace leadership_broker::chaos {
namespace {

class End {
 public:
  End(const History& history, const Facts& facts, Verdict* verdict)
      : history_(history), facts_(facts), verdict_(verdict) {
    for (const Told& told : history.told) {
      const Told*& last = last_[{told.pod, told.subscriber}];
      const bool same = last != nullptr && last->state == told.state && last->leader == told.leader;
      if (!same && history.stopped.count(told.pod) == 0) last_change_ = std::max(last_change_, told.at);
      last = &told;
    }
  }

  void Check() {
    if (!history_.calm.has_value() || !history_.end.has_value()) return Break("the history has no end");
    const Term* lock = nullptr;
    for (const auto& [uid, term] : facts_.terms) {
      if (!term.removed.has_value()) lock = &term;
      last_change_ = std::max(last_change_, term.removed_at);
    }
    verdict_->settled_seconds = static_cast<double>(std::max<Time>(0, last_change_ - *history_.calm)) / 1e6;
    if (lock == nullptr) return Break("there is no lock");
    const PodFacts* const holder = facts_.PodOf(lock->holder);
    if (holder == nullptr || !holder->eligible() || history_.stopped.count(lock->holder) > 0) {
      Break(absl::StrCat("the lock's holder ", lock->holder, " is no eligible pod"));
    }
    for (const auto& [pod, subscribers] : history_.subscribers) {
      if (history_.stopped.count(pod) > 0) continue;
      for (const std::string& subscriber : subscribers) CheckApp(pod, subscriber, lock->holder);
    }
    if (last_change_ > *history_.calm + kSettlingLimit) {
      Break(absl::StrCat("it took ", verdict_->settled_seconds, " s to settle"));
    }
  }

 private:
  void Break(const std::string& what) { verdict_->violations.push_back({"end", what, history_.end.value_or(0)}); }

  void CheckApp(const std::string& pod, const std::string& subscriber, const std::string& leader) {
    const auto found = last_.find({pod, subscriber});
    const std::string name = absl::StrCat("app ", subscriber, " of pod ", pod);
    if (found == last_.end()) return Break(absl::StrCat(name, " was told nothing"));
    const Told& told = *found->second;
    const PodFacts* const facts = facts_.PodOf(pod);
    const bool eligible = facts != nullptr && facts->eligible();
    const bool right = !eligible       ? !told.leads()
                       : pod == leader ? told.leads()
                                       : told.state == "STATE_STANDBY" && told.leader == leader;
    if (!right) Break(absl::StrCat(name, " was last told ", told.state, ", ", told.reason, ", leader ", told.leader));
  }

  const History& history_;
  const Facts& facts_;
  Verdict* const verdict_;
  std::map<std::pair<std::string, std::string>, const Told*> last_;  // by pod and app
  Time last_change_ = 0;
};

}  // namespace

void CheckEnd(const History& history, const Facts& facts, Verdict* verdict) { End(history, facts, verdict).Check(); }

}  // namespace leadership_broker::chaos
