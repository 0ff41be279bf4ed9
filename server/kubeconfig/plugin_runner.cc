#include "server/kubeconfig/plugin_runner.h"

#include <memory>
#include <utility>

namespace leadership_broker::kubeconfig {

PluginThread::PluginThread(Access access, std::function<void(std::function<void()>)> post)
    : access_(std::move(access)), post_(std::move(post)) {}

PluginThread::~PluginThread() {
  cancelled_ = true;
  Join();
}

void PluginThread::Start(Callback callback) {
  // The thread of the run before has posted its answer and has nothing left to do.
  Join();
  thread_ = std::thread([this, callback = std::move(callback)] {
    const absl::StatusOr<process::Program> program = PluginProgram(access_);
    absl::StatusOr<PluginAnswer> answer =
        program.ok() ? ReadPluginAnswer(access_, process::Run(*program, cancelled_)) : program.status();
    post_([callback, answer = std::move(answer)] { callback(answer); });
  });
}

void PluginThread::Join() {
  if (thread_.joinable()) thread_.join();
}

}  // namespace leadership_broker::kubeconfig
