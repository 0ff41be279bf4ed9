#include "tests/control_plane/chaos/pod_slot.h"

#include <utility>

#include "absl/time/clock.h"

namespace leadership_broker::chaos {
namespace {

using leadership::v1::Leadership;

constexpr absl::Duration kTick = absl::Milliseconds(20);
// Between two faults of one pod. A leader's life is the harder, since it is what all is about; a standby has to be
// there for longer than --orphan-grace.
constexpr absl::Duration kMostPeace = absl::Seconds(8);
constexpr absl::Duration kMostPeaceOfLeaders = absl::Seconds(2);

}  // namespace

std::vector<std::pair<std::string, int>> PodFaults() {
  return {{"broker killed", 3},
          {"broker frozen", 3},
          {"connections cut", 3},
          {"connections refused", 2},
          {"network half-open", 2},
          {"requests held", 2},
          {"answers held", 2},
          {"network slow", 2},
          {"token replaced", 1},
          {"pod deleted", 3},
          {"pod deleted foreground", 3},
          {"pod deleted orphaning", 1},
          {"pod forced", 2},
          {"pod evicted", 2},
          {"pod failed", 2}};
}

PodSlot::PodSlot(const Place& place, std::string name, std::string node, std::string logs, Choices choices,
                 Deck* faults, Course* course, Recorder* recorder)
    : kubelet_(place, std::move(name), std::move(node)),
      place_(place),
      logs_(std::move(logs)),
      choices_(choices),
      faults_(faults),
      course_(course),
      recorder_(recorder),
      thread_(&PodSlot::Run, this) {}

PodSlot::~PodSlot() {
  stop_ = true;
  thread_.join();
}

std::vector<Leadership> PodSlot::Latest() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return body_ == nullptr ? std::vector<Leadership>() : body_->Latest();
}

bool PodSlot::AnyLeftoverLeads() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const Leftover& leftover : leftovers_) {
    for (const Leadership& told : leftover.body->Latest()) {
      if (told.state() == Leadership::STATE_LEADER) return true;
    }
  }
  return false;
}

void PodSlot::Run() {
  while (!course_->calm || body_ == nullptr) {
    if (body_ == nullptr) MakePod();
    if (!course_->calm) Live();
  }
  Heal();
  healthy_ = true;
  while (!stop_) Pass(kTick);
  // The processes go with the thread that made them.
  const std::lock_guard<std::mutex> lock(mutex_);
  body_.reset();
  leftovers_.clear();
}

void PodSlot::MakePod() {
  token_epoch_ = course_->token_epoch;
  const std::string uid = kubelet_.Create();
  const std::optional<std::string> token = kubelet_.IssueToken(uid);
  if (!token.has_value()) return;
  auto body = std::make_unique<PodBody>(place_, kubelet_.name(), uid, *token, logs_, recorder_);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    body_ = std::move(body);
  }
  kubelet_.ReportRunning(uid);
}

void PodSlot::Live() {
  while (!course_->calm) {
    const absl::Duration most = body_->Leads() ? kMostPeaceOfLeaders : kMostPeace;
    Pass(choices_.Between(absl::Milliseconds(50), most));
    if (course_->calm || !Harm(faults_->Draw())) return;
  }
}

bool PodSlot::Harm(const std::string& fault) {
  if (HarmBroker(fault)) return true;
  const nlohmann::json which = {{"pod", body_->uid()}, {"name", kubelet_.name()}, {"leads", body_->Leads()}};
  recorder_->Fault(fault, which);
  if (fault == "pod forced") {
    DeleteByForce();
  } else if (fault == "pod failed") {
    Fail();
  } else {
    if (fault == "pod evicted") {
      kubelet_.Evict(body_->uid());
    } else if (fault == "pod deleted foreground") {
      kubelet_.Delete(body_->uid(), {{"propagationPolicy", "Foreground"}});
    } else if (fault == "pod deleted orphaning") {
      kubelet_.Delete(body_->uid(), {{"propagationPolicy", "Orphan"}});
    } else {
      kubelet_.Delete(body_->uid(), nlohmann::json::object());
    }
    Terminate();
  }
  return false;
}

