// All that a run leaves to chance, from its seed: which fault comes next, when, and for how long.
#ifndef LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_CHOICES_H_
#define LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_CHOICES_H_

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"

namespace leadership_broker::chaos {

// Not thread-safe.
class Choices {
 public:
  Choices(uint64_t seed, uint64_t stream) {
    std::seed_seq both = {seed, seed >> 32, stream};
    random_.seed(both);
  }

  absl::Duration Between(absl::Duration least, absl::Duration most) { return least + (most - least) * Part(); }
  bool Coin() { return Part() < 0.5; }
  size_t Below(size_t count) { return std::min(count - 1, static_cast<size_t>(Part() * static_cast<double>(count))); }

 private:
  double Part() { return std::uniform_real_distribution<double>(0, 1)(random_); }

  std::mt19937_64 random_;
};

// Kinds, each with so many cards in a shuffled pack: unlike dice, it brings every kind within one pack. May be used by
// any thread.
class Deck {
 public:
  Deck(const std::vector<std::pair<std::string, int>>& kinds, uint64_t seed) : random_(seed) {
    for (const auto& [kind, count] : kinds) pack_.insert(pack_.end(), static_cast<size_t>(count), kind);
  }

  std::string Draw() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (next_ % pack_.size() == 0) std::shuffle(pack_.begin(), pack_.end(), random_);
    return pack_[next_++ % pack_.size()];
  }

 private:
  std::mutex mutex_;
  // Guarded by mutex_.
  std::mt19937_64 random_;
  std::vector<std::string> pack_;
  size_t next_ = 0;
};

}  // namespace leadership_broker::chaos

#endif  // LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_CHOICES_H_
