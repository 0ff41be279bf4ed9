// The containers of the tests' pods, as Pod Security "restricted" wants them.
#ifndef LEADERSHIP_BROKER_TESTS_E2E_CONTAINERS_H_
#define LEADERSHIP_BROKER_TESTS_E2E_CONTAINERS_H_

#include <string>
#include <vector>

#include "nlohmann/json.hpp"

namespace leadership_broker::testing {

// Any program of an image of tests/e2e/images; the image's own when `command` is empty. POD_UID is set.
nlohmann::json Container(const std::string& name, const std::string& image, const std::vector<std::string>& command);

// "app": the C++ example.
nlohmann::json ExampleApp();
// "app": waits for ever and, being the first process of its container, does not heed SIGTERM.
nlohmann::json Stubborn();
// "witness": writes what the broker tells it, see Pod::AllTold. With `lock` where the pod stands for several.
nlohmann::json Witness(const std::string& lock = "");

// Adds a variable to a container.
void SetEnvironment(nlohmann::json* container, const std::string& name, const std::string& value);

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_E2E_CONTAINERS_H_
