// Calls of any method with any bytes, from a client that may give up at any moment.
#ifndef LEADERSHIP_BROKER_TESTS_FUZZ_GRPC_CALLS_H_
#define LEADERSHIP_BROKER_TESTS_FUZZ_GRPC_CALLS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/grpcpp.h"

#include "leadership/v1/leadership.pb.h"
#include "server/loop/mutex.h"

namespace leadership_broker::fuzz {

// One call. Its client's half is closed after the messages that it sends.
class Call : private grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  struct Options {
    // "GetLeadership"
    std::string method;
    std::vector<std::string> messages;
    absl::Duration deadline = absl::InfiniteDuration();
    // The client cancels once it has got so many answers; 0: as soon as the call is made. Negative: never.
    int cancel_after = -1;
  };

  Call(grpc::GenericStub* stub, Options options);
  // Ended.
  ~Call() override = default;

  void Cancel() { context_.TryCancel(); }

  // Waits for its end, and ends the process when it does not come.
  grpc::Status Wait() EXCLUDES(mutex_);

  // Once it has ended.
  const Options& options() const { return options_; }
  std::vector<leadership::v1::Leadership> answers() EXCLUDES(mutex_);

 private:
  void OnWriteDone(bool ok) override;
  void OnReadDone(bool ok) override EXCLUDES(mutex_);
  void OnDone(const grpc::Status& status) override EXCLUDES(mutex_);
  void SendNext();

  const Options options_;
  grpc::ClientContext context_;
  grpc::ByteBuffer sent_;
  grpc::ByteBuffer received_;
  size_t next_ = 0;

  loop::Mutex mutex_;
  loop::CondVar ended_;
  bool done_ GUARDED_BY(mutex_) = false;
  grpc::Status status_ GUARDED_BY(mutex_);
  std::vector<leadership::v1::Leadership> answers_ GUARDED_BY(mutex_);
};

}  // namespace leadership_broker::fuzz

#endif  // LEADERSHIP_BROKER_TESTS_FUZZ_GRPC_CALLS_H_
