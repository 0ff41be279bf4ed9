#include "tests/fake_kube_apiserver/watch_stream.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace leadership_broker::testing::fake {
namespace {

std::string Line(const char* type, const json& object) {
  // The real server writes the type first.
  const nlohmann::ordered_json event = {{"type", type}, {"object", object}};
  return event.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

const char* TypeName(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::kAdded:
      return "ADDED";
    case ChangeKind::kModified:
      return "MODIFIED";
    case ChangeKind::kDeleted:
      return "DELETED";
  }
  return "";
}

}  // namespace

WatchStream::WatchStream(Store& store, const Faults& faults, Timers& timers, WatchStreams& streams, RequestFacts facts,
                         WatchOptions options)
    : store_(store),
      faults_(faults),
      timers_(timers),
      streams_(streams),
      facts_(std::move(facts)),
      options_(std::move(options)) {}

void WatchStream::Start(std::function<void()> wake) {
  wake_ = std::move(wake);
  const Clock::time_point now = Clock::now();
  deadline_ = now + options_.timeout;
  next_bookmark_ =
      options_.bookmark_interval.has_value() ? now + *options_.bookmark_interval : Clock::time_point::max();
  initial_events_told_ = options_.from.has_value();
  told_up_to_ = options_.from.value_or(0);
  ApiResult failure;
  watcher_ =
      store_.Watch(*options_.resource, options_.namespace_name, options_.selector, options_.from, wake_, &failure);
  if (watcher_ == nullptr) Fail(std::move(failure));
  streams_.Add(shared_from_this());
}

ByteStream::State WatchStream::Read(std::string* out) {
  {
    const std::lock_guard<std::mutex> lock(mu_);
    if (cut_) return State::kCut;
    if (failed_) return State::kEnd;
    if (garble_) {
      garble_ = false;
      *out = "{\"type\":\"ADDED\",\"object\":}}\x01\xff\n";
      return State::kBytes;
    }
    if (failure_.has_value()) {
      *out = Line("ERROR", failure_->body);
      failed_ = true;
      return State::kBytes;
    }
  }
  return Next(out);
}

ByteStream::State WatchStream::Next(std::string* out) {
  const Faults::Hold hold = faults_.OnStream(facts_);
  if (hold.frozen) return State::kWait;
  const Clock::time_point now = Clock::now();
  const Store::Taken taken = store_.Take(*watcher_, now - hold.lag);
  for (const Watcher::Event& event : taken.events) *out += Line(TypeName(event.kind), *event.object);
  if (!initial_events_told_ && taken.seen_up_to.has_value()) {
    initial_events_told_ = true;
    if (options_.bookmark_interval.has_value()) *out += Bookmark(*taken.seen_up_to, true);
  }
  if (!out->empty()) return State::kBytes;
  if (taken.ended) return State::kCut;
  if (now >= deadline_) return State::kEnd;
  if (now >= next_bookmark_) {
    next_bookmark_ = now + *options_.bookmark_interval;
    if (taken.seen_up_to.has_value() && *taken.seen_up_to >= told_up_to_) {
      told_up_to_ = *taken.seen_up_to;
      *out = Bookmark(*taken.seen_up_to, false);
      return State::kBytes;
    }
  }
  Clock::time_point next = std::min(deadline_, next_bookmark_);
  if (taken.next_event.has_value()) next = std::min(next, *taken.next_event + hold.lag);
  WakeAt(next);
  return State::kWait;
}

std::string WatchStream::Bookmark(int64_t revision, bool initial_events_end) const {
  json metadata = {{"resourceVersion", absl::StrCat(revision)}};
  if (initial_events_end) metadata["annotations"]["k8s.io/initial-events-end"] = "true";
  return Line("BOOKMARK", {{"kind", options_.resource->kind},
                           {"apiVersion", options_.resource->ApiVersion()},
                           {"metadata", std::move(metadata)}});
}

void WatchStream::WakeAt(Clock::time_point time) {
  if (time >= next_wake_ && next_wake_ > Clock::now()) return;
  next_wake_ = time;
  timers_.At(time, [weak = weak_from_this()] {
    if (const std::shared_ptr<WatchStream> stream = weak.lock()) stream->Wake();
  });
}

void WatchStream::Wake() { wake_(); }

void WatchStream::Cut() {
  {
    const std::lock_guard<std::mutex> lock(mu_);
    cut_ = true;
  }
  Wake();
}

void WatchStream::Fail(ApiResult failure) {
  {
    const std::lock_guard<std::mutex> lock(mu_);
    failure_ = std::move(failure);
  }
  Wake();
}

void WatchStream::Garble() {
  {
    const std::lock_guard<std::mutex> lock(mu_);
    garble_ = true;
  }
  Wake();
}

void WatchStreams::Add(const std::shared_ptr<WatchStream>& stream) {
  const std::lock_guard<std::mutex> lock(mu_);
  streams_.erase(std::remove_if(streams_.begin(), streams_.end(), [](const auto& old) { return old.expired(); }),
                 streams_.end());
  streams_.push_back(stream);
}

void WatchStreams::ForEach(const Target& target, const std::function<void(WatchStream&)>& action) {
  std::vector<std::weak_ptr<WatchStream>> streams;
  {
    const std::lock_guard<std::mutex> lock(mu_);
    streams = streams_;
  }
  for (const std::weak_ptr<WatchStream>& weak : streams) {
    const std::shared_ptr<WatchStream> stream = weak.lock();
    if (stream != nullptr && target.Fits(stream->facts())) action(*stream);
  }
}

}  // namespace leadership_broker::testing::fake
