// The program that `leaderctl run` is to run, looked up before there is any leadership to waste on a misspelt one.
//
// Any thread that changes neither PATH nor the working directory.
#ifndef LEADERSHIP_LEADERCTL_PROGRAM_H_
#define LEADERSHIP_LEADERCTL_PROGRAM_H_

#include <string>

namespace leadership::leaderctl {

struct Program {
  // What to execute; empty when there is none.
  std::string path;
  // Then: kNotFound or kNotExecutable, and a sentence.
  int exit_code = 0;
  std::string error;
};

// As a shell looks a command up: a name with a slash is a path, any other is searched for in PATH.
Program FindProgram(const std::string& name);

}  // namespace leadership::leaderctl

#endif  // LEADERSHIP_LEADERCTL_PROGRAM_H_
