#include "server/metrics/lock_events.h"

#include <utility>

#include "server/metrics/families.h"

namespace leadership_broker::metrics {
namespace {

using leadership::v1::Leadership;

// From one round trip to a lock that waits for a pod's grace period.
const prometheus::Histogram::BucketBoundaries kTakeoverSeconds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
                                                                  0.5,   1,      2.5,   5,    10,    30,   60};

}  // namespace

LockEvents::LockEvents(const std::vector<std::string>& lock_names, std::function<absl::Duration()> now,
                       prometheus::Registry* registry)
    : now_(std::move(now)) {
  auto& transitions = prometheus::BuildCounter()
                          .Name("leadership_broker_leader_transitions_total")
                          .Help("How often this broker saw another term of leadership begin than the one it knew.")
                          .Register(*registry);
  auto& losses = prometheus::BuildCounter()
                     .Name("leadership_broker_leadership_losses_total")
                     .Help("How often this pod was told that it leads no more.")
                     .Register(*registry);
  auto& takeovers = prometheus::BuildHistogram()
                        .Name("leadership_broker_takeover_seconds")
                        .Help(
                            "From the moment that an earlier leader's lock was seen gone until this pod was told "
                            "that it leads; where it does not win, nothing is counted.")
                        .Register(*registry);
  for (const std::string& name : lock_names) {
    const prometheus::Labels labels = {{kLockLabel, name}};
    Lock& lock = locks_[name];
    lock.transitions = &transitions.Add(labels);
    lock.losses = &losses.Add(labels);
    lock.takeovers = &takeovers.Add(labels, kTakeoverSeconds);
  }
}

void LockEvents::Told(const status::SnapshotPtr& snapshot) {
  const Leadership& told = snapshot->leadership;
  const auto found = locks_.find(told.lock().name());
  if (found == locks_.end()) return;
  Lock& lock = found->second;
  if (told.revision() == lock.revision) return;
  lock.revision = told.revision();

  if (snapshot->is_loss) lock.losses->Increment();
  if (told.state() == Leadership::STATE_UNKNOWN) return;

  if (told.has_leader() && told.lock().uid() != lock.term) {
    if (lock.learned) lock.transitions->Increment();
    lock.term = told.lock().uid();
  }
  lock.learned = true;

  if (told.state() == Leadership::STATE_LEADER) {
    if (lock.gone_since.has_value()) lock.takeovers->Observe(absl::ToDoubleSeconds(now_() - *lock.gone_since));
    lock.gone_since.reset();
  } else if (!told.has_leader()) {
    if (!lock.term.empty() && !lock.gone_since.has_value()) lock.gone_since = now_();
  } else if (told.leader().uid() != told.self().uid()) {
    lock.gone_since.reset();
  }
}

}  // namespace leadership_broker::metrics
