#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/boot_clock.h"
#include "client/leaderctl/broker_calls.h"
#include "client/leaderctl/candidacy.h"
#include "client/leaderctl/child_group.h"
#include "client/leaderctl/commands.h"
#include "client/leaderctl/exit_codes.h"
#include "client/leaderctl/program.h"
#include "client/leaderctl/say.h"
#include "client/leaderctl/signals.h"
#include "client/leaderctl/supervisor.h"

namespace leadership::leaderctl {
namespace {

using Act = Supervisor::Act;

// How often to look whether the rest of a group is gone: of processes that are nobody's children nothing tells it.
constexpr absl::Duration kLookInterval = absl::Milliseconds(20);
// By then the watch has told of a term for which Become returned, or the term is over and Become is due again.
constexpr absl::Duration kStandAgain = absl::Seconds(1);

// leaderctl's own environment, with what CMD has to know of the term.
std::vector<std::string> EnvironmentFor(const v1::Leadership& term) {
  std::vector<std::string> environment = {absl::StrCat("LEADERSHIP_FENCING_TOKEN=", term.fencing_token()),
                                          absl::StrCat("LEADERSHIP_LOCK=", term.lock().name()),
                                          absl::StrCat("LEADERSHIP_LOCK_UID=", term.lock().uid())};
  const size_t own = environment.size();
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const absl::string_view name = absl::string_view(*variable).substr(0, absl::string_view(*variable).find('=') + 1);
    if (std::none_of(environment.begin(), environment.begin() + own,
                     [&](const std::string& set) { return absl::StartsWith(set, name); })) {
      environment.emplace_back(*variable);
    }
  }
  return environment;
}

// The main thread's loop: signals and news in, the supervisor's decisions out.
class Runner {
 public:
  Runner(const Options& options, const Inheritance& inheritance, std::string path)
      : options_(options),
        path_(std::move(path)),
        group_(&inheritance),
        candidacy_(options),
        supervisor_(options.restart) {}

  int Run() {
    Say(absl::StrCat("waiting for leadership, by the broker at ", candidacy_.address()));
    candidacy_.Stand();
    while (!ended_) {
      pollfd sources[] = {{signals_.fd(), POLLIN, 0}, {candidacy_.fd(), POLLIN, 0}};
      poll(sources, 2, PollMilliseconds());
      // A loss comes first.
      while (std::optional<News> news = candidacy_.Next()) Take(*news);
      while (const int signal = signals_.Next()) Take(signal);
      LookAfterGroup();
      if (!ended_ && internal::BootTime() >= stand_again_at_) StandAgain();
    }
    return supervisor_.exit_code();
  }

 private:
  void Do(Act act) {
    switch (act) {
      case Act::kNothing:
        return;
      case Act::kStart:
        return Start();
      case Act::kStop:
        group_.Signal(SIGTERM);
        kill_at_ = internal::BootTime() + options_.grace;
        return;
      case Act::kStand:
        candidacy_.Stand();
        return;
      case Act::kExit:
        ended_ = true;
    }
  }

  void Start() {
    if (!candidacy_.IsLeading()) return Do(supervisor_.NotStarted());
    stand_again_at_ = absl::InfiniteDuration();
    const int error = group_.Start(path_, options_.command, EnvironmentFor(term_));
    if (error == 0) {
      Say(absl::StrCat("this pod leads by the lock ", term_.lock().name(), ", token ", term_.fencing_token(),
                       ": started ", options_.command[0]));
      return;
    }
    Say(absl::StrCat("cannot run ", path_, ": ", strerror(error)));
    const bool no_process = error == EAGAIN || error == ENOMEM || error == EMFILE || error == ENFILE;
    supervisor_.CommandEnded(no_process ? kRunFailure : error == ENOENT ? kNotFound : kNotExecutable);
    Do(supervisor_.GroupGone());
  }

  void Take(const News& news) {
    if (ended_) return;
    switch (news.kind) {
      case News::Kind::kLeading:
        term_ = news.term;
        return Do(supervisor_.Leading());
      case News::Kind::kStillLeading:
        Do(supervisor_.Leading());
        return Say("this pod leads still");
      case News::Kind::kNotLeading:
        Do(supervisor_.NotLeading());
        return Say(absl::StrCat("this pod does not lead any more: ", news.text));
      case News::Kind::kUncertain:
        return Say(absl::StrCat("nobody knows whether this pod leads: ", news.text));
      case News::Kind::kFailed:
        Do(supervisor_.GiveUp(kRunFailure));
        Fail(news.error);
        return;
      case News::Kind::kStood:
        return TakeStood(news.error);
    }
  }

  void TakeStood(const absl::Status& error) {
    if (!supervisor_.standing()) return;
    if (error.ok()) {
      stand_again_at_ = internal::BootTime() + kStandAgain;
      return;
    }
    Do(supervisor_.GiveUp(absl::IsDeadlineExceeded(error) ? kTimedOut : kRunFailure));
    Fail(error);
  }

  void StandAgain() {
    stand_again_at_ = absl::InfiniteDuration();
    if (supervisor_.standing()) candidacy_.Stand();
  }

  void Take(int signal) {
    if (ended_ || signal == SIGCHLD) return;
    if (signal == SIGCONT) group_.HandOverTerminal();
    group_.Signal(signal);
    if (AsksToEnd(signal)) Do(supervisor_.Terminate(signal));
  }

  void LookAfterGroup() {
    const bool command_ended = group_.Reap();
    if (ended_ || !supervisor_.has_group()) return;
    const Act act = command_ended ? supervisor_.CommandEnded(group_.exit_code()) : Act::kNothing;
    if (group_.Gone()) {
      kill_at_ = absl::InfiniteDuration();
      return Do(supervisor_.GroupGone());
    }
    Do(act);
    if (internal::BootTime() < kill_at_) return;
    kill_at_ = absl::InfiniteDuration();
    group_.Signal(SIGKILL);
    Say(absl::StrCat(options_.command[0], " has not ended within ", absl::FormatDuration(options_.grace), ": killed"));
  }

  int PollMilliseconds() const {
    absl::Duration wait = std::min(kill_at_, stand_again_at_) - internal::BootTime();
    if (supervisor_.has_group() && group_.HasOrphans()) wait = std::min(wait, kLookInterval);
    if (wait == absl::InfiniteDuration()) return -1;
    return static_cast<int>(absl::ToInt64Milliseconds(std::max(wait, absl::ZeroDuration()))) + 1;
  }

  const Options& options_;
  const std::string path_;
  // First, before any thread is: they inherit what is blocked.
  SignalQueue signals_;
  ChildGroup group_;
  Candidacy candidacy_;
  Supervisor supervisor_;

  // Of the newest term.
  v1::Leadership term_;
  // By the boot clock.
  absl::Duration kill_at_ = absl::InfiniteDuration();
  absl::Duration stand_again_at_ = absl::InfiniteDuration();
  bool ended_ = false;
};

}  // namespace

int Run(const Options& options, const Inheritance& inheritance) {
  const Program program = FindProgram(options.command[0]);
  if (program.path.empty()) {
    Say(program.error);
    return program.exit_code;
  }
  return Runner(options, inheritance, program.path).Run();
}

}  // namespace leadership::leaderctl
