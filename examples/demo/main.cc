// leadership-demo: three pods with a broker each, against the embedded stand-in of the API server. Shows who leads,
// deletes the leader's pod, and shows the takeover and how long it took. For ever, or with --once a single time.
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cstdio>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"

#include "examples/demo/actor.h"
#include "examples/demo/picture.h"
#include "tests/harness/fake_cluster.h"

namespace leadership_broker::demo {
namespace {

using leadership::v1::Leadership;

constexpr int kPods = 3;
constexpr absl::Duration kPatience = absl::Seconds(30);
constexpr absl::Duration kLookEvery = absl::Milliseconds(20);

struct Term {
  std::string pod;
  uint64_t token = 0;
  absl::Time since;
};

// Takes in what all apps are told, and knows who leads.
class Ledger {
 public:
  void Note(const std::string& pod, const Leadership& told) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (told.state() != Leadership::STATE_LEADER || told.fencing_token() <= term_.token) return;
    term_ = {pod, told.fencing_token(), absl::Now()};
  }

  // The term there is, if its token is greater than this.
  std::optional<Term> TermAfter(uint64_t token) {
    const std::lock_guard<std::mutex> lock(mutex_);
    return term_.token > token ? std::optional<Term>(term_) : std::nullopt;
  }

 private:
  std::mutex mutex_;
  Term term_;
};

// Waits; false when Ctrl-C (or SIGTERM) came first, now or earlier.
class Interruption {
 public:
  Interruption() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    descriptor_ = signalfd(-1, &signals, SFD_CLOEXEC);
  }
  ~Interruption() { close(descriptor_); }
  bool WaitFor(absl::Duration duration) const {
    pollfd waits{descriptor_, POLLIN, 0};
    return poll(&waits, 1, static_cast<int>(absl::ToInt64Milliseconds(duration))) == 0;
  }
  bool came() const { return !WaitFor(absl::ZeroDuration()); }

 private:
  int descriptor_;
};

int Play(const std::string& broker, bool once) {
  const Interruption interruption;
  testing::FakeCluster cluster;
  const std::string namespace_name = cluster.NewNamespace();
  cluster.SetRole(namespace_name, {{"configmaps", {"create", "get", "list", "watch", "delete"}, {}},
                                   {"pods", {"get", "list", "watch"}, {}},
                                   {"events.events.k8s.io", {"create", "patch"}, {}}});
  Picture picture(isatty(STDOUT_FILENO) != 0);
  Ledger ledger;
  std::map<std::string, std::unique_ptr<Actor>> actors;
  int made = 0;
  const auto enter = [&] {
    const std::string name = absl::StrCat("pod-", ++made);
    actors[name] = std::make_unique<Actor>(&cluster, namespace_name, name, broker,
                                           [&](const std::string& pod, const Leadership& told) {
                                             ledger.Note(pod, told);
                                             picture.Show(pod, told);
                                           });
  };

  // Nothing when none comes in time, or Ctrl-C first.
  const auto wait_for_term_after = [&](uint64_t token) {
    const absl::Time limit = absl::Now() + kPatience;
    std::optional<Term> term = ledger.TermAfter(token);
    while (!term.has_value() && absl::Now() < limit && interruption.WaitFor(kLookEvery)) term = ledger.TermAfter(token);
    return term;
  };

  picture.Say("Against the embedded stand-in of the API server, not a real one. Ctrl-C ends it.");
  for (int i = 0; i < kPods; ++i) enter();
  std::optional<Term> term = wait_for_term_after(0);
  while (term.has_value()) {
    picture.Say(absl::StrCat(term->pod, " leads, with fencing token ", term->token));
    if (!interruption.WaitFor(once ? absl::Seconds(1) : absl::Seconds(4))) return 0;
    picture.Say(absl::StrCat("deleting ", term->pod));
    const absl::Time deleted = absl::Now();
    actors.at(term->pod)->DeletePod();
    const std::optional<Term> next = wait_for_term_after(term->token);
    if (!next.has_value()) break;
    picture.Say(absl::StrFormat("%s has taken over, %.1f ms after the deletion", next->pod,
                                absl::ToDoubleMilliseconds(next->since - deleted)));
    if (once) return 0;
    if (!interruption.WaitFor(absl::Seconds(3))) return 0;
    actors.erase(term->pod);
    picture.Remove(term->pod);
    enter();  // as a Deployment would
    term = next;
  }
  if (interruption.came()) return 0;
  std::fprintf(stderr, "leadership-demo: nobody came to lead within %s\n", absl::FormatDuration(kPatience).c_str());
  return 1;
}

}  // namespace
}  // namespace leadership_broker::demo

int main(int argc, char** argv) {
  CLI::App app("Three brokers elect a leader, against an embedded stand-in of the API server.");
  bool once = false;
  std::string broker = LEADERSHIP_BROKER_PROGRAM;
  app.add_flag("--once", once, "one takeover, then end");
  app.add_option("--broker", broker, "the broker's program")->capture_default_str()->check(CLI::ExistingFile);
  CLI11_PARSE(app, argc, argv);
  return leadership_broker::demo::Play(broker, once);
}
