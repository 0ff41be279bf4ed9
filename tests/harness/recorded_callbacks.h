// What a watch has told, in a word each, in order.
#ifndef LEADERSHIP_BROKER_TESTS_HARNESS_RECORDED_CALLBACKS_H_
#define LEADERSHIP_BROKER_TESTS_HARNESS_RECORDED_CALLBACKS_H_

#include <mutex>
#include <string>
#include <vector>

#include "leadership/client.h"

namespace leadership {

// Any thread. Must outlive the watch.
class RecordedCallbacks {
 public:
  Callbacks All() {
    Callbacks callbacks;
    callbacks.on_started_leading = [this](const v1::Leadership& now) {
      Add("started " + std::to_string(now.fencing_token()));
    };
    callbacks.on_stopped_leading = [this](const std::string& why) { Add("stopped: " + why); };
    callbacks.on_new_leader = [this](const v1::Pod& leader) { Add("leader " + leader.name()); };
    callbacks.on_uncertain = [this](bool leading, const std::string& why) {
      Add((leading ? "uncertain leader: " : "uncertain: ") + why);
    };
    callbacks.on_still_leading = [this] { Add("still"); };
    callbacks.on_failed = [this](const absl::Status& error) { Add("failed: " + error.ToString()); };
    return callbacks;
  }

  std::vector<std::string> told() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return told_;
  }
  // The newest that begins with `word`; empty when there is none.
  std::string Last(const std::string& word) const {
    std::lock_guard<std::mutex> lock(mutex_);
    for (auto told = told_.rbegin(); told != told_.rend(); ++told) {
      if (told->compare(0, word.size(), word) == 0) return *told;
    }
    return "";
  }

 private:
  void Add(std::string what) {
    std::lock_guard<std::mutex> lock(mutex_);
    told_.push_back(std::move(what));
  }

  mutable std::mutex mutex_;
  std::vector<std::string> told_;
};

}  // namespace leadership

#endif  // LEADERSHIP_BROKER_TESTS_HARNESS_RECORDED_CALLBACKS_H_
