#include "server/metrics/lock_states.h"

#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"

#include "server/metrics/families.h"
#include "server/status/hub.h"

namespace leadership_broker::metrics {
namespace {

using leadership::v1::Leadership;
using prometheus::MetricFamily;

// STATE_LEADER → "leader".
std::string LabelValue(absl::string_view enum_name, absl::string_view prefix) {
  return absl::AsciiStrToLower(enum_name.substr(prefix.size()));
}

double Seconds(const google::protobuf::Timestamp& time) {
  return static_cast<double>(time.seconds()) + time.nanos() / 1e9;
}

// A sample for each value that is ever sent; 1 for the present one.
void AddStateSet(const std::string& lock, const char* label, absl::string_view prefix,
                 const google::protobuf::EnumDescriptor& values, int present, MetricFamily& family) {
  for (int i = 0; i < values.value_count(); ++i) {
    const auto& value = *values.value(i);
    if (value.number() == 0) continue;
    AddSample(family, {{kLockLabel, lock}, {label, LabelValue(value.name(), prefix)}}, value.number() == present);
  }
}

}  // namespace

std::vector<MetricFamily> LockStates::Collect() const {
  MetricFamily master = GaugeFamily("leader_election_master_status", "1 while this pod leads on the lock, else 0.");
  MetricFamily state = GaugeFamily("leadership_broker_state", "1 for the present state of this pod, 0 for the others.");
  MetricFamily reason = GaugeFamily("leadership_broker_reason", "1 for the present reason of the state, 0 for others.");
  MetricFamily leader_known =
      GaugeFamily("leadership_broker_leader_known", "1 while this broker knows a pod that holds the lock, else 0.");
  MetricFamily token = GaugeFamily("leadership_broker_fencing_token",
                                   "The fencing token of the leader that is known; 0 when there is none.");
  MetricFamily since =
      GaugeFamily("leadership_broker_state_since_timestamp_seconds", "When the present state began, in Unix time.");
  MetricFamily verified =
      GaugeFamily("leadership_broker_verified_timestamp_seconds",
                  "When the API server last confirmed what is known of the lock, in Unix time; absent before.");
  MetricFamily connected = GaugeFamily("leadership_broker_api_connected",
                                       "1 while what is known of the lock is being confirmed by the API server.");
  MetricFamily sent = CounterFamily("leadership_broker_updates_sent_total",
                                    "Updates handed to streams (heartbeats included) and to waiting calls.");
  MetricFamily coalesced =
      CounterFamily("leadership_broker_updates_coalesced_total",
                    "Updates that a slow stream did not get, because a newer one took their place.");

  for (const auto& [lock, hub] : locks_) {
    const status::Hub::Counts counts = hub->counts();
    AddSample(sent, {{kLockLabel, lock}}, static_cast<double>(counts.taken));
    AddSample(coalesced, {{kLockLabel, lock}}, static_cast<double>(counts.coalesced));
    const status::SnapshotPtr latest = hub->Latest();
    if (latest == nullptr) continue;
    const Leadership& told = latest->leadership;
    AddSample(master, {{kLockLabel, lock}}, told.state() == Leadership::STATE_LEADER);
    AddStateSet(lock, "state", "STATE_", *Leadership::State_descriptor(), told.state(), state);
    AddStateSet(lock, "reason", "REASON_", *Leadership::Reason_descriptor(), told.reason(), reason);
    AddSample(leader_known, {{kLockLabel, lock}}, told.has_leader());
    AddSample(token, {{kLockLabel, lock}}, static_cast<double>(told.fencing_token()));
    AddSample(since, {{kLockLabel, lock}}, Seconds(told.state_since()));
    if (told.has_verified_at()) AddSample(verified, {{kLockLabel, lock}}, Seconds(told.verified_at()));
    AddSample(connected, {{kLockLabel, lock}}, told.api_connected());
  }

  std::vector<MetricFamily> families;
  for (MetricFamily* family :
       {&master, &state, &reason, &leader_known, &token, &since, &verified, &connected, &sent, &coalesced}) {
    if (!family->metric.empty()) families.push_back(std::move(*family));
  }
  return families;
}

}  // namespace leadership_broker::metrics
