#include "server/election/suspects.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace leadership_broker::election {

void Suspects::AddHolder(const PodRef& holder) { suspects_[holder.uid] = {holder, absl::InfiniteDuration()}; }

void Suspects::AddReleased(const PodRef& holder, absl::Duration drop_at) {
  Suspect& suspect = suspects_.try_emplace(holder.uid, Suspect{holder, drop_at}).first->second;
  suspect.drop_at = std::max(suspect.drop_at, drop_at);
}

void Suspects::AddCandidate(const PodRef& candidate, absl::Duration drop_at) {
  // One that is known to have held the lock stays suspect without a term.
  suspects_.try_emplace(candidate.uid, Suspect{candidate, drop_at});
}

void Suspects::Learn(const std::string& uid, PodCondition condition) {
  if (condition == PodCondition::kEnded || condition == PodCondition::kGone) suspects_.erase(uid);
}

void Suspects::DropUntil(absl::Duration now) {
  for (auto it = suspects_.begin(); it != suspects_.end();) {
    it = it->second.drop_at <= now ? suspects_.erase(it) : std::next(it);
  }
}

absl::Duration Suspects::NextDrop() const {
  absl::Duration next = absl::InfiniteDuration();
  for (const auto& [uid, suspect] : suspects_) next = std::min(next, suspect.drop_at);
  return next;
}

std::vector<PodRef> Suspects::Tracked() const {
  std::vector<PodRef> pods;
  for (const auto& [uid, suspect] : suspects_) {
    if (pods.size() == kMostTracked) break;
    pods.push_back(suspect.pod);
  }
  return pods;
}

std::string Suspects::Names() const {
  return absl::StrJoin(Tracked(), ", ",
                       [](std::string* out, const PodRef& pod) { absl::StrAppend(out, pod.name, " (", pod.uid, ")"); });
}

}  // namespace leadership_broker::election
