// crowd ADDRESS STREAMS CONNECTIONS: a process that subscribes, says "told" once every stream has had its first
// message, and goes on until it is killed. What a crashed or frozen app looks like to a broker.
#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "tests/component/crowd.h"
#include "tests/harness/eventually.h"

int main(int argc, char** argv) {
  if (argc != 4) return EXIT_FAILURE;
  const int streams = std::atoi(argv[2]);
  const leadership_broker::testing::Crowd crowd(argv[1], streams, std::atoi(argv[3]));
  const bool told = leadership_broker::testing::Eventually(
      [&] { return crowd.CountTold([](const auto&) { return true; }) == streams; }, absl::InfiniteDuration());
  if (told) std::cout << "told" << std::endl;
  for (;;) pause();
}
