// The lock's form: how a lock is written, and what a ConfigMap that may be a lock says.
//
// The form is operator-lib's (one ownerReference to the leader's Pod), plus annotations that make it safer: see
// docs/design.md. Pure functions; any thread.
#ifndef LEADERSHIP_BROKER_ELECTION_LOCK_FORM_H_
#define LEADERSHIP_BROKER_ELECTION_LOCK_FORM_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"

#include "server/kube/kube.pb.h"

namespace leadership_broker::election {

inline constexpr char kManagedByLabel[] = "app.kubernetes.io/managed-by";
inline constexpr char kManagedBy[] = "leadership-broker";
inline constexpr char kHolderUidAnnotation[] = "leadership-broker/holder-uid";
inline constexpr char kHolderNameAnnotation[] = "leadership-broker/holder-name";
inline constexpr char kUnverifiedLimitAnnotation[] = "leadership-broker/unverified-limit";
inline constexpr char kReleasedAnnotation[] = "leadership-broker/released";
inline constexpr char kNodeAnnotation[] = "leadership-broker/node";
inline constexpr char kVersionAnnotation[] = "leadership-broker/version";
inline constexpr char kVeleroExcludeLabel[] = "velero.io/exclude-from-backup";

// A pod by name and UID. The UID is its identity (R1); the name is for asking the API server and for people.
struct PodRef {
  std::string name;
  std::string uid;
  std::string node;  // empty when not known
};

// What a ConfigMap under the lock's name says.
struct Lock {
  enum class Form {
    kHeld,       // one owner, a Pod, and holder-uid (if there) agrees: `holder` holds it
    kOwnerless,  // no owner, but our annotations say who held it: `holder` (R13's exception)
    kInvalid,    // anything else; `flaw` says what (R13)
  };
  Form form = Form::kInvalid;
  std::string flaw;
  PodRef holder;
  std::string uid;
  std::string resource_version;
  // resource_version as a number; 0 when it is none of 64 bits (KEP-5504 says that it is one).
  uint64_t version = 0;
  absl::Time creation_time;
  // It has a deletionTimestamp: it is going, and gives nobody leadership any more (R4).
  bool being_deleted = false;
  // The UID of the holder that the lock was marked as released by, or from, before its removal (R8, R16a). Empty when
  // it was not.
  std::string released_by;
  // After how long without a confirmation its holder stops saying that it leads (R9). InfiniteDuration when the lock
  // does not say so.
  absl::Duration unverified_limit = absl::InfiniteDuration();
};

Lock ReadLock(const kube::ConfigMap& config_map);

// The lock is marked as no longer its holder's: that one gave it up, or it is being taken over (R8).
inline bool IsReleased(const Lock& lock) {
  return lock.form == Lock::Form::kHeld && !lock.released_by.empty() && lock.released_by == lock.holder.uid;
}

// A decimal resourceVersion as a number; 0 when it is not one of 64 bits.
uint64_t ParseResourceVersion(const std::string& resource_version);

struct LockTemplate {
  std::string namespace_name;
  std::string name;
  PodRef self;
  // InfiniteDuration for none.
  absl::Duration unverified_limit = absl::InfiniteDuration();
  std::string version;
};

// The ConfigMap that makes `self` the leader once it is created.
kube::ConfigMap MakeLock(const LockTemplate& from);

}  // namespace leadership_broker::election

#endif  // LEADERSHIP_BROKER_ELECTION_LOCK_FORM_H_
