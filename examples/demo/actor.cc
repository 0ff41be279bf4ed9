#include "examples/demo/actor.h"

#include <csignal>
#include <vector>

#include "grpcpp/create_channel.h"

namespace leadership_broker::demo {
namespace {

constexpr char kLock[] = "demo-leader";

testing::TestPodOptions PodOptions() {
  testing::TestPodOptions options;
  options.lock = kLock;
  return options;
}

std::vector<std::string> BrokerEnvironment(const testing::TestPod& pod) {
  const std::string url = pod.cluster().Url();
  const std::string authority = url.substr(url.find("://") + 3);
  const size_t colon = authority.rfind(':');
  std::vector<std::string> environment = testing::Environment({"KUBERNETES_", "LEADERSHIP_BROKER_", "POD_"});
  environment.push_back("KUBERNETES_SERVICE_HOST=" + authority.substr(0, colon));
  environment.push_back("KUBERNETES_SERVICE_PORT=" + authority.substr(colon + 1));
  environment.push_back("NO_PROXY=*");
  return environment;
}

}  // namespace

Actor::Actor(testing::Cluster* cluster, const std::string& namespace_name, const std::string& pod_name,
             const std::string& broker, OnTold on_told)
    : pod_(cluster, namespace_name, pod_name, PodOptions()),
      address_("unix:" + scratch_.File("socket")),
      broker_({broker, std::string("--lock=") + kLock, "--listen=" + address_, "--http-listen=none",
               "--service-account-dir=" + pod_.service_account_dir()},
              BrokerEnvironment(pod_), scratch_.File("log")),
      app_([this, on_told = std::move(on_told)] { Listen(on_told); }) {}

Actor::~Actor() {
  context_.TryCancel();
  app_.join();
  broker_.Signal(SIGTERM);
  broker_.Wait(absl::Seconds(5));
}

void Actor::Listen(const OnTold& on_told) {
  // What an app does, in full: one stream, which waits for the broker to be there.
  auto stub =
      leadership::v1::LeadershipBroker::NewStub(grpc::CreateChannel(address_, grpc::InsecureChannelCredentials()));
  context_.set_wait_for_ready(true);
  auto stream = stub->WatchLeadership(&context_, {});
  leadership::v1::Leadership told;
  while (stream->Read(&told)) on_told(pod_.name(), told);
  stream->Finish();
}

}  // namespace leadership_broker::demo
