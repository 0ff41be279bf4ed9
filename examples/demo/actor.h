// One pod on the demo's stage: its object in the stand-in, the broker beside it, and an app that holds a stream.
#ifndef LEADERSHIP_BROKER_EXAMPLES_DEMO_ACTOR_H_
#define LEADERSHIP_BROKER_EXAMPLES_DEMO_ACTOR_H_

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "leadership/v1/leadership.grpc.pb.h"
#include "tests/harness/child_process.h"
#include "tests/harness/scratch_dir.h"
#include "tests/harness/test_pod.h"

namespace leadership_broker::demo {

class Actor {
 public:
  // Called on the actor's own thread with everything its app is told.
  using OnTold = std::function<void(const std::string& pod, const leadership::v1::Leadership&)>;

  // `broker` is the program's path.
  Actor(testing::Cluster* cluster, const std::string& namespace_name, const std::string& pod_name,
        const std::string& broker, OnTold on_told);
  // Ends the stream and the broker.
  ~Actor();

  const std::string& name() const { return pod_.name(); }
  // As kubectl delete pod.
  void DeletePod() { pod_.Delete(); }

 private:
  void Listen(const OnTold& on_told);

  testing::TestPod pod_;
  const testing::ScratchDir scratch_;
  const std::string address_;
  testing::ChildProcess broker_;
  grpc::ClientContext context_;
  std::thread app_;
};

}  // namespace leadership_broker::demo

#endif  // LEADERSHIP_BROKER_EXAMPLES_DEMO_ACTOR_H_
