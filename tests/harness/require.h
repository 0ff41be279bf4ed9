// For what a test cannot go on without and does not itself test.
#ifndef LEADERSHIP_BROKER_TESTS_HARNESS_REQUIRE_H_
#define LEADERSHIP_BROKER_TESTS_HARNESS_REQUIRE_H_

#include <cstdlib>
#include <iostream>
#include <string>

namespace leadership_broker::testing {

// Ends the process as failed, with `otherwise` as the reason, unless `condition` holds.
inline void Require(bool condition, const std::string& otherwise) {
  if (condition) return;
  std::cerr << "test harness: " << otherwise << std::endl;
  std::_Exit(EXIT_FAILURE);
}

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_HARNESS_REQUIRE_H_
