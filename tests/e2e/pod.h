// One pod on a real node, by its UID: what its containers wrote, what they were told, and when they ended. It goes on
// knowing that when the pod and its logs are gone.
#ifndef LEADERSHIP_BROKER_TESTS_E2E_POD_H_
#define LEADERSHIP_BROKER_TESTS_E2E_POD_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "nlohmann/json.hpp"

#include "tests/e2e/node_lab.h"

namespace leadership_broker::testing {

// A message of the broker's, as `leaderctl watch -o json` in a container "witness" wrote it.
struct Told {
  // When it came, by the clock of the machine, which is every container's too.
  absl::Time time;
  // Of leadership.v1.Leadership: "STATE_LEADER", "REASON_WON"…
  std::string state;
  std::string reason;
  std::string lock_uid;
  std::string token;
};

// A line that a container wrote, and when its runtime took it.
struct Line {
  absl::Time time;
  std::string text;
};

// Not thread-safe.
class Pod {
 public:
  // `object` is bound to a node. Of containers that do not run in it the end is not known.
  Pod(NodeLab* lab, const nlohmann::json& object);
  static bool IsReady(const nlohmann::json& object);

  const std::string& name() const { return name_; }
  const std::string& uid() const { return uid_; }
  const std::string& node() const { return node_; }
  const std::string& ip() const { return ip_; }
  std::string Path() const { return "/api/v1/namespaces/" + namespace_ + "/pods/" + name_; }

  // The object now; null when it is gone, another pod under its name being none.
  nlohmann::json Object() const;
  // A container's status now, sidecar or not; null when there is none.
  nlohmann::json Status(const std::string& container) const;

  // Of every container of this name that the pod has had, in order.
  std::vector<Line> Log(const std::string& container) const;
  std::vector<Told> AllTold(const std::string& witness = "witness") const;
  // The newest message; empty before the first.
  Told Latest(const std::string& witness = "witness") const;
  bool Leads() const { return Latest().state == "STATE_LEADER"; }
  // The first message of this state at or after `since`.
  std::optional<Told> FirstTold(const std::string& state, absl::Time since = absl::InfinitePast()) const;

  // Of the containers that ran when this was made: when each ended, by name. Waits for it; InfiniteFuture, and a failed
  // test, when it does not.
  absl::Time WaitEnded(const std::string& container) const;
  bool HasEnded(const std::string& container) const;
  // Sends a signal to the container's first process, from outside the container.
  void Signal(const std::string& container, int signal) const;
  // Has its object stay after its end until it is released.
  void Hold() const { SetFinalizers({"e2e/hold"}); }
  void Release() const { SetFinalizers(nlohmann::json::array()); }
  // Runs a program of the tools' image in it, as an ephemeral container of this name, to its end; what that wrote.
  std::string Run(const std::string& name, const std::vector<std::string>& command) const;
  // By kubectl delete, without waiting for its end.
  void Delete(const std::vector<std::string>& flags = {}) const;

  // For messages of failed assertions: what it was told, and what became of its containers.
  std::string Describe() const;

 private:
  void SetFinalizers(const nlohmann::json& finalizers) const;

  NodeLab* lab_;
  std::string namespace_;
  std::string name_;
  std::string uid_;
  std::string node_;
  std::string ip_;
  std::map<std::string, std::string> container_ids_;
  // By path, opened as they are seen: the kubelet removes them with the pod.
  mutable std::map<std::string, std::shared_ptr<const int>> logs_;
};

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_E2E_POD_H_
