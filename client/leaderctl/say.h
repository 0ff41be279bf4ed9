// What leaderctl itself has to say, on standard error.
#ifndef LEADERSHIP_LEADERCTL_SAY_H_
#define LEADERSHIP_LEADERCTL_SAY_H_

#include "absl/strings/string_view.h"

namespace leadership::leaderctl {

// One line, "leaderctl: TEXT". Dropped when standard error does not take it at once: whoever looks after a leader's
// work must not wait for a full pipe.
void Say(absl::string_view text);

}  // namespace leadership::leaderctl

#endif  // LEADERSHIP_LEADERCTL_SAY_H_
