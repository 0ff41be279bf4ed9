// From the loop's thread to the subscribers', with everything between in place: candidacy, campaigner, election, hub.
// Under ThreadSanitizer it shows that one object alone hands over (R15).
#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

#include "server/election/candidacy.h"
#include "server/loop/event_loop.h"
#include "server/status/hub.h"
#include "tests/unit/election/candidate.h"

namespace leadership_broker::testing {
namespace {

class SleepingWaiter : public loop::Waiter {
 public:
  void Wait(absl::Duration max) override {
    loop::MutexLock lock(mutex_);
    if (!woken_) condition_.WaitFor(mutex_, max);
    woken_ = false;
  }
  void Wake() override {
    loop::MutexLock lock(mutex_);
    woken_ = true;
    condition_.NotifyAll();
  }

 private:
  loop::Mutex mutex_;
  loop::CondVar condition_;
  bool woken_ GUARDED_BY(mutex_) = false;
};

// An API server that is well, on the loop's thread: one pod, and one lock at most, which Remove() removes.
class SmallApi : public kube::Api {
 public:
  explicit SmallApi(loop::Scheduler* scheduler) : scheduler_(scheduler) {}

  loop::Handle List(const kube::Selector&, kube::ListCallback<kube::ConfigMap> callback) override {
    return Soon([this, callback = std::move(callback)] {
      kube::Listing<kube::ConfigMap> listing;
      listing.resource_version = std::to_string(version_);
      if (lock_.has_value()) listing.items.push_back(*lock_);
      callback(std::move(listing));
    });
  }
  loop::Handle Watch(const kube::Selector&, const std::string&, absl::Duration,
                     kube::WatchObserver<kube::ConfigMap>* observer) override {
    watch_ = observer;
    return Soon([observer] { observer->OnOpen(); });
  }
  loop::Handle List(const kube::Selector& selector, kube::ListCallback<kube::Pod> callback) override {
    const bool all = selector.name.empty();
    return Soon([all, callback = std::move(callback)] {
      kube::Listing<kube::Pod> listing;
      listing.resource_version = "1";
      if (!all) listing.items.push_back(PodOf("me"));
      callback(std::move(listing));
    });
  }
  loop::Handle Watch(const kube::Selector&, const std::string&, absl::Duration,
                     kube::WatchObserver<kube::Pod>* observer) override {
    return Soon([observer] { observer->OnOpen(); });
  }
  loop::Handle List(const kube::Selector&, kube::ListCallback<kube::Node>) override { return nullptr; }
  loop::Handle Watch(const kube::Selector&, const std::string&, absl::Duration,
                     kube::WatchObserver<kube::Node>*) override {
    return nullptr;
  }
  loop::Handle Create(const kube::ConfigMap&, kube::WriteCallback callback) override {
    return Soon([this, callback = std::move(callback)] {
      ++version_;
      lock_ = LockOf("me", "L" + std::to_string(version_), version_);
      const kube::ConfigMap made = *lock_;
      watch_->OnEvent(kube::WatchEventKind::kAdded, made);
      callback({kube::Outcome{}, made});
    });
  }
  loop::Handle DeleteConfigMap(const std::string&, const std::string&, const kube::Precondition&,
                               kube::WriteCallback) override {
    return nullptr;
  }
  loop::Handle DeletePod(const std::string&, const std::string&, const kube::Precondition&,
                         kube::WriteCallback) override {
    return nullptr;
  }
  loop::Handle AnnotateConfigMap(const std::string&, const std::string&, const kube::Precondition&, const std::string&,
                                 const std::string&, kube::WriteCallback) override {
    return nullptr;
  }

  void Remove() {
    if (!lock_.has_value()) return;
    kube::ConfigMap removed = *std::exchange(lock_, std::nullopt);
    removed.mutable_metadata()->set_resource_version(std::to_string(++version_));
    watch_->OnEvent(kube::WatchEventKind::kDeleted, std::move(removed));
  }

