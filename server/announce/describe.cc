#include "server/announce/describe.h"

#include "absl/strings/str_cat.h"

namespace leadership_broker::announce {

std::string Describe(const election::Happened& happened, const std::string& lock_name) {
  using Kind = election::Happened::Kind;
  const std::string pod = absl::StrCat("Pod ", happened.pod.name, " (", happened.pod.uid, ")");
  switch (happened.kind) {
    case Kind::kOrphanedLockRemoved:
      return absl::StrCat("Removed the lock of ", pod, ", which is gone, since the garbage collector had not");
    case Kind::kEndedLeaderCleared:
      return absl::StrCat("Removed the lock of ", pod, ", which has ended and cannot run again");
    case Kind::kReleasedLockRemoved:
      return absl::StrCat("Removed the lock of ", pod, ", which was marked as released");
    case Kind::kUnreachableLeaderDeleted:
      return absl::StrCat("Deleted ", pod, ", which leads on lock ", lock_name, ", since its node cannot be reached");
    case Kind::kSteppedDown:
      return absl::StrCat("Deleted this pod: ", happened.why);
  }
  return "";
}

}  // namespace leadership_broker::announce
