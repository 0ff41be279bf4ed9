// How the process's descriptors are shared out between clients, of whom there may be any number, and the broker's own
// work, which must never be short of one: the connection to the API server, the token's file, the probes.
#ifndef LEADERSHIP_BROKER_PROCESS_DESCRIPTORS_H_
#define LEADERSHIP_BROKER_PROCESS_DESCRIPTORS_H_

#include <cstdint>

namespace leadership_broker::process {

// Raises this process's limit (RLIMIT_NOFILE) as far as it may, where it is lower than both together. Returns the first
// descriptor that no client may have.
int ShareOutDescriptors(int for_clients, int for_ourselves);

// The same for a limit that is as it is. Where it does not suffice for both, ourselves come first, but with no more
// than half of it.
int FirstNotForClients(int64_t limit, int for_clients, int for_ourselves);

}  // namespace leadership_broker::process

#endif  // LEADERSHIP_BROKER_PROCESS_DESCRIPTORS_H_
