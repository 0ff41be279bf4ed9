// etcd's own election, as a teller: its leader proclaims a new value, and everybody who observes the election is told.
#ifndef LEADERSHIP_BROKER_BENCH_ETCD_TELLER_H_
#define LEADERSHIP_BROKER_BENCH_ETCD_TELLER_H_

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>

#include "grpcpp/channel.h"

#include "bench/etcd_election.pb.h"
#include "bench/teller.h"
#include "tests/harness/child_process.h"
#include "tests/harness/scratch_dir.h"

namespace leadership_broker::bench {

// One etcd on loopback, which syncs nothing to the disk; the election is kEtcdElectionName.
class EtcdElection : public Teller {
 public:
  // `program`: etcd's own.
  explicit EtcdElection(const std::string& program);

  std::string address() const override { return address_; }
  pid_t pid() const override { return process_->pid(); }
  uint64_t Change() override;

 private:
  const testing::ScratchDir scratch_;
  const std::string address_;
  std::unique_ptr<testing::ChildProcess> process_;
  std::shared_ptr<grpc::Channel> channel_;
  etcd::LeaderKey leader_;
  uint64_t version_ = 1'000'000;
};

}  // namespace leadership_broker::bench

#endif  // LEADERSHIP_BROKER_BENCH_ETCD_TELLER_H_
