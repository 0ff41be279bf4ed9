// What can happen on a connection next.
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "tests/simulation/admission.h"
#include "tests/simulation/connection.h"
#include "tests/simulation/outcomes.h"
#include "tests/simulation/world.h"

namespace leadership_broker::simulation {
namespace {

kube::Outcome NoAnswer() { return Failure(absl::StatusCode::kUnavailable, 0); }

kube::Outcome TooManyRequests() {
  kube::Outcome outcome = Failure(absl::StatusCode::kResourceExhausted, 429);
  outcome.retry_after = absl::Seconds(1);
  return outcome;
}

}  // namespace

void Connection::Offer(Moves& moves, bool awake, bool reachable) {
  for (const auto& [id, request] : requests_) OfferRequest(moves, request, awake, reachable);
  if (!awake) return;
  for (const auto& [id, watch] : watches_) {
    if (reachable) OfferWatch(moves, id, *watch);
    moves.AddFault(
        Fault::kWatchEnd, 0.1, [this, id = id] { End(id, NoAnswer()); }, "watch ", watch->Label(), " breaks");
  }
}

void Connection::OfferRequest(Moves& moves, const Request& request, bool awake, bool reachable) {
  const uint64_t id = request.id;
  const std::string& label = request.label;
  if (request.answer == nullptr) {
    if (reachable)
      moves.Add(
          8, [this, id] { Execute(id); }, label, " arrives");
    if (reachable && request.write) {
      moves.AddFault(
          Fault::kRequestTwice, 1, [this, id] { Execute(id), Execute(id); }, label, " arrives twice");
    }
    if (!awake) return;
    moves.AddFault(
        Fault::kRequestLost, 0.5, [this, id] { Fail(id, NoAnswer()); }, label, " is lost");
    if (!reachable) return;
    moves.AddFault(
        Fault::kRefusal, 0.3, [this, id] { Fail(id, TooManyRequests()); }, label, " is answered 429");
    moves.AddFault(
        Fault::kRefusal, 0.3, [this, id] { Fail(id, Failure(absl::StatusCode::kInternal, 500)); }, label,
        " is answered 500");
    if (request.write) {
      moves.AddFault(
          Fault::kRefusal, 0.2, [this, id] { Fail(id, Failure(absl::StatusCode::kInvalidArgument, 422)); }, label,
          " is answered 422");
    }
    return;
  }
  if (!awake) return;
  if (reachable)
    moves.Add(
        request.slow ? 0.1 : 8, [this, id] { Answer(id); }, label, " is answered");
  if (!request.slow) {
    moves.AddFault(
        Fault::kAnswerSlow, 2, [this, id] { requests_.at(id).slow = true; }, "the answer to ", label, " is slow");
  }
  moves.AddFault(
      Fault::kRequestLost, 0.5, [this, id] { Fail(id, NoAnswer()); }, "answer to ", label, " is lost");
  if (!reachable) return;
  moves.AddFault(
      Fault::kRefusal, 0.3, [this, id] { Fail(id, Failure(absl::StatusCode::kInternal, 500)); }, label,
      " was carried out, and is answered 500");
  moves.AddFault(
      Fault::kRefusal, 0.2, [this, id] { Fail(id, Failure(absl::StatusCode::kDataLoss, 200)); }, label,
      " is answered with garbage");
}

void Connection::OfferWatch(Moves& moves, uint64_t id, WatchStream& watch) {
  const std::string label = "watch " + watch.Label();
  if (!watch.opened) {
    moves.Add(
        8, [this, id] { Open(id); }, label, " opens");
    moves.AddFault(
        Fault::kRefusal, 0.3, [this, id] { End(id, TooManyRequests()); }, label, " is answered 429");
    moves.AddFault(
        Fault::kWatchEnd, 0.3, [this, id] { End(id, Failure(absl::StatusCode::kOutOfRange, 410)); }, label,
        " is answered 410");
    return;
  }
  if (const Change* next = watch.Next(world_->store); next != nullptr) {
    moves.Add(
        6, [this, id] { Deliver(id); }, label, " tells of ", next->revision);
  } else if (watch.bookmarked < world_->store.revision()) {
    moves.AddOptional(
        0.5, [this, id] { Bookmark(id); }, label, " has a bookmark");
  }
  moves.AddFault(
      Fault::kWatchEnd, 0.2, [this, id] { End(id, Success(200)); }, label, " ends");
  moves.AddFault(
      Fault::kWatchEnd, 0.1, [this, id] { End(id, Failure(absl::StatusCode::kOutOfRange, 410)); }, label, " expires");
}

void Connection::Break() {
  std::vector<uint64_t> ids;
  for (const auto& [id, request] : requests_) ids.push_back(id);
  for (const auto& [id, watch] : watches_) ids.push_back(id);
  // Each may make the client give up others.
  for (uint64_t id : ids) {
    if (requests_.count(id) > 0) Fail(id, NoAnswer());
    if (watches_.count(id) > 0) End(id, NoAnswer());
  }
}

void Connection::Execute(uint64_t request) {
  Request& sent = requests_.at(request);
  sent.answer = sent.execute();
}

void Connection::Answer(uint64_t request) {
  const auto node = requests_.extract(request);
  node.mapped().answer();
}

void Connection::Fail(uint64_t request, kube::Outcome outcome) {
  const auto node = requests_.extract(request);
  const Request& sent = node.mapped();
  // Only where nothing was heard of the server can it still be on its way.
  if (outcome.http_status == 0 && sent.write && sent.answer == nullptr) {
    world_->limbo.emplace_back([execute = sent.execute] { execute(); });
  }
  sent.fail(std::move(outcome));
}

void Connection::Open(uint64_t watch) {
  const std::shared_ptr<WatchStream> stream = watches_.at(watch);
  if (stream->from() > world_->store.revision()) {
    return End(watch, Failure(absl::StatusCode::kOutOfRange, 504));  // Too large resource version
  }
  if (stream->from() < world_->store.compacted()) return End(watch, Failure(absl::StatusCode::kOutOfRange, 410));
  const bool forbidden =
      (stream->of_locks() && world_->refusals.watch_locks) || (stream->of_nodes() && world_->refusals.nodes);
  const kube::Outcome outcome = Admit(*world_, *body_, forbidden);
  if (!outcome.ok()) return End(watch, outcome);
  witness_->ShownStatus(outcome.http_status, world_->boot());
  stream->Open();
}

void Connection::Deliver(uint64_t watch) {
  const std::shared_ptr<WatchStream> stream = watches_.at(watch);
  // A copy: what it sets off may change the history.
  const Change change = *stream->Next(world_->store);
  if (change.lock != nullptr) witness_->ShownEvent(change);
  if (change.node != nullptr) witness_->ShownNode(*change.node, 0);
  if (change.pod != nullptr && change.name == body_->name) {
    const bool deleted = change.kind == kube::WatchEventKind::kDeleted;
    witness_->ShownOwnPod(deleted ? nullptr : change.pod, 0);
  }
  stream->Tell(change);
}

void Connection::Bookmark(uint64_t watch) {
  const std::shared_ptr<WatchStream> stream = watches_.at(watch);
  stream->bookmarked = world_->store.revision();
  stream->Bookmark(absl::StrCat(stream->bookmarked));
}

void Connection::End(uint64_t watch, kube::Outcome outcome) {
  const auto node = watches_.extract(watch);
  witness_->ShownStatus(outcome.http_status, world_->boot());
  if (node.mapped()->of_nodes() && !outcome.ok()) witness_->NodeWatchBroke(node.mapped()->name);
  node.mapped()->End(outcome);
}

}  // namespace leadership_broker::simulation
