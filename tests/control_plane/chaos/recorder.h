// Keeps what happens, one JSON object a line, in the order in which it happened. What the lines hold, the checker's
// history.h says; what it does not read is for people.
#ifndef LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_RECORDER_H_
#define LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_RECORDER_H_

#include <chrono>
#include <fstream>
#include <map>
#include <mutex>
#include <string>

#include "nlohmann/json.hpp"

namespace leadership_broker::chaos {

// All methods may be called by any thread.
class Recorder {
 public:
  // Ends the process with a message when the file cannot be written.
  explicit Recorder(const std::string& file);

  // Adds a line: `fields`, with `kind` and the time (microseconds of one monotone clock).
  void Note(const std::string& kind, nlohmann::json fields = nlohmann::json::object());
  // A fault begins. They are counted by `fault`.
  void Fault(const std::string& fault, nlohmann::json fields = nlohmann::json::object());

  std::map<std::string, int> faults() const;

 private:
  void Write(const std::string& kind, nlohmann::json fields);

  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::ofstream out_;
  std::map<std::string, int> faults_;
};

}  // namespace leadership_broker::chaos

#endif  // LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_RECORDER_H_
