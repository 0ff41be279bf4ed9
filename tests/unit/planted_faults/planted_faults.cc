// Faults on purpose, one for each thing that the job under AddressSanitizer and UndefinedBehaviorSanitizer is there to
// find. Each has to be reported, or that job could not find a real one either.
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <limits>
#include <memory>
#include <string>

namespace {

// Not to be known to the compiler.
volatile int one = 1;

int UseAfterFree() {
  auto number = std::make_unique<int>(one);
  const int* const dangling = number.get();
  number.reset();
  return *dangling;
}

__attribute__((noinline)) int* AddressOfALocal() {
  int local = one;
  int* volatile address = &local;
  return address;
}

int UseAfterReturn() { return *AddressOfALocal(); }

int Overflow() {
  int greatest = std::numeric_limits<int>::max();
  greatest += one;
  return greatest;
}

int Leak() {
  auto* volatile lost = new std::string(100, 'x');
  const int size = static_cast<int>(lost->size());
  lost = nullptr;
  return size;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string fault = argc == 2 ? argv[1] : "";
  int result = 0;
  if (fault == "use_after_free") result = UseAfterFree();
  if (fault == "use_after_return") result = UseAfterReturn();
  if (fault == "overflow") result = Overflow();
  if (fault == "leak") result = Leak();
  std::cout << fault << " was not found: " << result << std::endl;
}
