#include "server/config/config.h"

#include <utility>

#include "CLI/App.hpp"
#include "CLI/Config.hpp"
#include "CLI/Formatter.hpp"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

#include "server/config/flags.h"
#include "server/config/plain_text.h"
#include "server/config/version.h"

namespace leadership_broker::config {
namespace {

constexpr const char* kProgram = "leadership-broker";

EarlyExit Wrong(absl::string_view what) {
  return {kConfigurationError, absl::StrCat(kProgram, ": ", ToPlainText(what), "\n")};
}

std::string VariableOf(const Flag& flag) {
  return absl::StrCat("LEADERSHIP_BROKER_", absl::AsciiStrToUpper(absl::StrReplaceAll(flag.name, {{"-", "_"}})));
}

Address Known(absl::string_view text) { return *ParseAddress(text); }

Config Defaults() {
  Config config;
  config.listen = {Known("127.0.0.1:8642"), Known("[::1]:8642")};
  config.http_listen = {Known("[::]:8643"), Known("0.0.0.0:8643")};
  config.service_account_dir = "/var/run/secrets/kubernetes.io/serviceaccount";
  return config;
}

// What is wrong with settings that are each right; empty when nothing is.
std::string Contradiction(const Config& config) {
  for (const Address& grpc : config.listen) {
    for (const Address& http : config.http_listen) {
      if (grpc.is_unix() || grpc.port == 0 || grpc.port != http.port) continue;
      if (grpc.host == http.host || IsWildcard(http)) {
        return absl::StrCat("--listen (", grpc.text, ") and --http-listen (", http.text,
                            ") want the same port: change one, or turn the second off with --http-listen=none");
      }
    }
  }
  return "";
}

}  // namespace

std::variant<Config, EarlyExit> ParseConfig(int argc, const char* const* argv, const Environment& environment) {
  CLI::App app(
      "Stands for election in Kubernetes, leader for life, and tells the app beside it over gRPC whether this pod "
      "leads.",
      kProgram);
  app.set_help_flag("-h,--help", "Print this and exit");
  app.set_version_flag("--version", absl::StrCat(kProgram, " ", Version()), "Print the version and exit");
  app.footer(
      "Each flag can also be given as an environment variable, e.g. LEADERSHIP_BROKER_ORPHAN_GRACE=never; the flag "
      "wins.");
  // So that what is unknown is told in our own words.
  app.allow_extras();
  app.get_formatter()->column_width(44);

  const std::vector<Flag>& flags = Flags();
  std::vector<std::string> values(flags.size());
  std::vector<CLI::Option*> options;
  for (size_t i = 0; i < flags.size(); ++i) {
    options.push_back(app.add_option("--" + flags[i].name, values[i], flags[i].help)->type_name(flags[i].placeholder));
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return EarlyExit{0, app.help()};
  } catch (const CLI::CallForVersion&) {
    return EarlyExit{0, absl::StrCat(kProgram, " ", Version(), "\n")};
  } catch (const CLI::ArgumentMismatch& error) {
    // Its message begins with the flag's name and a colon.
    const std::string what = error.what();
    return Wrong(absl::StrCat(what.substr(0, what.find(':')), " is to be given once, with one value; see --help"));
  } catch (const CLI::ParseError& error) {
    return Wrong(absl::StrCat(error.what(), "; see --help"));
  }
  if (const std::vector<std::string> unknown = app.remaining(); !unknown.empty()) {
    return Wrong(absl::StrCat("unknown ", unknown[0][0] == '-' ? "flag " : "argument ", unknown[0], "; see --help"));
  }

  Config config = Defaults();
  for (size_t i = 0; i < flags.size(); ++i) {
    std::string origin = "--" + flags[i].name;
    std::string value = values[i];
    if (options[i]->count() == 0) {
      origin = VariableOf(flags[i]);
      value = environment(origin);
      if (value.empty()) continue;
    }
    const absl::Status status = flags[i].read(value, &config);
    if (!status.ok()) return Wrong(absl::StrCat(origin, "=", value, ": ", status.message()));
  }
  if (config.locks.empty()) {
    return Wrong("--lock is missing: name the lock to stand for, e.g. --lock=my-app (or LEADERSHIP_BROKER_LOCK)");
  }
  if (const std::string contradiction = Contradiction(config); !contradiction.empty()) return Wrong(contradiction);
  return config;
}

}  // namespace leadership_broker::config
