#include "server/process/descriptors.h"

#include <sys/resource.h>

#include <algorithm>

namespace leadership_broker::process {

int ShareOutDescriptors(int for_clients, int for_ourselves) {
  const rlim_t wanted = static_cast<rlim_t>(for_clients) + static_cast<rlim_t>(for_ourselves);
  rlimit limit = {};
  getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < wanted && limit.rlim_cur < limit.rlim_max) {
    const rlim_t before = limit.rlim_cur;
    limit.rlim_cur = std::min(limit.rlim_max, wanted);
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) limit.rlim_cur = before;
  }
  return FirstNotForClients(static_cast<int64_t>(std::min(limit.rlim_cur, wanted)), for_clients, for_ourselves);
}

int FirstNotForClients(int64_t limit, int for_clients, int for_ourselves) {
  const int64_t ours = std::min<int64_t>(for_ourselves, limit / 2);
  return static_cast<int>(std::min<int64_t>(for_clients, limit - ours));
}

}  // namespace leadership_broker::process
