// The body of a watch's answer: JSON events, one a line, as they happen.
#ifndef LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_WATCH_STREAM_H_
#define LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_WATCH_STREAM_H_

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/fake_kube_apiserver/api_result.h"
#include "tests/fake_kube_apiserver/faults.h"
#include "tests/fake_kube_apiserver/http_message.h"
#include "tests/fake_kube_apiserver/store.h"
#include "tests/fake_kube_apiserver/timers.h"

namespace leadership_broker::testing::fake {

struct WatchOptions {
  const Resource* resource;
  std::string namespace_name;
  Selector selector;
  // As in Store::Watch.
  std::optional<int64_t> from;
  std::chrono::seconds timeout;
  // Unset: the client wants none.
  std::optional<std::chrono::milliseconds> bookmark_interval;
};

class WatchStreams;

// Start and Read are called by the server's thread; the rest, once it has started, by any.
class WatchStream : public ByteStream, public std::enable_shared_from_this<WatchStream> {
 public:
  // All of them must outlive the stream. It puts itself into `streams` when it starts.
  WatchStream(Store& store, const Faults& faults, Timers& timers, WatchStreams& streams, RequestFacts facts,
              WatchOptions options);

  void Start(std::function<void()> wake) override;
  State Read(std::string* out) override;

  const RequestFacts& facts() const { return facts_; }

  // Something may have changed.
  void Wake();
  // What the next Read does, whatever else holds.
  void Cut();
  // Ends the stream with an ERROR event.
  void Fail(ApiResult failure);
  // The same, before Start.
  void FailFromStart(ApiResult failure) { failure_ = std::move(failure); }
  void Garble();

 private:
  State Next(std::string* out);
  std::string Bookmark(int64_t revision, bool initial_events_end) const;
  void WakeAt(Clock::time_point time);

  Store& store_;
  const Faults& faults_;
  Timers& timers_;
  WatchStreams& streams_;
  const RequestFacts facts_;
  const WatchOptions options_;
  std::shared_ptr<Watcher> watcher_;
  std::function<void()> wake_;

  // The reading thread's own:
  Clock::time_point deadline_;
  Clock::time_point next_bookmark_;
  Clock::time_point next_wake_ = Clock::time_point::max();
  bool initial_events_told_ = false;
  int64_t told_up_to_ = 0;

  std::mutex mu_;
  // Guarded by mu_:
  bool cut_ = false;
  bool garble_ = false;
  bool failed_ = false;
  std::optional<ApiResult> failure_;
};

// The streams that run.
class WatchStreams {
 public:
  void Add(const std::shared_ptr<WatchStream>& stream);
  // Calls `action` with each that fits.
  void ForEach(const Target& target, const std::function<void(WatchStream&)>& action);

 private:
  std::mutex mu_;
  // Guarded by mu_.
  std::vector<std::weak_ptr<WatchStream>> streams_;
};

}  // namespace leadership_broker::testing::fake

#endif  // LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_WATCH_STREAM_H_
