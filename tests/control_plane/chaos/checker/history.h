// A history as the recorder wrote it, one JSON object a line, read into what the rules ask about.
//
// The checker knows nothing else: neither the product's code nor the test's.
#ifndef LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_CHECKER_HISTORY_H_
#define LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_CHECKER_HISTORY_H_

#include <cstdint>
#include <istream>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace leadership_broker::chaos {

// Microseconds since the recording began, of one monotone clock.
using Time = int64_t;

// A message that an app has read.
struct Told {
  Time at = 0;
  std::string pod;         // UID
  int broker = 0;          // which process of that pod's broker, from 1 on
  std::string subscriber;  // which of the pod's apps
  int stream = 0;
  std::string state;
  std::string reason;
  std::string lock;    // UID
  std::string leader;  // UID of the pod
  uint64_t token = 0;
  uint64_t revision = 0;

  bool leads() const { return state == "STATE_LEADER"; }
};

struct Owner {
  std::string kind;
  std::string uid;
};

// A change of the lock's ConfigMap in the store.
struct LockChange {
  Time at = 0;
  uint64_t revision = 0;
  bool removed = false;
  std::string uid;
  std::vector<Owner> owners;
  int64_t created_seconds = 0;  // the API server's clock
  bool being_deleted = false;
};

// A change of a Pod in the store.
struct PodChange {
  Time at = 0;
  uint64_t revision = 0;
  bool removed = false;
  std::string uid;
  bool being_deleted = false;
  int64_t deletion_began_seconds = 0;  // the API server's clock
  bool foreground = false;             // the collector is to remove what it owns first
  bool finished = false;               // in a terminal phase
  bool nothing_runs = false;           // … with every container reported as terminated, or never bound to a node
};

// A request to remove the lock, from the API server's audit log.
struct Removal {
  std::string user;
  std::string pod;  // UID that the token was bound to, if any
  int code = 0;
  bool body_read = false;  // else it was refused before that, or had none
  std::string uid;         // preconditions
  std::string resource_version;
  std::string propagation;

  bool succeeded() const { return code / 100 == 2; }
};

struct History {
  std::string candidates;  // the user that the brokers' tokens belong to
  std::vector<Told> told;
  std::vector<LockChange> locks;  // by revision
  std::vector<PodChange> pods;    // by revision
  std::vector<Removal> removals;
  std::map<std::string, int> faults;  // how often each kind was begun
  std::set<std::string> forced;       // UIDs of pods that were deleted with no grace while their containers ran
  std::set<std::string> by_hand;      // UIDs of locks that a person set out to remove
  std::vector<Time> revocations;      // when the tokens of before became void
  std::vector<Time> etcd_faults;      // when the store was killed or frozen: its changes are seen late then
  std::map<std::string, std::set<std::string>> subscribers;  // by pod UID
  std::map<std::string, Time> stopped;                       // when the apps of a pod were stopped
  std::optional<Time> calm;                                  // when the last fault was over
  std::optional<Time> end;
};

// Nullopt, and a sentence in `*error`, when a line is not of this form.
std::optional<History> ReadHistory(std::istream& in, std::string* error);

}  // namespace leadership_broker::chaos

#endif  // LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_CHECKER_HISTORY_H_
