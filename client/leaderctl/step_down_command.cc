#include <unistd.h>

#include <iostream>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/leaderctl/broker_calls.h"
#include "client/leaderctl/commands.h"
#include "client/leaderctl/exit_codes.h"
#include "client/leaderctl/output.h"
#include "client/leaderctl/say.h"

namespace leadership::leaderctl {
namespace {

bool IsAgreed(const std::string& pod) {
  std::cerr << "This deletes the pod " << pod << ", which is the only way to give up leadership. Go on? [y/N] ";
  std::string answer;
  std::getline(std::cin, answer);
  answer = absl::AsciiStrToLower(absl::StripAsciiWhitespace(answer));
  return answer == "y" || answer == "yes";
}

}  // namespace

int StepDown(const Options& options) {
  if (!options.yes && isatty(STDIN_FILENO) == 0) {
    Say("step-down deletes this pod, and there is no terminal to ask on: say --yes if that is meant");
    return kUsage;
  }
  Client client(ClientOptionsOf(options));
  if (!options.yes) {
    const absl::StatusOr<v1::Leadership> now = client.Get(options.lock);
    if (!now.ok()) return Fail(now.status());
    if (!IsAgreed(now->self().name())) {
      Say("nothing was done");
      return kFailure;
    }
  }
  const absl::Status done = client.StepDown(options.lock);
  if (!done.ok()) return Fail(done);
  return Print(options.output, v1::StepDownResponse(), "this pod is being deleted") ? kSuccess : kFailure;
}

}  // namespace leadership::leaderctl
