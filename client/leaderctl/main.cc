// leaderctl: the leadership broker's command line.
#include <cstdio>
#include <string>
#include <vector>

#include "client/leaderctl/child_group.h"
#include "client/leaderctl/command_line.h"
#include "client/leaderctl/commands.h"
#include "client/leaderctl/completion.h"
#include "client/leaderctl/exit_codes.h"
#include "client/leaderctl/output.h"
#include "client/leaderctl/signals.h"

namespace leadership::leaderctl {
namespace {

int Dispatch(const Options& options, const Inheritance& inheritance) {
  if (options.subcommand == "run") return Run(options, inheritance);
  EndOnSignals();
  if (options.subcommand == "watch") return Watch(options);
  if (options.subcommand == "wait") return Wait(options);
  if (options.subcommand == "locks") return Locks(options);
  if (options.subcommand == "step-down") return StepDown(options);
  return Status(options);
}

int Main(const std::vector<std::string>& arguments) {
  // Before anything else, since it notes what leaderctl was started with.
  const Inheritance inheritance;
  if (!arguments.empty() && arguments[0] == kCompleteArgument) return Complete(arguments);
  const std::variant<Options, Ended> read = ReadCommandLine(arguments);
  if (const auto* options = std::get_if<Options>(&read)) return Dispatch(*options, inheritance);
  const auto& ended = std::get<Ended>(read);
  std::fputs(ended.text.c_str(), ended.exit_code == kSuccess ? stdout : stderr);
  return ended.exit_code;
}

}  // namespace
}  // namespace leadership::leaderctl

int main(int argc, char** argv) { return leadership::leaderctl::Main(std::vector<std::string>(argv + 1, argv + argc)); }
