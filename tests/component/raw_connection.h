// A bare TCP connection to a port of this machine, for what no client library would do.
#ifndef LEADERSHIP_BROKER_TESTS_COMPONENT_RAW_CONNECTION_H_
#define LEADERSHIP_BROKER_TESTS_COMPONENT_RAW_CONNECTION_H_

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

#include "tests/harness/eventually.h"

namespace leadership_broker::testing {

// Not thread-safe. Closed with this object.
class RawConnection {
 public:
  // With a receive buffer of about so many bytes, or the kernel's own.
  explicit RawConnection(int port, std::optional<int> receive_buffer = std::nullopt);
  ~RawConnection();
  RawConnection(RawConnection&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  RawConnection& operator=(RawConnection&&) = delete;

  // Whether the kernel made a connection; that anybody will ever read from it is another matter.
  bool connected() const { return fd_ >= 0; }
  // How long Send waits for room; otherwise for ever.
  void SetPatience(absl::Duration limit);
  // False when the other side has closed it, or takes no more.
  bool Send(absl::string_view bytes);
  // What has come so far.
  std::string Receive(size_t at_least = 1, absl::Duration limit = kPatience);
  // Whether the other side closes it in that time; what comes before is thrown away.
  bool WaitClosed(absl::Duration limit = kPatience);
  // Goes without a word: the other side gets a reset.
  void Vanish();

 private:
  int fd_;
};

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_COMPONENT_RAW_CONNECTION_H_
