#include "server/election/app_downtime.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace leadership_broker::election {
namespace {

const kube::ContainerStatus* StatusOf(const kube::Pod& pod, const std::string& container) {
  for (const kube::ContainerStatus& status : pod.status().container_statuses()) {
    if (status.name() == container) return &status;
  }
  return nullptr;
}

// Exit code 0 of one that is started again only when it fails.
bool IsDone(const kube::Pod& pod, const kube::Container& container, const kube::ContainerStateTerminated& end) {
  const std::string& own = container.restart_policy();
  const std::string& policy = own.empty() ? pod.spec().restart_policy() : own;
  return end.exit_code() == 0 && (policy == "Never" || policy == "OnFailure");
}

}  // namespace

void AppDowntime::See(const kube::Pod& pod, absl::Duration now) {
  for (const kube::Container& spec : pod.spec().containers()) {
    const kube::ContainerStatus* const status = StatusOf(pod, spec.name());
    Container& container = containers_[spec.name()];
    // A kubelet that has restarted reports no statuses for a while.
    bool down = false;
    if (status != nullptr && status->state().has_waiting()) {
      down = true;
      container.why = status->state().waiting().reason();
    } else if (status != nullptr && status->state().has_terminated()) {
      down = !IsDone(pod, spec, status->state().terminated());
      container.why = absl::StrCat("ended with exit code ", status->state().terminated().exit_code());
    }
    Turn(down, now, &container);
  }
}

void AppDowntime::Lose(absl::Duration now) {
  for (auto& [name, container] : containers_) Turn(false, now, &container);
}

void AppDowntime::Turn(bool down, absl::Duration now, Container* container) const {
  if (down == container->down) return;
  const absl::Duration lasted = now - container->since;
  if (!down) {
    container->sum += lasted;
  } else if (lasted >= limit_) {
    container->sum = absl::ZeroDuration();
  }
  container->down = down;
  container->since = now;
}

absl::Duration AppDowntime::DueOf(const Container& container) const {
  if (!container.down) return absl::InfiniteDuration();
  return container.since + std::max(limit_ - container.sum, absl::ZeroDuration());
}

absl::Duration AppDowntime::Due() const {
  absl::Duration due = absl::InfiniteDuration();
  for (const auto& [name, container] : containers_) due = std::min(due, DueOf(container));
  return due;
}

std::string AppDowntime::Why() const {
  const std::string* longest = nullptr;
  const Container* of = nullptr;
  for (const auto& [name, container] : containers_) {
    if (!container.down || (of != nullptr && DueOf(container) >= DueOf(*of))) continue;
    longest = &name;
    of = &container;
  }
  return of == nullptr ? "" : absl::StrCat("container ", *longest, " (", of->why, ")");
}

}  // namespace leadership_broker::election
