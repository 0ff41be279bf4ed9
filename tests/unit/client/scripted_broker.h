// A LeadershipBroker inside the test, that says what the test has it say.
#ifndef LEADERSHIP_BROKER_TESTS_UNIT_CLIENT_SCRIPTED_BROKER_H_
#define LEADERSHIP_BROKER_TESTS_UNIT_CLIENT_SCRIPTED_BROKER_H_

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "grpcpp/grpcpp.h"

#include "leadership/v1/leadership.grpc.pb.h"

namespace leadership {

// All methods may be called by any thread.
class ScriptedBroker : private v1::LeadershipBroker::Service {
 public:
  // Serves nothing yet. `address` is gRPC's, with a port.
  explicit ScriptedBroker(std::string address) : address_(std::move(address)) {}
  ~ScriptedBroker() override { Stop(); }

  void Start();
  // Ends every call with UNAVAILABLE.
  void Stop();

  // The state from now on; streams that are open are told, those to come begin with it. Become returns once it is
  // LEADER.
  void Say(const v1::Leadership& leadership);
  // From now on every new call ends at once with this; OK: no longer.
  void Refuse(const grpc::Status& status);

  // What was asked for.
  std::vector<v1::WatchLeadershipRequest> watches() const;
  std::vector<v1::BecomeRequest> becomes() const;
  std::vector<v1::GetLeadershipRequest> gets() const;
  const std::string& address() const { return address_; }

 private:
  grpc::Status GetLeadership(grpc::ServerContext* context, const v1::GetLeadershipRequest* request,
                             v1::Leadership* response) override;
  grpc::Status WatchLeadership(grpc::ServerContext* context, const v1::WatchLeadershipRequest* request,
                               grpc::ServerWriter<v1::Leadership>* writer) override;
  grpc::Status Become(grpc::ServerContext* context, const v1::BecomeRequest* request,
                      v1::Leadership* response) override;
  // Until something is said, the client has gone, or Stop; `said` is what the caller has seen. Under the lock.
  void Wait(const grpc::ServerContext& context, size_t said, std::unique_lock<std::mutex>& lock);

  const std::string address_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // All guarded by mutex_.
  bool stopped_ = true;
  grpc::Status refusal_;
  std::vector<v1::Leadership> said_;
  std::vector<v1::WatchLeadershipRequest> watches_;
  std::vector<v1::BecomeRequest> becomes_;
  std::vector<v1::GetLeadershipRequest> gets_;

  std::unique_ptr<grpc::Server> server_;
};

}  // namespace leadership

#endif  // LEADERSHIP_BROKER_TESTS_UNIT_CLIENT_SCRIPTED_BROKER_H_
