#include "tests/e2e/writers.h"

#include <cstdlib>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gtest/gtest.h"

namespace leadership_broker::testing {
namespace {

using Json = nlohmann::json;

constexpr char kSchema[] = LEADERSHIP_BROKER_SOURCE_DIR "/examples/fencing/schema.sql";
constexpr char kHost[] = "PGHOST=";

// The example's write as one statement. Psql runs it again and again.
constexpr char kWrites[] = R"(
\getenv token LEADERSHIP_FENCING_TOKEN
\pset tuples_only on
WITH fence AS (
  INSERT INTO fence VALUES ('the-lock', :token)
  ON CONFLICT (lock) DO UPDATE SET token = excluded.token WHERE fence.token <= excluded.token
  RETURNING token
), entry AS (
  INSERT INTO journal (token, entry) SELECT token, 'e2e' FROM fence RETURNING token
)
SELECT CASE WHEN count(*) = 1 THEN 'written' ELSE 'refused' END || ' ' || :token FROM entry
\watch 0.2
)";

}  // namespace

Writers::Writers(Stage* stage) : store_(kSchema) {
  const HttpAnswer made = stage->Admin().Post(
      stage->Path("configmaps"), {{"metadata", {{"name", "writes"}}}, {"data", {{"writes.sql", kWrites}}}});
  EXPECT_EQ(made.status, 201) << made.text;
}

Json Writers::App() const {
  Json app = Container(
      "app", "tools", {"/usr/bin/leaderctl", "run", "--", "/usr/bin/psql", "--no-psqlrc", "--file=/writes/writes.sql"});
  for (const std::string& variable : store_.Environment()) {
    const std::vector<std::string> parts = absl::StrSplit(variable, absl::MaxSplits('=', 1));
    if (absl::StartsWith(variable, "PG")) SetEnvironment(&app, parts[0], parts[0] == "PGHOST" ? "/store" : parts[1]);
  }
  app["volumeMounts"] =
      Json::array({{{"name", "writes"}, {"mountPath", "/writes"}}, {{"name", "store"}, {"mountPath", "/store"}}});
  return app;
}

Json Writers::Volumes() const {
  std::string folder;
  for (const std::string& variable : store_.Environment()) {
    if (absl::StartsWith(variable, kHost)) folder = std::string(absl::StripPrefix(variable, kHost));
  }
  return Json::array({{{"name", "writes"}, {"configMap", {{"name", "writes"}}}},
                      {{"name", "store"}, {"hostPath", {{"path", folder}, {"type", "Directory"}}}}});
}

bool Writers::Took(const std::string& token) const {
  return std::atoi(store_.Query(absl::StrCat("SELECT count(*) FROM journal WHERE token = ", token)).c_str()) > 0;
}

int Writers::OutOfOrder() const {
  return std::atoi(
      store_
          .Query("SELECT count(*) FROM (SELECT token, max(token) OVER (ORDER BY n) AS greatest FROM journal) AS writes "
                 "WHERE token < greatest")
          .c_str());
}

}  // namespace leadership_broker::testing
