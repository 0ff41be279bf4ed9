#include "tests/simulation/kubelet.h"

#include <algorithm>

namespace leadership_broker::simulation {
namespace {

// A kubelet counts the grace period from when it learns of the deletion, and then takes a moment.
constexpr absl::Duration kSlack = absl::Seconds(8);

bool HasToEnd(const Body& body, const PodPtr& object) {
  return body.stopping || object == nullptr || object->metadata().has_deletion_timestamp();
}

// What of the containers runs, unless there is nothing to be reported.
void ReportContainers(World& world, const Body& body) {
  if (!body.statuses_blank) world.pod_objects.ReportRunning(body.name, body.app_runs);
}

void OfferEnd(World& world, Body& body, const PodPtr& object, Moves& moves) {
  if (body.app_runs) {
    moves.Add(
        1, [&body] { body.EndApp(); }, "the app stops");
    if (body.sidecar_wanted) {
      moves.AddFault(
          Fault::kSidecarFirst, 0.5,
          [&body] {
            body.sidecar_wanted = false;
            body.EndBroker();
          },
          "the broker is stopped before the app");
    }
    return;
  }
  if (body.sidecar_wanted) {
    moves.Add(
        2,
        [&body] {
          body.sidecar_wanted = false;
          body.EndBroker();
        },
        "the broker stops");
    return;
  }
  if (object == nullptr) return;
  if (!body.end_reported) {
    moves.Add(
        2,
        [&world, &body] {
          body.end_reported = true;
          world.pod_objects.ReportEnded(body.name, body.end_phase);
        },
        "the kubelet reports the end");
  }
  if (object->metadata().has_deletion_timestamp()) {
    moves.Add(
        1, [&world, &body] { world.pod_objects.Delete(body.name, 0, Propagation::kBackground); },
        "the kubelet confirms the deletion");
  }
}

}  // namespace

void OfferKubelet(World& world, Body& body, Moves& moves) {
  if (body.node_lost) return;
  const PodPtr object = body.Object();
  if (body.sidecar_wanted && body.broker == nullptr) {
    moves.Add(
        2, [&body] { body.StartBroker(); }, "the broker starts");
  }
  if (HasToEnd(body, object)) return OfferEnd(world, body, object, moves);
  if (body.app_runs) {
    moves.AddFault(
        Fault::kAppRestart, 0.1, [&body] { body.RestartApp(); }, "the app restarts");
    moves.AddFault(
        Fault::kAppDown, 0.2,
        [&world, &body] {
          body.CrashApp();
          ReportContainers(world, body);
        },
        "the app crashes");
  } else if (body.app_waits) {
    moves.Add(
        0.3,
        [&world, &body] {
          body.StartApp();
          ReportContainers(world, body);
        },
        "the app is started again");
  }
  if (!body.statuses_blank) {
    moves.AddFault(
        Fault::kStatusBlank, 0.2,
        [&world, &body] {
          body.statuses_blank = true;
          world.pod_objects.ReportNoStatuses(body.name);
        },
        "the kubelet restarts, and reports no statuses");
  } else {
    moves.Add(
        0.5,
        [&world, &body] {
          body.statuses_blank = false;
          ReportContainers(world, body);
        },
        "the kubelet reports statuses again");
  }
}

void BeginEnd(World& world, Body& body, const std::string& phase) {
  body.stopping = true;
  body.end_phase = phase;
  body.kill_at = std::min(body.kill_at, world.boot() + absl::Seconds(60));
}

absl::Duration KillAt(const World& world, const Body& body) {
  if (body.node_lost || (!body.app_runs && !body.sidecar_wanted)) return absl::InfiniteDuration();
  const PodPtr object = body.Object();
  if (object == nullptr || !object->metadata().has_deletion_timestamp()) return body.kill_at;
  const absl::Time gone_by = absl::FromUnixSeconds(object->metadata().deletion_timestamp().seconds());
  return std::min(body.kill_at, gone_by - world.kBoot + kSlack);
}

void Kill(Body& body) {
  body.stopping = true;
  body.sidecar_wanted = false;
  body.EndBroker();
  if (body.app_runs) body.EndApp();
}

}  // namespace leadership_broker::simulation
