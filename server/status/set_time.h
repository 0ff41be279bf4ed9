// Times as the messages have them.
#ifndef LEADERSHIP_BROKER_STATUS_SET_TIME_H_
#define LEADERSHIP_BROKER_STATUS_SET_TIME_H_

#include <cstdint>

#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"

namespace leadership_broker::status {

inline void SetTime(absl::Time time, google::protobuf::Timestamp* timestamp) {
  // Nanoseconds since 1970 in 64 bits would end in 2262, and be negative before.
  const int64_t seconds = absl::ToUnixSeconds(time);
  timestamp->set_seconds(seconds);
  timestamp->set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
}

}  // namespace leadership_broker::status

#endif  // LEADERSHIP_BROKER_STATUS_SET_TIME_H_
