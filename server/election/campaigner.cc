#include "server/election/campaigner.h"

#include <utility>

namespace leadership_broker::election {

// Keeps an eye on one other pod.
class Campaigner::PodTracker : public loop::Pending, private kube::ReflectorObserver<kube::Pod> {
 public:
  PodTracker(Campaigner* campaigner, const PodRef& pod)
      : campaigner_(campaigner),
        uid_(pod.uid),
        reflector_(campaigner->api_, campaigner->scheduler_, {campaigner->namespace_name_, pod.name, ""}, this) {}

  // Says no more. Its reflector goes later, since this may be inside one of its calls.
  void Silence() { silent_ = true; }
  // Reads it, uncached, beside the watch.
  void Read() { reflector_.Read(); }

 private:
  void Tell(const Event& event) {
    if (!silent_) campaigner_->Step(event);
  }
  void OnSynced(kube::ObjectRead<kube::Pod> read, bool) override { Tell(PodSeen{uid_, std::move(read.object)}); }
  void OnEvent(kube::WatchEventKind kind, kube::Pod pod) override {
    const bool deleted = kind == kube::WatchEventKind::kDeleted;
    Tell(PodSeen{uid_, deleted ? std::nullopt : std::optional<kube::Pod>(std::move(pod))});
  }
  void OnBookmark(const std::string&) override {}
  void OnRead(kube::ObjectRead<kube::Pod> read) override {
    if (read.outcome.ok()) Tell(PodSeen{uid_, std::move(read.object), read.sent});
    Tell(Heard{Activity::kHolderRead, read.outcome});
  }
  void OnRequest(kube::ReflectorRequest request, const kube::Outcome& outcome) override {
    const bool list = request == kube::ReflectorRequest::kList;
    Tell(Heard{list ? Activity::kOtherPodList : Activity::kOtherPodWatch, outcome, uid_});
  }
  void OnBroken() override {}
  void OnRestored() override {}

  Campaigner* const campaigner_;
  const std::string uid_;
  bool silent_ = false;
  kube::Reflector<kube::Pod> reflector_;
};

// Keeps an eye on the node of the lock's holder (R8).
class Campaigner::NodeTracker : public loop::Pending, private kube::ReflectorObserver<kube::Node> {
 public:
  NodeTracker(Campaigner* campaigner, const std::string& name)
      : campaigner_(campaigner),
        name_(name),
        reflector_(campaigner->api_, campaigner->scheduler_, {"", name, ""}, this) {}

  const std::string& name() const { return name_; }
  void Silence() { silent_ = true; }
  void Read() { reflector_.Read(); }

 private:
  void Tell(const Event& event) {
    if (!silent_) campaigner_->Step(event);
  }
  void OnSynced(kube::ObjectRead<kube::Node> read, bool polling) override {
    // Between two polls anything may have happened.
    if (!polling) Tell(NodeSeen{name_, std::move(read.object)});
  }
  void OnEvent(kube::WatchEventKind kind, kube::Node node) override {
    const bool deleted = kind == kube::WatchEventKind::kDeleted;
    Tell(NodeSeen{name_, deleted ? std::nullopt : std::optional<kube::Node>(std::move(node))});
  }
  void OnBookmark(const std::string&) override {}
  void OnRead(kube::ObjectRead<kube::Node> read) override {
    if (read.outcome.ok()) Tell(NodeSeen{name_, std::move(read.object), read.sent});
    Tell(Heard{Activity::kHolderRead, read.outcome});
  }
  void OnRequest(kube::ReflectorRequest request, const kube::Outcome& outcome) override {
    if (!outcome.ok()) Tell(NodeUnwatched{name_});
    Tell(Heard{request == kube::ReflectorRequest::kList ? Activity::kNodeList : Activity::kNodeWatch, outcome});
  }
  void OnBroken() override { Tell(NodeUnwatched{name_}); }
  void OnRestored() override { Tell(NodeUnwatched{name_}); }

