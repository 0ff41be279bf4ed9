// One election, told anything in any order: it must neither fall nor break a promise (election_promises.h).
//
// Answers come only to what was asked, since the API client gives no others (server/kube/api.h), and every object has a
// UID and a resourceVersion, since it lets no others through (server/kube/rest_api.cc, watch_decoder.cc). All else is
// free: order, age, contents, and contradictions among them.
//
// Input: a script (script.h). The first line has the options, each further one is an event; see Options() and Read().
// With FUZZ_TRACE in the environment it is told what happens.
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <optional>
#include <string>

#include "server/election/election.h"
#include "tests/fuzz/check.h"
#include "tests/fuzz/election_promises.h"
#include "tests/fuzz/objects.h"
#include "tests/fuzz/script.h"

namespace leadership_broker::fuzz {
namespace {

using election::Event;

election::Options Options(Line line) {
  election::Options options;
  options.namespace_name = "ns";
  options.lock_name = "lock";
  options.self = {kSelfName, kSelfUid, ""};
  options.on_request = line.Flag();
  if (line.Flag()) options.unverified_limit = absl::Seconds(10);
  if (line.Flag()) options.create_spread = absl::Seconds(5);
  constexpr absl::Duration kGraces[] = {absl::Seconds(5), absl::ZeroDuration(), absl::InfiniteDuration()};
  options.orphan_grace = kGraces[line.Choice(3)];
  if (line.Flag()) options.self.uid.clear();
  if (line.Flag()) options.take_over_after = absl::Seconds(20);
  return options;
}

// Whether there is such a node, which one, and its Ready condition.
std::optional<kube::Node> ReadOptionalNode(Line& line) {
  if (!line.Flag()) return std::nullopt;
  kube::Node node;
  node.mutable_metadata()->set_uid(line.Flag() ? "N1" : "N0");
  constexpr const char* kReady[] = {"Unknown", "True", "False"};
  kube::NodeCondition* const ready = node.mutable_status()->add_conditions();
  ready->set_type("Ready");
  ready->set_status(kReady[line.Choice(3)]);
  ready->mutable_last_transition_time()->set_seconds(static_cast<int64_t>(line.Choice(3)));
  if (line.Flag()) node.mutable_spec()->add_taints()->set_key("node.kubernetes.io/out-of-service");
  return node;
}

class Run {
 public:
  explicit Run(const election::Options& options)
      : election_(options, [this] { return Draw(); }), promises_(options, election_.Initial(now_)) {}

  void Play(Line line) {
    const std::string text(line.Rest());
    const std::optional<Event> event = Read(line);
    if (!event.has_value()) return;
    promises_.Learn(*event, now_);
    const std::vector<election::Action> actions = election_.Step(*event, now_);
    if (Tracing()) Tell(text, actions);
    promises_.Check(actions, election_, now_);
  }

 private:
  double Draw() {
    draws_ = draws_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<double>(draws_ >> 11) / (uint64_t{1} << 53);
  }

  absl::Duration Sent(Line& line) { return now_.boot - absl::Seconds(line.Choice(36)); }

