// A watch's own thread: it keeps a stream open, and tells the app what there is to tell.
//
//   stream's messages ──► TermTracker ──► this thread ──► Callbacks
#ifndef LEADERSHIP_CLIENT_WATCH_THREAD_H_
#define LEADERSHIP_CLIENT_WATCH_THREAD_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "client/backoff.h"
#include "client/include/leadership/client.h"
#include "client/leadership_stream.h"
#include "client/term_tracker.h"
#include "grpcpp/channel.h"

namespace leadership::internal {

class WatchThread {
 public:
  struct Options {
    // Null where `error` says that there is nothing to connect to.
    std::shared_ptr<grpc::ChannelInterface> channel;
    absl::Status error;
    // For the words of errors.
    std::string address;
    std::string lock;
    std::string pod_uid;
    absl::Duration silence_limit;
  };

  WatchThread(Options options, Callbacks callbacks);
  // Waits for a callback that runs. Any thread but this watch's own, where it ends the process.
  ~WatchThread();
  WatchThread(const WatchThread&) = delete;
  WatchThread& operator=(const WatchThread&) = delete;

  // Any thread.
  bool IsLeading() const ABSL_LOCKS_EXCLUDED(mutex_);
  uint64_t FencingToken() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Run() ABSL_LOCKS_EXCLUDED(mutex_);
  // What is to be told next; nullopt when the thread is to end. Waits for it, and looks after the stream meanwhile.
  std::optional<Notification> WaitForNext() ABSL_LOCKS_EXCLUDED(mutex_);
  void Tell(const Notification& notification) const;

  void OpenStream();
  // Takes note of a stream that has ended, and of one that is silent.
  void LookAfterStream(absl::Duration now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Duration NextTurn() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Options options_;
  const Callbacks callbacks_;
  const v1::WatchLeadershipRequest request_;

  mutable absl::Mutex mutex_;
  TermTracker tracker_ ABSL_GUARDED_BY(mutex_);
  // How the stream ended, until that has been seen.
  std::optional<grpc::Status> ended_ ABSL_GUARDED_BY(mutex_);
  // Something above is new.
  bool changed_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  // By the boot clock: when the stream was opened, when it is opened again, when it is given up for its silence.
  absl::Duration opened_at_ ABSL_GUARDED_BY(mutex_);
  absl::Duration open_at_ ABSL_GUARDED_BY(mutex_) = -absl::InfiniteDuration();
  absl::Duration give_up_at_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteDuration();

  // The thread's own.
  std::unique_ptr<v1::LeadershipBroker::Stub> stub_;
  std::unique_ptr<LeadershipStream> stream_;
  Backoff backoff_;
  std::mt19937_64 random_{std::random_device{}()};

  std::thread thread_;
};

}  // namespace leadership::internal

#endif  // LEADERSHIP_CLIENT_WATCH_THREAD_H_
