// fanout_bench: how long until the last of very many streams is told of a change, and what a stream costs in memory,
// beside a bare gRPC broadcast of the same bytes, in turns in one run. Against the stand-in: what is measured is the
// telling.
#include <sys/stat.h>

#include <algorithm>
#include <deque>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "bench/figures.h"
#include "bench/listeners.h"
#include "bench/memory.h"
#include "bench/results.h"
#include "tests/harness/broker_process.h"
#include "tests/harness/child_process.h"
#include "tests/harness/eventually.h"
#include "tests/harness/fake_cluster.h"
#include "tests/harness/require.h"
#include "tests/harness/scratch_dir.h"
#include "tests/harness/test_pod.h"

namespace leadership_broker::bench {
namespace {

using leadership::v1::Leadership;
using testing::BrokerCommand;
using testing::BrokerProcess;
using testing::ChildProcess;
using testing::FakeCluster;
using testing::Require;
using testing::ScratchDir;
using testing::TestPod;

constexpr absl::Duration kSettles = absl::Seconds(6);  // housekeeping is done every five

// What tells the streams: the broker, or its measure.
class Teller {
 public:
  virtual ~Teller() = default;
  virtual std::string address() const = 0;
  virtual pid_t pid() const = 0;
  // Makes a change, and says which version tells of it.
  virtual uint64_t Change() = 0;
};

std::string Listen(bool tcp) { return tcp ? absl::StrCat("127.0.0.1:", testing::FreePort()) : ""; }

// A leader, whose lock somebody annotates.
class Broker : public Teller {
 public:
  Broker(FakeCluster* cluster, const std::string& namespace_name, bool tcp, int max_streams)
      : cluster_(cluster),
        pod_(cluster, namespace_name, tcp ? "tcp" : "unix"),
        broker_(Command(max_streams), Listen(tcp)) {
    const auto leads = [this] { return broker_.Get().state() == Leadership::STATE_LEADER; };
    Require(broker_.WaitServing() && testing::Eventually(leads), "no leader");
  }

  std::string address() const override { return broker_.address(); }
  pid_t pid() const override { return broker_.pid(); }
  uint64_t Change() override {
    const nlohmann::json patch = {{"metadata", {{"annotations", {{"change", std::to_string(++changes_)}}}}}};
    const testing::HttpAnswer answer = cluster_->Admin().Patch(
        "/api/v1/namespaces/" + pod_.namespace_name() + "/configmaps/" + pod_.name() + "-lock", patch);
    Require(answer.status == 200, answer.text);
    return std::stoull(answer.body["metadata"]["resourceVersion"].get<std::string>());
  }

  Leadership Says() const { return broker_.Get(); }

 private:
  BrokerCommand Command(int max_streams) {
    BrokerCommand command = BrokerCommand::InPod(pod_, pod_.name() + "-lock");
    command.flags.push_back(absl::StrCat("--max-streams=", max_streams));
    return command;
  }

  FakeCluster* const cluster_;
  const TestPod pod_;
  BrokerProcess broker_;
  int changes_ = 0;
};

class Bare : public Teller {
 public:
  Bare(const std::string& program, bool tcp, Leadership message)
      : listen_(tcp ? Listen(tcp) : "unix:" + scratch_.File("socket")), message_(std::move(message)) {
    Require(mkfifo(scratch_.File("fifo").c_str(), 0600) == 0, "no FIFO");
    process_ = std::make_unique<ChildProcess>(std::vector<std::string>{program, listen_, scratch_.File("fifo")},
                                              testing::Environment(), scratch_.File("log"));
    fifo_.open(scratch_.File("fifo"));
  }

  std::string address() const override { return listen_; }
  pid_t pid() const override { return process_->pid(); }
  uint64_t Change() override {
    message_.mutable_lock()->set_resource_version(std::to_string(++version_));
    const std::string bytes = message_.SerializeAsString();
    fifo_ << bytes.size() << "\n" << bytes << std::flush;
    return version_;
  }

