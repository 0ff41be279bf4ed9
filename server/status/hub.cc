#include "server/status/hub.h"

#include <algorithm>
#include <utility>

#include "server/status/callback_gate.h"

namespace leadership_broker::status {
namespace {

// Some milliseconds' work.
constexpr size_t kToldInOneGo = 256;
constexpr size_t kNotArmed = static_cast<size_t>(-1);

}  // namespace

struct Hub::Subscriber {
  explicit Subscriber(std::function<void()> on_ready) : gate(std::move(on_ready)) {}

  CallbackGate gate;
  // These two are guarded by the hub's mutex.
  uint64_t seen = 0;
  size_t armed_index = kNotArmed;
};

Hub::Armed Hub::Disarm() {
  Armed armed;
  armed.swap(armed_);
  for (const auto& subscriber : armed) subscriber->armed_index = kNotArmed;
  return armed;
}

void Hub::Publish(SnapshotPtr snapshot) {
  Armed armed;
  bool loss = false;
  {
    loop::MutexLock lock(mutex_);
    if (closed_) return;
    const bool refresh = latest_ != nullptr && latest_->leadership.revision() == snapshot->leadership.revision();
    const bool told = !refresh || snapshot->trusted_until != absl::InfiniteDuration();
    latest_ = std::move(snapshot);
    if (!told) return;
    ++sequence_;
    loss = latest_->is_loss && !refresh;
    if (loss) {
      loss_ = latest_;
      loss_sequence_ = sequence_;
    }
    armed = Disarm();
  }
  Tell(std::move(armed));
  if (loss) crier_.WaitUntilIdle();  // R4
}

void Hub::Tell(Armed armed) {
  const size_t at_once = std::min(armed.size(), kToldAtOnce);
  if (armed.size() > at_once) {
    // Begun first, so that it goes on meanwhile.
    crier_.Post([this, later = Armed(armed.begin() + at_once, armed.end())] {
      for (size_t i = 0; i < later.size();) {
        const size_t end = std::min(i + kToldInOneGo, later.size());
        turnstile_.Close();
        for (; i < end; ++i) later[i]->gate.Run();
        turnstile_.Open();
      }
    });
  }
  for (size_t i = 0; i < at_once; ++i) armed[i]->gate.Run();
}

SnapshotPtr Hub::Latest() const {
  loop::MutexLock lock(mutex_);
  return latest_;
}

std::unique_ptr<Hub::Subscription> Hub::Subscribe(std::function<void()> on_ready) {
  auto subscriber = std::make_shared<Subscriber>(std::move(on_ready));
  {
    loop::MutexLock lock(mutex_);
    // The latest is new to it; an earlier loss is not its business.
    subscriber->seen = sequence_ == 0 ? 0 : sequence_ - 1;
  }
  return std::unique_ptr<Subscription>(new Subscription(this, std::move(subscriber)));
}

void Hub::Close() {
  Armed armed;
  {
    loop::MutexLock lock(mutex_);
    closed_ = true;
    armed = Disarm();
  }
  Tell(std::move(armed));
}

void Hub::Reach(uint64_t sequence, Subscriber& subscriber) {
  taken_.fetch_add(1, std::memory_order_relaxed);
  coalesced_.fetch_add(sequence - subscriber.seen - 1, std::memory_order_relaxed);
  subscriber.seen = sequence;
}

Hub::Next Hub::Take(const std::shared_ptr<Subscriber>& subscriber, bool or_latest) {
  loop::MutexLock lock(mutex_);
  if (loss_sequence_ > subscriber->seen) {
    Reach(loss_sequence_, *subscriber);
    // Where the loss is the newest too, latest_ may have been refreshed since.
    return {loss_sequence_ == sequence_ ? latest_ : loss_, false};
  }
  if (closed_) return {nullptr, true};
  if (sequence_ > subscriber->seen) {
    Reach(sequence_, *subscriber);
    return {latest_, false};
  }
  if (or_latest && latest_ != nullptr) {
    taken_.fetch_add(1, std::memory_order_relaxed);
    return {latest_, false};
  }
  if (subscriber->armed_index == kNotArmed) {
    subscriber->armed_index = armed_.size();
    armed_.push_back(subscriber);
  }
  return {nullptr, false};
}

void Hub::Remove(Subscriber& subscriber) {
  loop::MutexLock lock(mutex_);
  if (subscriber.armed_index == kNotArmed) return;
  std::swap(armed_[subscriber.armed_index], armed_.back());
  armed_[subscriber.armed_index]->armed_index = subscriber.armed_index;
  armed_.pop_back();
  subscriber.armed_index = kNotArmed;
}

Hub::Subscription::Subscription(Hub* hub, std::shared_ptr<Subscriber> subscriber)
    : hub_(hub), subscriber_(std::move(subscriber)) {}

Hub::Subscription::~Subscription() {
  subscriber_->gate.Shut();
  hub_->Remove(*subscriber_);
}

}  // namespace leadership_broker::status
