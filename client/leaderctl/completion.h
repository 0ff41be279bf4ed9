// What the shells ask when Tab is pressed: leaderctl itself knows its flags, so the scripts in completions/ hold none
// of them and cannot fall behind.
//
// The main thread.
#ifndef LEADERSHIP_LEADERCTL_COMPLETION_H_
#define LEADERSHIP_LEADERCTL_COMPLETION_H_

#include <functional>
#include <string>
#include <vector>

namespace leadership::leaderctl {

struct Suggestion {
  std::string word;
  std::string help;
};

// What the last of `words` may become; the others are what was typed before it, without "leaderctl" itself. Empty where
// leaderctl has nothing to suggest. `locks` is called for names of locks, given the --address that was typed, if any.
std::vector<Suggestion> Suggest(const std::vector<std::string>& words,
                                const std::function<std::vector<std::string>(const std::string& address)>& locks);

// `leaderctl __complete WORD...`: prints the suggestions for the last WORD, a line each: the word, and after a tab what
// it means.
inline constexpr char kCompleteArgument[] = "__complete";
int Complete(const std::vector<std::string>& arguments);

}  // namespace leadership::leaderctl

#endif  // LEADERSHIP_LEADERCTL_COMPLETION_H_
