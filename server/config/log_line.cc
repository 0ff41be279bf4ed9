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

namespace leadership_broker::config {
namespace {

bool IsControl(char c) { return absl::ascii_iscntrl(static_cast<unsigned char>(c)); }

// Whether `text` is UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing past U+10FFFF.
bool IsUtf8(absl::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto at = [&](size_t n) { return i + n < text.size() ? static_cast<unsigned char>(text[i + n]) : 0u; };
    const unsigned lead = at(0);
    const size_t length = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
    if (length == 0) return false;
    for (size_t n = 1; n < length; ++n) {
      if ((at(n) & 0xC0) != 0x80) return false;
    }
    const unsigned second = at(1);
    if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) || (lead == 0xF0 && second < 0x90) ||
        (lead == 0xF4 && second > 0x8F)) {
      return false;
    }
    i += length;
  }
  return true;
}

// With the bytes that are no UTF-8 made visible.
std::string ToUtf8(absl::string_view text) { return IsUtf8(text) ? std::string(text) : absl::CHexEscape(text); }

// As ToUtf8, and on one line.
std::string ToPlainText(absl::string_view text) {
  std::string utf8 = ToUtf8(text);
  return std::any_of(utf8.begin(), utf8.end(), IsControl) ? absl::Utf8SafeCHexEscape(utf8) : utf8;
}

std::string ToPlainValue(absl::string_view text) {
  const bool plain = !text.empty() && IsUtf8(text) && std::none_of(text.begin(), text.end(), [](char c) {
    return IsControl(c) || c == ' ' || c == '"' || c == '\\' || c == '=';
  });
  return plain ? std::string(text) : absl::StrCat("\"", absl::Utf8SafeCHexEscape(ToUtf8(text)), "\"");
}

std::string Timestamp(absl::Time time) { return absl::FormatTime("%Y-%m-%d%ET%H:%M:%E3SZ", time, absl::UTCTimeZone()); }

std::string FormatText(absl::Time time, LogLevel level, absl::string_view message, LogFields fields) {
  std::string line = absl::StrCat(Timestamp(time), " ", LogLevelName(level), " ", ToPlainText(message));
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
