#include "tests/fake_kube_apiserver/event_rules.h"

#include <regex>
#include <string>

#include "absl/strings/str_cat.h"

namespace leadership_broker::testing::fake {
namespace {

// A MicroTime has six digits, whatever they are.
bool IsMicroTime(const std::string& text) {
  static const auto* const form = new std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(Z|[+-]\d\d:\d\d))");
  return std::regex_match(text, *form);
}

ApiResult NoMicroTime(const std::string& text) {
  return BadRequest(absl::StrCat("Event in version \"v1\" cannot be handled as a Event: parsing time \"", text,
                                 "\" as \"2006-01-02T15:04:05.000000Z07:00\""));
}

ApiResult Wrong(const json& event, const std::string& field, const std::string& why) {
  return Invalid("Event", event.at("metadata").at("name"), "FieldValueInvalid", field,
                 absl::StrCat("Invalid value: \"\": ", why));
}

}  // namespace

std::optional<ApiResult> CheckEvent(const json& event) {
  for (const char* field : {"eventTime", "reportingController", "reportingInstance", "action", "reason"}) {
    if (!event.value(field, "").empty()) continue;
    return Invalid("Event", event.at("metadata").at("name"), "FieldValueRequired", field, "Required value");
  }
  if (const std::string time = event.at("eventTime"); !IsMicroTime(time)) return NoMicroTime(time);
  for (const char* field : {"reportingInstance", "action", "reason"}) {
    if (event.value(field, "").size() > 128) return Wrong(event, field, "can have at most 128 characters");
  }
  // As the core group calls it.
  if (event.value("note", "").size() > 1024) return Wrong(event, "message", "can have at most 1024 characters");
  const std::string type = event.value("type", "");
  if (type != "Normal" && type != "Warning") return Wrong(event, "type", absl::StrCat("has invalid value: ", type));
  if (const auto series = event.find("series"); series != event.end()) {
    if (series->value("count", 0) < 2) return Wrong(event, "series.count", "should be at least 2");
    if (const std::string time = series->value("lastObservedTime", ""); !IsMicroTime(time)) return NoMicroTime(time);
  }
  return std::nullopt;
}

std::optional<ApiResult> CheckEventUpdate(const json& existing, const json& event) {
  for (const char* field : {"eventTime", "reportingController", "reportingInstance", "action", "reason", "regarding",
                            "related", "note", "type"}) {
    if (existing.value(field, json()) == event.value(field, json())) continue;
    const bool note = std::string(field) == "note";
    return Invalid("Event", existing.at("metadata").at("name"), "FieldValueInvalid", note ? "message" : field,
                   absl::StrCat("Invalid value: ", event.value(field, json()).dump(), ": field is immutable"));
  }
  return CheckEvent(event);
}

}  // namespace leadership_broker::testing::fake
