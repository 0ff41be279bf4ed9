// What the demo shows: a table that updates in place on a terminal, plain lines elsewhere.
//
// Any thread.
#ifndef LEADERSHIP_BROKER_EXAMPLES_DEMO_PICTURE_H_
#define LEADERSHIP_BROKER_EXAMPLES_DEMO_PICTURE_H_

#include <deque>
#include <map>
#include <mutex>
#include <string>

#include "leadership/v1/leadership.pb.h"

namespace leadership_broker::demo {

class Picture {
 public:
  explicit Picture(bool in_place) : in_place_(in_place) {}

  // A pod's app was told this.
  void Show(const std::string& pod, const leadership::v1::Leadership& told);
  void Remove(const std::string& pod);
  // A line below the table.
  void Say(const std::string& line);

 private:
  void Draw();

  const bool in_place_;
  std::mutex mutex_;
  // Guarded by mutex_.
  std::map<std::string, leadership::v1::Leadership> rows_;
  std::deque<std::string> lines_;
  int drawn_ = 0;  // lines on the screen that are ours
};

}  // namespace leadership_broker::demo

#endif  // LEADERSHIP_BROKER_EXAMPLES_DEMO_PICTURE_H_
