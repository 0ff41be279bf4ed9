#include "tests/control_plane/chaos/checker/facts.h"

namespace leadership_broker::chaos {
namespace {

void Note(bool holds, const PodChange& change, std::optional<Since>* since) {
  if (holds && !since->has_value()) *since = Since{change.revision, change.at};
}

void AddLock(const LockChange& change, Term* term) {
  const std::string holder = change.owners.empty() ? "" : change.owners.front().uid;
  if (term->versions.empty()) {
    term->holder = holder;
    term->created = change.revision;
    term->created_seconds = change.created_seconds;
  }
  if (change.removed) {
    term->removed = change.revision;
    term->removed_from = term->versions.empty() ? 0 : *term->versions.rbegin();
    term->removed_at = change.at;
    return;
  }
  term->versions.insert(change.revision);
  const bool spoiled = change.being_deleted || change.owners.size() != 1 || holder != term->holder;
  if (spoiled && !term->spoiled_at.has_value()) term->spoiled_at = change.at;
}

void AddPod(const PodChange& change, PodFacts* pod) {
  Note(change.removed, change, &pod->gone);
  // A later deletion with a shorter grace period is the same one's end.
  if (change.being_deleted && !pod->being_deleted) pod->deletion_began_seconds = change.deletion_began_seconds;
  Note(change.being_deleted, change, &pod->being_deleted);
  Note(change.foreground, change, &pod->foreground);
  Note(change.finished, change, &pod->finished);
  Note(change.nothing_runs, change, &pod->nothing_runs);
}

}  // namespace

Facts::Facts(const History& history) {
  for (const LockChange& change : history.locks) AddLock(change, &terms[change.uid]);
  for (const PodChange& change : history.pods) AddPod(change, &pods[change.uid]);
}

const Term* Facts::TermOf(const std::string& lock) const {
  const auto found = terms.find(lock);
  return found == terms.end() ? nullptr : &found->second;
}

const PodFacts* Facts::PodOf(const std::string& pod) const {
  const auto found = pods.find(pod);
  return found == pods.end() ? nullptr : &found->second;
}

}  // namespace leadership_broker::chaos
