// What is in the log: every change that clients are told of, and no secret.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "nlohmann/json.hpp"

#include "tests/harness/eventually.h"
#include "tests/scenarios/scenario.h"

namespace leadership_broker::testing {
namespace {

using nlohmann::json;

class Log : public Scenario {};

// The lines that tell of a state.
std::vector<json> ChangesIn(const std::string& log) {
  std::vector<json> changes;
  for (absl::string_view line : absl::StrSplit(log, '\n', absl::SkipEmpty())) {
    json parsed = json::parse(line, nullptr, /*allow_exceptions=*/false);
    // The last one may be half written.
    if (!parsed.is_object()) continue;
    if (parsed.contains("state")) changes.push_back(std::move(parsed));
  }
  return changes;
}

TEST_F(Log, EveryChangeThatIsToldIsALineWithLockStateReasonLeaderAndToken) {
  auto candidates = NewCandidates({"a", "b"}, {"--log-format=json"});
  candidates[0]->pod->Delete();
  candidates[1]->WaitForState(Leadership::STATE_LEADER);
  for (const Told& told : candidates[1]->app.History()) {
    const Leadership& leadership = told.leadership;
    if (leadership.reason() == Leadership::REASON_STARTING) continue;
    const json expected = {{"lock", lock},
                           {"state", Leadership::State_Name(leadership.state()).substr(6)},
                           {"reason", Leadership::Reason_Name(leadership.reason()).substr(7)},
                           {"leader", leadership.leader().name()},
                           {"token", absl::StrCat(leadership.fencing_token())}};
    const auto logged = [&] {
      std::vector<json> changes = ChangesIn(candidates[1]->broker.Log());
      return std::any_of(changes.begin(), changes.end(), [&expected](json& line) {
        line.merge_patch({{"time", nullptr}, {"level", nullptr}, {"message", nullptr}});
        return line == expected;
      });
    };
    // Clients are told first.
    EXPECT_TRUE(Eventually(logged)) << leadership.ShortDebugString() << "\n" << candidates[1]->broker.Log();
  }
}

TEST_F(Log, EachCallToTheApiServerIsALineAtDebug) {
  auto candidate = NewCandidate("a", {"--log-level=debug"});
  candidate->WaitForState(Leadership::STATE_LEADER);
  const std::string log = candidate->broker.Log();
  for (const char* call :
       {"list configmaps \"the-lock\"", "watch configmaps", "list pods \"a\"", "create configmaps"}) {
    EXPECT_THAT(log, ::testing::HasSubstr(call));
  }
  EXPECT_THAT(log, ::testing::HasSubstr("http_status=201"));
}

TEST_F(Log, NoTokenIsInItWhateverGoesWrong) {
  auto candidate = NewCandidate("a", {"--log-level=debug"});
  candidate->WaitForState(Leadership::STATE_LEADER);
  std::vector<std::string> secrets = {ReadTextFile(candidate->pod->service_account_dir() + "/token")};
  cluster.RevokeTokens(namespace_name);
  cluster.StopApiServer();
  cluster.StartApiServer();
  candidate->WaitForReason(Leadership::REASON_UNAUTHORIZED);
  candidate->pod->RenewToken();
  secrets.push_back(ReadTextFile(candidate->pod->service_account_dir() + "/token"));
  candidate->WaitForState(Leadership::STATE_LEADER);
  const std::string log = candidate->broker.Log();
  for (const std::string& secret : secrets) {
    ASSERT_FALSE(secret.empty());
    // Its signature is what makes it one.
    for (const std::string& part : std::vector<std::string>(absl::StrSplit(secret, '.'))) {
      EXPECT_THAT(log, ::testing::Not(::testing::HasSubstr(part)));
    }
  }
}

}  // namespace
}  // namespace leadership_broker::testing
