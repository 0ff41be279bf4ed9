#include "server/config/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cstring>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace leadership_broker::config {
namespace {

constexpr absl::string_view kForms = "write 127.0.0.1:PORT or [::1]:PORT (an IP address, no name), or unix:/PATH";
// What sun_path holds beside its terminating zero.
constexpr size_t kMaxPath = sizeof(sockaddr_un::sun_path) - 1;

bool IsIpv6(const std::string& host) { return absl::StrContains(host, ':'); }

in_addr Ipv4(const std::string& host) {
  in_addr address = {};
  inet_pton(AF_INET, host.c_str(), &address);
  return address;
}

in6_addr Ipv6(const std::string& host) {
  in6_addr address = {};
  inet_pton(AF_INET6, host.c_str(), &address);
  return address;
}

absl::StatusOr<Address> ParseUnix(absl::string_view text, absl::string_view path) {
  if (path.empty() || path.front() != '/') {
    return absl::InvalidArgumentError("a socket needs an absolute path: write unix:/PATH");
  }
  if (path.size() > kMaxPath) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the socket's path has ", path.size(), " bytes, and the system allows ", kMaxPath, ": choose a shorter one"));
  }
  Address address;
  address.text = std::string(text);
  address.path = std::string(path);
  return address;
}

}  // namespace

absl::StatusOr<Address> ParseAddress(absl::string_view text) {
  constexpr absl::string_view kUnix = "unix:";
  if (absl::StartsWith(text, kUnix)) return ParseUnix(text, text.substr(kUnix.size()));

  const size_t colon = text.rfind(':');
  if (colon == absl::string_view::npos) return absl::InvalidArgumentError(absl::StrCat("has no port: ", kForms));
  absl::string_view host = text.substr(0, colon);
  const absl::string_view port = text.substr(colon + 1);
  const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);

  Address address;
  address.text = std::string(text);
  address.host = std::string(host);
  char parsed[sizeof(in6_addr)];
  if (inet_pton(bracketed ? AF_INET6 : AF_INET, address.host.c_str(), parsed) != 1) {
    return absl::InvalidArgumentError(absl::StrCat("is no address to listen on: ", kForms));
  }
  uint32_t number = 0;
  const bool digits = std::all_of(port.begin(), port.end(), absl::ascii_isdigit);
  if (!digits || !absl::SimpleAtoi(port, &number) || number > 65535) {
    return absl::InvalidArgumentError(absl::StrCat("the port is no number from 0 to 65535: ", kForms));
  }
  address.port = static_cast<uint16_t>(number);
  return address;
}

bool IsLoopback(const Address& address) {
  if (address.is_unix()) return true;
  if (!IsIpv6(address.host)) return ntohl(Ipv4(address.host).s_addr) >> 24 == 127;
  const in6_addr host = Ipv6(address.host);
  return IN6_IS_ADDR_LOOPBACK(&host);
}

bool IsWildcard(const Address& address) {
  if (address.is_unix()) return false;
  if (!IsIpv6(address.host)) return Ipv4(address.host).s_addr == INADDR_ANY;
  const in6_addr host = Ipv6(address.host);
  return IN6_IS_ADDR_UNSPECIFIED(&host);
}

SocketAddress ToSocketAddress(const Address& address) {
  SocketAddress result;
  if (address.is_unix()) {
    auto& un = reinterpret_cast<sockaddr_un&>(result.storage);
    un.sun_family = AF_UNIX;
    std::memcpy(un.sun_path, address.path.data(), address.path.size());
    result.length = sizeof(un);
  } else if (IsIpv6(address.host)) {
    auto& in6 = reinterpret_cast<sockaddr_in6&>(result.storage);
    in6.sin6_family = AF_INET6;
    in6.sin6_port = htons(address.port);
    in6.sin6_addr = Ipv6(address.host);
    result.length = sizeof(in6);
  } else {
    auto& in = reinterpret_cast<sockaddr_in&>(result.storage);
    in.sin_family = AF_INET;
    in.sin_port = htons(address.port);
    in.sin_addr = Ipv4(address.host);
    result.length = sizeof(in);
  }
  return result;
}

int BoundPort(int socket) {
  sockaddr_storage storage = {};
  socklen_t length = sizeof(storage);
  getsockname(socket, reinterpret_cast<sockaddr*>(&storage), &length);
  return ntohs(storage.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(storage).sin6_port
                                             : reinterpret_cast<const sockaddr_in&>(storage).sin_port);
}

std::string JoinHostPort(absl::string_view host, int port) {
  return absl::StrContains(host, ':') ? absl::StrCat("[", host, "]:", port) : absl::StrCat(host, ":", port);
}

}  // namespace leadership_broker::config