bool PodSlot::HarmBroker(const std::string& fault) {
  PodBody* const body = body_.get();
  const auto begin = [&] { recorder_->Fault(fault, {{"pod", body->uid()}, {"leads", body->Leads()}}); };
  Network network;
  if (fault == "broker killed" || fault == "broker frozen") {
    begin();
    fault == "broker killed" ? body->KillBroker() : body->FreezeBroker();
    body->agenda().In(choices_.Between(absl::Milliseconds(50), absl::Seconds(5)), [body] { body->MendBroker(); });
    return true;
  }
  if (fault == "token replaced") {
    begin();
    RenewToken();
    return true;
  }
  if (fault == "connections cut") {
    begin();
    body->network().Cut();
    return true;
  }
  if (fault == "connections refused") {
    body->network().Cut();
    network.refuse = true;
  } else if (fault == "network half-open") {
    network.hold_requests = network.hold_answers = true;
  } else if (fault == "requests held") {
    network.hold_requests = true;
  } else if (fault == "answers held") {
    network.hold_answers = true;
  } else if (fault == "network slow") {
    network.latency = choices_.Between(absl::Milliseconds(20), absl::Milliseconds(800));
    network.bytes_per_second = 2000 + choices_.Below(20000);
  } else {
    return false;
  }
  begin();
  HarmNetwork(fault, network);
  return true;
}

void PodSlot::HarmNetwork(const std::string& fault, const Network& network) {
  PodBody* const body = body_.get();
  body->network().Set(network);
  // Some outlast the broker's patience with a request, 15 s.
  const absl::Duration most = fault == "network slow" || choices_.Coin() ? absl::Seconds(6) : absl::Seconds(20);
  const bool breaks = choices_.Coin();
  body->agenda().In(choices_.Between(absl::Milliseconds(200), most), [body, breaks] {
    if (breaks) body->network().Cut();
    body->network().Set(Network());
  });
}

void PodSlot::Terminate() {
  const std::string uid = body_->uid();
  Pass(choices_.Between(absl::ZeroDuration(), absl::Seconds(3)));
  StopBody();
  if (choices_.Coin()) kubelet_.ReportFailed(uid, /*terminated=*/true);
  Pass(choices_.Between(absl::ZeroDuration(), absl::Milliseconds(500)));
  kubelet_.Delete(uid, {{"gracePeriodSeconds", 0}});
  // A finalizer waits for the collector.
  while (!kubelet_.IsGone(uid)) Pass(absl::Milliseconds(100));
}

void PodSlot::Fail() {
  const std::string uid = body_->uid();
  if (choices_.Coin()) {
    kubelet_.ReportFailed(uid, /*terminated=*/false);
    Pass(choices_.Between(absl::ZeroDuration(), absl::Seconds(2)));
  }
  StopBody();
  kubelet_.ReportFailed(uid, /*terminated=*/true);
  Pass(choices_.Between(absl::ZeroDuration(), absl::Seconds(3)));
  kubelet_.Delete(uid, {{"gracePeriodSeconds", 0}});
  while (!kubelet_.IsGone(uid)) Pass(absl::Milliseconds(100));
}

void PodSlot::DeleteByForce() {
  const std::string uid = body_->uid();
  kubelet_.Delete(uid, {{"gracePeriodSeconds", 0}});
  const absl::Time stop_at = absl::Now() + choices_.Between(absl::ZeroDuration(), absl::Seconds(8));
  const std::lock_guard<std::mutex> lock(mutex_);
  leftovers_.push_back({std::move(body_), stop_at});
}

void PodSlot::StopBody() {
  body_->Stop();
  const std::lock_guard<std::mutex> lock(mutex_);
  body_.reset();
}

void PodSlot::RenewToken() {
  token_epoch_ = course_->token_epoch;
  const std::optional<std::string> token = kubelet_.IssueToken(body_->uid());
  if (token.has_value()) body_->ReplaceToken(*token);
}

void PodSlot::Heal() {
  for (Leftover& leftover : leftovers_) leftover.body->agenda().DoAll();
  body_->agenda().DoAll();
  body_->MendBroker();
  if (token_epoch_ != course_->token_epoch) RenewToken();
}

void PodSlot::Tick() {
  if (body_ != nullptr) {
    body_->agenda().DoWhatIsDue();
    if (token_epoch_ != course_->token_epoch) {
      token_epoch_ = course_->token_epoch;
      body_->agenda().In(choices_.Between(absl::Milliseconds(200), absl::Seconds(6)), [this] { RenewToken(); });
    }
  }
  for (size_t i = 0; i < leftovers_.size(); ++i) {
    leftovers_[i].body->agenda().DoWhatIsDue();
    // What is left over when the calm comes has to hear by itself that it does not lead.
    if (leftovers_[i].stop_at > absl::Now() || course_->calm) continue;
    leftovers_[i].body->Stop();
    const std::lock_guard<std::mutex> lock(mutex_);
    leftovers_.erase(leftovers_.begin() + static_cast<std::ptrdiff_t>(i--));
  }
}

void PodSlot::Pass(absl::Duration duration) {
  const absl::Time end = absl::Now() + duration;
  do {
    Tick();
    absl::SleepFor(std::min(kTick, end - absl::Now()));
  } while (absl::Now() < end);
}

}  // namespace leadership_broker::chaos
