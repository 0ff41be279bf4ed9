// What the API calls the objects that the broker knows.
#ifndef LEADERSHIP_BROKER_KUBE_RESOURCE_H_
#define LEADERSHIP_BROKER_KUBE_RESOURCE_H_

#include "absl/strings/string_view.h"

#include "server/kube/kube.pb.h"

namespace leadership_broker::kube {

template <typename Object>
struct Resource;

template <>
struct Resource<ConfigMap> {
  static constexpr absl::string_view kName = "configmaps";
  using List = ConfigMapList;
  using WatchEvent = ConfigMapWatchEvent;
};

template <>
struct Resource<Pod> {
  static constexpr absl::string_view kName = "pods";
  using List = PodList;
  using WatchEvent = PodWatchEvent;
};

template <>
struct Resource<Node> {
  static constexpr absl::string_view kName = "nodes";
  using List = NodeList;
  using WatchEvent = NodeWatchEvent;
};

}  // namespace leadership_broker::kube

#endif  // LEADERSHIP_BROKER_KUBE_RESOURCE_H_
