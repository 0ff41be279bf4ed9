#include "server/config/config.h"

#include <utility>

#include "CLI/App.hpp"
#include "CLI/Config.hpp"
#include "CLI/Formatter.hpp"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"

#include "server/config/flags.h"
#include "server/config/plain_text.h"
#include "server/config/version.h"

namespace leadership_broker::config {
namespace {

constexpr const char* kProgram = "leadership-broker";

EarlyExit Wrong(absl::string_view what) {
  return {kConfigurationError, absl::StrCat(kProgram, ": ", ToPlainText(what), "\n")};
}

// What is wrong with how this pod may be ended; empty when nothing is.
std::string StepDownContradiction(const Config& config) {
  if (config.allow_step_down || config.step_down_after == absl::InfiniteDuration()) return "";
  return absl::StrCat("--step-down-after=", absl::FormatDuration(config.step_down_after),
                      " needs --allow-step-down, since it deletes this pod: add that, or leave this out");
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

const Address* FirstRemote(const Config& config) {
  for (const Address& address : config.listen) {
    if (!IsLoopback(address)) return &address;
  }
  return nullptr;
}

// What is wrong with the settings that concern clients elsewhere.
std::string RemoteContradiction(const Config& config) {
  struct File {
    const char* flag;
    const std::string& path;
    const char* what;
  };
  const File files[] = {{"--tls-cert", config.tls.certificate, "this server's certificate"},
                        {"--tls-key", config.tls.key, "that certificate's private key"},
                        {"--tls-client-ca", config.tls.client_ca, "who signs the certificates of clients"}};
  const Address* const remote = FirstRemote(config);
  if (remote != nullptr && !config.allow_remote) {
    return absl::StrCat("--listen (", remote->text,
                        ") is refused: it can be reached from outside the pod; use 127.0.0.1, [::1] or unix:/PATH, or "
                        "allow it, over TLS alone, with --allow-remote, --tls-cert, --tls-key and --tls-client-ca");
  }
  for (const File& file : files) {
    if (config.allow_remote && file.path.empty()) {
      return absl::StrCat("--allow-remote needs ", file.flag, ": name the file with ", file.what);
    }
    if (!config.allow_remote && !file.path.empty()) {
      return absl::StrCat(file.flag,
                          " is of no use without --allow-remote: add that, or leave this out (loopback addresses and "
                          "sockets have no TLS)");
    }
  }
  if (config.allow_remote && remote == nullptr) {
    return "--allow-remote is of no use, since nothing in --listen can be reached from outside the pod: add e.g. "
           "0.0.0.0:8644 to --listen, or leave this out";
  }
  return "";
}

// Whether `one` means every address, of IPv6 and IPv4 or of the latter alone, and `other` is among them.
bool TakesIn(const Address& one, const Address& other) {
  return IsWildcard(one) && (absl::StrContains(one.host, ':') || !absl::StrContains(other.host, ':'));
}

// Whether who listens at one of these leaves no room for the other.
bool WantTheSamePort(const Address& one, const Address& other) {
  if (one.is_unix() || other.is_unix() || one.port == 0 || one.port != other.port) return false;
  return one.host == other.host || TakesIn(one, other) || TakesIn(other, one);
}

std::string PortContradiction(const Config& config) {
  struct Listener {
    absl::string_view flag;
    const Address& address;
    // How to do without it.
    const char* otherwise;
  };
  std::vector<Listener> all;
  for (const Address& grpc : config.listen) all.push_back({"--listen", grpc, ""});
  for (const Address& http : config.http_listen) {
    all.push_back({"--http-listen", http, ", or turn the second off with --http-listen=none"});
  }
  for (const Address& elector : config.elector_listen) {
    all.push_back({"--elector-listen", elector, ", or leave the second out"});
  }
  for (size_t i = 0; i < all.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      const Listener& first = all[j];
      const Listener& second = all[i];
      if (!WantTheSamePort(first.address, second.address)) continue;
      if (first.flag != second.flag) {
        return absl::StrCat(first.flag, " (", first.address.text, ") and ", second.flag, " (", second.address.text,
                            ") want the same port: change one", second.otherwise);
      }
      // The defaults of --http-listen are alternatives.
      if (second.flag == "--http-listen" && config.http_listen_is_default) continue;
      return absl::StrCat(second.flag, ": ", first.address.text, " and ", second.address.text,
                          " want the same port: change one (a wildcard takes it on loopback as well)");
    }
  }
  return "";
}

std::string TakeOverContradiction(const Config& config) {
  if (config.take_over_after == absl::InfiniteDuration()) return "";
  const std::string take_over =
      absl::StrCat("--unreachable-leader=take-over-after=", absl::FormatDuration(config.take_over_after));
  if (config.unverified_limit == absl::InfiniteDuration()) {
    return absl::StrCat(take_over,
                        " needs --unverified-limit, without which a leader that is cut off never stops: set it to half "
                        "that long at most");
  }
  if (config.take_over_after < 2 * config.unverified_limit) {
    return absl::StrCat(take_over, " is less than twice --unverified-limit (",
                        absl::FormatDuration(config.unverified_limit), "): lengthen the first or shorten the second");
  }
  return "";
}

std::string LeaderLabelContradiction(const Config& config) {
  if (!config.leader_label.has_value() || config.locks.size() == 1) return "";
  return absl::StrCat(
      "--leader-label needs exactly one lock, since one label cannot say of which a pod is the leader, and "
      "--lock names ",
      config.locks.size(), ": leave one of the two out, or run one broker for each lock");
}

// What is wrong with settings that are each right; empty when nothing is.
std::string Contradiction(const Config& config) {
  for (const auto contradiction : {RemoteContradiction, PortContradiction, TakeOverContradiction, StepDownContradiction,
                                   LeaderLabelContradiction}) {
    std::string what = contradiction(config);
    if (!what.empty()) return what;
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
    const std::string name = "--" + flags[i].name;
    options.push_back(
        flags[i].placeholder.empty()
            ? app.add_flag(name, values[i], flags[i].help)->multi_option_policy(CLI::MultiOptionPolicy::Throw)
            : app.add_option(name, values[i], flags[i].help)->type_name(flags[i].placeholder));
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
