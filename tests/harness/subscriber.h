// An app beside a broker: holds a WatchLeadership stream and writes down everything it is told, and when.
#ifndef LEADERSHIP_BROKER_TESTS_HARNESS_SUBSCRIBER_H_
#define LEADERSHIP_BROKER_TESTS_HARNESS_SUBSCRIBER_H_

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"

#include "leadership/v1/leadership.grpc.pb.h"
#include "tests/harness/eventually.h"

namespace leadership_broker::testing {

// One message as it came.
struct Told {
  leadership::v1::Leadership leadership;
  absl::Time at;
  // 1 for the first stream, rising with each Reconnect.
  int stream = 0;
};

// All methods may be called by any thread but Reconnect and the destructor, which belong to the one that made it.
class Subscriber {
 public:
  using Predicate = std::function<bool(const leadership::v1::Leadership&)>;

  // Opens the stream at once; it waits for the broker to take connections.
  explicit Subscriber(std::shared_ptr<grpc::Channel> channel, leadership::v1::WatchLeadershipRequest request = {});
  // Cancels the stream.
  ~Subscriber();
  Subscriber(const Subscriber&) = delete;
  Subscriber& operator=(const Subscriber&) = delete;

  // The first message of this stream, from the one returned last (itself included) on, of which `predicate` holds;
  // waits for it. When none comes within `limit`, or the stream ends without it, the test fails, `what` and the history
  // are printed, and the answer is empty.
  Told WaitFor(const Predicate& predicate, const std::string& what, absl::Duration limit = kPatience);
  // The same for the most frequent of them.
  Told WaitForState(leadership::v1::Leadership::State state, absl::Duration limit = kPatience);

  std::vector<Told> History() const;
  // The newest message; empty before the first.
  Told Latest() const;
  // For messages of failed assertions.
  std::string Describe() const;

  // Waits until the stream has ended by the broker's doing, or for want of it. Fails the test when it does not (then
  // CANCELLED).
  grpc::Status WaitForEnd(absl::Duration limit = kPatience);
  // Cancels the stream if it is open, and opens another. The history goes on.
  void Reconnect();

 private:
  void Open();
  void Close();
  void Read(grpc::ClientContext* context, int stream);

  const std::shared_ptr<grpc::Channel> channel_;
  const leadership::v1::WatchLeadershipRequest request_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::vector<Told> history_;
  size_t position_ = 0;
  std::optional<grpc::Status> end_;

  int streams_ = 0;
  std::unique_ptr<grpc::ClientContext> context_;
  std::thread reader_;
};

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_HARNESS_SUBSCRIBER_H_
