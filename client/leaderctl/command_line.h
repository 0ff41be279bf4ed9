// What leaderctl is told: flags, environment and, for `run`, the command after "--".
//
// Pure but for the environment; the main thread.
#ifndef LEADERSHIP_LEADERCTL_COMMAND_LINE_H_
#define LEADERSHIP_LEADERCTL_COMMAND_LINE_H_

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"

namespace CLI {
class App;
}  // namespace CLI

namespace leadership::leaderctl {

enum class Output { kText, kJson, kYaml };

struct Options {
  // "status", "watch", "wait", "locks", "step-down" or "run".
  std::string subcommand;
  // Empty: the library's default.
  std::string address;
  std::string lock;
  Output output = Output::kText;
  // Of a call, or of the wait for leadership; without it each subcommand has its own.
  std::optional<absl::Duration> timeout;
  // step-down: do not ask.
  bool yes = false;

  // Of `run`.
  bool restart = false;
  absl::Duration grace = absl::Seconds(10);
  bool stop_when_uncertain = true;
  absl::Duration silence_limit = absl::Seconds(15);
  std::vector<std::string> command;
};

// When there is nothing to do but to print and to end: help, version, or what is wrong.
struct Ended {
  int exit_code;
  // For standard output if exit_code is 0, else for standard error.
  std::string text;
};

std::variant<Options, Ended> ReadCommandLine(const std::vector<std::string>& arguments);

// The flags and subcommands there are, for completion to ask. Its values go to `options`, which has to outlive it.
std::unique_ptr<CLI::App> NewApp(Options* options);

}  // namespace leadership::leaderctl

#endif  // LEADERSHIP_LEADERCTL_COMMAND_LINE_H_
