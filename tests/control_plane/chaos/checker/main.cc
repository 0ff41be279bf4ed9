// chaos-check FILE: applies the rules to a history. Exit code 0 when all hold, 1 when one is broken, 2 for bad input.
#include <fstream>
#include <iomanip>
#include <iostream>

#include "tests/control_plane/chaos/checker/check.h"

int main(int argc, char** argv) {
  namespace chaos = leadership_broker::chaos;
  if (argc != 2) {
    std::cerr << "usage: chaos-check FILE" << std::endl;
    return 2;
  }
  std::ifstream file(argv[1]);
  std::string error = "cannot be opened";
  const std::optional<chaos::History> history =
      file ? chaos::ReadHistory(file, &error) : std::optional<chaos::History>();
  if (!history.has_value()) {
    std::cerr << "chaos-check: " << argv[1] << ": " << error << std::endl;
    return 2;
  }
  const chaos::Verdict verdict = chaos::Check(*history);
  std::cout << std::fixed << std::setprecision(1) << "faults by kind:\n";
  for (const auto& [fault, count] : history->faults) std::cout << std::setw(6) << count << "  " << fault << "\n";
  std::cout << "messages told " << history->told.size() << ", leaders elected " << verdict.leaders << ", settled in "
            << verdict.settled_seconds << " s\n";
  for (const auto& [excuse, count] : verdict.excused)
    std::cout << "excused overlaps: " << count << "  " << excuse << "\n";
  std::cout << "violations " << verdict.violations.size() << "\n";
  for (const chaos::Violation& violation : verdict.violations) {
    std::cout << std::setw(10) << static_cast<double>(violation.at) / 1e6 << " s  " << violation.rule << ": "
              << violation.what << "\n";
  }
  return verdict.violations.empty() ? 0 : 1;
}
