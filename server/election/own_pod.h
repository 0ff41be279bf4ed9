// Watches this broker's own pod, once for all the locks it stands for.
//
// All on the loop's thread.
#ifndef LEADERSHIP_BROKER_ELECTION_OWN_POD_H_
#define LEADERSHIP_BROKER_ELECTION_OWN_POD_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "server/election/lock_form.h"
#include "server/kube/reflector.h"

namespace leadership_broker::election {

class OwnPod : private kube::ReflectorObserver<kube::Pod> {
 public:
  struct Listener {
    // What is under the pod's name; nothing: no pod. With the time at which the read was sent (boot clock), if it was
    // one.
    std::function<void(const std::optional<kube::Pod>&, std::optional<absl::Duration> read_sent)> seen;
    // How its list or watch went.
    std::function<void(kube::ReflectorRequest, const kube::Outcome&)> heard;
    // How a read beside the watch went; `seen` has told what it showed.
    std::function<void(const kube::Outcome&)> answered = [](const kube::Outcome&) {};
    // Contact was lost; `seen` tells when it is had again.
    std::function<void()> lost = [] {};
  };

  // Begins at once. `api` and `scheduler` must outlive it.
  OwnPod(kube::Api* api, loop::Scheduler* scheduler, const std::string& namespace_name, const std::string& pod_name,
         Listener listener)
      : listener_(std::move(listener)), reflector_(api, scheduler, {namespace_name, pod_name, ""}, this) {}

  // Reads it, uncached, beside the watch.
  void Read() { reflector_.Read(); }

 private:
  void OnSynced(kube::ObjectRead<kube::Pod> read, bool) override { See(std::move(read)); }
  void OnEvent(kube::WatchEventKind kind, kube::Pod pod) override {
    const std::string resource_version = pod.metadata().resource_version();
    const bool deleted = kind == kube::WatchEventKind::kDeleted;
    See(deleted ? std::nullopt : std::optional<kube::Pod>(std::move(pod)), resource_version, std::nullopt);
  }
  void OnBookmark(const std::string&) override {}
  void OnRead(kube::ObjectRead<kube::Pod> read) override {
    const kube::Outcome outcome = read.outcome;
    if (outcome.ok()) See(std::move(read));
    listener_.answered(outcome);
  }
  void OnRequest(kube::ReflectorRequest request, const kube::Outcome& outcome) override {
    listener_.heard(request, outcome);
  }
  void OnBroken() override { listener_.lost(); }
  void OnRestored() override { newest_ = 0; }

  void See(kube::ObjectRead<kube::Pod> read) { See(std::move(read.object), read.resource_version, read.sent); }
  // The watch may be behind a read, and a read's answer behind the watch: what is older is not told, so that a pod that
  // was seen being deleted is not taken for a living one again (R5).
  void See(std::optional<kube::Pod> pod, const std::string& resource_version, std::optional<absl::Duration> read_sent) {
    const uint64_t version = ParseResourceVersion(resource_version);
    if (version >= newest_) {
      newest_ = version;
      pod_ = std::move(pod);
    }
    listener_.seen(pod_, read_sent);
  }

  const Listener listener_;
  std::optional<kube::Pod> pod_;
  uint64_t newest_ = 0;
  kube::Reflector<kube::Pod> reflector_;
};

}  // namespace leadership_broker::election

#endif  // LEADERSHIP_BROKER_ELECTION_OWN_POD_H_
