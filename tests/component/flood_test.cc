// More connections than the broker has descriptors: what it has goes on, and once they are gone it takes new ones.
#include <sys/resource.h>

#include <vector>

#include "gmock/gmock.h"

#include "tests/component/fake_test_cluster.h"
#include "tests/component/raw_connection.h"
#include "tests/harness/admin_client.h"
#include "tests/harness/eventually.h"
#include "tests/scenarios/scenario.h"

namespace leadership_broker::testing {
namespace {

constexpr int kDescriptors = 256;

class Flood : public Scenario {
 protected:
  Flood() {
    BrokerCommand command = BrokerCommand::InPod(pod_, lock);
    command.flags.back() = "--http-listen=127.0.0.1:" + std::to_string(http_port_);
    // The shell's own way to bound a program's descriptors, for good.
    const std::string bound = std::to_string(kDescriptors);
    command.flags.insert(command.flags.begin(), {"--nofile=" + bound + ":" + bound, command.program});
    command.program = "/usr/bin/prlimit";
    broker_ = std::make_unique<BrokerProcess>(command, "127.0.0.1:" + std::to_string(port_));
    broker_->WaitServing();
  }
  ~Flood() override { SharedFakeCluster().server().faults().Clear(); }

  // Connections to `port`, twice as many as the broker could have; each says `hello`.
  static std::vector<RawConnection> Connect(int port, absl::string_view hello) {
    std::vector<RawConnection> flood;
    for (int i = 0; i < 2 * kDescriptors; ++i) {
      flood.emplace_back(port);
      if (!hello.empty()) flood.back().Send(hello);
    }
    return flood;
  }

  TestPod pod_{&cluster, namespace_name, "a"};
  const int port_ = FreePort();
  const int http_port_ = FreePort();
  std::unique_ptr<BrokerProcess> broker_;
};

TEST_F(Flood, PastTheDescriptorLimitLeavesTheElectionAndTheStreamsAlone) {
  Subscriber app(broker_->NewChannel());
  const std::string first = app.WaitForState(Leadership::STATE_LEADER).leadership.lock().uid();
  {
    const std::vector<RawConnection> grpc_flood = Connect(port_, "");
    const std::vector<RawConnection> http_flood = Connect(http_port_, "");
    // New connections to the API server have to be made, and the token's file read, while the flood lasts.
    SharedFakeCluster().server().streams().ForEach({"watch", "", namespace_name, "", ""},
                                                   [](fake::WatchStream& stream) { stream.Cut(); });
    pod_.RenewToken();
    DeleteLock();
    app.WaitFor(
        [&](const Leadership& told) { return told.state() == Leadership::STATE_LEADER && told.lock().uid() != first; },
        "a new term");
  }
  Subscriber late(broker_->NewChannel());
  late.WaitForState(Leadership::STATE_LEADER);
  EXPECT_TRUE(Eventually([&] {
    AdminClient probe("http://127.0.0.1:" + std::to_string(http_port_), "", "");
    return probe.Get("/livez").status == 200;
  }));
}

}  // namespace
}  // namespace leadership_broker::testing
