#include "client/leaderctl/command_line.h"

#include <algorithm>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/address.h"
#include "client/leaderctl/duration.h"
#include "client/leaderctl/exit_codes.h"

#include "leadership/client.h"

namespace leadership::leaderctl {
namespace {

// The choices are the option's type name, so that --help shows them and completion offers them.
constexpr char kOutputs[] = "text|json|yaml";
constexpr char kStreamOutputs[] = "text|json";

// One of the words of `choices`, which a|b|c lists.
CLI::Option* AddChoice(CLI::App* app, const std::string& name, const std::string& choices, const std::string& help,
                       std::function<void(const std::string&)> take) {
  const std::vector<std::string> words = absl::StrSplit(choices, '|');
  return app
      ->add_option_function<std::string>(
          name,
          [=](const std::string& value) {
            if (std::find(words.begin(), words.end(), value) == words.end()) {
              throw CLI::ValidationError(name, absl::StrCat("\"", value, "\": write one of ", choices));
            }
            take(value);
          },
          help)
      ->type_name(choices);
}

template <typename Duration>
void AddDuration(CLI::App* app, const std::string& name, const std::string& help, Duration* duration,
                 absl::Duration least = absl::ZeroDuration()) {
  app->add_option_function<std::string>(
         name,
         [=](const std::string& value) {
           absl::Duration read;
           const std::string wrong = ReadDuration(value, &read);
           if (!wrong.empty()) throw CLI::ValidationError(name, absl::StrCat("\"", value, "\" ", wrong));
           if (read < least) {
             throw CLI::ValidationError(name, absl::StrCat("\"", value, "\" is too short: it has to be ",
                                                           absl::FormatDuration(least), " or more"));
           }
           *duration = read;
         },
         help)
      ->type_name("DURATION");
}

void AddOutput(CLI::App* app, const char* choices, Options* options) {
  AddChoice(app, "-o,--output", choices, "How to print; default text", [options](const std::string& value) {
    options->output = value == "json" ? Output::kJson : value == "yaml" ? Output::kYaml : Output::kText;
  });
}

void AddTimeout(CLI::App* app, const std::string& help, Options* options) {
  AddDuration(app, "--timeout", help, &options->timeout);
}

void AddSubcommands(CLI::App* app, Options* options) {
  constexpr char kCallTimeout[] = "How long to try to reach the broker; default 10s";
  CLI::App* status = app->add_subcommand("status", "Show who leads, and what this pod's broker knows of the lock");
  AddOutput(status, kOutputs, options);
  AddTimeout(status, kCallTimeout, options);

  CLI::App* watch = app->add_subcommand("watch", "Show every change, a line each, until interrupted");
  AddOutput(watch, kStreamOutputs, options);

  CLI::App* wait = app->add_subcommand("wait", "Stand for election, and end when this pod leads");
  AddOutput(wait, kOutputs, options);
  AddTimeout(wait, "How long to wait for leadership; default: for ever", options);

  CLI::App* locks = app->add_subcommand("locks", "List the locks that the broker stands for");
  AddOutput(locks, kOutputs, options);
  AddTimeout(locks, kCallTimeout, options);

  CLI::App* step_down = app->add_subcommand("step-down", "Give up leadership by deleting this pod");
  step_down->add_flag("--yes,-y", options->yes, "Do not ask");
  AddOutput(step_down, kOutputs, options);
  AddTimeout(step_down, kCallTimeout, options);

  CLI::App* run = app->add_subcommand("run", "Run CMD while this pod leads: leaderctl run [OPTIONS] -- CMD [ARGS...]");
  run->add_flag("--restart", options->restart, "After a loss stand again, and start CMD anew");
  AddDuration(run, "--grace", "How long CMD has between SIGTERM and SIGKILL; default 10s", &options->grace);
  AddChoice(run, "--on-uncertain", "stop|continue", "CMD's lot while nobody knows whether this pod leads; default stop",
            [options](const std::string& value) { options->stop_when_uncertain = value == "stop"; });
  AddDuration(run, "--silence-limit", "How long the broker may be silent before that; at least 3s, default 15s",
              &options->silence_limit, ClientOptions::kShortestSilenceLimit);
  AddTimeout(run, "How long to wait for leadership; default: for ever", options);
}

// The one line that an error is, with the way to help.
Ended Misused(const std::string& what, const CLI::App& app) {
  const std::vector<const CLI::App*> chosen = app.get_subcommands([](const CLI::App* each) { return each->parsed(); });
  const std::string of = chosen.empty() ? "" : absl::StrCat(" ", chosen.front()->get_name());
  return {kUsage, absl::StrCat("leaderctl: ", what, " (leaderctl", of, " --help lists what there is)\n")};
}

// What no single option can check: how they go together, and the address, which may be the environment's.
std::string WhatIsWrong(const Options& options, bool has_command) {
  const bool runs = options.subcommand == "run";
  if (runs && options.command.empty()) return "run needs a command after --: leaderctl run [OPTIONS] -- CMD [ARGS...]";
  if (!runs && has_command) return absl::StrCat(options.subcommand, " takes no command; only run does");
  if (options.subcommand == "locks" && !options.lock.empty()) return "locks takes no --lock: it lists them all";
  return std::string(internal::GrpcTarget(internal::ChooseAddress(options.address)).status().message());
}

}  // namespace

std::unique_ptr<CLI::App> NewApp(Options* options) {
  auto app = std::make_unique<CLI::App>("Leader election by the leadership broker of this pod, for shells and people.",
                                        "leaderctl");
  app->set_version_flag("--version", "leaderctl " LEADERSHIP_BROKER_VERSION);
  app->add_option("--address", options->address,
                  "The broker's HOST:PORT or unix:/PATH; default: LEADERSHIP_BROKER_ADDRESS, else localhost:8642")
      ->type_name("ADDRESS");
  app->add_option("--lock", options->lock, "The lock's name; may be left out where the broker stands for one only")
      ->type_name("LOCK");
  AddSubcommands(app.get(), options);
  app->require_subcommand(0, 1);
  // So that --address and --lock may follow the subcommand.
  app->fallthrough();
  for (CLI::App* subcommand : app->get_subcommands({})) subcommand->fallthrough();
  return app;
}

std::variant<Options, Ended> ReadCommandLine(const std::vector<std::string>& arguments) {
  Options options;
  const std::unique_ptr<CLI::App> app = NewApp(&options);
  // What follows is CMD's, whatever it looks like.
  const auto end = std::find(arguments.begin(), arguments.end(), "--");
  const bool has_command = end != arguments.end();
  if (has_command) options.command.assign(end + 1, arguments.end());
  try {
    // CLI11 wants them reversed.
    app->parse(std::vector<std::string>(std::make_reverse_iterator(end), arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    const std::vector<CLI::App*> chosen = app->get_subcommands();
    return Ended{kSuccess, chosen.empty() ? app->help() : chosen.front()->help(app->get_name())};
  } catch (const CLI::CallForVersion&) {
    return Ended{kSuccess, app->version() + "\n"};
  } catch (const CLI::ParseError& error) {
    return Misused(error.what(), *app);
  }
  if (app->get_subcommands().empty())
    return Misused("say what to do: status, watch, wait, locks, step-down or run", *app);
  options.subcommand = app->get_subcommands().front()->get_name();
  const std::string wrong = WhatIsWrong(options, has_command);
  if (!wrong.empty()) return Misused(wrong, *app);
  return options;
}

}  // namespace leadership::leaderctl
