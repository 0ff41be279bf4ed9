#include "server/rpc/lock_directory.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "server/config/names.h"
#include "server/config/plain_text.h"

namespace leadership_broker::rpc {
namespace {

// More than any right one has.
constexpr size_t kMostOfABadName = 300;

std::string Names(const status::NamedHubs& entries) {
  return absl::StrJoin(entries, ", ",
                       [](std::string* out, const status::NamedHub& entry) { absl::StrAppend(out, entry.name); });
}

}  // namespace

LockDirectory::LockDirectory(std::string namespace_name, status::NamedHubs entries)
    : namespace_name_(std::move(namespace_name)), entries_(std::move(entries)) {}

absl::Status LockDirectory::CheckCaller(const std::string& pod_uid) const {
  if (closed_) return ShuttingDown();
  if (pod_uid.empty()) return absl::OkStatus();
  // Each snapshot says who we are, as far as that is known by then.
  const status::SnapshotPtr latest = entries_.front().hub->Latest();
  if (latest == nullptr) return absl::OkStatus();
  const leadership::v1::Pod& self = latest->leadership.self();
  if (self.uid().empty() || self.uid() == pod_uid) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("the call is from the pod with UID ", pod_uid,
                                                    ", but this is the broker of pod ", self.name(), " with UID ",
                                                    self.uid(), ": connect to the broker in the caller's own pod"));
}

absl::StatusOr<const status::NamedHub*> LockDirectory::Find(const std::string& name, const std::string& pod_uid) const {
  if (absl::Status status = CheckCaller(pod_uid); !status.ok()) return status;
  if (name.empty()) {
    if (entries_.size() == 1) return &entries_.front();
    return absl::InvalidArgumentError(absl::StrCat("name a lock: this broker stands for several: ", Names(entries_)));
  }
  if (!config::IsDns1123Subdomain(name)) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", config::ToPlainText(config::Shortened(name, kMostOfABadName)),
                     "\" is no name for a lock, being no DNS-1123 subdomain: ", config::kDns1123SubdomainRule));
  }
  for (const status::NamedHub& entry : entries_) {
    if (entry.name == name) return &entry;
  }
  return absl::NotFoundError(absl::StrCat("no lock \"", name, "\" here: this broker stands for ", Names(entries_)));
}

std::vector<leadership::v1::Lock> LockDirectory::List() const {
  std::vector<leadership::v1::Lock> locks;
  for (const status::NamedHub& entry : entries_) {
    leadership::v1::Lock& lock = locks.emplace_back();
    if (const status::SnapshotPtr latest = entry.hub->Latest(); latest != nullptr) lock = latest->leadership.lock();
    lock.set_namespace_(namespace_name_);
    lock.set_name(entry.name);
  }
  return locks;
}

void LockDirectory::Close() {
  closed_ = true;
  for (const status::NamedHub& entry : entries_) entry.hub->Close();
}

absl::Status ShuttingDown() { return absl::UnavailableError("the broker is shutting down"); }

}  // namespace leadership_broker::rpc
