// Runs a plugin beside the loop's thread, which must never wait for one.
#ifndef LEADERSHIP_BROKER_KUBECONFIG_PLUGIN_RUNNER_H_
#define LEADERSHIP_BROKER_KUBECONFIG_PLUGIN_RUNNER_H_

#include <atomic>
#include <functional>
#include <thread>

#include "absl/status/statusor.h"

#include "server/kubeconfig/access.h"
#include "server/kubeconfig/exec_plugin.h"

namespace leadership_broker::kubeconfig {

class PluginRunner {
 public:
  using Callback = std::function<void(absl::StatusOr<PluginAnswer>)>;
  virtual ~PluginRunner() = default;

  // One run at a time. `callback` is called on the loop's thread, never inside this call, unless this is destroyed
  // before.
  virtual void Start(Callback callback) = 0;
};

// A thread for each run, which are far apart.
class PluginThread : public PluginRunner {
 public:
  // `post` takes what is to be run on the loop's thread; any thread may call it.
  PluginThread(Access access, std::function<void(std::function<void()>)> post);
  // Ends the plugin, and then waits for its thread.
  ~PluginThread() override;

  void Start(Callback callback) override;

 private:
  void Join();

  const Access access_;
  const std::function<void(std::function<void()>)> post_;
  std::atomic<bool> cancelled_{false};
  std::thread thread_;
};

}  // namespace leadership_broker::kubeconfig

#endif  // LEADERSHIP_BROKER_KUBECONFIG_PLUGIN_RUNNER_H_
