// A leadership-broker, as a process beside a TestPod.
#ifndef LEADERSHIP_BROKER_TESTS_HARNESS_BROKER_PROCESS_H_
#define LEADERSHIP_BROKER_TESTS_HARNESS_BROKER_PROCESS_H_

#include <signal.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "grpcpp/channel.h"

#include "leadership/v1/leadership.grpc.pb.h"
#include "tests/harness/child_process.h"
#include "tests/harness/eventually.h"
#include "tests/harness/scratch_dir.h"
#include "tests/harness/test_pod.h"

namespace leadership_broker::testing {

// The path of the leadership-broker that was built with the tests.
std::string BuiltBroker();

// What a broker is started with. Nothing is checked here, so that bad input can be tested too.
struct BrokerCommand {
  std::string program = BuiltBroker();
  std::vector<std::string> flags;
  // NAME=VALUE, on top of this process's environment less what would tell the broker of a cluster, a pod, a proxy or a
  // flag.
  std::vector<std::string> environment;

  // As in the pod: the API server's address, POD_NAME, POD_UID, the mounted folder; --http-listen none and one lock
  // (several with commas). `url`: where the API server is reached, as through a proxy; empty: at its own.
  static BrokerCommand InPod(const TestPod& pod, const std::string& lock, std::string url = "");
  // All that the process gets.
  std::vector<std::string> FullEnvironment() const;
};

// Runs to its end: for what must refuse to start.
Finished RunBroker(const BrokerCommand& command, absl::Duration limit = kPatience);

// Not thread-safe. When the test has failed by the time this is destroyed, it prints what the broker wrote.
class BrokerProcess {
 public:
  // Starts it, without waiting. `listen` is what --listen takes, a TCP address and port or unix:PATH; empty: a socket
  // of its own. Of several the first is the one that is spoken to here.
  explicit BrokerProcess(BrokerCommand command, const std::string& listen = "");
  BrokerProcess(const TestPod& pod, const std::string& lock) : BrokerProcess(BrokerCommand::InPod(pod, lock)) {}
  ~BrokerProcess();
  BrokerProcess(const BrokerProcess&) = delete;
  BrokerProcess& operator=(const BrokerProcess&) = delete;

  // Starts it again after Kill or Stop, with the same flags and the same address.
  void Start();
  // Waits until it takes connections. Fails the test, and returns false, when it ends before that or does not come to
  // it.
  bool WaitServing();
  // SIGKILL.
  void Kill();
  // SIGTERM; the exit code (see ChildProcess::Wait), or -1, and a failed test, when it does not end.
  int Stop();
  // SIGSTOP and SIGCONT.
  void Pause() { process_->Signal(SIGSTOP); }
  void Resume() { process_->Signal(SIGCONT); }

  bool Running() { return process_->Running(); }
  pid_t pid() const { return process_->pid(); }
  // Everything it has written since the first start.
  std::string Log() const { return ReadTextFile(scratch_.File("log")); }

  // As gRPC names it.
  const std::string& address() const { return listen_; }
  // A connection of its own, with no proxy and quick reconnection.
  std::shared_ptr<grpc::Channel> NewChannel() const;
  std::unique_ptr<leadership::v1::LeadershipBroker::Stub> NewStub() const {
    return leadership::v1::LeadershipBroker::NewStub(NewChannel());
  }
  // One GetLeadership. Fails the test, and returns an empty message, when the call fails.
  leadership::v1::Leadership Get(const std::string& lock = "") const;

 private:
  const ScratchDir scratch_;
  BrokerCommand command_;
  const std::string listen_;
  std::unique_ptr<ChildProcess> process_;
};

// A connection to any gRPC address, as BrokerProcess::NewChannel makes it.
std::shared_ptr<grpc::Channel> NewLocalChannel(const std::string& address);

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_HARNESS_BROKER_PROCESS_H_
