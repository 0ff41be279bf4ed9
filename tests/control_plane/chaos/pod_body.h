// What runs of a pod: its broker, with a network of its own to the API server, and its apps. The Pod object is not its
// business: after a forced deletion it goes on without one.
#ifndef LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_POD_BODY_H_
#define LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_POD_BODY_H_

#include <memory>
#include <string>
#include <vector>

#include "tests/control_plane/chaos/agenda.h"
#include "tests/control_plane/chaos/api.h"
#include "tests/control_plane/chaos/app.h"
#include "tests/control_plane/chaos/recorder.h"
#include "tests/control_plane/chaos/tcp_proxy.h"
#include "tests/harness/child_process.h"
#include "tests/harness/scratch_dir.h"

namespace leadership_broker::chaos {

// Not thread-safe, but for Latest. Everything of it ends with it, unrecorded, and with the thread that made it.
class PodBody {
 public:
  // Starts the apps and the broker; the broker's log goes into the folder `logs`. `recorder` must outlive it.
  PodBody(const Place& place, std::string name, std::string uid, const std::string& token, const std::string& logs,
          Recorder* recorder);
  PodBody(const PodBody&) = delete;
  PodBody& operator=(const PodBody&) = delete;

  const std::string& uid() const { return uid_; }
  TcpProxy& network() { return network_; }
  // What is to be done with it later.
  Agenda& agenda() { return agenda_; }
  void ReplaceToken(const std::string& token);

  // Starts the broker unless it runs, or thaws it.
  void MendBroker();
  void KillBroker();
  void FreezeBroker();
  // As a kubelet ends containers: the apps first, then the broker, by SIGTERM unless it is frozen.
  void Stop();

  // What each app was told last. By any thread.
  std::vector<leadership::v1::Leadership> Latest() const;
  bool Leads() const;

 private:
  void StartBroker();

  const Place place_;
  const std::string name_;
  const std::string uid_;
  const std::string log_file_;
  Recorder* const recorder_;
  const testing::ScratchDir scratch_;
  TcpProxy network_;
  App fast_;
  App slow_;
  int brokers_ = 0;
  bool frozen_ = false;
  std::unique_ptr<testing::ChildProcess> broker_;
  Agenda agenda_;
};

}  // namespace leadership_broker::chaos

#endif  // LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_POD_BODY_H_
