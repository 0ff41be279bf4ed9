// A whole candidacy, from the bytes of an API server to what subscribers are told: client, reflectors, campaigner and
// election, under virtual time.
//
// Input: a script (script.h): a line of options, then one thing that happens in each line; see Play(). With FUZZ_TRACE
// in the environment it is told what happens.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <memory>
#include <string>

#include "server/election/candidacy.h"
#include "server/kube/credentials.h"
#include "server/kube/rest_api.h"
#include "tests/fuzz/check.h"
#include "tests/fuzz/objects.h"
#include "tests/fuzz/script.h"
#include "tests/fuzz/scripted_api_server.h"
#include "tests/harness/scratch_dir.h"
#include "tests/harness/virtual_scheduler.h"
#include "tests/unit/kube/pod_token.h"

namespace leadership_broker::fuzz {
namespace {

using leadership::v1::Leadership;

// What every subscriber may rely on.
class Listener : public election::Audience {
 public:
  void Publish(status::SnapshotPtr snapshot) override {
    const Leadership& told = snapshot->leadership;
    const bool leads = told.state() == Leadership::STATE_LEADER;
    if (Tracing()) std::cerr << "    tell " << told.ShortDebugString() << "\n";
    Check(told.state() != Leadership::STATE_UNSPECIFIED && told.reason() != Leadership::REASON_UNSPECIFIED &&
              !told.message().empty(),
          "a message is a full state");
    Check(IsPrintable(told.message()) && IsUtf8(told.message()), "a message can be shown", told.message());
    Check(!leads || told.leader().uid() == kSelfUid, "R1: who is told to lead is this pod");
    if (last_ != nullptr) {
      const Leadership& last = last_->leadership;
      const bool led = last.state() == Leadership::STATE_LEADER;
      Check(told.revision() == last.revision() || told.revision() == last.revision() + 1, "revision rises by one");
      Check(snapshot->is_loss == (led && !leads), "R4: a loss is one");
      Check(!led || !leads || last.lock().uid() == told.lock().uid(), "R4: between two terms there is a loss");
    }
    last_ = std::move(snapshot);
  }
  void Warn(const std::string& message) override { Check(!message.empty(), "a warning says something"); }

 private:
  status::SnapshotPtr last_;
};

kube::Credentials* TheCredentials() {
  static const testing::ScratchDir directory;
  static const std::unique_ptr<kube::Credentials> credentials = [] {
    testing::WriteTextFile(directory.File("ca.crt"), "-----BEGIN CERTIFICATE-----\n");
    testing::WriteTextFile(directory.File("token"), testing::PodToken(1'900'000'000));
    auto read = kube::Credentials::FromDirectory(directory.path(), [](const std::string&) {});
    Check(read.ok(), "there is a token", read.status().ToString());
    return *std::move(read);
  }();
  return credentials.get();
}

election::Options Options(Line line) {
  election::Options options;
  options.namespace_name = "ns";
  options.lock_name = "lock";
  options.self = {kSelfName, kSelfUid, ""};
  options.on_request = line.Flag();
  if (line.Flag()) options.unverified_limit = absl::Seconds(10);
  if (line.Flag()) options.create_spread = absl::Seconds(5);
  return options;
}

class Run {
 public:
  explicit Run(const election::Options& options)
      : api_(&server_, TheCredentials(), &scheduler_),
        candidacy_(&api_, &scheduler_, {{options, &listener_}}, [](const kube::Pod&) {}) {
    candidacy_.Start();
  }

  void Play(Line line) {
    if (Tracing()) std::cerr << absl::FormatDuration(scheduler_.Now().boot) << "  " << line.Rest() << "\n";
    switch (line.Letter()) {
      case 'A':  // the API server does something
        return server_.Play(line);
      case 'T':  // so many half seconds pass
        return scheduler_.Advance(absl::Milliseconds(500) * static_cast<int64_t>(line.Choice(200)));
      case 'U':  // the time of the next timer comes, if that is no more than an hour away
        return scheduler_.Advance(
            std::clamp(scheduler_.Next() - scheduler_.Now().boot, absl::ZeroDuration(), absl::Hours(1)));
      case 'Q': {  // somebody comes to wait in Become, or leaves
        const bool comes = line.Flag();
        if (!comes && waiters_ == 0) return;
        waiters_ += comes ? 1 : -1;
        return candidacy_.CountWaiter("lock", comes ? 1 : -1);
      }
      default:
        return;
    }
  }

 private:
  testing::VirtualScheduler scheduler_;
  ScriptedApiServer server_;
  kube::RestApi api_;
  Listener listener_;
  election::Candidacy candidacy_;
  int waiters_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::vector<Line> lines = Lines({reinterpret_cast<const char*>(data), size});
  Run run(Options(lines.front()));
  for (size_t i = 1; i < lines.size(); ++i) run.Play(lines[i]);
  return 0;
}

}  // namespace leadership_broker::fuzz
