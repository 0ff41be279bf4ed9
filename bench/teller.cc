#include "bench/teller.h"

#include <sys/stat.h>

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

#include "tests/harness/eventually.h"
#include "tests/harness/require.h"

namespace leadership_broker::bench {

using leadership::v1::Leadership;
using testing::Require;

namespace {

std::string Listen(bool tcp) { return tcp ? absl::StrCat("127.0.0.1:", testing::FreePort()) : ""; }

}  // namespace

Broker::Broker(testing::FakeCluster* cluster, const std::string& namespace_name, bool tcp, int max_streams)
    : cluster_(cluster),
      pod_(cluster, namespace_name, tcp ? "tcp" : "unix"),
      broker_(Command(max_streams), Listen(tcp)) {
  const auto leads = [this] { return broker_.Get().state() == Leadership::STATE_LEADER; };
  Require(broker_.WaitServing() && testing::Eventually(leads), "no leader");
}

uint64_t Broker::Change() {
  const nlohmann::json patch = {{"metadata", {{"annotations", {{"change", std::to_string(++changes_)}}}}}};
  const testing::HttpAnswer answer = cluster_->Admin().Patch(
      "/api/v1/namespaces/" + pod_.namespace_name() + "/configmaps/" + pod_.name() + "-lock", patch);
  Require(answer.status == 200, answer.text);
  return std::stoull(answer.body["metadata"]["resourceVersion"].get<std::string>());
}

testing::BrokerCommand Broker::Command(int max_streams) const {
  testing::BrokerCommand command = testing::BrokerCommand::InPod(pod_, pod_.name() + "-lock");
  command.flags.push_back(absl::StrCat("--max-streams=", max_streams));
  return command;
}

Bare::Bare(const std::string& program, bool tcp, Leadership message)
    : listen_(tcp ? Listen(tcp) : "unix:" + scratch_.File("socket")), message_(std::move(message)) {
  Require(mkfifo(scratch_.File("fifo").c_str(), 0600) == 0, "no FIFO");
  process_ = std::make_unique<testing::ChildProcess>(std::vector<std::string>{program, listen_, scratch_.File("fifo")},
                                                     testing::Environment(), scratch_.File("log"));
  fifo_.open(scratch_.File("fifo"));
}

uint64_t Bare::Change() {
  message_.mutable_lock()->set_resource_version(std::to_string(++version_));
  const std::string bytes = message_.SerializeAsString();
  fifo_ << bytes.size() << "\n" << bytes << std::flush;
  return version_;
}

}  // namespace leadership_broker::bench
