// An app in a pod: holds a WatchLeadership stream to the pod's broker, opens it again whenever it breaks, and has
// everything that it is told recorded.
#ifndef LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_APP_H_
#define LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_APP_H_

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "absl/time/time.h"
#include "grpcpp/client_context.h"

#include "leadership/v1/leadership.pb.h"
#include "tests/control_plane/chaos/recorder.h"

namespace leadership_broker::chaos {

// One process of a broker: each listens at an address of its own, so that it is known what came from which.
struct BrokerInstance {
  int number = 0;  // from 1 on; 0: none yet
  std::string address;
};

// All methods may be called by any thread.
class App {
 public:
  // Named `name` in the history. Leaves each message unread for up to `slowness`. `recorder` must outlive it.
  App(std::string pod_uid, std::string name, absl::Duration slowness, Recorder* recorder);
  // Stops first.
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  // The broker that it is to talk to from the next time on that its stream breaks.
  void SetBroker(const BrokerInstance& broker);
  // The app's container ends: what it is told from here on is not recorded.
  void Stop();

  // What it was told last; empty before the first message.
  leadership::v1::Leadership Latest() const;

 private:
  void Run();
  void WatchOnce(const BrokerInstance& broker, int stream);
  // Waits, and returns false when the app stops meanwhile.
  bool Pause(absl::Duration duration);
  bool Keep(const BrokerInstance& broker, int stream, const leadership::v1::Leadership& said);

  const std::string pod_uid_;
  const std::string name_;
  const absl::Duration slowness_;
  Recorder* const recorder_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  BrokerInstance broker_;
  leadership::v1::Leadership latest_;
  grpc::ClientContext* context_ = nullptr;
  bool stopped_ = false;

  std::thread thread_;
};

}  // namespace leadership_broker::chaos

#endif  // LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_APP_H_
