#include "client/leaderctl/completion.h"

#include <algorithm>
#include <memory>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/leaderctl/command_line.h"
#include "client/leaderctl/exit_codes.h"
#include "client/leaderctl/output.h"

#include "leadership/client.h"

namespace leadership::leaderctl {
namespace {

// Whoever presses Tab does not wait.
constexpr absl::Duration kPatience = absl::Seconds(1);

// The option that `word` names, with its dashes, in the subcommand or at the top.
const CLI::Option* FindOption(const std::vector<const CLI::App*>& apps, const std::string& word) {
  for (const CLI::App* app : apps) {
    const CLI::Option* option = absl::StartsWith(word, "-") ? app->get_option_no_throw(word) : nullptr;
    if (option != nullptr) return option;
  }
  return nullptr;
}

bool TakesValue(const CLI::Option* option) { return option != nullptr && option->get_items_expected_max() > 0; }

// Its long name.
std::string NameOf(const CLI::Option* option) { return absl::StrCat("--", option->get_lnames().front()); }

std::vector<const CLI::App*> Subcommands(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

using Suggestions = std::vector<Suggestion>;

Suggestions OptionsOf(const std::vector<const CLI::App*>& apps) {
  Suggestions all;
  for (const CLI::App* app : apps) {
    for (const CLI::Option* option : app->get_options()) {
      // A subcommand has a --help of its own.
      const bool is_repeated = app != apps[0] && (option == app->get_help_ptr() || option == app->get_version_ptr());
      if (!is_repeated) all.push_back({NameOf(option), option->get_description()});
    }
  }
  return all;
}

std::vector<std::string> LocksAt(const std::string& address) {
  ClientOptions options;
  options.address = address;
  options.call_timeout = kPatience;
  Client client(options);
  std::vector<std::string> names;
  if (const absl::StatusOr<v1::ListLocksResponse> locks = client.ListLocks(); locks.ok()) {
    for (const v1::Lock& lock : locks->locks()) names.push_back(lock.name());
  }
  return names;
}

}  // namespace

std::vector<Suggestion> Suggest(const std::vector<std::string>& words,
                                const std::function<std::vector<std::string>(const std::string& address)>& locks) {
  Options options;
  const std::unique_ptr<CLI::App> app = NewApp(&options);
  std::vector<const CLI::App*> apps = {app.get()};
  std::string address;
  const CLI::Option* asked = nullptr;
  for (size_t i = 0; i + 1 < words.size(); ++i) {
    // CMD's own.
    if (words[i] == "--") return {};
    if (TakesValue(asked)) {
      if (NameOf(asked) == "--address") address = words[i];
      asked = nullptr;
      continue;
    }
    asked = FindOption(apps, words[i]);
    if (absl::StartsWith(words[i], "--address=")) address = words[i].substr(words[i].find('=') + 1);
    if (absl::StartsWith(words[i], "-") || apps.size() > 1) continue;
    for (const CLI::App* subcommand : Subcommands(*app)) {
      if (subcommand->get_name() == words[i]) apps.insert(apps.begin(), subcommand);
    }
  }

  const std::string typed = words.empty() ? "" : words.back();
  Suggestions all;
  if (TakesValue(asked)) {
    if (asked->get_type_name() == "LOCK") {
      for (const std::string& name : locks(address)) all.push_back({name, ""});
    } else if (absl::StrContains(asked->get_type_name(), "|")) {
      for (const absl::string_view choice : absl::StrSplit(asked->get_type_name(), '|'))
        all.push_back({std::string(choice), ""});
    }
  } else if (absl::StartsWith(typed, "-")) {
    all = OptionsOf(apps);
    if (apps.size() > 1 && apps[0]->get_name() == "run") all.push_back({"--", "The command follows"});
  } else if (apps.size() == 1) {
    for (const CLI::App* subcommand : Subcommands(*app))
      all.push_back({subcommand->get_name(), subcommand->get_description()});
  }
  all.erase(std::remove_if(all.begin(), all.end(),
                           [&](const Suggestion& suggestion) { return !absl::StartsWith(suggestion.word, typed); }),
            all.end());
  return all;
}

int Complete(const std::vector<std::string>& arguments) {
  std::string lines;
  for (const Suggestion& suggestion :
       Suggest(std::vector<std::string>(arguments.begin() + 1, arguments.end()), &LocksAt)) {
    absl::StrAppend(&lines, lines.empty() ? "" : "\n", suggestion.word, "\t", suggestion.help);
  }
  return lines.empty() || Print(lines) ? kSuccess : kFailure;
}

}  // namespace leadership::leaderctl
