#include "tests/simulation/judge.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "tests/simulation/facts.h"
#include "tests/simulation/limits.h"
#include "tests/simulation/world.h"

namespace leadership_broker::simulation {

using leadership::v1::Leadership;

namespace {

bool Leads(const status::Snapshot& said) { return said.leadership.state() == Leadership::STATE_LEADER; }

}  // namespace

void Judge::Break(const std::string& rule, const std::string& what) {
  if (violation_.has_value()) return;
  violation_ = Violation{rule, what};
}

void Judge::Changed(const Change& change) {
  if (change.lock == nullptr) return;
  Term& term = terms_[change.lock->metadata().uid()];
  if (change.kind == kube::WatchEventKind::kAdded) term.created = change.revision;
  if (!ReadFacts(*change.lock).released) {
    term.released_at.reset();
  } else if (!term.released_at.has_value()) {
    term.released_at = world_->boot();
  }
}

void Judge::TouchedByHand(const kube::ConfigMap& lock) {
  const LockFacts read = ReadFacts(lock);
  touched_.insert(read.uid);
  if (!read.invalid()) robbed_.insert(read.holder_uid);
}

void Judge::Published(const Body& body, const Broker& broker, const status::Snapshot* before) {
  if (restored_) return;
  const status::Snapshot& said = broker.Says();
  const Leadership& now = said.leadership;
  if (before == nullptr) return;
  const Leadership& last = before->leadership;
  if (now.revision() < last.revision()) Break("R15", absl::StrCat(body.uid, " says an older revision than before"));
  if (said.is_loss != (Leads(*before) && !Leads(said))) {
    Break("R4", absl::StrCat(body.uid, " marks as a loss what is none, or does not mark one"));
  }
  if (Leads(said)) JudgeLeader(body, broker, said);
  if (!said.is_loss) return;
  // R9: only these end a leadership.
  const Witness& witness = broker.witness();
  const Witness::Term* const term = witness.TermOf(last.lock().uid());
  const bool may_lose = (term != nullptr && (term->ended() || term->passed_on)) || witness.own_pod_ended() ||
                        witness.namesake() || witness.refusals() >= 2 || world_->boot() >= before->trusted_until;
  if (!may_lose) Break("R9", absl::StrCat(body.uid, " stops leading, and was shown nothing that ends its leadership"));
}

void Judge::JudgeLeader(const Body& body, const Broker& broker, const status::Snapshot& said) {
  const Witness& witness = broker.witness();
  const std::string& lock_uid = said.leadership.lock().uid();
  const Witness::Term* const term = witness.TermOf(lock_uid);
  if (term == nullptr || !term->proven() || term->holders.count(body.uid) == 0) {
    return Break("R2", absl::StrCat(body.uid, " leads under ", lock_uid, ", which nothing has proved to be its own"));
  }
  if (!term->reached) {
    return Break("R16", absl::StrCat(body.uid, " leads before its watch has come to ", lock_uid));
  }
  if (term->ended())
    return Break("R4", absl::StrCat(body.uid, " leads under ", lock_uid, ", which was shown to have ended"));
  if (witness.own_pod_ended()) return Break("R5", absl::StrCat(body.uid, " leads, and was shown that it has ended"));
  if (said.leadership.fencing_token() <= witness.GreatestVersionBeside(lock_uid)) {
    return Break("token", absl::StrCat(body.uid, " leads with token ", said.leadership.fencing_token(),
                                       ", and has seen ", witness.GreatestVersionBeside(lock_uid)));
  }
  if (terms_[lock_uid].told.insert(body.uid).second) {
    ++leaders_;
    if (witness.own_pod_terminating() && witness.Created(lock_uid)) {
      return Break("R5", absl::StrCat(body.uid, " won although it had been shown that it is being deleted"));
    }
  }
  const absl::Duration limit = LimitOf(world_->settings, body.name);
  if (limit == absl::InfiniteDuration()) return;
  if (said.trusted_until > witness.confirmed() + limit || world_->boot() >= said.trusted_until) {
    Break("R9", absl::StrCat(body.uid, " says that it may be trusted for longer than --unverified-limit"));
  }
}

void Judge::Sent(const Body& body, const Broker& broker) {
  if (restored_ || !broker.Leads()) return;
  const Witness::Term* const term = broker.witness().TermOf(broker.Says().leadership.lock().uid());
  if (term != nullptr && term->ended()) {
    Break("R4", absl::StrCat(body.uid, " sends a request before it tells that its lock is lost"));
  }
}

void Judge::CreateSent(const Body& body, const Broker& broker) {
  if (restored_) return;
  const Witness& witness = broker.witness();
  if (!witness.own_pod_read()) Break("R1", absl::StrCat(body.uid, " creates before it has read its own pod"));
  if (witness.own_pod_terminating() || witness.own_pod_ended()) {
    Break("R5", absl::StrCat(body.uid, " creates although it was shown that it is being deleted"));
  }
  if (!witness.candidates_listed()) {
    Break("R16", absl::StrCat(body.uid, " creates before it has asked which candidates are being deleted"));
  }
  if (witness.in_doubt()) {
    Break("R16", absl::StrCat(body.uid, " creates after the loss of its lock, and has not read its own pod since"));
  }
  if (witness.unsettled()) Break("R3", absl::StrCat(body.uid, " creates before a read has settled its last create"));
  if (witness.lock_is_there()) Break("R14", absl::StrCat(body.uid, " creates although it was shown a lock"));
}

void Judge::RemovalSent(const Body& body, const Broker& broker, const kube::Precondition& precondition) {
  if (restored_) return;
  if (precondition.uid.empty() || precondition.resource_version.empty()) {
    Break("R6", absl::StrCat(body.uid, " removes or marks a lock without saying which"));
  }
  const Witness::Term* const term = broker.witness().TermOf(precondition.uid);
  if (term != nullptr && term->invalid) {
    Break("R13", absl::StrCat(body.uid, " touches ", precondition.uid, ", which is no lock"));
  }
}

void Judge::PodRemovalSent(const Body& body, const Broker& broker, const std::string& pod_name,
                           const kube::Precondition& precondition) {
  if (restored_) return;
  if (precondition.uid.empty()) Break("R6", absl::StrCat(body.uid, " deletes pod ", pod_name, ", whatever its UID"));
  if (precondition.uid != body.uid) {
    return JudgeTakeOver(body, broker, broker.witness().newest_lock(), precondition.uid);
  }
  if (world_->settings.step_down_after() <= 0 || !broker.Leads() || broker.witness().own_pod_terminating()) {
    Break("step-down", absl::StrCat(body.uid,
                                    " deletes its own pod, which it may not, since it leads not, is being "
                                    "deleted already, or was not told to"));
  }
}

void Judge::RemovalArrives(const Body& sender, const kube::ConfigMap& lock, const kube::Precondition& precondition) {
  const LockFacts read = ReadFacts(lock);
  const bool hits =
      (precondition.uid.empty() || precondition.uid == read.uid) &&
      (precondition.resource_version.empty() || precondition.resource_version == lock.metadata().resource_version());
  if (restored_ || !hits) return;
  if (read.invalid()) {
    return Break("R13", absl::StrCat(sender.uid, " removes ", read.uid, ", which is no lock"));
  }
  // Whoever had the lock before a hand gave it to this one is a suspect of all, and no reason to leave it.
  const bool own = read.holder_uid == sender.uid && terms_[read.uid].told.count(sender.uid) == 0;
  if (own || Ended(read.holder_uid)) return;
  const std::optional<absl::Duration> released_at = terms_[read.uid].released_at;
  if (released_at.has_value() && world_->boot() >= *released_at + read.limit) {
    ++take_overs_;
    return;
  }
  if (released_at.has_value()) {
    return Break("R8", absl::StrCat(sender.uid, " removes ", read.uid, " while an app of ", read.holder_uid,
                                    " may still believe that it leads"));
  }
  Break(precondition.uid.empty() ? "R6" : "R7",
        absl::StrCat(sender.uid, " removes ", read.uid, ", whose holder ", read.holder_uid, " has not ended"));
}

bool Judge::Ended(const std::string& pod_uid) const {
  const Body* const body = world_->BodyOf(pod_uid);
  const PodPtr object = world_->store.PodOf(pod_uid);
  if (object == nullptr) return true;
  return body != nullptr && HasFinished(*object) && !body->app_runs && !body->sidecar_wanted;
}

void Judge::Heard(const Body& body, const status::Snapshot* before, const status::Snapshot& now) {
  if (restored_ || !Leads(now)) return;
  if (before != nullptr && Leads(*before) && before->leadership.lock().uid() != now.leadership.lock().uid()) {
    Break("R4",
          absl::StrCat("an app of ", body.uid, " hears of a new term, and never heard that it lost the one before"));
  }
  JudgeOverlaps(body);
}

void Judge::JudgeOverlaps(const Body& body) {
  const Belief* const mine = body.belief();
  if (mine == nullptr) return;
  for (const auto& other : world_->bodies) {
    const Belief* const theirs = other->belief();
    if (other.get() == &body || theirs == nullptr) continue;
    const bool mine_is_later = terms_[mine->lock_uid].created > terms_[theirs->lock_uid].created ||
                               (mine->lock_uid == theirs->lock_uid && mine->token > theirs->token);
    const Body& earlier = mine_is_later ? *other : body;
    const Body& later = mine_is_later ? body : *other;
    const Belief& old = mine_is_later ? *theirs : *mine;
    const Belief& young = mine_is_later ? *mine : *theirs;
    const std::string both = absl::StrCat(earlier.uid, " (", old.lock_uid, ", token ", old.token, ") and ", later.uid,
                                          " (", young.lock_uid, ", token ", young.token, ") believe that they lead");
    if (old.token >= young.token) return Break("token", absl::StrCat(both, ", and the later has no greater token"));
    if (!IsExcused(earlier, old.lock_uid, later)) return Break("two leaders", both);
    ++excused_;
  }
}

// docs/correctness.md names these, and no others.
bool Judge::IsExcused(const Body& earlier, const std::string& lock_uid, const Body& later) const {
  // A forced deletion, while its containers went on.
  if (earlier.object_gone_while_app_ran) return true;
  // Whoever knew the holder has to wait for its end, whatever became of its lock.
  if (later.broker != nullptr && later.broker->witness().KnewHolder(lock_uid, earlier.uid)) return false;
  if (touched_.count(lock_uid) > 0) return true;
  const PodPtr object = earlier.Object();
  if (object == nullptr || !object->metadata().has_deletion_timestamp()) return false;
  const absl::Time gone_by = absl::FromUnixSeconds(object->metadata().deletion_timestamp().seconds());
  return !earlier.labelled || world_->now >= gone_by + absl::Seconds(10);
}

void Judge::Look() {
  if (restored_ || violation_.has_value()) return;
  for (const auto& body : world_->bodies) {
    if (body->broker == nullptr || body->broker->paused()) continue;
    const Broker& broker = *body->broker;
    const Leadership& said = broker.Says().leadership;
    if (broker.witness().own_pod_ended() && said.state() != Leadership::STATE_INELIGIBLE) {
      Break("R5", absl::StrCat(body->uid, " was shown that its pod has ended, and says ",
                               Leadership::State_Name(said.state())));
    }
    const Witness::Term* const term = broker.witness().TermOf(said.lock().uid());
    if (broker.Leads() && broker.witness().refused()) {
      Break("R9", absl::StrCat(body->uid, " leads, and its token was refused for good"));
    }
    if (broker.Leads() && (term == nullptr || term->ended())) {
      Break("R4", absl::StrCat(body->uid, " was shown the end of its lock, and still says that it leads"));
    }
  }
}

}  // namespace leadership_broker::simulation
