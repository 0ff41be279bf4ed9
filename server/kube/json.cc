#include "server/kube/json.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"

namespace leadership_broker::kube {
namespace {

// The first line of what protobuf says; in further ones it quotes the input, which may be anything.
std::string Reason(const google::protobuf::util::Status& status) {
  const std::string message = status.message().as_string();
  return absl::CHexEscape(message.substr(0, message.find('\n')));
}

}  // namespace

absl::Status ReadJson(absl::string_view json, google::protobuf::Message* message) {
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  const auto status = google::protobuf::util::JsonStringToMessage({json.data(), json.size()}, message, options);
  if (status.ok()) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("no JSON of a ", message->GetDescriptor()->name(), ": ", Reason(status)));
}

absl::StatusOr<std::string> ToJson(const google::protobuf::Message& message) {
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json);
  if (status.ok()) return json;
  return absl::InvalidArgumentError(
      absl::StrCat("this ", message.GetDescriptor()->name(), " cannot be said in JSON: ", Reason(status)));
}

}  // namespace leadership_broker::kube
