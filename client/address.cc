#include "client/address.h"

#include <sys/un.h>

#include <cstdint>
#include <cstdlib>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace leadership::internal {
namespace {

absl::Status NoAddress(const std::string& address, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("\"", address, "\" is no address of a leadership broker: ", why,
                                                 "; write HOST:PORT or unix:/PATH, also in ", kAddressVariable));
}

bool IsPort(absl::string_view text) {
  uint32_t port = 0;
  return absl::SimpleAtoi(text, &port) && port > 0 && port <= 65535 && text.front() != '+';
}

bool IsHost(absl::string_view text) {
  if (absl::ConsumePrefix(&text, "[")) {
    return absl::ConsumeSuffix(&text, "]") && text.find(':') != absl::string_view::npos &&
           text.find_first_of("[]/ ") == absl::string_view::npos;
  }
  return !text.empty() && text.find_first_of(":/@[] \t\r\n") == absl::string_view::npos;
}

}  // namespace

std::string ChooseAddress(const std::string& option) {
  if (!option.empty()) return option;
  const char* variable = std::getenv(kAddressVariable);
  return variable != nullptr && *variable != '\0' ? variable : kDefaultAddress;
}

absl::StatusOr<std::string> GrpcTarget(const std::string& address) {
  absl::string_view rest = address;
  if (absl::ConsumePrefix(&rest, "unix:")) {
    if (rest.empty() || rest.front() != '/') return NoAddress(address, "the path of a socket begins with '/'");
    if (rest.size() >= sizeof(sockaddr_un::sun_path)) return NoAddress(address, "the path of the socket is too long");
    return address;
  }
  const size_t colon = rest.rfind(':');
  if (colon == absl::string_view::npos) return NoAddress(address, "it has no port");
  if (!IsPort(rest.substr(colon + 1))) return NoAddress(address, "its port is no number from 1 to 65535");
  if (!IsHost(rest.substr(0, colon))) return NoAddress(address, "its host is none");
  return absl::StrCat("dns:///", address);
}

}  // namespace leadership::internal
