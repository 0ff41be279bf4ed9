// Protobuf's JSON as it is shown to clients over HTTP.
#ifndef LEADERSHIP_BROKER_HTTP_JSON_H_
#define LEADERSHIP_BROKER_HTTP_JSON_H_

#include <string>

#include "google/protobuf/message.h"

namespace leadership_broker::http {

// One line; names as in the .proto, and fields that are zero or empty included. Of messages that JSON can say.
std::string ToJson(const google::protobuf::Message& message);

}  // namespace leadership_broker::http

#endif  // LEADERSHIP_BROKER_HTTP_JSON_H_
