// A transcript of a terminal in a Markdown file: commands, each a line that begins with "$ ", and below each what it
// printed.
#ifndef LEADERSHIP_BROKER_TESTS_INTEROP_GRPCURL_TRANSCRIPT_H_
#define LEADERSHIP_BROKER_TESTS_INTEROP_GRPCURL_TRANSCRIPT_H_

#include <string>
#include <vector>

namespace leadership_broker::testing {

struct TranscriptStep {
  std::string command;
  // With a newline at the end of every line; no empty lines at the end.
  std::string output;
};

// The steps of the fenced block that follows the line "<!-- NAME -->". Empty when there is none.
std::vector<TranscriptStep> FindTranscript(const std::string& markdown, const std::string& name);

// With what differs from run to run replaced by a word for it: UIDs, times, resource versions, fencing tokens,
// revisions, namespaces. Empty lines at the end are dropped.
std::string Normalized(const std::string& output);

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_INTEROP_GRPCURL_TRANSCRIPT_H_
