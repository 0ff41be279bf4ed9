// What happened in a run, a line each, for people. Costs nothing where nobody wants it.
#ifndef LEADERSHIP_BROKER_TESTS_SIMULATION_HISTORY_H_
#define LEADERSHIP_BROKER_TESTS_SIMULATION_HISTORY_H_

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"

namespace leadership_broker::simulation {

class History {
 public:
  History(bool wanted, const absl::Time* now) : wanted_(wanted), start_(*now), now_(now) {}

  bool wanted() const { return wanted_; }

  template <typename... Part>
  void Note(const Part&... parts) {
    if (!wanted_) return;
    lines_.push_back(absl::StrFormat("%9.3f  ", absl::ToDoubleSeconds(*now_ - start_)) + absl::StrCat(parts...));
  }

  const std::vector<std::string>& lines() const { return lines_; }

 private:
  const bool wanted_;
  const absl::Time start_;
  const absl::Time* const now_;
  std::vector<std::string> lines_;
};

}  // namespace leadership_broker::simulation

#endif  // LEADERSHIP_BROKER_TESTS_SIMULATION_HISTORY_H_
