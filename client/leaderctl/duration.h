// Durations as Go writes them and the broker's flags take them: 5s, 500ms, 1m30s.
//
// Pure; any thread.
#ifndef LEADERSHIP_LEADERCTL_DURATION_H_
#define LEADERSHIP_LEADERCTL_DURATION_H_

#include <string>

#include "absl/time/time.h"

namespace leadership::leaderctl {

// Empty when `text` is a duration, which is then in `*duration`; else what is wrong with it.
std::string ReadDuration(const std::string& text, absl::Duration* duration);

// To the second, or finer under ten: how long ago something was, for people. "3d4h", "5m12s", "2.5s".
std::string ShortDuration(absl::Duration duration);

}  // namespace leadership::leaderctl

#endif  // LEADERSHIP_LEADERCTL_DURATION_H_
