// The settings the broker was started with, from flags and the environment, all checked.
#ifndef LEADERSHIP_BROKER_CONFIG_CONFIG_H_
#define LEADERSHIP_BROKER_CONFIG_CONFIG_H_

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"

#include "server/config/address.h"
#include "server/config/environment.h"
#include "server/config/log_line.h"

namespace leadership_broker::config {

// The exit code for everything that is wrong with the settings or the pod's surroundings.
inline constexpr int kConfigurationError = 2;

enum class Election { kAuto, kRequired };
enum class Campaign { kImmediate, kOnRequest };

// Files in PEM form.
struct TlsFiles {
  std::string certificate;
  std::string key;
  std::string client_ca;
};

// A label that a pod has while it leads.
struct LeaderLabel {
  std::string key;
  std::string value;
};

struct Config {
  // At least one; DNS-1123 subdomains, none twice.
  std::vector<std::string> locks;

  // At least one. Loopback addresses and Unix sockets alone, unless allow_remote.
  std::vector<Address> listen;
  // `listen` was not given: an address whose family the machine lacks may be left out.
  bool listen_is_default = true;
  // Then `listen` has such an address, and `tls` all three files; else `tls` has none.
  bool allow_remote = false;
  TlsFiles tls;
  int max_streams = 1024;

  // Empty: off. When not given, the first that can be had.
  std::vector<Address> http_listen;
  bool http_listen_is_default = true;
  // Loopback addresses alone. Empty: off.
  std::vector<Address> elector_listen;

  // Who we are, as far as it was given; empty otherwise (see identity.h).
  std::string namespace_name;
  std::string pod_name;
  std::string pod_uid;
  std::string service_account_dir;
  // Either: the cluster of a kubeconfig, though this be no pod of it. A list of files as KUBECONFIG has it, and one of
  // their contexts; empty where not given.
  std::string kubeconfig;
  std::string context;

  Election election = Election::kAuto;
  Campaign campaign = Campaign::kImmediate;
  // InfiniteDuration: never.
  absl::Duration orphan_grace = absl::Seconds(5);
  absl::Duration create_spread;
  // InfiniteDuration: off.
  absl::Duration unverified_limit = absl::InfiniteDuration();
  // Whether this broker may delete its own pod.
  bool allow_step_down = false;
  // InfiniteDuration: off.
  absl::Duration step_down_after = absl::InfiniteDuration();
  // For how long the node of the leader has to be unreachable before its lock is taken over. InfiniteDuration: never.
  absl::Duration take_over_after = absl::InfiniteDuration();

  // Whether Events are made of what happens.
  bool events = true;
  // Then there is one lock.
  std::optional<LeaderLabel> leader_label;

  LogFormat log_format = LogFormat::kText;
  LogLevel log_level = LogLevel::kInfo;
};

// The process is to end at once: with code 0 and `text` on stdout (--help, --version), or with kConfigurationError and
// `text`, one line that says what is wrong, where, and what to do, on stderr.
struct EarlyExit {
  int code = 0;
  std::string text;
};

// Reads the flags and, for those not given, their variables: LEADERSHIP_BROKER_ and the flag's name in capitals with
// underscores. Other variables of that prefix are ignored, since Kubernetes makes such for a Service of this name.
std::variant<Config, EarlyExit> ParseConfig(int argc, const char* const* argv, const Environment& environment);

}  // namespace leadership_broker::config

#endif  // LEADERSHIP_BROKER_CONFIG_CONFIG_H_
