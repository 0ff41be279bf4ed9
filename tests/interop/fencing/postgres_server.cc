#include "tests/interop/fencing/postgres_server.h"

#include <signal.h>

#include "gtest/gtest.h"

#include "tests/harness/eventually.h"
#include "tests/harness/require.h"

namespace leadership_broker::testing {

PostgresServer::PostgresServer(const std::string& schema_file)
    : folder_(scratch_.File("postgres")),
      process_({std::string(LEADERSHIP_BROKER_SOURCE_DIR) + "/tests/interop/fencing/postgres", folder_},
               testing::Environment(), scratch_.File("log")) {
  const bool answers = Eventually([&] {
                         return !process_.Running() || Psql({"-c", "SELECT"}).exit_code == 0;
                       }) &&
                       process_.Running();
  Require(answers, "no PostgreSQL:\n" + ReadTextFile(scratch_.File("log")));
  const Finished made = Psql({"-f", schema_file});
  Require(made.exit_code == 0, made.output);
}

PostgresServer::~PostgresServer() {
  // Killed, it would leave shared memory behind.
  process_.Signal(SIGINT);
  EXPECT_EQ(process_.Wait(kPatience), 0) << ReadTextFile(scratch_.File("log"));
}

std::vector<std::string> PostgresServer::Environment() const {
  return {"PGHOST=" + folder_, "PGUSER=postgres", "PGDATABASE=postgres"};
}

std::string PostgresServer::Query(const std::string& sql) const {
  const Finished finished = Psql({"-c", sql});
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  return finished.output;
}

Finished PostgresServer::Psql(const std::vector<std::string>& arguments) const {
  std::vector<std::string> command = {"/usr/bin/env",  "psql", "--no-psqlrc",          "--no-align",
                                      "--tuples-only", "-q",   "--set=ON_ERROR_STOP=1"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  std::vector<std::string> environment = testing::Environment({"PG"});
  for (const std::string& variable : Environment()) environment.push_back(variable);
  return RunProgram(command, kPatience, environment);
}

}  // namespace leadership_broker::testing
