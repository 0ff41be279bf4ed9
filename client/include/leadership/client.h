// Leader election for an app, by the leadership broker beside it in its pod.
//
//   leadership::Client client;  // LEADERSHIP_BROKER_ADDRESS, else localhost:8642
//
//   leadership::Callbacks callbacks;
//   callbacks.on_started_leading = [&](const leadership::v1::Leadership& now) { worker.Start(now.fencing_token()); };
//   callbacks.on_stopped_leading = [&](const std::string& why) { worker.Stop(why); };
//   std::unique_ptr<leadership::LeadershipWatch> watch = client.Watch(callbacks);
//
// The app may start before the broker, and the broker may restart under it: neither is a loss. The pod leads for life,
// so there is nothing to renew; the token of a term goes with every write, and the store refuses a smaller one.
//
// Every call takes the lock's name; it may be empty where the broker stands for one lock only.
#ifndef LEADERSHIP_CLIENT_H_
#define LEADERSHIP_CLIENT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "leadership/v1/leadership.pb.h"

namespace grpc {
class ChannelInterface;
}  // namespace grpc

namespace leadership {

struct ClientOptions {
  // Where the broker listens: HOST:PORT or unix:/PATH. Empty: the environment's LEADERSHIP_BROKER_ADDRESS; where that
  // is empty too, localhost:8642. Never by way of an HTTP proxy.
  std::string address;
  // The UID of the pod this app is in, so that a neighbour's broker is not believed. Empty: the environment's POD_UID;
  // where that is empty too, nothing is checked.
  std::string pod_uid;
  // How long a watch believes what it was told last while the broker says nothing (it restarts, it hangs); after that
  // on_uncertain comes. The broker is asked for heartbeats three times as often. Less than kShortestSilenceLimit is
  // taken for that. Leadership itself does not end by silence.
  static constexpr absl::Duration kShortestSilenceLimit = absl::Seconds(3);
  absl::Duration silence_limit = absl::Seconds(15);
  // How long Get, ListLocks and StepDown try.
  absl::Duration call_timeout = absl::Seconds(10);
  // For tests: used instead of `address`.
  std::shared_ptr<grpc::ChannelInterface> channel;
};

// What a watch tells, in this order for one change: stopped, new leader, started. All are called on the watch's own
// thread, one at a time. One that blocks holds up the others, the word of a loss among them: begin the work elsewhere,
// or ask IsLeading() inside it. Any may be left empty. None may destroy the watch.
struct Callbacks {
  // This pod leads; `now.fencing_token()` is the term's token.
  std::function<void(const v1::Leadership& now)> on_started_leading;
  // It does so no longer: lock lost, pod ended, another term. `why` is a sentence for the log.
  std::function<void(const std::string& why)> on_stopped_leading;
  // Another pod, or this one, holds the lock now. Not called while nobody does.
  std::function<void(const v1::Pod& leader)> on_new_leader;
  // It is not known whether this pod leads: the broker was silent for `silence_limit`, what it said is older than its
  // `valid_for`, or it cannot verify what it knows. `leading` says whether the pod led until now. If so, the app should
  // write nothing until on_still_leading or on_stopped_leading comes, one of which follows. Where this is left empty, a
  // leader is told on_stopped_leading instead, and on_started_leading, with the same token, when it turns out to lead
  // still.
  std::function<void(bool leading, const std::string& why)> on_uncertain;
  // After on_uncertain: the pod leads still, in the same term.
  std::function<void()> on_still_leading;
  // The watch has ended for good: INVALID_ARGUMENT (no such address, no such name), NOT_FOUND (the broker does not
  // stand for this lock) or UNIMPLEMENTED (it is no leadership broker). The last call; nothing else ends a watch.
  std::function<void(const absl::Status& error)> on_failed;
};

// A watch that is open, with its thread. Ends with its destruction, which waits for a running callback; after it none
// is called. Destroy it anywhere but in a callback of its own, where it ends the process. It may outlive the Client.
class LeadershipWatch {
 public:
  ~LeadershipWatch();
  LeadershipWatch(const LeadershipWatch&) = delete;
  LeadershipWatch& operator=(const LeadershipWatch&) = delete;

  // Whether this pod leads, at this moment, as far as can be known: on_started_leading has been called (or is about to
  // be), and since then there was no loss, and no reason to be uncertain. Any thread; also inside callbacks, and while
  // one blocks.
  bool IsLeading() const;
  // The term's token while IsLeading(), else 0. Any thread.
  uint64_t FencingToken() const;

 private:
  friend class Client;
  class Impl;
  explicit LeadershipWatch(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

// All of it may be called by any thread. The errors of the calls name the address that was tried. Every call passes on
// gRPC's errors as leadership.proto lists them, after it has tried again, with jittered back-off, while that may help:
//   INVALID_ARGUMENT     no such address, no such name of a lock; an empty name where the broker stands for several
//   NOT_FOUND            the broker does not stand for this lock
//   FAILED_PRECONDITION  it is another pod's broker; or as the call says
//   UNIMPLEMENTED        it is no leadership broker, or one too old for the call
//   UNAVAILABLE          no broker answered in time
//   CANCELLED            Cancel() was called
class Client {
 public:
  explicit Client(ClientOptions options = ClientOptions());
  // No call may be running.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // The state now.
  absl::StatusOr<v1::Leadership> Get(const std::string& lock = "");

  // Returns when this pod leads. With --campaign=on-request the broker stands for election only while somebody waits
  // here. A broker that restarts, or is not there yet, is waited for. DEADLINE_EXCEEDED when `deadline` has come;
  // FAILED_PRECONDITION when this pod can never lead any more.
  absl::StatusOr<v1::Leadership> WaitUntilLeader(absl::Time deadline = absl::InfiniteFuture(),
                                                 const std::string& lock = "");

  // Tells `callbacks` of every change until the watch is destroyed. Never fails here: see Callbacks::on_failed.
  [[nodiscard]] std::unique_ptr<LeadershipWatch> Watch(Callbacks callbacks, const std::string& lock = "");

  // The locks the broker stands for.
  absl::StatusOr<v1::ListLocksResponse> ListLocks();

  // Gives up leadership by deleting this pod. FAILED_PRECONDITION unless the broker runs with --allow-step-down.
  absl::Status StepDown(const std::string& lock = "");

  // Ends every Get, WaitUntilLeader, ListLocks and StepDown, running or to come, with CANCELLED. Watches go on.
  void Cancel();

  // The address that is tried, as the options and the environment give it.
  const std::string& address() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace leadership

#endif  // LEADERSHIP_CLIENT_H_
