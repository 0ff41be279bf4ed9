// The app of examples/fencing and a real PostgreSQL: a leader that is frozen between learning that it leads and its
// write, while another takes over.
#include <signal.h>

#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"

#include "tests/interop/examples/example_app.h"
#include "tests/interop/fencing/postgres_server.h"
#include "tests/scenarios/scenario.h"

namespace leadership_broker::testing {
namespace {

const std::string kSource = LEADERSHIP_BROKER_SOURCE_DIR;

class Fencing : public Scenario {
 protected:
  std::unique_ptr<ExampleApp> NewApp(const Candidate& beside) const {
    std::vector<std::string> variables = store_.Environment();
    variables.push_back("PYTHONPATH=" + kSource + "/examples/python");
    variables.push_back("POD_NAME=" + beside.pod->name());
    variables.push_back("POD_UID=" + beside.pod->uid());
    return std::make_unique<ExampleApp>("the app in pod " + beside.pod->name(),
                                        ExampleCommand("python", "examples/fencing/app.py"), beside.broker.address(),
                                        variables);
  }
  // SIGSTOP between two lines of the app's: "preparing", and "written".
  static bool FreezeBeforeAWrite(ExampleApp& app) {
    return Eventually([&] {
      app.process().Signal(SIGSTOP);
      const std::string output = app.Output();
      const size_t last = output.rfind('\n', output.size() - 2) + 1;
      if (absl::StartsWith(output.substr(last), "preparing")) return true;
      app.process().Signal(SIGCONT);
      return false;
    });
  }
  static bool Prints(const ExampleApp& app, const std::string& line) {
    return Eventually([&] { return absl::StrContains(app.Output(), line + "\n"); });
  }

  PostgresServer store_{kSource + "/examples/fencing/schema.sql"};
};

TEST_F(Fencing, TheStoreRefusesTheLeaderOfYesterday) {
  auto candidates = NewCandidates({"a", "b"});
  Candidate& a = *candidates[0];
  Candidate& b = *candidates[1];
  const auto app_a = NewApp(a);
  const auto app_b = NewApp(b);
  const uint64_t first = a.Says().fencing_token();
  ASSERT_TRUE(Prints(*app_a, absl::StrCat("written ", first)));

  // The whole pod stands still, as with its node, and is given up.
  ASSERT_TRUE(FreezeBeforeAWrite(*app_a));
  a.broker.Pause();
  a.pod->DeleteByForce();
  b.WaitForState(Leadership::STATE_LEADER);
  const uint64_t second = b.Says().fencing_token();
  EXPECT_GT(second, first);
  ASSERT_TRUE(Prints(*app_b, absl::StrCat("written ", second)));

  // The app goes on first, and has heard nothing.
  const std::string of_first = absl::StrCat("SELECT count(*) FROM journal WHERE token = ", first);
  const std::string before = store_.Query(of_first);
  app_a->process().Signal(SIGCONT);
  EXPECT_TRUE(Prints(*app_a, absl::StrCat("refused ", first)));
  a.broker.Resume();
  EXPECT_EQ(app_a->Stop(), 0);
  EXPECT_EQ(app_b->Stop(), 0);

  EXPECT_EQ(store_.Query(of_first), before);
  EXPECT_EQ(store_.Query("SELECT token FROM fence"), absl::StrCat(second, "\n"));
  EXPECT_EQ(store_.Query("SELECT DISTINCT entry FROM journal WHERE token <> " + std::to_string(first)), "by b\n");
  // All that the second was told is written, is; and no write of the first's lies among its.
  const std::string written = absl::StrCat("written ", second);
  const size_t told = std::vector<std::string>(absl::StrSplit(app_b->Output(), written)).size() - 1;
  const std::string rows = store_.Query("SELECT count(*) FROM journal WHERE entry = 'by b'");
  EXPECT_GE(std::stoul(rows), told);
  EXPECT_EQ(
      store_.Query("SELECT count(*) FROM (SELECT token, lag(token) OVER (ORDER BY n) AS earlier FROM journal) AS j"
                   " WHERE token < earlier"),
      "0\n");
  std::cout << "  journal, by token: "
            << store_.Query("SELECT token, entry, count(*) FROM journal GROUP BY 1, 2 ORDER BY 1");
}

}  // namespace
}  // namespace leadership_broker::testing
