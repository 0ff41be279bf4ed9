// Where the broker is, as people write it, and as gRPC wants it.
//
// Pure; any thread.
#ifndef LEADERSHIP_CLIENT_ADDRESS_H_
#define LEADERSHIP_CLIENT_ADDRESS_H_

#include <string>

#include "absl/status/statusor.h"

namespace leadership::internal {

inline constexpr char kAddressVariable[] = "LEADERSHIP_BROKER_ADDRESS";
inline constexpr char kDefaultAddress[] = "localhost:8642";

// `option` where it is not empty, else what the environment says, else the default.
std::string ChooseAddress(const std::string& option);

// gRPC's name for HOST:PORT (IPv6 in brackets), [::1]:PORT or unix:/PATH. INVALID_ARGUMENT, in a line that names
// `address` and the forms there are, for anything else: gRPC would take it for a host name and look for it for ever.
absl::StatusOr<std::string> GrpcTarget(const std::string& address);

}  // namespace leadership::internal

#endif  // LEADERSHIP_CLIENT_ADDRESS_H_
