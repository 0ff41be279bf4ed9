// A fault on purpose, behind six comparisons that chance does not pass: a fuzzer that is not led by what its inputs
// reach does not find it, and a job that does not fail on it could not fail on a real one.
#include <cstddef>
#include <cstdint>
#include <memory>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr uint8_t kPassword[] = {'L', 'E', 'A', 'D', 'E', 'R'};
  for (size_t i = 0; i < sizeof(kPassword); ++i) {
    if (i == size || data[i] != kPassword[i]) return 0;
  }
  const auto copy = std::make_unique<char[]>(size);
  // So that the compiler does not leave it out.
  volatile char beyond = copy[size];
  static_cast<void>(beyond);
  return 0;
}
