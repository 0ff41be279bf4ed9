// What tells very many streams of a change: the broker, and its measure.
#ifndef LEADERSHIP_BROKER_BENCH_TELLER_H_
#define LEADERSHIP_BROKER_BENCH_TELLER_H_

#include <sys/types.h>

#include <cstdint>
#include <fstream>
#include <memory>
#include <string>

#include "leadership/v1/leadership.pb.h"
#include "tests/harness/broker_process.h"
#include "tests/harness/child_process.h"
#include "tests/harness/fake_cluster.h"
#include "tests/harness/scratch_dir.h"
#include "tests/harness/test_pod.h"

namespace leadership_broker::bench {

// A process of its own. Not thread-safe. What goes wrong ends the process with the reason.
class Teller {
 public:
  virtual ~Teller() = default;
  virtual std::string address() const = 0;
  virtual pid_t pid() const = 0;
  // Makes a change, and says which version tells of it.
  virtual uint64_t Change() = 0;
};

// A leader, whose lock somebody annotates. So a change of it takes a request to the stand-in, an event of the watch and
// its decoding, half a millisecond, before there is anything to tell.
class Broker : public Teller {
 public:
  Broker(testing::FakeCluster* cluster, const std::string& namespace_name, bool tcp, int max_streams);

  std::string address() const override { return broker_.address(); }
  pid_t pid() const override { return broker_.pid(); }
  uint64_t Change() override;

  leadership::v1::Leadership Says() const { return broker_.Get(); }

 private:
  testing::BrokerCommand Command(int max_streams) const;

  testing::FakeCluster* const cluster_;
  const testing::TestPod pod_;
  testing::BrokerProcess broker_;
  int changes_ = 0;
};

// bare_broadcast.cc, which tells `message`, each time with another version of the lock.
class Bare : public Teller {
 public:
  Bare(const std::string& program, bool tcp, leadership::v1::Leadership message);

  std::string address() const override { return listen_; }
  pid_t pid() const override { return process_->pid(); }
  uint64_t Change() override;

 private:
  const testing::ScratchDir scratch_;
  const std::string listen_;
  leadership::v1::Leadership message_;
  uint64_t version_ = 1'000'000;
  std::unique_ptr<testing::ChildProcess> process_;
  std::ofstream fifo_;
};

}  // namespace leadership_broker::bench

#endif  // LEADERSHIP_BROKER_BENCH_TELLER_H_
