// How many streams and waiting calls there may be at once (--max-streams), and how many there are.
#ifndef LEADERSHIP_BROKER_RPC_STREAM_BUDGET_H_
#define LEADERSHIP_BROKER_RPC_STREAM_BUDGET_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace leadership_broker::rpc {

// Any thread. Outlives its slots.
class StreamBudget {
 public:
  // Which call a place is for.
  enum class Use { kWatch, kBecome, kStepDown };

 private:
  struct Return {
    Use use = Use::kWatch;
    void operator()(StreamBudget* budget) const {
      --budget->by_use_[static_cast<size_t>(use)];
      --budget->used_;
    }
  };

 public:
  // One call's place, given back at its destruction. Null: there was none.
  using Slot = std::unique_ptr<StreamBudget, Return>;

  explicit StreamBudget(int limit) : limit_(limit) {}
  StreamBudget(const StreamBudget&) = delete;
  StreamBudget& operator=(const StreamBudget&) = delete;

  Slot TryTake(Use use) {
    if (++used_ <= limit_) {
      ++by_use_[static_cast<size_t>(use)];
      return Slot(this, Return{use});
    }
    --used_;
    ++refused_;
    return Slot();
  }

  absl::Status Exhausted() const {
    return absl::ResourceExhaustedError(
        absl::StrCat("this broker serves ", limit_, " streams already, the most that --max-streams allows"));
  }

  int limit() const { return limit_; }
  // How many places are taken for this use now.
  int taken(Use use) const { return by_use_[static_cast<size_t>(use)]; }
  // How often there was none, since the start.
  uint64_t refused() const { return refused_; }

 private:
  const int limit_;
  std::atomic<int> used_{0};
  std::array<std::atomic<int>, 3> by_use_{};
  std::atomic<uint64_t> refused_{0};
};

}  // namespace leadership_broker::rpc

#endif  // LEADERSHIP_BROKER_RPC_STREAM_BUDGET_H_
