// How leaderctl prints: the API's messages as JSON or YAML, or as text for people.
//
// Pure; any thread.
#ifndef LEADERSHIP_LEADERCTL_OUTPUT_H_
#define LEADERSHIP_LEADERCTL_OUTPUT_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "client/leaderctl/command_line.h"
#include "client/leaderctl/output.pb.h"
#include "google/protobuf/message.h"

#include "leadership/v1/leadership.pb.h"

namespace leadership::leaderctl {

// Protobuf's JSON with the proto's own field names. Fields that are zero are printed, messages that are absent are not.
std::string ToJson(const google::protobuf::Message& message, bool on_one_line = false);
// The same fields and values.
std::string ToYaml(const google::protobuf::Message& message);

// For people, several lines; ages as of `now`.
std::string StatusText(const v1::Leadership& leadership, absl::Time now);
std::string LocksText(const v1::ListLocksResponse& locks);
// One line.
std::string WatchText(const Observation& observation);

// To standard output, at once. False, with a word on standard error, when that cannot be written.
bool Print(const std::string& text);
// In the form that was asked for; `text` is what people get.
bool Print(Output output, const google::protobuf::Message& message, const std::string& text);

}  // namespace leadership::leaderctl

#endif  // LEADERSHIP_LEADERCTL_OUTPUT_H_
