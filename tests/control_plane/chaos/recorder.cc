#include "tests/control_plane/chaos/recorder.h"

#include <utility>

#include "tests/harness/require.h"

namespace leadership_broker::chaos {

Recorder::Recorder(const std::string& file) : out_(file, std::ios::trunc) {
  testing::Require(out_.good(), "cannot write " + file);
}

void Recorder::Note(const std::string& kind, nlohmann::json fields) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Write(kind, std::move(fields));
}

void Recorder::Fault(const std::string& fault, nlohmann::json fields) {
  const std::lock_guard<std::mutex> lock(mutex_);
  ++faults_[fault];
  fields["fault"] = fault;
  Write("fault", std::move(fields));
}

void Recorder::Write(const std::string& kind, nlohmann::json fields) {
  const auto since = std::chrono::steady_clock::now() - began_;
  fields["at"] = std::chrono::duration_cast<std::chrono::microseconds>(since).count();
  fields["kind"] = kind;
  // So that a crash loses nothing.
  out_ << fields.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << std::endl;
}

std::map<std::string, int> Recorder::faults() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return faults_;
}

}  // namespace leadership_broker::chaos