  Campaigner* const campaigner_;
  const std::string name_;
  bool silent_ = false;
  kube::Reflector<kube::Node> reflector_;
};

Campaigner::Campaigner(kube::Api* api, loop::Scheduler* scheduler, Audience* audience, Options options,
                       std::function<void()> read_own_pod)
    : api_(api),
      scheduler_(scheduler),
      audience_(audience),
      read_own_pod_(std::move(read_own_pod)),
      namespace_name_(options.namespace_name),
      lock_name_(options.lock_name),
      election_(std::move(options), [scheduler] { return scheduler->Random(); }) {
  audience_->Publish(election_.Initial(scheduler_->Now()));
}

Campaigner::~Campaigner() = default;

void Campaigner::Start() {
  kube::ReflectorObserver<kube::ConfigMap>* const observer = this;
  const kube::Selector selector{namespace_name_, lock_name_, ""};
  lock_ = std::make_unique<kube::Reflector<kube::ConfigMap>>(api_, scheduler_, selector, observer);
}

void Campaigner::OwnPodHeard(kube::ReflectorRequest request, const kube::Outcome& outcome) {
  Step(Heard{request == kube::ReflectorRequest::kList ? Activity::kOwnPodList : Activity::kOwnPodWatch, outcome});
}

void Campaigner::OnSynced(kube::ObjectRead<kube::ConfigMap> read, bool polling) {
  Step(LockSynced{std::move(read.object), std::move(read.resource_version), read.sent, polling});
}

void Campaigner::OnEvent(kube::WatchEventKind kind, kube::ConfigMap lock) { Step(LockWatched{kind, std::move(lock)}); }

void Campaigner::OnBookmark(const std::string& resource_version) { Step(LockBookmarked{resource_version}); }

void Campaigner::OnRead(kube::ObjectRead<kube::ConfigMap> read) {
  Step(LockRead{std::move(read.outcome), std::move(read.object), std::move(read.resource_version), read.sent});
}

void Campaigner::OnRequest(kube::ReflectorRequest request, const kube::Outcome& outcome) {
  Step(Heard{request == kube::ReflectorRequest::kList ? Activity::kLockList : Activity::kLockWatch, outcome});
}

void Campaigner::OnBroken() { Step(LockContact{false}); }

void Campaigner::OnRestored() { Step(StoreRestored{}); }

void Campaigner::Step(const Event& event) {
  for (const Action& action : election_.Step(event, scheduler_->Now())) {
    std::visit([this](const auto& a) { Do(a); }, action);
  }
  Track();
  TrackNode();
  Schedule();
}

void Campaigner::Do(const Publish& action) { audience_->Publish(action.snapshot); }

void Campaigner::Do(const CreateLock& action) {
  const absl::Duration sent = scheduler_->Now().boot;
  create_ = api_->Create(action.lock, [this, sent](kube::WriteAnswer answer) {
    if (answer.outcome.ok()) lock_->Saw(answer.object.metadata().resource_version());
    Step(CreateAnswered{std::move(answer), sent});
  });
}

void Campaigner::Do(const ReadTheLock&) { lock_->Read(); }

void Campaigner::Do(const ReadOwnPod&) { read_own_pod_(); }

void Campaigner::Do(const DeleteLock& action) {
  removal_ = api_->DeleteConfigMap(namespace_name_, lock_name_, action.precondition, [this](kube::WriteAnswer answer) {
    Step(DeleteAnswered{std::move(answer.outcome)});
  });
}

void Campaigner::Do(const ReleaseLock& action) {
  removal_ = api_->AnnotateConfigMap(namespace_name_, lock_name_, action.precondition, kReleasedAnnotation,
                                     action.holder_uid, [this](kube::WriteAnswer answer) {
                                       if (answer.outcome.ok()) lock_->Saw(answer.object.metadata().resource_version());
                                       Step(ReleaseAnswered{std::move(answer)});
                                     });
}

void Campaigner::Do(const ReadNode&) {
  if (node_ != nullptr) node_->Read();
}

void Campaigner::Do(const ReadPod& action) {
  if (const auto tracked = tracked_.find(action.uid); tracked != tracked_.end()) tracked->second->Read();
}

void Campaigner::Do(const DeleteHolder& action) {
  const kube::Precondition precondition{action.holder.uid, ""};
  removal_ = api_->DeletePod(namespace_name_, action.holder.name, precondition, [this](kube::WriteAnswer answer) {
    Step(HolderDeleteAnswered{std::move(answer.outcome)});
  });
}

void Campaigner::Do(const ListCandidates&) {
  candidates_ =
      api_->List({namespace_name_, "", kCandidateLabel},
                 kube::ListCallback<kube::Pod>([this](auto listing) { Step(CandidatesListed{std::move(listing)}); }));
}

void Campaigner::Do(const Warn& action) { audience_->Warn(action.message); }

void Campaigner::Do(const Happened& action) { audience_->Happened(action); }

void Campaigner::Track() {
  std::map<std::string, std::unique_ptr<PodTracker>> wanted;
  for (const PodRef& pod : election_.TrackedPods()) {
    auto tracked = tracked_.find(pod.uid);
    wanted[pod.uid] = tracked != tracked_.end() ? std::move(tracked->second) : std::make_unique<PodTracker>(this, pod);
  }
  for (auto& [uid, tracker] : tracked_) {
    if (tracker == nullptr) continue;
    tracker->Silence();
    untracked_.push_back(std::move(tracker));
  }
  tracked_ = std::move(wanted);
  SweepSoon();
}

void Campaigner::TrackNode() {
  const std::string& wanted = election_.TrackedNode();
  if (wanted == (node_ != nullptr ? node_->name() : "")) return;
  if (node_ != nullptr) {
    node_->Silence();
    untracked_.push_back(std::move(node_));
  }
  if (!wanted.empty()) node_ = std::make_unique<NodeTracker>(this, wanted);
  SweepSoon();
}

void Campaigner::SweepSoon() {
  if (untracked_.empty() || sweep_ != nullptr) return;
  sweep_ = scheduler_->After(absl::ZeroDuration(), [this] {
    sweep_.reset();
    untracked_.clear();
  });
}

void Campaigner::Schedule() {
  const absl::Duration deadline = election_.Deadline();
  if (deadline == tick_at_) return;
  tick_at_ = deadline;
  tick_.reset();
  if (deadline == absl::InfiniteDuration()) return;
  tick_ = scheduler_->After(deadline - scheduler_->Now().boot, [this] {
    tick_at_ = absl::InfiniteDuration();
    Step(Tick{});
  });
}

}  // namespace leadership_broker::election
