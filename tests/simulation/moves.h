// What can happen next: one entry for each thing that the run may choose.
#ifndef LEADERSHIP_BROKER_TESTS_SIMULATION_MOVES_H_
#define LEADERSHIP_BROKER_TESTS_SIMULATION_MOVES_H_

#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace leadership_broker::simulation {

enum class Fault {
  kRequestLost,   // before or after it was carried out
  kRequestTwice,  // the client library sent it again
  kAnswerSlow,
  kRequestLate,    // a write that was given up arrives all the same
  kRefusal,        // 409, 429, 5xx, garbage
  kWatchEnd,       // a watch ends, breaks, expires
  kServerRestart,  // every watch breaks, requests are lost
  kForbidden,      // RBAC withdrawn
  kUnauthorized,   // every token refused
  kRestore,        // the store goes back to a backup
  kBrokerCrash,
  kBrokerPause,
  kNetworkCut,
  kAppRestart,
  kAppDown,       // it crashes, and waits to be started again
  kStatusBlank,   // a restarted kubelet has no containerStatuses for a while
  kSidecarFirst,  // the broker is stopped before the app
  kNodeLost,
  kNodeNotReady,  // a node that is not ready although its kubelet lives, or is tainted as out of service
  kGraceful,      // deletions of pods, by their manner
  kForced,
  kForeground,
  kOrphaning,
  kEviction,
  kCompletion,
  kUnlabelled,  // a pod without the candidates' label
  kCollectorStall,
  kHandDelete,  // what people do to the lock
  kHandEdit,
  kWithdrawal,  // the last caller of Become goes
  kCount
};

// How much of each fault a run has: 0 none, 1 the usual.
using Appetite = std::array<double, static_cast<size_t>(Fault::kCount)>;

class Moves {
 public:
  struct Move {
    double weight;
    std::string label;  // empty unless labels are wanted
    std::function<void()> act;
  };

  // Null: no faults.
  Moves(const Appetite* appetite, bool labelled) : appetite_(appetite), labelled_(labelled) {}

  // Says whose moves come next.
  void Of(const std::string& actor) { actor_ = actor; }

  // What has to happen sooner or later.
  template <typename Act, typename... Words>
  void Add(double weight, Act act, const Words&... label) {
    moves_.push_back({weight, labelled_ ? Label(label...) : std::string(), std::move(act)});
  }
  template <typename Act, typename... Words>
  void AddFault(Fault fault, double weight, Act act, const Words&... label) {
    if (appetite_ == nullptr) return;
    const double scaled = weight * (*appetite_)[static_cast<size_t>(fault)];
    if (scaled > 0) Add(scaled, std::move(act), label...);
  }
  // What is neither: it need not happen, and does no harm.
  template <typename Act, typename... Words>
  void AddOptional(double weight, Act act, const Words&... label) {
    if (appetite_ != nullptr) Add(weight, std::move(act), label...);
  }

  bool with_faults() const { return appetite_ != nullptr; }
  const std::vector<Move>& all() const { return moves_; }

 private:
  // One for each move: of two alike, such as the answers to two reads, the second is told from the first.
  template <typename... Words>
  std::string Label(const Words&... words) const {
    const std::string first = absl::StrCat(actor_, ": ", words...);
    std::string label = first;
    const auto taken = [&](const Move& move) { return move.label == label; };
    for (int n = 2; std::any_of(moves_.begin(), moves_.end(), taken); ++n) label = absl::StrCat(first, " #", n);
    return label;
  }

  const Appetite* const appetite_;
  const bool labelled_;
  std::string actor_;
  std::vector<Move> moves_;
};

}  // namespace leadership_broker::simulation

#endif  // LEADERSHIP_BROKER_TESTS_SIMULATION_MOVES_H_
