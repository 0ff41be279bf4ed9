#include "tests/control_plane/chaos/app.h"

#include <random>
#include <utility>

#include "google/protobuf/util/json_util.h"
#include "nlohmann/json.hpp"

#include "leadership/v1/leadership.grpc.pb.h"
#include "tests/harness/broker_process.h"

namespace leadership_broker::chaos {

using leadership::v1::Leadership;

App::App(std::string pod_uid, std::string name, absl::Duration slowness, Recorder* recorder)
    : pod_uid_(std::move(pod_uid)),
      name_(std::move(name)),
      slowness_(slowness),
      recorder_(recorder),
      thread_(&App::Run, this) {}

App::~App() {
  Stop();
  thread_.join();
}

void App::SetBroker(const BrokerInstance& broker) {
  const std::lock_guard<std::mutex> lock(mutex_);
  broker_ = broker;
  changed_.notify_all();
}

void App::Stop() {
  const std::lock_guard<std::mutex> lock(mutex_);
  stopped_ = true;
  if (context_ != nullptr) context_->TryCancel();
  changed_.notify_all();
}

Leadership App::Latest() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return latest_;
}

bool App::Pause(absl::Duration duration) {
  std::unique_lock<std::mutex> lock(mutex_);
  return !changed_.wait_for(lock, absl::ToChronoNanoseconds(duration), [&] { return stopped_; });
}

bool App::Keep(const BrokerInstance& broker, int stream, const Leadership& said) {
  std::string text;
  if (!google::protobuf::util::MessageToJsonString(said, &text).ok()) return false;
  nlohmann::json line = {{"pod", pod_uid_}, {"broker", broker.number}, {"subscriber", name_}, {"stream", stream}};
  line["leadership"] = nlohmann::json::parse(text);
  // With the lock held, so that nothing is recorded after Stop.
  const std::lock_guard<std::mutex> lock(mutex_);
  if (stopped_) return false;
  latest_ = said;
  recorder_->Note("told", std::move(line));
  return true;
}

void App::WatchOnce(const BrokerInstance& broker, int stream) {
  grpc::ClientContext context;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (stopped_) return;
    context_ = &context;
  }
  const auto stub = leadership::v1::LeadershipBroker::NewStub(testing::NewLocalChannel(broker.address));
  leadership::v1::WatchLeadershipRequest request;
  request.set_pod_uid(pod_uid_);
  const auto reader = stub->WatchLeadership(&context, request);
  std::minstd_rand random(static_cast<unsigned>(stream));
  std::uniform_real_distribution<double> part(0, 1);
  Leadership said;
  bool any = false;
  while (reader->Read(&said)) {
    any = true;
    if (!Keep(broker, stream, said)) break;
    // Half of the messages find it busy with something else.
    const double busy = part(random) * 2 - 1;
    if (slowness_ > absl::ZeroDuration() && busy > 0 && !Pause(slowness_ * busy)) break;
  }
  // Stop has cancelled it, or it has ended by itself.
  const grpc::Status status = reader->Finish();
  const std::lock_guard<std::mutex> lock(mutex_);
  context_ = nullptr;
  if (any && !stopped_) {
    recorder_->Note("stream ended", {{"pod", pod_uid_},
                                     {"subscriber", name_},
                                     {"stream", stream},
                                     {"code", static_cast<int>(status.error_code())},
                                     {"message", status.error_message()}});
  }
}

void App::Run() {
  int stream = 0;
  do {
    BrokerInstance broker;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait(lock, [&] { return stopped_ || broker_.number > 0; });
      broker = broker_;
    }
    WatchOnce(broker, ++stream);
  } while (Pause(absl::Milliseconds(50)));
}

}  // namespace leadership_broker::chaos
