#include "tests/simulation/witness.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"

#include "tests/simulation/facts.h"

namespace leadership_broker::simulation {

void Witness::Note(const kube::ConfigMap& lock, uint64_t proven_at) {
  const LockFacts read = ReadFacts(lock);
  Term& term = terms_[read.uid];
  // An answer from before what it had been shown is no word of who had the lock in between (R16a): the watch's is.
  const bool late_answer = proven_at != 0 && proven_at < newest_;
  if (read.held && (read.holder_uid == pod_uid_ || !late_answer)) term.holders.insert(read.holder_uid);
  NoteNamesake(read.holder_name, read.holder_uid);
  // R8: a mark ends it as a removal does.
  const bool mine = read.held && read.holder_uid == pod_uid_ && !read.being_deleted && !read.released;
  if (mine && proven_at > term.proven_at) {
    term.proven_at = proven_at;
    term.lost_by_watch = false;
  }
  if (!mine) End(term, read.version);
  if (read.version < term.version) return;
  term.version = read.version;
  term.limit = read.limit;
  term.invalid = read.invalid();
}

// Whatever other lock there was before `revision` is there no more.
void Witness::EndOthers(const std::string& but, uint64_t revision) {
  for (auto& [uid, term] : terms_) {
    if (uid != but && term.version <= revision) End(term, revision);
  }
}

void Witness::End(Term& term, uint64_t revision) {
  const bool held = term.proven() && !term.ended() && !term.lost_by_watch;
  term.ended_at = std::max(term.ended_at, revision);
  if (held && term.ended()) in_doubt_since_ = LastSentBeforeNow() + 1;
}

void Witness::Reach(uint64_t revision, const std::string& lock_uid) {
  if (revision < newest_) return;
  newest_ = revision;
  newest_lock_ = lock_uid;
}

void Witness::ShownRead(uint64_t id, const LockPtr& lock, uint64_t revision, absl::Duration executed) {
  if (id > unsettled_since_) unsettled_since_ = 0;
  lock_read_ = std::max(lock_read_, SentAt(id));
  EndOthers(lock == nullptr ? "" : lock->metadata().uid(), revision);
  if (lock != nullptr) {
    Note(*lock, revision);
    terms_[lock->metadata().uid()].reached = true;
    const LockFacts read = ReadFacts(*lock);
    if (read.held && read.holder_uid == pod_uid_ && !read.released) confirmed_ = std::max(confirmed_, executed);
  }
  Reach(revision, lock == nullptr ? "" : lock->metadata().uid());
}

void Witness::ShownEvent(const Change& change) {
  const std::string& uid = change.lock->metadata().uid();
  EndOthers(uid, change.revision);
  Note(*change.lock, 0);
  const bool deleted = change.kind == kube::WatchEventKind::kDeleted;
  if (deleted) End(terms_[uid], change.revision);
  const LockFacts read = ReadFacts(*change.lock);
  Term& term = terms_[uid];
  term.passed_on = deleted || !read.held || read.holder_uid != pod_uid_ || read.being_deleted;
  if (term.passed_on && term.proven() && !term.ended() && !std::exchange(term.lost_by_watch, true)) {
    in_doubt_since_ = LastSentBeforeNow() + 1;
  }
  term.reached = true;
  Reach(change.revision, deleted ? "" : uid);
}

void Witness::ShownCreated(const kube::ConfigMap& lock, absl::Duration executed) {
  const LockFacts read = ReadFacts(lock);
  created_.insert(read.uid);
  Note(lock, read.version);
  confirmed_ = std::max(confirmed_, executed);
  // What was shown before its answer came may be newer.
  if (newest_ > read.version && newest_lock_ != read.uid) End(terms_[read.uid], newest_);
  Reach(read.version, read.uid);
}

void Witness::ShownStatus(int http_status, absl::Duration now) {
  if (http_status == 401) {
    ++refusals_;
    first_refusal_ = std::min(first_refusal_, now);
    refused_ = refused_ || now - first_refusal_ >= absl::Seconds(2);
  } else if (http_status >= 200 && http_status < 300) {
    first_refusal_ = absl::InfiniteDuration();
    refused_ = false;
  }
}

void Witness::ShownOwnPod(const PodPtr& pod, uint64_t id) {
  if (namesake_) return;
  const bool there = pod != nullptr && pod->metadata().uid() == pod_uid_;
  own_pod_read_ = own_pod_read_ || (there && id != 0);
  if (id >= in_doubt_since_) in_doubt_since_ = 0;
  own_pod_terminating_ = own_pod_terminating_ || (there && pod->metadata().has_deletion_timestamp());
  own_pod_ended_ = own_pod_ended_ || !there || HasFinished(*pod);
}

void Witness::ShownPodRead(const PodPtr& pod, uint64_t id) {
  if (pod == nullptr) return;
  PodRead& read = pod_reads_[pod->metadata().uid()];
  if (SentAt(id) < read.sent) return;
  read = {pod->spec().node_name(), pod->metadata().has_deletion_timestamp(), SentAt(id)};
}

void Witness::ShownNode(const kube::Node& node, uint64_t id) {
  Node& known = nodes_[node.metadata().name()];
  if (id != 0) known.read = std::max(known.read, SentAt(id));
  uint64_t version = 0;
  if (!absl::SimpleAtoi(node.metadata().resource_version(), &version) || version < known.version) return;
  known.version = version;
  if (!ReadFacts(node).unreachable()) {
    known.unreachable_since.reset();
  } else if (!known.unreachable_since.has_value()) {
    known.unreachable_since = boot_();
  }
}

Witness::Sight Witness::SightOf(const std::string& pod_uid) const {
  Sight sight;
  sight.lock_read = lock_read_;
  const auto pod = pod_reads_.find(pod_uid);
  if (pod == pod_reads_.end()) return sight;
  sight.terminating = pod->second.terminating;
  sight.pod_read = pod->second.sent;
  const auto node = nodes_.find(pod->second.node);
  if (node == nodes_.end()) return sight;
  sight.unreachable_since = node->second.unreachable_since;
  sight.node_read = node->second.read;
  return sight;
}

const Witness::Term* Witness::TermOf(const std::string& lock_uid) const {
  auto found = terms_.find(lock_uid);
  return found == terms_.end() ? nullptr : &found->second;
}

bool Witness::KnewHolder(const std::string& lock_uid, const std::string& pod_uid) const {
  const Term* const term = TermOf(lock_uid);
  return term != nullptr && term->holders.count(pod_uid) > 0;
}

uint64_t Witness::GreatestVersionBeside(const std::string& lock_uid) const {
  uint64_t greatest = 0;
  for (const auto& [uid, term] : terms_) {
    if (uid != lock_uid) greatest = std::max(greatest, term.version);
  }
  return greatest;
}

}  // namespace leadership_broker::simulation
