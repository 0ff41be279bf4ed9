#include "tests/control_plane/chaos/api.h"

#include "tests/harness/eventually.h"
#include "tests/harness/require.h"

namespace leadership_broker::chaos {
namespace {

using testing::HttpAnswer;

bool IsTrouble(const HttpAnswer& answer) {
  return answer.status == 0 || answer.status == 429 || answer.status >= 500 ||
         // A server that has just started does not know everybody yet.
         answer.status == 401 || answer.status == 403;
}

}  // namespace

Api::Api(const Place& place) : place_(place), client_(place.url, place.ca_file, place.admin_token) {
  client_.set_limit_seconds(5);
}

std::string Api::Path(const std::string& resource, const std::string& name) const {
  return "/api/v1/namespaces/" + place_.namespace_name + "/" + resource + (name.empty() ? "" : "/" + name);
}

template <typename Call>
HttpAnswer Api::Insist(const std::string& what, Call call) {
  HttpAnswer answer;
  const auto settled = [&] {
    answer = call();
    if (IsTrouble(answer)) absl::SleepFor(absl::Milliseconds(100));
    return !IsTrouble(answer);
  };
  testing::Require(testing::Eventually(settled, absl::Minutes(3)),
                   what + ": " + std::to_string(answer.status) + " " + answer.text);
  return answer;
}

HttpAnswer Api::Get(const std::string& path) {
  return Insist("get " + path, [&] { return client_.Get(path); });
}

HttpAnswer Api::Post(const std::string& path, const nlohmann::json& body) {
  return Insist("post to " + path, [&] { return client_.Post(path, body); });
}

HttpAnswer Api::Patch(const std::string& path, const nlohmann::json& body) {
  return Insist("patch " + path, [&] { return client_.Patch(path, body); });
}

HttpAnswer Api::Delete(const std::string& path, const nlohmann::json& options) {
  return Insist("delete " + path, [&] { return client_.Delete(path, options); });
}

}  // namespace leadership_broker::chaos
