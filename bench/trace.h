// A takeover, taken apart by the broker's own trace points: the lines that it logs with --log-level=debug.
#ifndef LEADERSHIP_BROKER_BENCH_TRACE_H_
#define LEADERSHIP_BROKER_BENCH_TRACE_H_

#include <string>
#include <vector>

#include "absl/time/time.h"

#include "bench/figures.h"

namespace leadership_broker::bench {

// The stages of many takeovers. Not thread-safe.
class Trace {
 public:
  // `log` is what the standby has written, with --log-format=json; `issued` when the lock's removal was asked for,
  // `told` when the app had its LEADER. A log without one of the points ends the process.
  void Add(const std::string& log, absl::Time issued, absl::Time told);

  // In their order.
  const std::vector<Figures>& stages() const { return stages_; }

 private:
  std::vector<Figures> stages_ = {
      Figures("stage 1: removal asked for -> the event's bytes are here"),
      Figures("stage 2: -> the event is decoded"),
      Figures("stage 3: -> the create is handed to the transport"),
      Figures("stage 4: -> the create's answer is here"),
      Figures("stage 5: -> the watch has come to the lock too"),
      Figures("stage 6: -> decided, and told by the hub to all who listen"),
      Figures("stage 7: answer and watch -> the app has it (6 is in it, and may go on after it)"),
  };
};

}  // namespace leadership_broker::bench

#endif  // LEADERSHIP_BROKER_BENCH_TRACE_H_
