#include "tests/control_plane/chaos/pod_body.h"

#include <signal.h>

#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"

namespace leadership_broker::chaos {
namespace {

using leadership::v1::Leadership;

constexpr absl::Duration kSlowness = absl::Seconds(1);
// As long as a kubelet would give it.
constexpr absl::Duration kBrokerGrace = absl::Seconds(5);

int PortOf(const std::string& url) { return std::atoi(url.substr(url.rfind(':') + 1).c_str()); }

}  // namespace

PodBody::PodBody(const Place& place, std::string name, std::string uid, const std::string& token,
                 const std::string& logs, Recorder* recorder)
    : place_(place),
      name_(std::move(name)),
      uid_(std::move(uid)),
      log_file_(absl::StrCat(logs, "/", name_, "-", uid_, ".log")),
      recorder_(recorder),
      network_(PortOf(place.url)),
      fast_(uid_, "fast", absl::ZeroDuration(), recorder),
      slow_(uid_, "slow", kSlowness, recorder) {
  testing::WriteTextFile(scratch_.File("ca.crt"), testing::ReadTextFile(place.ca_file));
  testing::WriteTextFile(scratch_.File("namespace"), place.namespace_name);
  ReplaceToken(token);
  recorder_->Note("apps started", {{"pod", uid_}, {"name", name_}, {"subscribers", {"fast", "slow"}}});
  StartBroker();
}

void PodBody::ReplaceToken(const std::string& token) { testing::WriteTextFile(scratch_.File("token"), token); }

void PodBody::StartBroker() {
  const BrokerInstance instance = {++brokers_, absl::StrCat("unix:", scratch_.File("socket-"), brokers_)};
  std::vector<std::string> environment = testing::Environment({"KUBE", "POD_", "LEADERSHIP_BROKER_"});
  for (const std::string& variable :
       {std::string("KUBERNETES_SERVICE_HOST=127.0.0.1"), absl::StrCat("KUBERNETES_SERVICE_PORT=", network_.port()),
        absl::StrCat("POD_NAME=", name_), absl::StrCat("POD_UID=", uid_)}) {
    environment.push_back(variable);
  }
  frozen_ = false;
  recorder_->Note("broker started", {{"pod", uid_}, {"broker", instance.number}});
  broker_ = std::make_unique<testing::ChildProcess>(
      std::vector<std::string>{place_.broker, "--lock=" + place_.lock, "--service-account-dir=" + scratch_.path(),
                               "--http-listen=none", "--log-level=debug", "--listen=" + instance.address},
      environment, log_file_);
  fast_.SetBroker(instance);
  slow_.SetBroker(instance);
}

void PodBody::MendBroker() {
  if (broker_ == nullptr) {
    StartBroker();
  } else if (std::exchange(frozen_, false)) {
    recorder_->Note("broker thawed", {{"pod", uid_}});
    broker_->Signal(SIGCONT);
  } else if (const auto code = broker_->Wait(absl::ZeroDuration())) {
    recorder_->Note("broker ended", {{"pod", uid_}, {"exit_code", *code}});
    StartBroker();
  }
}

void PodBody::KillBroker() {
  recorder_->Note("broker killed", {{"pod", uid_}});
  broker_.reset();
}

void PodBody::FreezeBroker() {
  if (broker_ == nullptr) return;
  broker_->Signal(SIGSTOP);
  frozen_ = true;
}

void PodBody::Stop() {
  agenda_ = Agenda();
  fast_.Stop();
  slow_.Stop();
  recorder_->Note("apps stopped", {{"pod", uid_}});
  if (broker_ != nullptr && !frozen_) {
    broker_->Signal(SIGTERM);
    broker_->Wait(kBrokerGrace);
  }
  broker_.reset();
}

std::vector<Leadership> PodBody::Latest() const { return {fast_.Latest(), slow_.Latest()}; }

bool PodBody::Leads() const { return fast_.Latest().state() == Leadership::STATE_LEADER; }

}  // namespace leadership_broker::chaos
