// R8: an unreachable leader's lock is taken over only when all is as it has to be, and then it is.
#include <algorithm>

#include "absl/strings/str_cat.h"

#include "tests/simulation/facts.h"
#include "tests/simulation/judge.h"
#include "tests/simulation/limits.h"
#include "tests/simulation/world.h"

namespace leadership_broker::simulation {

void Judge::JudgeTakeOver(const Body& body, const Broker& broker, const std::string& lock_uid,
                          const std::string& holder_uid) {
  const std::string who = absl::StrCat(body.uid, " takes ", lock_uid, " of ", holder_uid, " over");
  const absl::Duration after = TakeOverAfter(world_->settings, body.name);
  if (after == absl::InfiniteDuration()) return Break("R8", absl::StrCat(who, ", and was not told to do such a thing"));
  const Witness& witness = broker.witness();
  const Witness::Term* const term = witness.TermOf(lock_uid);
  if (term == nullptr || term->holders.count(holder_uid) == 0) {
    return Break("R8", absl::StrCat(who, ", and was not shown that it holds the lock"));
  }
  if (term->limit == absl::InfiniteDuration() || after < 2 * term->limit) {
    return Break("R8", absl::StrCat(who, ", whose limit is ", absl::FormatDuration(term->limit)));
  }
  const Witness::Sight sight = witness.SightOf(holder_uid);
  if (!sight.unreachable_since.has_value() || world_->boot() < *sight.unreachable_since + after) {
    return Break("R8", absl::StrCat(who, ", and was not shown for so long that its node cannot be reached"));
  }
  const absl::Duration ripe = *sight.unreachable_since + after;
  if (std::min({sight.node_read, sight.pod_read, sight.lock_read}) < ripe) {
    return Break("R8", absl::StrCat(who, ", and has not asked for node, pod and lock anew"));
  }
}

void Judge::MarkSent(const Body& body, const Broker& broker, const kube::Precondition& precondition,
                     const std::string& holder_uid) {
  if (restored_ || holder_uid == body.uid) return;
  JudgeTakeOver(body, broker, precondition.uid, holder_uid);
  if (!broker.witness().SightOf(holder_uid).terminating) {
    Break("R8", absl::StrCat(body.uid, " marks ", precondition.uid, " before its holder's pod is being deleted"));
  }
}

bool Judge::IsToBeTakenOver(const Body& holder) const {
  if (restored_ || !holder.node_lost || holder.Object() == nullptr || Ended(holder.uid)) return false;
  const LockFacts lock = ReadFacts(*world_->store.lock());
  for (const auto& body : world_->bodies) {
    if (body.get() == &holder || !IsEligible(*body)) continue;
    if (world_->settings.on_request() && !body->broker->requested()) continue;
    const absl::Duration after = TakeOverAfter(world_->settings, body->name);
    if (after != absl::InfiniteDuration() && lock.limit != absl::InfiniteDuration() && after >= 2 * lock.limit) {
      return true;
    }
  }
  return false;
}

}  // namespace leadership_broker::simulation