 private:
  loop::Handle Soon(std::function<void()> then) { return scheduler_->After(absl::ZeroDuration(), std::move(then)); }

  loop::Scheduler* const scheduler_;
  int version_ = 10;
  std::optional<kube::ConfigMap> lock_;
  kube::WatchObserver<kube::ConfigMap>* watch_ = nullptr;
};

class HubAudience : public election::Audience {
 public:
  explicit HubAudience(status::Hub* hub) : hub_(hub) {}
  void Publish(status::SnapshotPtr snapshot) override { hub_->Publish(std::move(snapshot)); }
  void Warn(const std::string&) override {}

 private:
  status::Hub* const hub_;
};

// Follows a hub on a thread of its own until it is closed.
class Follower {
 public:
  explicit Follower(status::Hub* hub)
      : subscription_(hub->Subscribe([this] { Ready(); })), thread_([this] { Run(); }) {}
  ~Follower() { thread_.join(); }

  // How often it was told that this pod leads under a lock other than before.
  int terms() const { return terms_; }

 private:
  void Ready() {
    loop::MutexLock lock(mutex_);
    ready_ = true;
    changed_.NotifyAll();
  }
  void Run() {
    std::string leads;
    while (true) {
      const status::Hub::Next next = subscription_->Take();
      if (next.closed) return;
      if (next.snapshot == nullptr) {
        loop::MutexLock lock(mutex_);
        while (!ready_) changed_.Wait(mutex_);
        ready_ = false;
        continue;
      }
      const Leadership& told = next.snapshot->leadership;
      if (told.state() != Leadership::STATE_LEADER) {
        leads.clear();
      } else if (leads != told.lock().uid()) {
        EXPECT_EQ(leads, "") << "R4: a loss comes between two terms";
        leads = told.lock().uid();
        ++terms_;
      }
    }
  }

  loop::Mutex mutex_;
  loop::CondVar changed_;
  bool ready_ GUARDED_BY(mutex_) = false;
  std::atomic<int> terms_{0};
  const std::unique_ptr<status::Hub::Subscription> subscription_;
  std::thread thread_;
};

TEST(R15, EverySubscriberIsToldByOneObjectWhateverThreadItIsOn) {
  status::Hub hub;
  HubAudience audience(&hub);
  SleepingWaiter waiter;
  loop::EventLoop loop(&waiter);
  SmallApi api(&loop);
  election::Options options;
  options.namespace_name = "ns";
  options.lock_name = "lock";
  options.self = {"me", "me-uid", "node"};
  options.on_request = true;
  auto candidacy = std::make_unique<election::Candidacy>(
      &api, &loop, std::vector<election::Candidacy::Stand>{{options, &audience}}, [](const kube::Pod&) {});
  loop.Post([&] { candidacy->Start(); });
  std::thread elections([&] {
    loop.Run();
    candidacy.reset();
  });

  constexpr int kTerms = 20;
  {
    std::vector<std::unique_ptr<Follower>> followers;
    for (int i = 0; i < 4; ++i) followers.push_back(std::make_unique<Follower>(&hub));
    // Somebody waits in Become all the while, and others come and go.
    loop.Post([&] { candidacy->CountWaiter("lock", 1); });
    std::thread callers([&] {
      for (int i = 0; i < 1000; ++i) loop.Post([&, i] { candidacy->CountWaiter("lock", i % 2 == 0 ? 1 : -1); });
    });
    for (int term = 1; term <= kTerms; ++term) {
      for (const auto& follower : followers) {
        while (follower->terms() < term) std::this_thread::yield();
      }
      loop.Post([&] { api.Remove(); });
    }
    callers.join();
    hub.Close();
  }
  loop.Stop();
  elections.join();
  EXPECT_EQ(hub.Latest()->leadership.self().uid(), "me-uid");
}

}  // namespace
}  // namespace leadership_broker::testing
