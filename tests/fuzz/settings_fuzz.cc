// The command line and the environment: whatever they say, the end is settings that hold together or one clear line.
//
// Input: lines; one that begins with LEADERSHIP_BROKER_ and has a '=' is a variable, any other an argument. The
// variables KUBERNETES_SERVICE_HOST and _PORT become the API server's address.
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

#include "server/config/config.h"
#include "server/config/names.h"
#include "server/kube/credentials.h"
#include "server/kube/curl_url.h"
#include "tests/fuzz/check.h"

namespace leadership_broker::fuzz {
namespace {

void CheckAddress(const config::Address& address) {
  Check(config::ToSocketAddress(address).length > 0, "an address can be listened on", address.text);
  if (address.is_unix()) {
    Check(address.path.front() == '/', "a socket's path is absolute", address.text);
    return;
  }
  const auto again = config::ParseAddress(config::JoinHostPort(address.host, address.port));
  Check(again.ok() && again->host == address.host && again->port == address.port, "an address reads as it is written",
        address.text);
}

void CheckConfig(const config::Config& config) {
  std::set<std::string> locks;
  for (const std::string& lock : config.locks) {
    Check(config::IsDns1123Subdomain(lock), "a lock's name is one", lock);
    Check(locks.insert(lock).second, "no lock is stood for twice", lock);
  }
  Check(!locks.empty(), "there is a lock");
  Check(!config.listen.empty(), "gRPC is served somewhere");
  for (const config::Address& address : config.listen) {
    CheckAddress(address);
    Check(config.allow_remote || config::IsLoopback(address), "gRPC is served to this pod alone", address.text);
  }
  for (const std::string& file : {config.tls.certificate, config.tls.key, config.tls.client_ca}) {
    Check(config.allow_remote != file.empty(), "others are served by TLS with all it needs, and nobody else is", file);
  }
  for (const config::Address& address : config.http_listen) {
    CheckAddress(address);
    Check(!address.is_unix(), "probes come over TCP", address.text);
  }
  Check(config.max_streams >= 1 && config.max_streams <= 1'000'000, "streams have a limit");
  Check(config.namespace_name.empty() || config::IsDns1123Label(config.namespace_name), "a namespace's name is one");
  Check(config.pod_name.empty() || config::IsDns1123Subdomain(config.pod_name), "a pod's name is one");
  Check(config.pod_uid.empty() || config::IsUid(config.pod_uid), "a UID is one");
  Check(!config.service_account_dir.empty(), "the token is somewhere");
  Check(config.orphan_grace >= absl::ZeroDuration(), "a grace is no less than nothing");
  Check(config.create_spread >= absl::ZeroDuration() && config.create_spread < absl::InfiniteDuration(),
        "a spread has an end");
  Check(config.unverified_limit >= absl::Seconds(3), "R9: a limit leaves time to ask");
  Check(config.step_down_after >= absl::Seconds(1), "a restart is no downtime");
  Check(config.allow_step_down || config.step_down_after == absl::InfiniteDuration(), "a pod is ended by leave alone");
}

void CheckExit(const config::EarlyExit& exit) {
  Check(exit.code == 0 || exit.code == config::kConfigurationError, "an exit code is 0 or 2");
  if (exit.code == 0) return;
  absl::string_view line = exit.text;
  Check(absl::ConsumePrefix(&line, "leadership-broker: ") && absl::ConsumeSuffix(&line, "\n"), "an error is a line",
        exit.text);
  Check(!line.empty() && IsPrintable(line), "an error is one line that can be shown", exit.text);
}

void CheckApiServer(const config::Environment& environment) {
  const auto url = kube::InClusterUrl(environment("KUBERNETES_SERVICE_HOST"), environment("KUBERNETES_SERVICE_PORT"));
  if (!url.ok()) return;
  Check(absl::StartsWith(*url, "https://"), "a token is not sent in the clear", *url);
  const auto peer = kube::HttpsPeer(*url);
  if (peer.ok()) Check(absl::StrContains(*peer, ":"), "a peer has a port", *peer);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  // Neither arguments nor variables can hold a zero.
  if (absl::StrContains(input, '\0')) return -1;
  std::map<std::string, std::string> variables;
  std::vector<std::string> arguments = {"leadership-broker"};
  for (const absl::string_view line : absl::StrSplit(input, '\n')) {
    const size_t equals = line.find('=');
    const bool is_variable = equals != absl::string_view::npos &&
                             (absl::StartsWith(line, "LEADERSHIP_BROKER_") || absl::StartsWith(line, "KUBERNETES_"));
    if (is_variable) {
      variables[std::string(line.substr(0, equals))] = std::string(line.substr(equals + 1));
    } else {
      arguments.emplace_back(line);
    }
  }
  std::vector<const char*> argv;
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  const config::Environment environment = [&](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? "" : found->second;
  };

  const auto result = config::ParseConfig(static_cast<int>(argv.size()), argv.data(), environment);
  if (const auto* config = std::get_if<config::Config>(&result)) {
    CheckConfig(*config);
  } else {
    CheckExit(std::get<config::EarlyExit>(result));
  }
  CheckApiServer(environment);
  return 0;
}

}  // namespace leadership_broker::fuzz