  // Nothing: an answer to nothing, or no event.
  std::optional<Event> Read(Line& line) {
    switch (line.Letter()) {
      case 'S': {  // the lock was listed
        const absl::Duration sent = Sent(line);
        const bool polling = line.Flag();
        std::string version = ReadVersion(line);
        return election::LockSynced{ReadOptionalLock(line), std::move(version), sent, polling};
      }
      case 'W': {  // an event of its watch
        constexpr kube::WatchEventKind kKinds[] = {kube::WatchEventKind::kAdded, kube::WatchEventKind::kModified,
                                                   kube::WatchEventKind::kDeleted};
        const kube::WatchEventKind kind = kKinds[line.Choice(3)];
        return election::LockWatched{kind, ReadLockObject(line)};
      }
      case 'B':  // a bookmark of it
        return election::LockBookmarked{ReadVersion(line)};
      case 'R': {  // the answer to a read of it
        if (!promises_.reading()) return std::nullopt;
        const kube::Outcome outcome = ReadOutcome(line, now_.wall);
        const absl::Duration sent = Sent(line);
        std::string version = ReadVersion(line);
        return election::LockRead{outcome, outcome.ok() ? ReadOptionalLock(line) : std::nullopt, std::move(version),
                                  sent};
      }
      case 'K':  // contact with the API server
        return election::LockContact{line.Flag()};
      case 'Z':
        return election::StoreRestored{};
      case 'O': {  // our own pod, by a read or by its watch
        const bool read = line.Flag();
        const absl::Duration sent = Sent(line);
        return election::OwnPodSeen{ReadOptionalPod(line), read ? std::optional(sent) : std::nullopt};
      }
      case 'P': {  // another pod
        constexpr const char* kUids[] = {"a-1", "b-1", "me-2", kSelfUid};
        const char* const uid = kUids[line.Choice(4)];
        std::optional<kube::Pod> pod = ReadOptionalPod(line);
        const bool read = line.Flag();
        const absl::Duration sent = Sent(line);
        return election::PodSeen{uid, std::move(pod), read ? std::optional(sent) : std::nullopt};
      }
      case 'N': {  // the node that is asked about
        const bool read = line.Flag();
        const absl::Duration sent = Sent(line);
        return election::NodeSeen{election_.TrackedNode(), ReadOptionalNode(line),
                                  read ? std::optional(sent) : std::nullopt};
      }
      case 'U':  // its watch broke
        return election::NodeUnwatched{election_.TrackedNode()};
      case 'H': {  // how a list or a watch went
        constexpr election::Activity kActivities[] = {
            election::Activity::kLockList,    election::Activity::kOwnPodList,   election::Activity::kLockWatch,
            election::Activity::kOwnPodWatch, election::Activity::kOtherPodList, election::Activity::kOtherPodWatch,
            election::Activity::kNodeList,    election::Activity::kNodeWatch,    election::Activity::kHolderRead};
        const election::Activity activity = kActivities[line.Choice(std::size(kActivities))];
        return election::Heard{activity, ReadOutcome(line, now_.wall)};
      }
      case 'A':  // how a read of our own pod went, or its deletion
        return election::OwnPodAnswered{ReadOutcome(line, now_.wall)};
      case 'C': {  // the answer to our create
        if (!promises_.creating()) return std::nullopt;
        kube::WriteAnswer answer{ReadOutcome(line, now_.wall), {}};
        const absl::Duration sent = Sent(line);
        if (answer.outcome.ok()) answer.object = ReadLockObject(line);
        return election::CreateAnswered{std::move(answer), sent};
      }
      case 'D':  // to our removal
        if (!promises_.deleting()) return std::nullopt;
        return election::DeleteAnswered{ReadOutcome(line, now_.wall)};
      case 'X':  // to our deletion of a pod
        if (!promises_.deleting_pod()) return std::nullopt;
        return election::HolderDeleteAnswered{ReadOutcome(line, now_.wall)};
      case 'M': {  // to our mark
        if (!promises_.releasing()) return std::nullopt;
        kube::WriteAnswer answer{ReadOutcome(line, now_.wall), {}};
        if (answer.outcome.ok()) answer.object = ReadLockObject(line);
        return election::ReleaseAnswered{std::move(answer)};
      }
      case 'L': {  // to our list of candidates
        if (!promises_.listing()) return std::nullopt;
        kube::Listing<kube::Pod> listing;
        listing.outcome = ReadOutcome(line, now_.wall);
        while (listing.outcome.ok() && !line.Rest().empty()) listing.items.push_back(ReadPodObject(line));
        return election::CandidatesListed{std::move(listing)};
      }
      case 'Q':  // somebody waits in Become
        return election::Requested{line.Flag()};
      case 'T': {  // so many half seconds pass, at once or up to when a tick was asked for
        absl::Duration by = absl::Milliseconds(500) * static_cast<int64_t>(line.Choice(200));
        if (line.Flag()) by = std::min(by, election_.Deadline() - now_.boot);
        now_.boot += by;
        // The wall clock is set now and then.
        now_.wall += by + absl::Hours(1) * static_cast<int64_t>(line.Choice(3)) - absl::Hours(line.Flag() ? 2 : 0);
        return election::Tick{};
      }
      default:
        return std::nullopt;
    }
  }

  void Tell(const std::string& line, const std::vector<election::Action>& actions) const {
    std::cerr << absl::FormatDuration(now_.boot) << "  " << line << "\n";
    for (const election::Action& action : actions) {
      if (const auto* told = std::get_if<election::Publish>(&action)) {
        std::cerr << "    tell" << (told->snapshot->is_loss ? " (a loss)" : "") << " "
                  << told->snapshot->leadership.ShortDebugString() << "\n";
      } else if (const auto* warning = std::get_if<election::Warn>(&action)) {
        std::cerr << "    warn " << warning->message << "\n";
      } else {
        constexpr const char* kNames[] = {"tell",        "create",          "read the lock", "read our pod",
                                          "delete lock", "release lock",    "read node",     "read pod",
                                          "delete pod",  "list candidates", "warn",          "say what was done"};
        std::cerr << "    " << kNames[action.index()] << "\n";
      }
    }
  }

  loop::Instant now_{absl::Seconds(1000), ScriptBegins()};
  uint64_t draws_ = 1;
  election::Election election_;
  ElectionPromises promises_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::vector<Line> lines = Lines({reinterpret_cast<const char*>(data), size});
  Run run(Options(lines.front()));
  for (size_t i = 1; i < lines.size(); ++i) run.Play(lines[i]);
  return 0;
}

}  // namespace leadership_broker::fuzz