 private:
  const ScratchDir scratch_;
  const std::string listen_;
  Leadership message_;
  uint64_t version_ = 1'000'000;
  std::unique_ptr<ChildProcess> process_;
  std::ofstream fifo_;
};

struct Case {
  bool tcp;
  int streams;
  int silent;
  std::string Name() const {
    return absl::StrCat(streams, " streams, ", tcp ? "TCP" : "Unix socket",
                        silent > 0 ? absl::StrCat(", ", silent, " of them never read") : "");
  }
};

// The streams of one teller, and what came of its changes.
class Telling {
 public:
  Telling(Teller* teller, const Case& of, const std::string& who) : teller_(teller), figures_(who + ": " + of.Name()) {
    const Memory idle = MemoryOf(teller->pid());
    listeners_ = std::make_unique<Listeners>(teller->address(), of.streams, std::min(of.streams, 100), of.silent);
    listeners_->WaitTold(teller->Change());
    absl::SleepFor(kSettles);
    kilobytes_ = (MemoryOf(teller->pid()).resident - idle.resident) * 1024 / of.streams;
  }

  void Once() {
    const absl::Time began = absl::Now();
    figures_.Add(listeners_->WaitTold(teller_->Change()) - began);
  }

  const Figures& figures() const { return figures_; }
  double kilobytes() const { return kilobytes_; }

 private:
  Teller* const teller_;
  std::unique_ptr<Listeners> listeners_;
  Figures figures_;
  double kilobytes_ = 0;
};

int Main(int argc, char** argv) {
  CLI::App app{"A change told to very many streams, beside a bare gRPC broadcast."};
  std::string bare_program;
  std::vector<int> sizes = {1, 100, 1000, 10000};
  std::string json;
  int runs = 30;
  bool brief = false;
  app.add_option("--bare", bare_program, "the built bare-broadcast")->required()->check(CLI::ExistingFile);
  app.add_option("--streams", sizes, "how many")->delimiter(',')->capture_default_str();
  app.add_option("--runs", runs, "of each kind")->capture_default_str()->check(CLI::PositiveNumber);
  app.add_flag("--brief", brief, "over TCP alone, and everybody reads");
  app.add_option("--json", json, "a file for the results");
  CLI11_PARSE(app, argc, argv);

  FakeCluster cluster;
  std::deque<Figures> kinds;
  std::cout << Figures::Header() << std::endl;
  for (const bool tcp : brief ? std::vector<bool>{true} : std::vector<bool>{true, false}) {
    for (int streams : sizes) {
      std::vector<int> silent_ones = {0};
      if (streams >= 100 && !brief) silent_ones.push_back(streams / 100);
      for (int silent : silent_ones) {
        const std::string namespace_name = cluster.NewNamespace();
        cluster.SetRole(namespace_name, {{"configmaps", {"create", "get", "list", "watch", "delete"}, {}},
                                         {"pods", {"get", "list", "watch"}, {}}});
        const Case of{tcp, streams, silent};
        Broker broker(&cluster, namespace_name, tcp, streams + 1);
        Bare bare(bare_program, tcp, broker.Says());
        Telling by_bare(&bare, of, "bare broadcast");
        Telling by_broker(&broker, of, "broker");
        for (int run = 0; run < runs; ++run) {
          by_bare.Once();
          by_broker.Once();
        }
        std::cout << by_bare.figures().Row(&by_bare.figures()) << "\n"
                  << by_broker.figures().Row(&by_bare.figures()) << "\n"
                  << absl::StrFormat("  memory a stream: bare %.1f KB, broker %.1f KB, %.2f x\n", by_bare.kilobytes(),
                                     by_broker.kilobytes(), by_broker.kilobytes() / by_bare.kilobytes())
                  << std::flush;
        kinds.push_back(by_bare.figures());
        kinds.push_back(by_broker.figures());
      }
    }
  }
  Require(!::testing::Test::HasFailure(), "see above");
  std::vector<const Figures*> all;
  for (const Figures& kind : kinds) all.push_back(&kind);
  WriteResults(json, "fanout", all);
  return 0;
}

}  // namespace
}  // namespace leadership_broker::bench

int main(int argc, char** argv) { return leadership_broker::bench::Main(argc, argv); }
