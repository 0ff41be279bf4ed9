#include "client/leaderctl/output.h"

#include <errno.h>
#include <string.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "client/leaderctl/duration.h"
#include "client/leaderctl/say.h"
#include "google/protobuf/util/json_util.h"

#include "yaml-cpp/yaml.h"

namespace leadership::leaderctl {
namespace {

using v1::Leadership;

absl::Time ToTime(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
}

std::string TimeText(const google::protobuf::Timestamp& timestamp) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", ToTime(timestamp), absl::UTCTimeZone());
}

// Without the prefix that all values of its type have: LEADER, another_leads.
std::string StateText(const Leadership& leadership) {
  return std::string(absl::StripPrefix(Leadership::State_Name(leadership.state()), "STATE_"));
}
std::string ReasonText(const Leadership& leadership) {
  return absl::AsciiStrToLower(absl::StripPrefix(Leadership::Reason_Name(leadership.reason()), "REASON_"));
}

// A broker's text, on one line.
std::string OneLine(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return std::iscntrl(c) != 0; }, ' ');
  return text;
}

std::string LeaderText(const Leadership& leadership) {
  if (!leadership.has_leader()) return "none";
  const bool is_self = leadership.leader().uid() == leadership.self().uid();
  return absl::StrCat(leadership.leader().name(), is_self ? " (this pod)" : "");
}

// Whether a reader of YAML, of 1.1 or 1.2, takes it for nothing but a string when it has no quotes.
bool IsPlainString(const std::string& text) {
  bool boolean;
  return !text.empty() && absl::ascii_isalpha(static_cast<unsigned char>(text[0])) &&
         !YAML::convert<bool>::decode(YAML::Node(text), boolean) && absl::AsciiStrToLower(text) != "null";
}

// What was a string in the JSON stays one, the numbers of 64 bits among them; yaml-cpp marks those with the tag "!".
void Emit(const YAML::Node& node, YAML::Emitter* out) {
  if (node.IsMap()) {
    *out << YAML::BeginMap;
    for (const auto& entry : node) {
      *out << YAML::Key << entry.first.Scalar() << YAML::Value;
      Emit(entry.second, out);
    }
    *out << YAML::EndMap;
  } else if (node.IsSequence()) {
    *out << YAML::BeginSeq;
    for (const YAML::Node& entry : node) Emit(entry, out);
    *out << YAML::EndSeq;
  } else {
    if (node.Tag() == "!" && !IsPlainString(node.Scalar())) *out << YAML::DoubleQuoted;
    *out << node.Scalar();
  }
}

}  // namespace

std::string ToJson(const google::protobuf::Message& message, bool on_one_line) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = !on_one_line;
  options.preserve_proto_field_names = true;
#if GOOGLE_PROTOBUF_VERSION >= 5026000
  options.always_print_fields_with_no_presence = true;
#else
  options.always_print_primitive_fields = true;
#endif
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  // A timestamp that no calendar has.
  if (!status.ok()) Say(absl::StrCat("the broker's answer is no JSON: ", status.ToString()));
  return std::string(absl::StripSuffix(json, "\n"));
}

std::string ToYaml(const google::protobuf::Message& message) {
  YAML::Emitter out;
  Emit(YAML::Load(ToJson(message)), &out);
  return out.c_str();
}

std::string StatusText(const Leadership& leadership, absl::Time now) {
  const auto since = [&](const google::protobuf::Timestamp& timestamp) {
    return absl::StrCat(ShortDuration(now - ToTime(timestamp)), " ago");
  };
  const v1::Lock& lock = leadership.lock();
  std::vector<std::pair<std::string, std::string>> rows = {
      {"Lock", absl::StrCat(lock.namespace_(), lock.namespace_().empty() ? "" : "/", lock.name())},
      {"State", absl::StrCat(StateText(leadership), " (", ReasonText(leadership), ")")},
      {"Message", OneLine(leadership.message())},
      {"Leader", OneLine(LeaderText(leadership))},
      {"Token", absl::StrCat(leadership.fencing_token())}};
  if (leadership.has_state_since())
    rows.emplace_back("Since",
                      absl::StrCat(TimeText(leadership.state_since()), " (", since(leadership.state_since()), ")"));
  const std::string connected = leadership.api_connected() ? "connected" : "not connected";
  rows.emplace_back("API", leadership.has_verified_at()
                               ? absl::StrCat(connected, ", verified ", since(leadership.verified_at()))
                               : connected);
  std::string text;
  for (const auto& [name, value] : rows) absl::StrAppendFormat(&text, "%-9s%s\n", absl::StrCat(name, ":"), value);
  return std::string(absl::StripSuffix(text, "\n"));
}

std::string LocksText(const v1::ListLocksResponse& locks) {
  size_t width = std::strlen("NAME");
  for (const v1::Lock& lock : locks.locks()) width = std::max(width, lock.name().size());
  const int column = static_cast<int>(width) + 2;
  std::string text = absl::StrFormat("%-*s%-38s%s", column, "NAME", "UID", "HELD SINCE");
  for (const v1::Lock& lock : locks.locks()) {
    const bool held = !lock.uid().empty();
    absl::StrAppendFormat(&text, "\n%-*s%-38s%s", column, lock.name(), held ? lock.uid() : "-",
                          lock.has_creation_time() ? TimeText(lock.creation_time()) : "-");
  }
  return text;
}

std::string WatchText(const Observation& observation) {
  const std::string time = TimeText(observation.time());
  if (!observation.has_leadership())
    return absl::StrFormat("%s %-10s %s", time, "SILENT", OneLine(observation.error()));
  const Leadership& leadership = observation.leadership();
  const std::string leader = leadership.has_leader() ? OneLine(leadership.leader().name()) : "none";
  return absl::StrFormat("%s %-10s leader=%s token=%d reason=%s %s", time, StateText(leadership), leader,
                         leadership.fencing_token(), ReasonText(leadership), OneLine(leadership.message()));
}

bool Print(const std::string& text) {
  if (std::fputs((text + "\n").c_str(), stdout) >= 0 && std::fflush(stdout) == 0) return true;
  Say(absl::StrCat("cannot write to standard output: ", strerror(errno)));
  return false;
}

bool Print(Output output, const google::protobuf::Message& message, const std::string& text) {
  switch (output) {
    case Output::kJson:
      return Print(ToJson(message));
    case Output::kYaml:
      return Print(ToYaml(message));
    case Output::kText:
      break;
  }
  return Print(text);
}

}  // namespace leadership::leaderctl
