#include "server/announce/lock_news.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "server/announce/describe.h"

namespace leadership_broker::announce {
namespace {

using leadership::v1::Leadership;
using Kind = election::Happened::Kind;

constexpr char kAcquire[] = "AcquireLock";
constexpr char kLose[] = "LoseLock";
constexpr char kVerify[] = "VerifyLock";
constexpr char kRemove[] = "RemoveLock";
constexpr char kDelete[] = "DeletePod";
constexpr char kStand[] = "Stand";

kube::ObjectReference Reference(const char* kind, const std::string& namespace_name, const std::string& name,
                                const std::string& uid) {
  kube::ObjectReference reference;
  reference.set_api_version("v1");
  reference.set_kind(kind);
  reference.set_namespace_(namespace_name);
  reference.set_name(name);
  reference.set_uid(uid);
  return reference;
}

kube::ObjectReference LockReference(const leadership::v1::Lock& lock) {
  kube::ObjectReference reference = Reference("ConfigMap", lock.namespace_(), lock.name(), lock.uid());
  reference.set_resource_version(lock.resource_version());
  return reference;
}

kube::ObjectReference SelfReference(const Leadership& told) {
  return Reference("Pod", told.lock().namespace_(), told.self().name(), told.self().uid());
}

std::string Name(const std::string& name, const std::string& uid) { return absl::StrCat("Pod ", name, " (", uid, ")"); }

}  // namespace

std::vector<Happening> LockNews::Told(const Leadership& told, absl::Time at) {
  told_ = told;
  at_ = at;
  news_.clear();
  if (told_.reason() == Leadership::REASON_STARTING) return {};
  if (!first_lock_.has_value()) first_lock_ = told_.lock().uid();
  FollowTerm();
  FollowTrouble();
  return std::move(news_);
}

void LockNews::FollowTerm() {
  const bool same = told_.lock().uid() == term_lock_.uid();
  switch (told_.state()) {
    case Leadership::STATE_LEADER:
      if (term_ == Term::kNone || !same) return Begin();
      if (term_ == Term::kUnverified) {
        AddOfLock("LeadershipVerified", kVerify, false, "The API server has confirmed the lock, and its pod leads on");
        AddOfPod(
            "LeadershipVerified", kVerify, false,
            absl::StrCat("The API server has confirmed the lock ", told_.lock().name(), ", and this pod leads on"));
      }
      term_ = Term::kLeads;
      return;
    case Leadership::STATE_INELIGIBLE:
      // That a leader's pod has ended is the ordinary end of a term.
      term_ = Term::kNone;
      return;
    case Leadership::STATE_UNKNOWN:
      if (term_ == Term::kNone) return;
      if (told_.reason() == Leadership::REASON_UNAUTHORIZED) {
        // The pod is gone, and nothing can be said in its name.
        term_ = Term::kNone;
      } else if (told_.reason() == Leadership::REASON_LOCK_INVALID || !same) {
        End();
      } else if (term_ == Term::kLeads) {
        term_ = Term::kUnverified;
        AddOfLock("LeadershipUnverified", kVerify, true, told_.message());
        AddOfPod("LeadershipUnverified", kVerify, true,
                 absl::StrCat("Lock ", told_.lock().name(), ": ", told_.message()));
      }
      return;
    default:
      if (term_ != Term::kNone) End();
  }
}

void LockNews::Begin() {
  term_ = Term::kLeads;
  term_lock_ = told_.lock();
  const std::string& name = told_.lock().name();
  const bool adopted = told_.reason() == Leadership::REASON_ADOPTED || *first_lock_ == told_.lock().uid();
  if (adopted) {
    // Nothing has changed but for the broker.
    return AddOfPod("LeadershipAdopted", kAcquire, false,
                    absl::StrCat("The broker has started and found that this pod leads on lock ", name));
  }
  AddOfLock("LeaderElected", kAcquire, false,
            absl::StrCat(Name(told_.self().name(), told_.self().uid()), " leads, with fencing token ",
                         told_.fencing_token()));
  AddOfPod("LeaderElected", kAcquire, false, absl::StrCat("This pod leads on lock ", name));
}

void LockNews::End() {
  AddOfLock("LeadershipLost", kLose, true,
            absl::StrCat(Name(told_.self().name(), told_.self().uid()), " leads no more: ", told_.message()));
  AddOfPod("LeadershipLost", kLose, true,
           absl::StrCat("This pod leads no more on lock ", told_.lock().name(), ": ", told_.message()));
  term_ = Term::kNone;
}

void LockNews::FollowTrouble() {
  const Leadership::Reason before = std::exchange(trouble_, told_.reason());
  if (before == trouble_) return;
  const std::string of_lock = absl::StrCat("Lock ", told_.lock().name(), ": ", told_.message());
  switch (trouble_) {
    case Leadership::REASON_LOCK_INVALID:
      AddOfLock("LockInvalid", kStand, true, told_.message());
      news_.back().is_shared = true;
      return;
    case Leadership::REASON_REJECTED:
      return AddOfPod("LockRejected", kStand, true, of_lock);
    case Leadership::REASON_FORBIDDEN:
      AddOfPod("Forbidden", kStand, true, of_lock);
      news_.back().may_pass = true;
      return;
    default:
      return;
  }
}

kube::ObjectReference LockNews::Lock() const { return LockReference(term_ == Term::kNone ? told_.lock() : term_lock_); }

void LockNews::AddOfLock(const char* reason, const char* action, bool is_warning, std::string note) {
  news_.push_back({reason, action, is_warning, std::move(note), Lock(), SelfReference(told_), at_});
}

void LockNews::AddOfPod(const char* reason, const char* action, bool is_warning, std::string note) {
  news_.push_back({reason, action, is_warning, std::move(note), SelfReference(told_), Lock(), at_});
}

std::vector<Happening> LockNews::Of(const election::Happened& happened, absl::Time at) const {
  const kube::ObjectReference self = SelfReference(told_);
  kube::ObjectReference lock = LockReference(told_.lock());
  lock.set_uid(happened.lock.uid);
  lock.set_resource_version(happened.lock.resource_version);
  const std::string note = Describe(happened, told_.lock().name());
  switch (happened.kind) {
    case Kind::kOrphanedLockRemoved:
      return {{"OrphanedLockRemoved", kRemove, false, note, lock, self, at}};
    case Kind::kEndedLeaderCleared:
      return {{"EndedLeaderCleared", kRemove, false, note, lock, self, at}};
    case Kind::kReleasedLockRemoved:
      return {{"ReleasedLockRemoved", kRemove, false, note, lock, self, at}};
    case Kind::kUnreachableLeaderDeleted:
      return {{"UnreachableLeaderDeleted", kDelete, true, note, lock, self, at},
              {"UnreachableLeaderDeleted", kDelete, true, note,
               Reference("Pod", lock.namespace_(), happened.pod.name, happened.pod.uid), self, at}};
    case Kind::kSteppedDown:
      return {{"SteppedDown", kDelete, false, note, self, LockReference(told_.lock()), at}};
  }
  return {};
}

}  // namespace leadership_broker::announce
