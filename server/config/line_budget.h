// How many lines may be written in a while, where others decide how often there is something to write.
#ifndef LEADERSHIP_BROKER_CONFIG_LINE_BUDGET_H_
#define LEADERSHIP_BROKER_CONFIG_LINE_BUDGET_H_

#include <cstdint>
#include <optional>
#include <utility>

#include "absl/time/time.h"

#include "server/loop/mutex.h"

namespace leadership_broker::config {

// Any thread.
class LineBudget {
 public:
  LineBudget(int lines, absl::Duration period) : lines_(lines), period_(period) {}

  // Nothing when there is to be no line. Else how many were left out since the last one.
  std::optional<int64_t> Spend(absl::Time now) {
    loop::MutexLock lock(mutex_);
    if (now - since_ >= period_) {
      since_ = now;
      spent_ = 0;
    }
    if (spent_ == lines_) {
      ++left_out_;
      return std::nullopt;
    }
    ++spent_;
    return std::exchange(left_out_, 0);
  }

 private:
  const int lines_;
  const absl::Duration period_;
  loop::Mutex mutex_;
  absl::Time since_ GUARDED_BY(mutex_) = absl::InfinitePast();
  int spent_ GUARDED_BY(mutex_) = 0;
  int64_t left_out_ GUARDED_BY(mutex_) = 0;
};

}  // namespace leadership_broker::config

#endif  // LEADERSHIP_BROKER_CONFIG_LINE_BUDGET_H_
