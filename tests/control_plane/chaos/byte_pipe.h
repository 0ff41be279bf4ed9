// One direction of a proxied connection: bytes read from one socket, delayed, and written to another.
#ifndef LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_BYTE_PIPE_H_
#define LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_BYTE_PIPE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include "absl/time/time.h"

namespace leadership_broker::chaos {

// Not thread-safe. Both sockets are non-blocking and stay the caller's.
class BytePipe {
 public:
  // Counts what it reads in `bytes`, which must outlive it.
  explicit BytePipe(std::atomic<uint64_t>* bytes) : bytes_(bytes) {}

  // Whether it would take more: else the sender's own socket buffer fills, as with any slow peer.
  bool WantsBytes() const { return !end_read_ && held_ < kMostHeld; }
  // When the next bytes are due; InfiniteFuture when there are none.
  absl::Time Due() const;
  // Reads once. False when the connection is broken.
  bool ReadFrom(int fd, absl::Time due);
  // Writes what is due, and passes on the end of the stream after the last byte. False when the connection is broken.
  bool WriteTo(int fd, absl::Time now, size_t bytes_per_second);
  bool finished() const { return end_written_; }

 private:
  static constexpr size_t kMostHeld = 1 << 20;

  struct Chunk {
    std::string bytes;
    absl::Time due;
  };
  std::atomic<uint64_t>* const bytes_;
  std::deque<Chunk> chunks_;
  size_t held_ = 0;
  absl::Time not_before_ = absl::InfinitePast();  // by the bandwidth
  bool end_read_ = false;
  bool end_written_ = false;
};

}  // namespace leadership_broker::chaos

#endif  // LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_BYTE_PIPE_H_
