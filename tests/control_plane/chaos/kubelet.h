// The Pod objects of one name, as a kubelet and the one who deploys deal with them.
#ifndef LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_KUBELET_H_
#define LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_KUBELET_H_

#include <optional>
#include <string>

#include "tests/control_plane/chaos/api.h"

namespace leadership_broker::chaos {

// Not thread-safe; one for each thread. Calls come back once the API server has answered.
class Kubelet {
 public:
  // `node` has to exist.
  Kubelet(const Place& place, std::string name, std::string node);

  const std::string& name() const { return name_; }
  // Once nothing has the name any more; the UID.
  std::string Create();
  bool IsGone(const std::string& uid);
  // Nullopt when there is no such pod any more.
  std::optional<std::string> IssueToken(const std::string& uid);

  // `options` beyond the UID: a propagationPolicy, a gracePeriodSeconds.
  void Delete(const std::string& uid, const nlohmann::json& options);
  // By the eviction API.
  void Evict(const std::string& uid);
  // What containers do.
  void ReportRunning(const std::string& uid);
  void ReportFailed(const std::string& uid, bool terminated);

 private:
  std::string Path() const { return api_.Path("pods", name_); }
  void Report(const std::string& uid, const std::string& phase, const std::string& reason, const nlohmann::json& state);

  Api api_;
  const std::string name_;
  const std::string node_;
};

}  // namespace leadership_broker::chaos

#endif  // LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_KUBELET_H_
