// The Api over HTTP, and the AnnounceApi.
#ifndef LEADERSHIP_BROKER_KUBE_REST_API_H_
#define LEADERSHIP_BROKER_KUBE_REST_API_H_

#include <optional>
#include <string>

#include "server/kube/announce_api.h"
#include "server/kube/api.h"
#include "server/kube/authenticator.h"
#include "server/kube/call_observer.h"
#include "server/kube/exchange.h"
#include "server/kube/transport.h"
#include "server/loop/scheduler.h"

namespace leadership_broker::kube {

class RestApi : public Api, public AnnounceApi {
 public:
  // All must outlive every handle; `observer` may be null.
  RestApi(Transport* transport, Authenticator* authenticator, loop::Scheduler* scheduler,
          CallObserver* observer = nullptr)
      : connection_{transport, authenticator, scheduler, observer} {}

  loop::Handle List(const Selector& selector, ListCallback<ConfigMap> callback) override;
  loop::Handle List(const Selector& selector, ListCallback<Pod> callback) override;
  loop::Handle List(const Selector& selector, ListCallback<Node> callback) override;
  loop::Handle Watch(const Selector& selector, const std::string& resource_version, absl::Duration timeout,
                     WatchObserver<ConfigMap>* observer) override;
  loop::Handle Watch(const Selector& selector, const std::string& resource_version, absl::Duration timeout,
                     WatchObserver<Pod>* observer) override;
  loop::Handle Watch(const Selector& selector, const std::string& resource_version, absl::Duration timeout,
                     WatchObserver<Node>* observer) override;
  loop::Handle Create(const ConfigMap& config_map, WriteCallback callback) override;
  loop::Handle DeleteConfigMap(const std::string& namespace_name, const std::string& name,
                               const Precondition& precondition, WriteCallback callback) override;
  loop::Handle DeletePod(const std::string& namespace_name, const std::string& name, const Precondition& precondition,
                         WriteCallback callback) override;
  loop::Handle AnnotateConfigMap(const std::string& namespace_name, const std::string& name,
                                 const Precondition& precondition, const std::string& annotation,
                                 const std::string& value, WriteCallback callback) override;
  loop::Handle CreateEvent(const Event& event, DoneCallback callback) override;
  loop::Handle PatchEventSeries(const std::string& namespace_name, const std::string& name, const EventSeries& series,
                                DoneCallback callback) override;
  loop::Handle LabelPod(const PodName& pod, const std::string& key, const std::optional<std::string>& value,
                        DoneCallback callback) override;

 private:
  const Connection connection_;
};

}  // namespace leadership_broker::kube

#endif  // LEADERSHIP_BROKER_KUBE_REST_API_H_
