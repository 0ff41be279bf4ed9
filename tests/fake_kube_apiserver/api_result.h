// What a call of the API comes to: an HTTP status and a JSON body, which is the object or list asked for, or a
// Kubernetes Status. The errors here carry the real server's reasons, codes, details and wording.
#ifndef LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_API_RESULT_H_
#define LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_API_RESULT_H_

#include <string>

#include "nlohmann/json.hpp"

#include "tests/fake_kube_apiserver/resource.h"

namespace leadership_broker::testing::fake {

using nlohmann::json;

struct ApiResult {
  int status = 200;
  json body;

  bool ok() const { return status < 400; }
};

// A Status of any code, with the reason that goes with the code. `details` may be null. `retry_after_seconds` 0: none.
ApiResult Failure(int code, const std::string& message, json details = nullptr, int retry_after_seconds = 0);

ApiResult BadRequest(const std::string& message);
ApiResult Unauthorized();
ApiResult NotFound(const Resource& resource, const std::string& name);
ApiResult UnknownPath();
ApiResult MethodNotAllowed();
ApiResult AlreadyExists(const Resource& resource, const std::string& name, bool being_deleted);
// The two ways the real server says 409: for updates it names the resource, for deletions the kind.
ApiResult UpdateConflict(const Resource& resource, const std::string& name, const std::string& why);
ApiResult DeletionConflict(const Resource& resource, const std::string& name, const std::string& why);
// 422. `reason` is the cause's, e.g. FieldValueInvalid.
ApiResult Invalid(const std::string& qualified_kind, const std::string& name, const std::string& reason,
                  const std::string& field, const std::string& message);
ApiResult TooLargeResourceVersion(int64_t asked, int64_t current);
ApiResult Expired(int64_t asked, int64_t oldest);

// The Status of a deletion that went through.
ApiResult Deleted(const Resource& resource, const std::string& name, const std::string& uid);

}  // namespace leadership_broker::testing::fake

#endif  // LEADERSHIP_BROKER_TESTS_FAKE_KUBE_APISERVER_API_RESULT_H_
