#include "tests/fake_kube_apiserver/api_result.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace leadership_broker::testing::fake {
namespace {

const char* ReasonOf(int code) {
  switch (code) {
    case 400:
      return "BadRequest";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "NotFound";
    case 405:
      return "MethodNotAllowed";
    case 409:
      return "Conflict";
    case 410:
      return "Expired";
    case 415:
      return "UnsupportedMediaType";
    case 422:
      return "Invalid";
    case 429:
      return "TooManyRequests";
    case 500:
      return "InternalError";
    case 503:
      return "ServiceUnavailable";
    case 504:
      return "Timeout";
    default:
      return "";
  }
}

}  // namespace

ApiResult Failure(int code, const std::string& message, json details, int retry_after_seconds) {
  json body = {{"kind", "Status"},    {"apiVersion", "v1"}, {"metadata", json::object()},
               {"status", "Failure"}, {"message", message}, {"code", code}};
  if (*ReasonOf(code) != '\0') body["reason"] = ReasonOf(code);
  if (retry_after_seconds > 0) {
    if (details.is_null()) details = json::object();
    details["retryAfterSeconds"] = retry_after_seconds;
  }
  if (!details.is_null()) body["details"] = std::move(details);
  return {code, std::move(body)};
}

ApiResult BadRequest(const std::string& message) { return Failure(400, message); }

ApiResult Unauthorized() { return Failure(401, "Unauthorized"); }

ApiResult NotFound(const Resource& resource, const std::string& name) {
  return Failure(404, absl::StrCat(resource.QualifiedPlural(), " \"", name, "\" not found"),
                 {{"name", name}, {"kind", resource.plural}});
}

ApiResult UnknownPath() { return Failure(404, "the server could not find the requested resource", json::object()); }

ApiResult MethodNotAllowed() {
  return Failure(405, "the server does not allow this method on the requested resource", json::object());
}

ApiResult AlreadyExists(const Resource& resource, const std::string& name, bool being_deleted) {
  ApiResult result = Failure(409,
                             absl::StrCat(being_deleted ? "object is being deleted: " : "", resource.QualifiedPlural(),
                                          " \"", name, "\" already exists"),
                             {{"name", name}, {"kind", resource.plural}});
  result.body["reason"] = "AlreadyExists";
  return result;
}

ApiResult UpdateConflict(const Resource& resource, const std::string& name, const std::string& why) {
  return Failure(
      409, absl::StrCat("Operation cannot be fulfilled on ", resource.QualifiedPlural(), " \"", name, "\": ", why),
      {{"name", name}, {"kind", resource.plural}});
}

ApiResult DeletionConflict(const Resource& resource, const std::string& name, const std::string& why) {
  return Failure(409,
                 absl::StrCat("Operation cannot be fulfilled on ", resource.QualifiedKind(), " \"", name, "\": ", why),
                 {{"name", name}, {"kind", resource.kind}});
}

ApiResult Invalid(const std::string& qualified_kind, const std::string& name, const std::string& reason,
                  const std::string& field, const std::string& message) {
  const size_t dot = qualified_kind.find('.');
  json details = {{"kind", qualified_kind.substr(0, dot)},
                  {"causes", {{{"reason", reason}, {"message", message}, {"field", field}}}}};
  if (dot != std::string::npos) details["group"] = qualified_kind.substr(dot + 1);
  if (!name.empty()) details["name"] = name;
  return Failure(422, absl::StrCat(qualified_kind, " \"", name, "\" is invalid: ", field, ": ", message),
                 std::move(details));
}

ApiResult TooLargeResourceVersion(int64_t asked, int64_t current) {
  return Failure(504, absl::StrCat("Timeout: Too large resource version: ", asked, ", current: ", current),
                 {{"causes", {{{"reason", "ResourceVersionTooLarge"}, {"message", "Too large resource version"}}}}}, 1);
}

ApiResult Expired(int64_t asked, int64_t oldest) {
  return Failure(410, absl::StrCat("too old resource version: ", asked, " (", oldest, ")"));
}

ApiResult Deleted(const Resource& resource, const std::string& name, const std::string& uid) {
  return {200,
          {{"kind", "Status"},
           {"apiVersion", "v1"},
           {"metadata", json::object()},
           {"status", "Success"},
           {"details", {{"name", name}, {"kind", resource.plural}, {"uid", uid}}}}};
}

}  // namespace leadership_broker::testing::fake
