#include "tests/interop/grpcurl/transcript.h"

#include <regex>
#include <sstream>
#include <utility>

namespace leadership_broker::testing {
namespace {

std::string WithoutEmptyLinesAtTheEnd(std::string text) {
  while (text.size() >= 2 && text.compare(text.size() - 2, 2, "\n\n") == 0) text.pop_back();
  return text == "\n" ? "" : text;
}

}  // namespace

std::vector<TranscriptStep> FindTranscript(const std::string& markdown, const std::string& name) {
  std::istringstream lines(markdown);
  std::string line;
  while (std::getline(lines, line) && line != "<!-- " + name + " -->") {
  }
  while (std::getline(lines, line) && line.rfind("```", 0) != 0) {
  }
  std::vector<TranscriptStep> steps;
  while (std::getline(lines, line) && line.rfind("```", 0) != 0) {
    if (line.rfind("$ ", 0) == 0) {
      steps.push_back({line.substr(2), ""});
    } else if (!steps.empty()) {
      steps.back().output += line + "\n";
    }
  }
  for (TranscriptStep& step : steps) step.output = WithoutEmptyLinesAtTheEnd(std::move(step.output));
  return steps;
}

std::string Normalized(const std::string& output) {
  static const auto* const kReplacements = new std::vector<std::pair<std::regex, std::string>>{
      {std::regex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "UID"},
      {std::regex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z"), "TIME"},
      {std::regex("(\"(resource_?[vV]ersion|fencing_?[tT]oken|revision)\": )\"[0-9]+\""), "$1NUMBER"},
      {std::regex("(\"namespace\": )\"[^\"]*\""), "$1NAMESPACE"},
  };
  std::string text = output;
  for (const auto& [pattern, word] : *kReplacements) text = std::regex_replace(text, pattern, word);
  return WithoutEmptyLinesAtTheEnd(std::move(text));
}

}  // namespace leadership_broker::testing
