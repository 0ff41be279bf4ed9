// Which changes people want to know of: those that go into the log and the history.
#ifndef LEADERSHIP_BROKER_STATUS_NEWS_H_
#define LEADERSHIP_BROKER_STATUS_NEWS_H_

#include "leadership/v1/leadership.pb.h"

namespace leadership_broker::status {

inline bool IsNews(const leadership::v1::Leadership& now, const leadership::v1::Leadership& before) {
  return now.state() != before.state() || now.reason() != before.reason() ||
         now.leader().uid() != before.leader().uid() || now.fencing_token() != before.fencing_token();
}

}  // namespace leadership_broker::status

#endif  // LEADERSHIP_BROKER_STATUS_NEWS_H_
