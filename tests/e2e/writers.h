// Apps that write to PostgreSQL while they lead, each write fenced by its term's token.
#ifndef LEADERSHIP_BROKER_TESTS_E2E_WRITERS_H_
#define LEADERSHIP_BROKER_TESTS_E2E_WRITERS_H_

#include <string>

#include "nlohmann/json.hpp"

#include "tests/e2e/workload.h"
#include "tests/interop/fencing/postgres_server.h"

namespace leadership_broker::testing {

// The store of examples/fencing, which no cut of a node's cable parts from the node's pods: they reach it by a socket
// in a folder of the machine. In the stage's namespace, which has to allow such a volume. Not thread-safe.
class Writers {
 public:
  explicit Writers(Stage* stage);

  // "app": psql under `leaderctl run`. It writes "written TOKEN" or "refused TOKEN" several times a second.
  nlohmann::json App() const;
  // What it needs of its pod.
  nlohmann::json Volumes() const;
  // Whether the store has taken a write with this token.
  bool Took(const std::string& token) const;
  // Writes that the store took after one of a greater token.
  int OutOfOrder() const;

 private:
  PostgresServer store_;
};

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_E2E_WRITERS_H_
