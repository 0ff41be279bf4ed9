// Draws that a seed determines.
#ifndef LEADERSHIP_BROKER_TESTS_SIMULATION_RANDOM_H_
#define LEADERSHIP_BROKER_TESTS_SIMULATION_RANDOM_H_

#include <cstdint>
#include <initializer_list>
#include <random>

namespace leadership_broker::simulation {

class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}

  // From [0, 1).
  double Unit() { return static_cast<double>(engine_() >> 11) * 0x1.0p-53; }
  // From [0, below).
  int Below(int below) { return static_cast<int>(Unit() * below); }
  bool Chance(double probability) { return Unit() < probability; }
  template <typename T>
  T OneOf(std::initializer_list<T> values) {
    return values.begin()[Below(static_cast<int>(values.size()))];
  }
  uint64_t Seed() { return engine_(); }

 private:
  std::mt19937_64 engine_;
};

}  // namespace leadership_broker::simulation

#endif  // LEADERSHIP_BROKER_TESTS_SIMULATION_RANDOM_H_
