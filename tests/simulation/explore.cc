#include "tests/simulation/explore.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "tests/simulation/run.h"

namespace leadership_broker::simulation {
namespace {

Settings DrawSettings(Random& random) {
  Settings settings;
  settings.set_pod_names(2 + random.Below(3));
  settings.set_on_request(random.Chance(0.15));
  settings.set_orphan_grace(random.OneOf({5.0, 5.0, 0.5, -1.0}));
  settings.set_create_spread(random.OneOf({0.0, 0.0, 2.0}));
  settings.set_unverified_limit(random.OneOf({0.0, 0.0, 12.0}));
  settings.set_token_cache(random.OneOf({0.0, 3.0, 9.0}));
  settings.set_nodes_stay_lost(random.Chance(0.2));
  settings.set_step_down_after(random.OneOf({0.0, 0.0, 5.0}));
  if (random.Chance(0.3)) {
    settings.set_unverified_limit(random.OneOf({3.0, 3.0, 12.0}));
    settings.set_take_over_after(settings.unverified_limit() * random.OneOf({2.0, 3.0}));
    settings.set_limits_differ(random.Chance(0.2));
  }
  return settings;
}

// What is dangerous together: the rules are about such meetings, and chance alone seldom brings them about.
const std::vector<std::vector<Fault>>& Themes() {
  static const auto* const kThemes = new std::vector<std::vector<Fault>>{
      // A foreground deletion, and somebody who has not seen who led (R16).
      {Fault::kForeground, Fault::kWatchEnd, Fault::kBrokerCrash, Fault::kBrokerPause},
      // A lock that goes while its holder lives on (R16, R4).
      {Fault::kForeground, Fault::kHandDelete, Fault::kAnswerSlow, Fault::kBrokerPause},
      // A pod that is asked to go amid other news of it (R5).
      {Fault::kForeground, Fault::kHandDelete, Fault::kStatusBlank},
      // Creates whose answers come late or never, and locks that go meanwhile (R2, R3).
      {Fault::kRequestLost, Fault::kRequestLate, Fault::kRequestTwice, Fault::kAnswerSlow, Fault::kHandDelete},
      // Pods that end, seen late (R5, R7).
      {Fault::kGraceful, Fault::kWatchEnd, Fault::kAnswerSlow, Fault::kCollectorStall},
      {Fault::kEviction, Fault::kCompletion, Fault::kStatusBlank, Fault::kSidecarFirst},
      // Pods that are gone from the API and do not know it (R9).
      {Fault::kForced, Fault::kNodeLost, Fault::kWatchEnd, Fault::kNetworkCut, Fault::kUnauthorized},
      // Apps that are down, in pods that end, or know late that they do.
      {Fault::kAppDown, Fault::kAppRestart, Fault::kGraceful, Fault::kWatchEnd, Fault::kBrokerPause,
       Fault::kHandDelete},
      // Brokers that sleep, and wake to another world.
      {Fault::kBrokerPause, Fault::kNetworkCut, Fault::kForced, Fault::kGraceful, Fault::kHandDelete},
      // A lock that is given away and back while its create is still to be answered (R2).
      {Fault::kHandEdit, Fault::kAnswerSlow},
      // Leaders that cannot be reached, who may be in contact all the same, and may come back (R8).
      {Fault::kNodeLost, Fault::kAnswerSlow, Fault::kWatchEnd},
      {Fault::kNodeLost, Fault::kNetworkCut, Fault::kBrokerPause, Fault::kForced},
      {Fault::kNodeLost, Fault::kNodeNotReady, Fault::kBrokerCrash, Fault::kRequestLost, Fault::kHandDelete},
      // Owners that change (R13).
      {Fault::kOrphaning, Fault::kHandEdit, Fault::kCollectorStall, Fault::kForced},
  };
  return *kThemes;
}

// A run that has all of everything seldom gets far into any one of them, so each has its own mixture.
Appetite DrawAppetite(const Settings& settings, Random& random) {
  Appetite appetite{};
  const double intensity = random.OneOf({0.1, 0.3, 1.0});
  if (random.Chance(0.5)) {
    for (double& fault : appetite) fault = intensity * random.OneOf({0.0, 0.0, 0.0, 0.3, 0.3, 1.0, 4.0});
  } else {
    const std::vector<Fault>& theme = Themes()[random.Below(static_cast<int>(Themes().size()))];
    for (Fault fault : theme) appetite[static_cast<size_t>(fault)] = intensity * random.OneOf({0.3, 1.0, 1.0, 4.0});
  }
  if (settings.take_over_after() > 0) {
    double& lost = appetite[static_cast<size_t>(Fault::kNodeLost)];
    lost = std::max(lost, intensity * random.OneOf({0.3, 1.0, 4.0}));
  }
  // It voids most of what could be judged.
  if (!random.Chance(0.03)) appetite[static_cast<size_t>(Fault::kRestore)] = 0;
  return appetite;
}

Report ReportOf(const Run& run, const Settings& settings, uint64_t jitter) {
  Report report;
  report.violation = run.violation();
  report.steps = run.steps();
  report.leaders = run.world().judge.leaders();
  report.take_overs = run.world().judge.take_overs();
  report.excused_overlaps = run.world().judge.excused_overlaps();
  report.history = run.world().history.lines();
  if (report.violation.has_value()) report.trace.set_rule(report.violation->rule);
  *report.trace.mutable_settings() = settings;
  report.trace.set_jitter(jitter);
  for (const std::string& choice : run.choices()) report.trace.add_choice(choice);
  return report;
}

Trace Without(const Trace& trace, int from, int count) {
  Trace rest = trace;
  rest.mutable_choice()->DeleteSubrange(from, std::min(count, rest.choice_size() - from));
  return rest;
}

}  // namespace

Report Explore(uint64_t seed, bool recorded) {
  Random random(seed);
  const Settings settings = DrawSettings(random);
  const Appetite appetite = DrawAppetite(settings, random);
  const int steps = random.OneOf({60, 150, 300, 600});
  const uint64_t jitter = random.Seed();
  Run run(settings, jitter, recorded);
  run.Explore(random, appetite, steps);
  run.Settle();
  return ReportOf(run, settings, jitter);
}

Report Replay(const Trace& trace, bool recorded) {
  Run run(trace.settings(), trace.jitter(), recorded);
  run.Replay(trace.choice());
  run.Settle();
  return ReportOf(run, trace.settings(), trace.jitter());
}

Trace Shrink(Trace trace) {
  const auto fails = [&](const Trace& candidate) {
    const Report report = Replay(candidate, /*recorded=*/false);
    return report.violation.has_value() && report.violation->rule == trace.rule();
  };
  if (!fails(trace)) return trace;
  for (int size = std::max(1, trace.choice_size() / 2); size > 0; size /= 2) {
    bool shorter = true;
    while (shorter) {
      shorter = false;
      for (int from = 0; from < trace.choice_size();) {
        Trace candidate = Without(trace, from, size);
        if (fails(candidate)) {
          trace = std::move(candidate);
          shorter = true;
        } else {
          from += size;
        }
      }
    }
  }
  return trace;
}

}  // namespace leadership_broker::simulation
