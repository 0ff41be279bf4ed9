// chaos --seconds N --seed S --out DIR [--broker PROGRAM]: brokers, apps, a real control plane, and faults for so long;
// what happened is in DIR/history.jsonl afterwards, which chaos-check judges.
#include <filesystem>
#include <iostream>
#include <memory>
#include <random>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "tests/control_plane/chaos/audit_log.h"
#include "tests/control_plane/chaos/control_plane_faults.h"
#include "tests/control_plane/chaos/pod_slot.h"
#include "tests/control_plane/chaos/store_watch.h"
#include "tests/harness/broker_process.h"
#include "tests/harness/eventually.h"
#include "tests/harness/require.h"
#include "tests/harness/test_pod.h"

namespace leadership_broker::chaos {
namespace {

using leadership::v1::Leadership;
using Slots = std::vector<std::unique_ptr<PodSlot>>;

constexpr int kPods = 5;
constexpr char kLock[] = "the-lock";

struct Settings {
  int seconds = 180;
  uint64_t seed = 0;
  std::string out = "chaos";
  std::string broker = testing::BuiltBroker();
};

// One pod leads, every app says which, and none says otherwise whose pod is gone.
bool Agree(const Slots& slots) {
  std::string leader;
  int leads = 0;
  for (const auto& slot : slots) {
    const std::vector<Leadership> told = slot->Latest();
    if (told.empty() || slot->AnyLeftoverLeads()) return false;
    if (told.front().state() == Leadership::STATE_LEADER) ++leads;
    for (const Leadership& said : told) {
      const bool tells = said.state() == Leadership::STATE_LEADER || said.state() == Leadership::STATE_STANDBY;
      if (!tells || said.state() != told.front().state() || said.leader().uid().empty()) return false;
      if (leader.empty()) leader = said.leader().uid();
      if (leader != said.leader().uid()) return false;
    }
  }
  return leads == 1;
}

// Waits until they agree and go on to for a while; not for ever, since the checker is the judge.
void WaitForAgreement(const Slots& slots) {
  const absl::Duration quiet = absl::Seconds(5);
  absl::Time agreed = absl::InfiniteFuture();
  testing::Eventually(
      [&] {
        agreed = Agree(slots) ? std::min(agreed, absl::Now()) : absl::InfiniteFuture();
        return absl::Now() - agreed > quiet;
      },
      absl::Minutes(2));
}

// A change of our own is the last that the store's watch has to show.
void WaitForTheStore(const Place& place, const StoreWatch& store) {
  Api api(place);
  const testing::HttpAnswer last = api.Post(api.Path("configmaps"), {{"metadata", {{"name", "chaos-end"}}}});
  testing::Require(last.status == 201 || last.status == 409, "mark the end: " + last.text);
  const testing::HttpAnswer marked = api.Get(api.Path("configmaps", "chaos-end"));
  store.WaitFor(std::stoull(marked.body["metadata"]["resourceVersion"].get<std::string>()));
}

void RunFaults(testing::RealCluster* cluster, const Place& place, const Settings& settings, Recorder* recorder) {
  Course course;
  Deck deck(PodFaults(), settings.seed);
  const StoreWatch store(cluster->EtcdUrl(), place.namespace_name, place.lock, recorder);
  Slots slots;
  for (int i = 1; i <= kPods; ++i) {
    slots.push_back(std::make_unique<PodSlot>(place, absl::StrCat("pod-", i), testing::NewNode(*cluster), settings.out,
                                              Choices(settings.seed, static_cast<uint64_t>(i)), &deck, &course,
                                              recorder));
  }
  ControlPlaneFaults faults(cluster, place, settings.seed, &course, recorder);
  absl::SleepFor(absl::Seconds(settings.seconds));
  course.calm = true;
  faults.Join();
  const bool healthy = testing::Eventually(
      [&] { return std::all_of(slots.begin(), slots.end(), [](const auto& slot) { return slot->healthy(); }); },
      absl::Minutes(3));
  testing::Require(healthy, "the pods do not come back to health");
  recorder->Note("calm");
  WaitForAgreement(slots);
  WaitForTheStore(place, store);
  recorder->Note("end");
}

int Run(const Settings& settings) {
  std::filesystem::create_directories(settings.out);
  const std::string audit_log = settings.out + "/audit.log";
  // What etcd holds is to be read here; and a list costs a broker the same.
  const std::string flags =
      AuditFlags(settings.out + "/audit-policy.json", audit_log) + "\n--storage-media-type=application/json";
  setenv("LAB_APISERVER_FLAGS", flags.c_str(), 1);
  testing::RealCluster& cluster = testing::RealCluster::Shared();
  const std::string namespace_name = cluster.NewNamespace();
  testing::ApplyDeployRole(cluster, namespace_name, kLock);
  const Place place = {cluster.Url(), cluster.CaFile(), cluster.AdminToken(), namespace_name, kLock, settings.broker};

  Recorder recorder(settings.out + "/history.jsonl");
  recorder.Note("run", {{"seed", settings.seed},
                        {"seconds", settings.seconds},
                        {"candidates", "system:serviceaccount:" + namespace_name + ":candidate"}});
  RunFaults(&cluster, place, settings, &recorder);
  RecordAuditLog(audit_log, namespace_name, kLock, &recorder);
  return 0;
}

}  // namespace
}  // namespace leadership_broker::chaos

int main(int argc, char** argv) {
  leadership_broker::chaos::Settings settings;
  settings.seed = std::random_device()();
  CLI::App flags("Breaks a real control plane under real brokers, and records what everybody was told.");
  flags.add_option("--seconds", settings.seconds, "How long there are faults")->check(CLI::PositiveNumber);
  flags.add_option("--seed", settings.seed, "What is left to chance; a new one each time by default");
  flags.add_option("--out", settings.out, "The folder for the history and the logs")->required();
  flags.add_option("--broker", settings.broker, "Another broker than the one that was built, to see it fail");
  CLI11_PARSE(flags, argc, argv);
  settings.out = std::filesystem::absolute(settings.out).string();
  std::cout << "chaos: seed " << settings.seed << ", " << settings.seconds << " s, " << settings.out << "/history.jsonl"
            << std::endl;
  return leadership_broker::chaos::Run(settings);
}
