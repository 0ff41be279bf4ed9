#include "tests/fake_kube_apiserver/faults.h"

#include <algorithm>
#include <utility>

namespace leadership_broker::testing::fake {
namespace {

bool Fits(const std::string& pattern, const std::string& value) { return pattern.empty() || pattern == value; }

bool IsOnStreams(FaultAction action) { return action == FaultAction::kFreeze || action == FaultAction::kLag; }

}  // namespace

bool Target::Fits(const RequestFacts& facts) const {
  return fake::Fits(verb, facts.verb) && fake::Fits(resource, facts.resource) &&
         fake::Fits(namespace_name, facts.namespace_name) && fake::Fits(name, facts.name) && fake::Fits(pod, facts.pod);
}

int Faults::Add(Fault fault) {
  int number = 0;
  {
    const std::lock_guard<std::mutex> lock(mu_);
    number = next_++;
    faults_.emplace(number, std::move(fault));
  }
  on_change_();
  return number;
}

void Faults::Remove(int number) {
  {
    const std::lock_guard<std::mutex> lock(mu_);
    faults_.erase(number);
  }
  on_change_();
}

void Faults::Clear() {
  {
    const std::lock_guard<std::mutex> lock(mu_);
    faults_.clear();
  }
  on_change_();
}

std::map<int, Fault> Faults::All() const {
  const std::lock_guard<std::mutex> lock(mu_);
  return faults_;
}

std::optional<Fault> Faults::Take(const RequestFacts& facts) {
  const std::lock_guard<std::mutex> lock(mu_);
  for (auto& [number, fault] : faults_) {
    if (IsOnStreams(fault.action) || fault.count == 0 || !fault.target.Fits(facts)) continue;
    if (fault.action == FaultAction::kStreamError && facts.verb != "watch") continue;
    if (fault.count > 0) --fault.count;
    return fault;
  }
  return std::nullopt;
}

Faults::Hold Faults::OnStream(const RequestFacts& facts) const {
  const std::lock_guard<std::mutex> lock(mu_);
  Hold hold;
  for (const auto& [number, fault] : faults_) {
    if (!fault.target.Fits(facts)) continue;
    if (fault.action == FaultAction::kFreeze) hold.frozen = true;
    if (fault.action == FaultAction::kLag) hold.lag = std::max(hold.lag, fault.delay);
  }
  return hold;
}

}  // namespace leadership_broker::testing::fake
