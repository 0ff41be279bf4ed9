// Protobuf's JSON with the settings that Kubernetes needs.
#ifndef LEADERSHIP_BROKER_KUBE_JSON_H_
#define LEADERSHIP_BROKER_KUBE_JSON_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace leadership_broker::kube {

// Reads `json` into `message`, ignoring fields that the message does not have. DATA_LOSS when it is not the JSON of
// such a message.
absl::Status ReadJson(absl::string_view json, google::protobuf::Message* message);

template <typename Message>
absl::StatusOr<Message> FromJson(absl::string_view json) {
  Message message;
  if (absl::Status status = ReadJson(json, &message); !status.ok()) return status;
  return message;
}

// One line, without fields that are not set. INVALID_ARGUMENT for what JSON cannot say (a Timestamp out of range).
absl::StatusOr<std::string> ToJson(const google::protobuf::Message& message);

}  // namespace leadership_broker::kube

#endif  // LEADERSHIP_BROKER_KUBE_JSON_H_
