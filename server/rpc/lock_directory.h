// The locks this broker stands for, by name, and who may ask for them.
#ifndef LEADERSHIP_BROKER_RPC_LOCK_DIRECTORY_H_
#define LEADERSHIP_BROKER_RPC_LOCK_DIRECTORY_H_

#include <atomic>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "leadership/v1/leadership.pb.h"
#include "server/status/named_hub.h"

namespace leadership_broker::rpc {

// Any thread. The errors are those that the API documents for every call.
class LockDirectory {
 public:
  // `entries` in the order of --lock; at least one.
  LockDirectory(std::string namespace_name, status::NamedHubs entries);

  // UNAVAILABLE after Close. FAILED_PRECONDITION when `pod_uid` is given, this pod's UID is known, and they differ: on
  // a node's own network the caller may have found a neighbour's broker.
  absl::Status CheckCaller(const std::string& pod_uid) const;

  // CheckCaller, then the lock; the only one when `name` is empty. INVALID_ARGUMENT, NOT_FOUND. Never null.
  absl::StatusOr<const status::NamedHub*> Find(const std::string& name, const std::string& pod_uid) const;

  // In the order of --lock.
  const status::NamedHubs& entries() const { return entries_; }

  // Every lock as last seen, in the order of --lock.
  std::vector<leadership::v1::Lock> List() const;

  // The broker shuts down: closes every hub, and answers UNAVAILABLE from now on.
  void Close();

 private:
  const std::string namespace_name_;
  const status::NamedHubs entries_;
  std::atomic<bool> closed_{false};
};

// What is told to callers who come while the broker shuts down.
absl::Status ShuttingDown();

}  // namespace leadership_broker::rpc

#endif  // LEADERSHIP_BROKER_RPC_LOCK_DIRECTORY_H_
