#include "server/status/history.h"

#include "server/status/news.h"

namespace leadership_broker::status {

void History::Told(const SnapshotPtr& snapshot) {
  const leadership::v1::Leadership& told = snapshot->leadership;
  loop::MutexLock lock(mutex_);
  Kept& kept = locks_[told.lock().name()];
  if (told.revision() <= kept.revision) return;
  kept.revision = told.revision();
  if (!kept.entries.empty() && !IsNews(told, kept.entries.back().told->leadership)) return;
  kept.entries.push_back({wall_clock_(), snapshot});
  if (kept.entries.size() > kKept) kept.entries.pop_front();
}

std::vector<History::Entry> History::Of(const std::string& lock) const {
  loop::MutexLock guard(mutex_);
  const auto found = locks_.find(lock);
  if (found == locks_.end()) return {};
  return {found->second.entries.begin(), found->second.entries.end()};
}

}  // namespace leadership_broker::status
