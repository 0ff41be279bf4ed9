// A client of one stream of events, by HTTP/1.0, so that what comes is the stream itself.
#ifndef LEADERSHIP_BROKER_TESTS_UNIT_HTTP_EVENT_CLIENT_H_
#define LEADERSHIP_BROKER_TESTS_UNIT_HTTP_EVENT_CLIENT_H_

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include "tests/component/raw_connection.h"

namespace leadership_broker::testing {

// "127.0.0.1:PORT" of a server.
inline int PortOfAddress(const std::string& address) {
  int port = 0;
  EXPECT_TRUE(absl::SimpleAtoi(address.substr(address.rfind(':') + 1), &port));
  return port;
}

class EventClient {
 public:
  EventClient(const std::string& address, const std::string& path, std::optional<int> receive_buffer = std::nullopt)
      : connection_(PortOfAddress(address), receive_buffer) {
    connection_.Send(absl::StrCat("GET ", path, " HTTP/1.0\r\n\r\n"));
  }

  RawConnection& connection() { return connection_; }
  // Status line and headers.
  std::string Head() { return Until("\r\n\r\n"); }
  // One event or comment, with its empty line; what there is when the other side ends.
  std::string Next() { return Until("\n\n"); }

 private:
  std::string Until(const std::string& end) {
    while (!absl::StrContains(rest_, end)) {
      const std::string more = connection_.Receive();
      if (more.empty()) return std::exchange(rest_, "");
      rest_ += more;
    }
    const size_t size = rest_.find(end) + end.size();
    std::string next = rest_.substr(0, size);
    rest_.erase(0, size);
    return next;
  }

  RawConnection connection_;
  std::string rest_;
};

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_UNIT_HTTP_EVENT_CLIENT_H_
