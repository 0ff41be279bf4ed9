#include "server/config/flags.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

#include "server/config/names.h"

namespace leadership_broker::config {
namespace {

template <typename... Parts>
absl::Status Bad(const Parts&... parts) {
  return absl::InvalidArgumentError(absl::StrCat(parts...));
}

template <typename Value>
absl::Status ReadChoice(absl::string_view text, const std::vector<std::pair<absl::string_view, Value>>& choices,
                        Value* value) {
  for (const auto& [name, meaning] : choices) {
    if (name != text) continue;
    *value = meaning;
    return absl::OkStatus();
  }
  return Bad("write ", absl::StrJoin(choices, " or ",
                                     [](std::string* out, const auto& choice) { absl::StrAppend(out, choice.first); }));
}

absl::Status ReadDuration(absl::string_view text, absl::Duration* duration) {
  if (absl::ParseDuration(text, duration)) {
    if (*duration < absl::ZeroDuration()) return Bad("a duration cannot be negative");
    if (*duration == absl::InfiniteDuration()) return Bad("is too long");
    return absl::OkStatus();
  }
  double number;
  if (absl::SimpleAtod(text, &number))
    return Bad("a duration needs a unit: write ", text, "s for seconds, or ", text, "ms");
  return Bad("is no duration: write e.g. 5s, 500ms or 1m30s");
}

// A duration, or the word that stands for an infinite one.
absl::Status ReadDurationOr(absl::string_view word, absl::string_view text, absl::Duration* duration) {
  if (text == word) {
    *duration = absl::InfiniteDuration();
    return absl::OkStatus();
  }
  absl::Status status = ReadDuration(text, duration);
  if (status.ok()) return status;
  return Bad(status.message(), "; or ", word);
}

absl::Status ReadLocks(absl::string_view text, Config* config) {
  config->locks = absl::StrSplit(text, ',');
  std::set<std::string> seen;
  for (const std::string& name : config->locks) {
    if (name.empty()) return Bad("a lock's name is empty: write NAME, or NAME,NAME with single commas");
    if (!IsDns1123Subdomain(name)) return Bad("\"", name, "\" is no name for a ConfigMap: ", kDns1123SubdomainRule);
    if (!seen.insert(name).second) return Bad("names \"", name, "\" twice");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Address>> ReadAddresses(absl::string_view text) {
  std::vector<Address> addresses;
  for (absl::string_view part : absl::StrSplit(text, ',')) {
    absl::StatusOr<Address> address = ParseAddress(part);
    if (!address.ok()) return Bad("\"", part, "\" ", address.status().message());
    const bool any_port = !address->is_unix() && address->port == 0;
    for (const Address& other : addresses) {
      if (!any_port && other.text == address->text) return Bad("names \"", part, "\" twice");
    }
    addresses.push_back(*std::move(address));
  }
  return addresses;
}

absl::Status ReadListen(absl::string_view text, Config* config) {
  absl::StatusOr<std::vector<Address>> addresses = ReadAddresses(text);
  if (!addresses.ok()) return addresses.status();
  config->listen = *std::move(addresses);
  config->listen_is_default = false;
  return absl::OkStatus();
}

absl::Status ReadSwitch(absl::string_view text, bool* result) {
  return ReadChoice<bool>(text, {{"true", true}, {"false", false}}, result);
}

absl::Status ReadAllowRemote(absl::string_view text, Config* config) { return ReadSwitch(text, &config->allow_remote); }

absl::Status ReadFileName(absl::string_view text, std::string* file) {
  *file = std::string(text);
  if (!text.empty()) return absl::OkStatus();
  return Bad("is empty: name a file in PEM form");
}

absl::Status ReadTlsCert(absl::string_view text, Config* config) {
  return ReadFileName(text, &config->tls.certificate);
}

absl::Status ReadTlsKey(absl::string_view text, Config* config) { return ReadFileName(text, &config->tls.key); }

absl::Status ReadTlsClientCa(absl::string_view text, Config* config) {
  return ReadFileName(text, &config->tls.client_ca);
}

absl::Status ReadHttpListen(absl::string_view text, Config* config) {
  config->http_listen.clear();
  config->http_listen_is_default = false;
  if (text == "none") return absl::OkStatus();
  absl::StatusOr<std::vector<Address>> addresses = ReadAddresses(text);
  if (!addresses.ok()) return addresses.status();
  for (const Address& address : *addresses) {
    if (address.is_unix())
      return Bad("\"", address.text, "\" is refused: probes come over TCP; write ADDRESS:PORT, or none");
  }
  config->http_listen = *std::move(addresses);
  return absl::OkStatus();
}

absl::Status ReadElectorListen(absl::string_view text, Config* config) {
  config->elector_listen.clear();
  if (text == "none") return absl::OkStatus();
  absl::StatusOr<std::vector<Address>> addresses = ReadAddresses(text);
  if (!addresses.ok()) return addresses.status();
  for (const Address& address : *addresses) {
    if (address.is_unix())
      return Bad("\"", address.text, "\" is refused: elector sidecars are asked over TCP; write e.g. 127.0.0.1:4040");
    if (!IsLoopback(address)) {
      return Bad("\"", address.text,
                 "\" is refused: it can be reached from outside the pod; write e.g. 127.0.0.1:4040 or [::1]:4040");
    }
  }
  config->elector_listen = *std::move(addresses);
  return absl::OkStatus();
}

absl::Status ReadMaxStreams(absl::string_view text, Config* config) {
  const bool digits = std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
  if (digits && absl::SimpleAtoi(text, &config->max_streams) && config->max_streams >= 1 &&
      config->max_streams <= 1000000) {
    return absl::OkStatus();
  }
  return Bad("write a number from 1 to 1000000");
}

absl::Status ReadNamespace(absl::string_view text, Config* config) {
  config->namespace_name = std::string(text);
  if (IsDns1123Label(text)) return absl::OkStatus();
  return Bad("is no name for a namespace: at most 63 of a-z, 0-9 and '-', beginning and ending with a letter or digit");
}

absl::Status ReadPodName(absl::string_view text, Config* config) {
  config->pod_name = std::string(text);
  if (IsDns1123Subdomain(text)) return absl::OkStatus();
  return Bad("is no name for a Pod: ", kDns1123SubdomainRule);
}

absl::Status ReadPodUid(absl::string_view text, Config* config) {
  config->pod_uid = std::string(text);
  if (IsUid(text)) return absl::OkStatus();
  return Bad("is no UID: write the Pod's metadata.uid, e.g. from the downward API");
}

absl::Status ReadServiceAccountDir(absl::string_view text, Config* config) {
  config->service_account_dir = std::string(text);
  if (!text.empty()) return absl::OkStatus();
  return Bad("is empty: name the directory that holds ca.crt, token and namespace");
}

absl::Status ReadKubeconfig(absl::string_view text, Config* config) {
  config->kubeconfig = std::string(text);
  if (text.find_first_not_of(':') != absl::string_view::npos) return absl::OkStatus();
  return Bad("is empty: name a file, or several with colons between");
}

absl::Status ReadContext(absl::string_view text, Config* config) {
  config->context = std::string(text);
  if (!text.empty()) return absl::OkStatus();
  return Bad("is empty: name a context of the kubeconfig");
}

absl::Status ReadElection(absl::string_view text, Config* config) {
  return ReadChoice<Election>(text, {{"auto", Election::kAuto}, {"required", Election::kRequired}}, &config->election);
}

absl::Status ReadCampaign(absl::string_view text, Config* config) {
  return ReadChoice<Campaign>(text, {{"immediate", Campaign::kImmediate}, {"on-request", Campaign::kOnRequest}},
                              &config->campaign);
}

absl::Status ReadOrphanGrace(absl::string_view text, Config* config) {
  return ReadDurationOr("never", text, &config->orphan_grace);
}

absl::Status ReadCreateSpread(absl::string_view text, Config* config) {
  return ReadDuration(text, &config->create_spread);
}

absl::Status ReadUnverifiedLimit(absl::string_view text, Config* config) {
  constexpr absl::Duration kLeast = absl::Seconds(3);
  absl::Status status = ReadDurationOr("off", text, &config->unverified_limit);
  if (!status.ok() || config->unverified_limit >= kLeast) return status;
  return Bad("is too short for the API server to be asked in time: write ", absl::FormatDuration(kLeast),
             " or more, or off");
}

absl::Status ReadAllowStepDown(absl::string_view text, Config* config) {
  return ReadSwitch(text, &config->allow_step_down);
}

absl::Status ReadStepDownAfter(absl::string_view text, Config* config) {
  constexpr absl::Duration kLeast = absl::Seconds(1);
  absl::Status status = ReadDurationOr("off", text, &config->step_down_after);
  if (!status.ok() || config->step_down_after >= kLeast) return status;
  return Bad("is shorter than any restart: write ", absl::FormatDuration(kLeast), " or more, or off");
}

absl::Status ReadUnreachableLeader(absl::string_view text, Config* config) {
  config->take_over_after = absl::InfiniteDuration();
  if (text == "wait") return absl::OkStatus();
  if (!absl::ConsumePrefix(&text, "take-over-after=")) return Bad("write wait, or take-over-after=DURATION");
  return ReadDuration(text, &config->take_over_after);
}

absl::Status ReadEvents(absl::string_view text, Config* config) { return ReadSwitch(text, &config->events); }

absl::Status ReadLeaderLabel(absl::string_view text, Config* config) {
  const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(text, absl::MaxSplits('=', 1));
  const auto& [key, value] = parts;
  if (!absl::StrContains(text, '=')) return Bad("write KEY=VALUE, e.g. example.com/role=leader");
  if (!IsLabelKey(key)) return Bad("\"", key, "\" is no key of a label: ", kLabelKeyRule);
  if (!IsLabelValue(value)) return Bad("\"", value, "\" is no value of a label: ", kLabelValueRule);
  if (absl::StartsWith(key, "leadership-broker/"))
    return Bad("labels ", key, " and the like are the broker's own: choose another key");
  config->leader_label = LeaderLabel{std::string(key), std::string(value)};
  return absl::OkStatus();
}

absl::Status ReadLogFormat(absl::string_view text, Config* config) {
  return ReadChoice<LogFormat>(text, {{"text", LogFormat::kText}, {"json", LogFormat::kJson}}, &config->log_format);
}

absl::Status ReadLogLevel(absl::string_view text, Config* config) {
  return ReadChoice<LogLevel>(text,
                              {{"debug", LogLevel::kDebug},
                               {"info", LogLevel::kInfo},
                               {"warning", LogLevel::kWarning},
                               {"error", LogLevel::kError}},
                              &config->log_level);
}

}  // namespace

const std::vector<Flag>& Flags() {
  static const auto* const flags = new std::vector<Flag>{
      {"lock", "NAME[,NAME...]", "The locks to stand for; required", &ReadLocks},
      {"listen", "ADDRESS[,ADDRESS...]",
       "Where to serve gRPC: ADDRESS:PORT, on loopback unless --allow-remote, or unix:/PATH; default "
       "127.0.0.1:8642,[::1]:8642",
       &ReadListen},
      {"allow-remote", "",
       "Serve gRPC to other machines too, by TLS: to whoever has a certificate of --tls-client-ca; default off",
       &ReadAllowRemote},
      {"tls-cert", "FILE",
       "This server's certificate and what it was signed with, in PEM form, e.g. a Secret's tls.crt", &ReadTlsCert},
      {"tls-key", "FILE", "That certificate's private key, in PEM form, e.g. a Secret's tls.key", &ReadTlsKey},
      {"tls-client-ca", "FILE", "Who signs the certificates of clients that are let in, in PEM form", &ReadTlsClientCa},
      {"max-streams", "N", "How many calls may watch or wait at once; default 1024", &ReadMaxStreams},
      {"http-listen", "ADDRESS[,ADDRESS...]",
       "Where to serve /livez, /readyz, /metrics and the status page, or none; default [::]:8643, else 0.0.0.0:8643",
       &ReadHttpListen},
      {"elector-listen", "ADDRESS[,ADDRESS...]",
       "Where to tell the leader's name as the elector sidecars do, on loopback, e.g. 127.0.0.1:4040; default none",
       &ReadElectorListen},
      {"namespace", "NAME", "The namespace of pod and locks; default: the ServiceAccount's", &ReadNamespace},
      {"pod-name", "NAME", "This pod's name; default: POD_NAME, or what the token says", &ReadPodName},
      {"pod-uid", "UID", "This pod's UID; default: POD_UID, or what the token says", &ReadPodUid},
      {"service-account-dir", "DIRECTORY",
       "Where ca.crt, token and namespace are; default /var/run/secrets/kubernetes.io/serviceaccount",
       &ReadServiceAccountDir},
      {"kubeconfig", "FILE[:FILE...]",
       "Stand in the cluster of a kubeconfig, from outside it, for the pod that --pod-name names; default none",
       &ReadKubeconfig},
      {"context", "NAME",
       "Which context of it; default its current one. Without --kubeconfig: of KUBECONFIG, or ~/.kube/config",
       &ReadContext},
      {"election", "auto|required",
       "Outside a cluster: auto leads without an election, required is an error; default auto", &ReadElection},
      {"campaign", "immediate|on-request",
       "Stand for election at once, or only while somebody waits in Become; default immediate", &ReadCampaign},
      {"orphan-grace", "DURATION|never",
       "How long to leave the lock of a pod that is gone to the garbage collector before removing it; default 5s",
       &ReadOrphanGrace},
      {"create-spread", "DURATION", "A random wait, up to this, before the lock is created or removed; default 0",
       &ReadCreateSpread},
      {"unverified-limit", "DURATION|off",
       "How long a leader may go unconfirmed by the API server before it stops saying that it leads; default off",
       &ReadUnverifiedLimit},
      {"allow-step-down", "", "Let StepDown delete this pod, which gives up leadership; default off",
       &ReadAllowStepDown},
      {"step-down-after", "DURATION|off",
       "Delete this pod when it leads and an app container of it has not been running for so long; default off",
       &ReadStepDownAfter},
      {"unreachable-leader", "wait|take-over-after=DURATION",
       "What to do once the leader's node cannot be reached: wait, or end its pod and lead instead after that long, "
       "which needs --unverified-limit; default wait",
       &ReadUnreachableLeader},
      {"events", "", "Make Kubernetes Events of what happens to the lock; default on, off with --events=false",
       &ReadEvents},
      {"leader-label", "KEY=VALUE", "A label that the leader's pod has, for a Service to select; default none",
       &ReadLeaderLabel},
      {"log-format", "text|json", "Default text", &ReadLogFormat},
      {"log-level", "debug|info|warning|error", "The least that is logged; default info", &ReadLogLevel},
  };
  return *flags;
}

}  // namespace leadership_broker::config
