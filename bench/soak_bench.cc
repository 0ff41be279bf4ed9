// soak_bench: what a broker holds in memory and in descriptors while it decodes a million watch events and serves half
// a million subscriptions, as a slope over the second half of each. Against the stand-in, which makes events as fast as
// the broker takes them.
#include <algorithm>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "bench/listeners.h"
#include "bench/memory.h"
#include "bench/results.h"
#include "bench/rights.h"
#include "bench/slope.h"
#include "bench/values.h"
#include "tests/harness/broker_process.h"
#include "tests/harness/eventually.h"
#include "tests/harness/fake_cluster.h"
#include "tests/harness/require.h"
#include "tests/harness/test_pod.h"

namespace leadership_broker::bench {
namespace {

using testing::BrokerProcess;
using testing::Eventually;
using testing::FakeCluster;
using testing::Require;
using testing::TestPod;

constexpr int kSamples = 40;
// More events than this do not wait in the stand-in.
constexpr int kEventsAhead = 1000;
constexpr int kStreamsAtOnce = 100;

// What grows with the number of events or subscriptions, if something leaks.
class Samples {
 public:
  explicit Samples(const std::string& of)
      : of_(of),
        anonymous_("anonymous memory, in the course of " + of, "MiB"),
        descriptors_("descriptors, in the course of " + of, "descriptors") {}

  void Take(pid_t pid, double done) {
    const std::filesystem::directory_iterator files("/proc/" + std::to_string(pid) + "/fd");
    done_.push_back(done);
    anonymous_.Add(MemoryOf(pid).anonymous);
    descriptors_.Add(static_cast<double>(std::distance(begin(files), end(files))));
  }

  void Print(absl::Duration took) {
    const std::vector<double>& all = anonymous_.values();
    slope_.Add(SlopeOfSecondHalf(done_, all) * 1024 * 100'000);
    std::cout << absl::StrFormat(
                     "%s, in %.0f s: %.2f MiB of anonymous memory at first, %.2f at the end, %+.1f KiB a 100,000; "
                     "descriptors %.0f at first, %.0f at the end",
                     of_, absl::ToDoubleSeconds(took), all.front(), all.back(), slope_.values().front(),
                     descriptors_.values().front(), descriptors_.values().back())
              << std::endl;
  }

  std::vector<const Values*> values() const { return {&anonymous_, &descriptors_, &slope_}; }

 private:
  const std::string of_;
  std::vector<double> done_;
  Values anonymous_;
  Values descriptors_;
  Values slope_{"growth of anonymous memory over the second half of " + of_, "KiB a 100,000"};
};

// Makes `count` events of the lock, and waits until the broker has seen them.
void MakeEvents(FakeCluster& cluster, const TestPod& pod, const BrokerProcess& broker, int count) {
  const testing::fake::ObjectKey lock = {&testing::fake::CoreResource("configmaps"), pod.namespace_name(), "lock"};
  static int made = 0;
  int64_t revision = 0;
  for (int i = 0; i < count; ++i) {
    const nlohmann::json patch = {{"metadata", {{"annotations", {{"change", std::to_string(++made)}}}}}};
    const auto result = cluster.server().store().Patch(lock, testing::fake::Part::kMain, patch);
    revision = std::stoll(result.body["metadata"]["resourceVersion"].get<std::string>());
  }
  const auto seen = [&] { return std::stoll(broker.Get().lock().resource_version()) >= revision; };
  Require(Eventually(seen), "the broker does not see the events");
}

int Main(int argc, char** argv) {
  CLI::App app{"A broker's memory over very many watch events and subscriptions."};
  int events = 1'000'000;
  int subscriptions = 500'000;
  std::string json;
  app.add_option("--events", events, "of the lock")->capture_default_str()->check(CLI::PositiveNumber);
  app.add_option("--subscriptions", subscriptions, "opened and closed")->capture_default_str();
  app.add_option("--json", json, "a file for the results");
  CLI11_PARSE(app, argc, argv);

  FakeCluster cluster;
  const std::string namespace_name = cluster.NewNamespace();
  cluster.SetRole(namespace_name, BrokerRights());
  const TestPod pod(&cluster, namespace_name, "pod");
  BrokerProcess broker(pod, "lock");
  const auto leads = [&broker] { return broker.Get().state() == leadership::v1::Leadership::STATE_LEADER; };
  Require(broker.WaitServing() && Eventually(leads), "no leader");

  Samples by_events("watch events");
  absl::Time began = absl::Now();
  const uint64_t first_revision = broker.Get().revision();
  for (int sample = 0, done = 0; sample < kSamples; ++sample) {
    const int until = static_cast<int>(static_cast<int64_t>(events) * (sample + 1) / kSamples);
    while (done < until) {
      const int next = std::min(kEventsAhead, until - done);
      MakeEvents(cluster, pod, broker, next);
      done += next;
    }
    by_events.Take(broker.pid(), done);
  }
  by_events.Print(absl::Now() - began);
  std::cout << "changes told of them: " << broker.Get().revision() - first_revision << std::endl;

  Samples by_subscriptions("subscriptions");
  began = absl::Now();
  const uint64_t version = std::stoull(broker.Get().lock().resource_version());
  for (int sample = 0, done = 0; sample < kSamples; ++sample) {
    const int until = static_cast<int>(static_cast<int64_t>(subscriptions) * (sample + 1) / kSamples);
    for (; done < until; done += kStreamsAtOnce) {
      Listeners(Service::kBroker, broker.address(), kStreamsAtOnce, /*connections=*/4, /*silent=*/0).WaitTold(version);
    }
    by_subscriptions.Take(broker.pid(), done);
  }
  by_subscriptions.Print(absl::Now() - began);

  Require(!::testing::Test::HasFailure(), "see above");
  std::vector<const Values*> all = by_events.values();
  for (const Values* values : by_subscriptions.values()) all.push_back(values);
  WriteResults(json, "soak", {}, all);
  return 0;
}

}  // namespace
}  // namespace leadership_broker::bench

int main(int argc, char** argv) { return leadership_broker::bench::Main(argc, argv); }
