// What the broker asks of the Kubernetes API to be seen by people and Services: Events, and a label on pods. Apart from
// the election's Api, whose stand-ins need none of it. The same rules hold: handles, the loop's thread, no retries.
#ifndef LEADERSHIP_BROKER_KUBE_ANNOUNCE_API_H_
#define LEADERSHIP_BROKER_KUBE_ANNOUNCE_API_H_

#include <functional>
#include <optional>
#include <string>

#include "server/kube/api.h"
#include "server/kube/kube.pb.h"
#include "server/loop/scheduler.h"

namespace leadership_broker::kube {

using DoneCallback = std::function<void(Outcome)>;

// A pod in its namespace. As a precondition the UID has to be its own (R6).
struct PodName {
  std::string namespace_name;
  std::string name;
  std::string uid;
};

class AnnounceApi {
 public:
  virtual ~AnnounceApi() = default;

  // POST, group events.k8s.io. `event` names its namespace. ALREADY_EXISTS when its name is taken.
  [[nodiscard]] virtual loop::Handle CreateEvent(const Event& event, DoneCallback callback) = 0;

  // Says that an event has come again; nothing else of one may be changed. NOT_FOUND when it has expired.
  [[nodiscard]] virtual loop::Handle PatchEventSeries(const std::string& namespace_name, const std::string& name,
                                                      const EventSeries& series, DoneCallback callback) = 0;

  // Sets a label of this very pod, or, without a value, removes it. ABORTED when the pod is another by now.
  [[nodiscard]] virtual loop::Handle LabelPod(const PodName& pod, const std::string& key,
                                              const std::optional<std::string>& value, DoneCallback callback) = 0;

  // As Api has it.
  [[nodiscard]] virtual loop::Handle List(const Selector& selector, ListCallback<Pod> callback) = 0;
};

}  // namespace leadership_broker::kube

#endif  // LEADERSHIP_BROKER_KUBE_ANNOUNCE_API_H_
