#include "server/config/log_line.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/type_resolver_util.h"

#include "server/config/plain_text.h"

namespace leadership_broker::config {
namespace {

// Where the parts of a line of text begin, unless what is before is longer than most are.
constexpr size_t kMessageColumn = 36;
constexpr size_t kFieldsColumn = 99;

void Fill(std::string& line, size_t column) {
  if (line.size() < column) line.resize(column, ' ');
}

bool IsControl(char c) { return absl::ascii_iscntrl(static_cast<unsigned char>(c)); }

std::string ToPlainValue(absl::string_view text) {
  const bool plain = !text.empty() && IsUtf8(text) && std::none_of(text.begin(), text.end(), [](char c) {
    return IsControl(c) || c == ' ' || c == '"' || c == '\\' || c == '=';
  });
  return plain ? std::string(text) : absl::StrCat("\"", absl::Utf8SafeCHexEscape(ToUtf8(text)), "\"");
}

std::string Timestamp(absl::Time time) { return absl::FormatTime("%Y-%m-%d%ET%H:%M:%E6SZ", time, absl::UTCTimeZone()); }

std::string FormatText(absl::Time time, LogLevel level, absl::string_view message, LogFields fields) {
  std::string line = absl::StrCat(Timestamp(time), " ", LogLevelName(level), " ");
  Fill(line, kMessageColumn);
  line += ToPlainText(message);
  if (fields.size() > 0) Fill(line, kFieldsColumn);
  for (const auto& [name, value] : fields) absl::StrAppend(&line, " ", name, "=", ToPlainValue(value));
  return line;
}

std::string FormatJson(absl::Time time, LogLevel level, absl::string_view message, LogFields fields) {
  google::protobuf::Struct object;
  auto& map = *object.mutable_fields();
  for (const auto& [name, value] : fields) map[std::string(name)].set_string_value(ToUtf8(value));
  map["time"].set_string_value(Timestamp(time));
  map["level"].set_string_value(std::string(LogLevelName(level)));
  map["message"].set_string_value(ToUtf8(message));

  // Through the wire form, which unlike MessageToJsonString can be told to keep the keys in order.
  std::string wire;
  {
    google::protobuf::io::StringOutputStream stream(&wire);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    object.SerializeToCodedStream(&coded);
  }
  static google::protobuf::util::TypeResolver* const resolver =
      google::protobuf::util::NewTypeResolverForDescriptorPool("type.googleapis.com",
                                                               google::protobuf::DescriptorPool::generated_pool());
  std::string line;
  const auto status = google::protobuf::util::BinaryToJsonString(
      resolver, "type.googleapis.com/google.protobuf.Struct", wire, &line, google::protobuf::util::JsonPrintOptions());
  return status.ok() ? line : FormatText(time, level, message, fields);
}

}  // namespace

absl::string_view LogLevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      break;
  }
  return "error";
}

std::string FormatLogLine(LogFormat format, absl::Time time, LogLevel level, absl::string_view message,
                          LogFields fields) {
  return format == LogFormat::kJson ? FormatJson(time, level, message, fields)
                                    : FormatText(time, level, message, fields);
}

}  // namespace leadership_broker::config
