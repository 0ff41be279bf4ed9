// How many streams and waiting calls there may be at once (--max-streams).
#ifndef LEADERSHIP_BROKER_RPC_STREAM_BUDGET_H_
#define LEADERSHIP_BROKER_RPC_STREAM_BUDGET_H_

#include <atomic>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace leadership_broker::rpc {

// Any thread. Outlives its slots.
class StreamBudget {
 private:
  struct Return {
    void operator()(StreamBudget* budget) const { --budget->used_; }
  };

 public:
  // One stream's place, given back at its destruction. Null: there was none.
  using Slot = std::unique_ptr<StreamBudget, Return>;

  explicit StreamBudget(int limit) : limit_(limit) {}
  StreamBudget(const StreamBudget&) = delete;
  StreamBudget& operator=(const StreamBudget&) = delete;

  Slot TryTake() {
    if (++used_ <= limit_) return Slot(this);
    --used_;
    return Slot();
  }

  absl::Status Exhausted() const {
    return absl::ResourceExhaustedError(
        absl::StrCat("this broker serves ", limit_, " streams already, the most that --max-streams allows"));
  }

 private:
  const int limit_;
  std::atomic<int> used_{0};
};

}  // namespace leadership_broker::rpc

#endif  // LEADERSHIP_BROKER_RPC_STREAM_BUDGET_H_
