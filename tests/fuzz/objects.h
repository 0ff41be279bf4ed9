// The locks and pods of a script: few enough that they meet, with every flaw that an API server may show.
//
// All are in namespace "ns"; the lock is "lock", this pod "me".
#ifndef LEADERSHIP_BROKER_TESTS_FUZZ_OBJECTS_H_
#define LEADERSHIP_BROKER_TESTS_FUZZ_OBJECTS_H_

#include <optional>
#include <string>

#include "server/kube/api.h"
#include "tests/fuzz/script.h"

namespace leadership_broker::fuzz {

// UIDs are "me-1" and so on: a pod's name, and the how-manieth of that name.
inline constexpr char kSelfName[] = "me";
inline constexpr char kSelfUid[] = "me-1";

// When a script begins, by the wall clock. The objects' times lie around it.
inline absl::Time ScriptBegins() { return absl::FromUnixSeconds(1'700'000'000); }

// A number from 10 on, or one of what is no number of 64 bits.
std::string ReadVersion(Line& line);

// UID, version, owner, and what else may be said of a lock, one letter each:
//   0 to 3   L0 to L3
//   version  0 to 9, a to z
//   owner    0 me, 1 a, 2 b, 3 another pod that is called me, 4 nobody any more (was a), 5 nobody any more (was me),
//            6 nobody, 7 a and me, 8 a Node, 9 me although the annotation says a
//   going    1: it has a deletionTimestamp
//   released 1 by a, 2 by me
//   made     so many seconds after the script began, less 10; 0 says nothing, z the year 1
kube::ConfigMap ReadLockObject(Line& line);

// The same, or that there is none: 0.
std::optional<kube::ConfigMap> ReadOptionalLock(Line& line);

// Which pod, and what may be said of it, one letter each:
//   pod      0 me, 1 a, 2 b, 3 another one that is called me
//   going    1 with a grace period of 30 s, 2 of none; its deletionTimestamp is 30 s after the script began
//   phase    0 Running, 1 Pending, 2 Succeeded, 3 Failed, 4 something new
//   stopped  how much of it has: 0 nothing, 1 its app, 2 all
//   node     0 bound to one, 1 to none
//   stands   0 not by its own word, 1 by label, 2 by annotation
kube::Pod ReadPodObject(Line& line);

// The same, or that there is none: 0.
std::optional<kube::Pod> ReadOptionalPod(Line& line);

// How a request went: 0 well, else one of the failures. Then what is said of waiting and of the server's time.
kube::Outcome ReadOutcome(Line& line, absl::Time now);

}  // namespace leadership_broker::fuzz

#endif  // LEADERSHIP_BROKER_TESTS_FUZZ_OBJECTS_H_
