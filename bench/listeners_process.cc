#include "bench/listeners_process.h"

#include <sys/stat.h>

#include <vector>

#include "tests/harness/require.h"

namespace leadership_broker::bench {

using testing::Require;

ListenersProcess::ListenersProcess(const std::string& program, Service service, const std::string& address, int streams,
                                   int connections, int silent) {
  const std::string questions = scratch_.File("questions");
  const std::string answers = scratch_.File("answers");
  Require(mkfifo(questions.c_str(), 0600) == 0 && mkfifo(answers.c_str(), 0600) == 0, "no FIFO");
  process_ = std::make_unique<testing::ChildProcess>(
      std::vector<std::string>{program, service == Service::kEtcdElection ? "etcd" : "broker", address,
                               std::to_string(streams), std::to_string(connections), std::to_string(silent), questions,
                               answers},
      testing::Environment(), scratch_.File("log"));
  questions_.open(questions);
  answers_.open(answers);
}

absl::Time ListenersProcess::WaitTold(uint64_t version) {
  questions_ << version << std::endl;
  int64_t nanoseconds = 0;
  answers_ >> nanoseconds;
  Require(answers_.good(), "the listeners have ended: " + testing::ReadTextFile(scratch_.File("log")));
  return absl::FromUnixNanos(nanoseconds);
}

}  // namespace leadership_broker::bench
