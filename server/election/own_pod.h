// Watches this broker's own pod, once for all the locks it stands for.
//
// All on the loop's thread.
#ifndef LEADERSHIP_BROKER_ELECTION_OWN_POD_H_
#define LEADERSHIP_BROKER_ELECTION_OWN_POD_H_

#include <functional>
#include <optional>
#include <string>

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
  };

  // Begins at once. `api` and `scheduler` must outlive it.
  OwnPod(kube::Api* api, loop::Scheduler* scheduler, const std::string& namespace_name, const std::string& pod_name,
         Listener listener)
      : listener_(std::move(listener)), reflector_(api, scheduler, {namespace_name, pod_name, ""}, this) {}

  // Reads it, uncached, beside the watch.
  void Read() { reflector_.Read(); }

 private:
  void OnSynced(kube::ObjectRead<kube::Pod> read, bool) override { listener_.seen(read.object, read.sent); }
  void OnEvent(kube::WatchEventKind kind, kube::Pod pod) override {
    listener_.seen(kind == kube::WatchEventKind::kDeleted ? std::nullopt : std::optional<kube::Pod>(std::move(pod)),
                   std::nullopt);
  }
  void OnBookmark(const std::string&) override {}
  void OnRead(kube::ObjectRead<kube::Pod> read) override {
    if (read.outcome.ok()) listener_.seen(read.object, read.sent);
  }
  void OnRequest(kube::ReflectorRequest request, const kube::Outcome& outcome) override {
    listener_.heard(request, outcome);
  }
  void OnBroken() override {}
  void OnRestored() override {}

  const Listener listener_;
  kube::Reflector<kube::Pod> reflector_;
};

}  // namespace leadership_broker::election

#endif  // LEADERSHIP_BROKER_ELECTION_OWN_POD_H_
