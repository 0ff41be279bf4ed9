// What leaderctl's exit codes mean. docs/leaderctl.md says the same; scripts rely on them.
#ifndef LEADERSHIP_LEADERCTL_EXIT_CODES_H_
#define LEADERSHIP_LEADERCTL_EXIT_CODES_H_

namespace leadership::leaderctl {

inline constexpr int kSuccess = 0;
// The broker cannot be reached, or refuses.
inline constexpr int kFailure = 1;
// The command line is wrong.
inline constexpr int kUsage = 2;

// `run` keeps to codes that commands rarely use, as env(1) and timeout(1) do; all others are CMD's own.
// Leadership was lost, and CMD has been stopped for it.
inline constexpr int kLost = 123;
// --timeout passed before this pod led. Of `wait` too.
inline constexpr int kTimedOut = 124;
// `run` itself failed: what kFailure is elsewhere.
inline constexpr int kRunFailure = 125;
inline constexpr int kNotExecutable = 126;
inline constexpr int kNotFound = 127;
// And the number of the signal that ended CMD, or leaderctl before there was a CMD.
inline constexpr int kSignalBase = 128;

}  // namespace leadership::leaderctl

#endif  // LEADERSHIP_LEADERCTL_EXIT_CODES_H_
