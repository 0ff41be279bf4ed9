// A real PostgreSQL, for one test.
#ifndef LEADERSHIP_BROKER_TESTS_INTEROP_FENCING_POSTGRES_SERVER_H_
#define LEADERSHIP_BROKER_TESTS_INTEROP_FENCING_POSTGRES_SERVER_H_

#include <string>
#include <vector>

#include "tests/harness/child_process.h"
#include "tests/harness/scratch_dir.h"

namespace leadership_broker::testing {

// Not thread-safe.
class PostgresServer {
 public:
  // Returns when it can be asked, with the tables of this file in it. Ends the process when it does not start.
  explicit PostgresServer(const std::string& schema_file);
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  // What makes a client find it: NAME=VALUE.
  std::vector<std::string> Environment() const;
  // The answer, a row a line, columns parted by '|'. Fails the test when there is none.
  std::string Query(const std::string& sql) const;

 private:
  Finished Psql(const std::vector<std::string>& arguments) const;

  const ScratchDir scratch_;
  const std::string folder_;
  ChildProcess process_;
};

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_INTEROP_FENCING_POSTGRES_SERVER_H_
