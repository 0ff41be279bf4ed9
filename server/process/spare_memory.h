// Gives memory back to the system that was needed for a while, for example for thousands of clients that have gone: the
// allocator keeps what is free in the midst of its heap for good.
#ifndef LEADERSHIP_BROKER_PROCESS_SPARE_MEMORY_H_
#define LEADERSHIP_BROKER_PROCESS_SPARE_MEMORY_H_

#include <cstdint>

namespace leadership_broker::process {

// Less than this is not worth the trouble, and is always there.
inline constexpr int64_t kSpareBytesKept = int64_t{2} * 1024 * 1024;

// Resident memory of our own (not of files) that is not in use.
int64_t SpareBytes();

// Gives it back if there is more than kSpareBytesKept. Whether it did. Takes some tens of milliseconds for 100 MB, in
// which other threads may have to wait to allocate.
bool GiveSpareMemoryBack();

}  // namespace leadership_broker::process

#endif  // LEADERSHIP_BROKER_PROCESS_SPARE_MEMORY_H_
