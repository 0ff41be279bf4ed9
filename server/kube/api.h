// The Kubernetes API as far as the broker needs it, asynchronous and single-threaded: the seam at which tests and the
// simulation put their own server.
//
// Every call returns a handle; destroying it abandons the call, and its callback is then not called (a write may still
// land). All calls and all callbacks are on the loop's thread; no callback runs inside the call that started it. Calls
// are not retried.
#ifndef LEADERSHIP_BROKER_KUBE_API_H_
#define LEADERSHIP_BROKER_KUBE_API_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "server/kube/kube.pb.h"
#include "server/loop/scheduler.h"

namespace leadership_broker::kube {

// How a call ended.
struct Outcome {
  // OK for a 2xx whose body could be read. Otherwise a status whose message names the verb, the object, the HTTP status
  // and the server's own words. Codes: UNAVAILABLE no answer (refused, reset, timed out, TLS), UNAUTHENTICATED 401,
  // PERMISSION_DENIED 403, NOT_FOUND 404, ALREADY_EXISTS and ABORTED 409 (by the server's reason), OUT_OF_RANGE 410 and
  // any other expired resource version (a watch's 504 `Too large resource version` among them), INVALID_ARGUMENT 400
  // and 422, RESOURCE_EXHAUSTED 429, INTERNAL 5xx, DATA_LOSS for a body that cannot be read, UNKNOWN for the rest.
  absl::Status status;
  // The HTTP status; 0 when there was no answer.
  int http_status = 0;
  // What the server asked for with Retry-After; zero when it did not.
  absl::Duration retry_after;
  // With a 401: the token it was refused with had just been read from its file again, has not expired, and is bound to
  // a pod. Such an answer means that the pod is gone from the API server (R9).
  bool token_is_good = false;
  // The server's own clock (its Date header, whole seconds); InfinitePast when there was none.
  absl::Time server_time = absl::InfinitePast();

  bool ok() const { return status.ok(); }
};

// Which objects of a namespace. Exactly one of `name` and `label_selector` is set.
struct Selector {
  // Empty for what is in none: nodes.
  std::string namespace_name;
  std::string name;
  // Kubernetes' own syntax, e.g. "leadership-broker/lock" for the objects that carry that label.
  std::string label_selector;
};

// A consistent (uncached) list: no resourceVersion is sent.
template <typename Object>
struct Listing {
  Outcome outcome;
  std::vector<Object> items;
  // The list's own resourceVersion.
  std::string resource_version;
};
template <typename Object>
using ListCallback = std::function<void(Listing<Object>)>;

enum class WatchEventKind { kAdded, kModified, kDeleted };

// What comes of a watch. Calls come in the stream's order. OnEnd is the last one, and comes exactly once.
template <typename Object>
class WatchObserver {
 public:
  virtual ~WatchObserver() = default;
  // The server accepted the watch.
  virtual void OnOpen() = 0;
  virtual void OnEvent(WatchEventKind kind, Object object) = 0;
  virtual void OnBookmark(const std::string& resource_version) = 0;
  // OK when the server ended the stream by itself, as it does after the time-out asked for. Otherwise as in Outcome,
  // also for an ERROR event inside the stream.
  virtual void OnEnd(Outcome outcome) = 0;
};

struct WriteAnswer {
  Outcome outcome;
  // The object as the server now has it; for a deletion unset.
  ConfigMap object;
};
using WriteCallback = std::function<void(WriteAnswer)>;

// What an object has to be for a deletion or a patch to happen (R6). An empty resource_version is not checked.
struct Precondition {
  std::string uid;
  std::string resource_version;
};

class Api {
 public:
  virtual ~Api() = default;

  [[nodiscard]] virtual loop::Handle List(const Selector& selector, ListCallback<ConfigMap> callback) = 0;
  [[nodiscard]] virtual loop::Handle List(const Selector& selector, ListCallback<Pod> callback) = 0;
  [[nodiscard]] virtual loop::Handle List(const Selector& selector, ListCallback<Node> callback) = 0;

  // Watches from `resource_version` on, with bookmarks, for `timeout` at most (the server ends it then). The observer
  // must outlive the handle.
  [[nodiscard]] virtual loop::Handle Watch(const Selector& selector, const std::string& resource_version,
                                           absl::Duration timeout, WatchObserver<ConfigMap>* observer) = 0;
  [[nodiscard]] virtual loop::Handle Watch(const Selector& selector, const std::string& resource_version,
                                           absl::Duration timeout, WatchObserver<Pod>* observer) = 0;
  [[nodiscard]] virtual loop::Handle Watch(const Selector& selector, const std::string& resource_version,
                                           absl::Duration timeout, WatchObserver<Node>* observer) = 0;

  // POST. `config_map` names its namespace.
  [[nodiscard]] virtual loop::Handle Create(const ConfigMap& config_map, WriteCallback callback) = 0;

  // DELETE with preconditions and propagationPolicy Background (R6). ABORTED when the object is not what was named any
  // more.
  [[nodiscard]] virtual loop::Handle DeleteConfigMap(const std::string& namespace_name, const std::string& name,
                                                     const Precondition& precondition, WriteCallback callback) = 0;

  // The same of a Pod, which then has its grace period, as after any deletion: OK means that the deletion was accepted,
  // also where it had begun before. Only the precondition's UID counts, since a running Pod's resourceVersion moves.
  [[nodiscard]] virtual loop::Handle DeletePod(const std::string& namespace_name, const std::string& name,
                                               const Precondition& precondition, WriteCallback callback) = 0;

  // Sets one annotation by a merge patch with preconditions. ABORTED when the object is not what was named any more.
  [[nodiscard]] virtual loop::Handle AnnotateConfigMap(const std::string& namespace_name, const std::string& name,
                                                       const Precondition& precondition, const std::string& annotation,
                                                       const std::string& value, WriteCallback callback) = 0;
};

}  // namespace leadership_broker::kube

#endif  // LEADERSHIP_BROKER_KUBE_API_H_
