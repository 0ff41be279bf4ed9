#include "server/announce/event_series.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace leadership_broker::announce {
namespace {

// Takes out the one of which `when` is least, if there are too many.
template <typename Map, typename When>
void KeepNewest(Map* map, const When& when) {
  if (map->size() <= EventSeries::kMaxKept) return;
  map->erase(std::min_element(map->begin(), map->end(),
                              [&](const auto& a, const auto& b) { return when(a.second) < when(b.second); }));
}

}  // namespace

EventSeries::Verdict EventSeries::Take(const Happening& happening, const std::string& name, absl::Duration now) {
  // The parts can hold no line break, except for the note, which is the last.
  const std::string key = absl::StrCat(happening.regarding.kind(), "\n", happening.regarding.name(), "\n",
                                       happening.regarding.uid(), "\n", happening.reason, "\n", happening.note);
  auto series = series_.find(key);
  if (series != series_.end() && now - series->second.last > kWindow) {
    series_.erase(series);
    series = series_.end();
  }
  Verdict verdict;
  if (series == series_.end()) {
    if (!Spend(happening.regarding, now)) return verdict;
    verdict.name = name;
    series_[key] = {name, 1, now};
    KeepNewest(&series_, [](const Series& s) { return s.last; });
  } else {
    // What is not told is counted all the same.
    verdict.count = ++series->second.count;
    series->second.last = now;
    if (!Spend(happening.regarding, now)) return verdict;
    verdict.name = series->second.name;
  }
  verdict.is_told = true;
  return verdict;
}

void EventSeries::Forget(const std::string& name) {
  for (auto it = series_.begin(); it != series_.end();)
    it = it->second.name == name ? series_.erase(it) : std::next(it);
}

bool EventSeries::Spend(const kube::ObjectReference& object, absl::Duration now) {
  Bucket& bucket =
      buckets_.try_emplace(absl::StrCat(object.kind(), "/", object.name()), Bucket{kBurst, now}).first->second;
  bucket.tokens = std::min<double>(kBurst, bucket.tokens + absl::FDivDuration(now - bucket.at, kRefill));
  bucket.at = now;
  const bool any = bucket.tokens >= 1;
  if (any) bucket.tokens -= 1;
  KeepNewest(&buckets_, [](const Bucket& b) { return b.at; });
  return any;
}

}  // namespace leadership_broker::announce
