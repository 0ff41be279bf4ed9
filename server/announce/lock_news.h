// What of one lock's story is news: what is told of it, and what was done to it, become happenings. Only what concerns
// this pod: who comes to lead says so, and not everybody who sees it.
//
// Pure; any one thread.
#ifndef LEADERSHIP_BROKER_ANNOUNCE_LOCK_NEWS_H_
#define LEADERSHIP_BROKER_ANNOUNCE_LOCK_NEWS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

#include "leadership/v1/leadership.pb.h"
#include "server/announce/happening.h"
#include "server/election/event.h"

namespace leadership_broker::announce {

class LockNews {
 public:
  // What has come of the snapshot that was told at this time.
  std::vector<Happening> Told(const leadership::v1::Leadership& told, absl::Time at);

  // The reason that was told last, unless nothing but the start has been told.
  leadership::v1::Leadership::Reason trouble() const { return trouble_; }

  // What there is to say of something that was done. After the first snapshot only.
  std::vector<Happening> Of(const election::Happened& happened, absl::Time at) const;

 private:
  enum class Term { kNone, kLeads, kUnverified };

  void FollowTerm();
  void FollowTrouble();
  void Begin();
  void End();

  // Adds one about the lock, as it was told last or, in a term, as it was then; and one about this pod.
  void AddOfLock(const char* reason, const char* action, bool is_warning, std::string note);
  void AddOfPod(const char* reason, const char* action, bool is_warning, std::string note);
  kube::ObjectReference Lock() const;

  leadership::v1::Leadership told_;
  absl::Time at_;
  std::vector<Happening> news_;

  // The lock that was there when this broker first looked; empty: none.
  std::optional<std::string> first_lock_;
  Term term_ = Term::kNone;
  leadership::v1::Lock term_lock_;
  leadership::v1::Leadership::Reason trouble_ = leadership::v1::Leadership::REASON_UNSPECIFIED;
};

}  // namespace leadership_broker::announce

#endif  // LEADERSHIP_BROKER_ANNOUNCE_LOCK_NEWS_H_
