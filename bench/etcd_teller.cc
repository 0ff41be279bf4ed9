#include "bench/etcd_teller.h"

#include <chrono>
#include <future>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "grpcpp/client_context.h"
#include "grpcpp/generic/generic_stub.h"

#include "bench/listeners.h"
#include "tests/harness/require.h"

namespace leadership_broker::bench {
namespace {

// Nobody renews it.
constexpr int64_t kLeaseSeconds = 3600;

template <class Request, class Answer>
Answer Call(const std::shared_ptr<grpc::Channel>& channel, const std::string& method, const Request& request) {
  grpc::TemplatedGenericStub<Request, Answer> stub(channel);
  grpc::ClientContext context;
  context.set_wait_for_ready(true);
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(1));
  Answer answer;
  std::promise<grpc::Status> done;
  stub.UnaryCall(&context, method, grpc::StubOptions(), &request, &answer,
                 [&done](grpc::Status status) { done.set_value(std::move(status)); });
  const grpc::Status status = done.get_future().get();
  testing::Require(status.ok(), method + ": " + status.error_message());
  return answer;
}

}  // namespace

EtcdElection::EtcdElection(const std::string& program) : address_(absl::StrCat("127.0.0.1:", testing::FreePort())) {
  const std::string url = "http://" + address_;
  const std::string peer_url = absl::StrCat("http://127.0.0.1:", testing::FreePort());
  process_ = std::make_unique<testing::ChildProcess>(
      std::vector<std::string>{program, "--data-dir", scratch_.File("etcd"), "--unsafe-no-fsync", "--log-level", "warn",
                               "--listen-client-urls", url, "--advertise-client-urls", url, "--listen-peer-urls",
                               peer_url, "--initial-advertise-peer-urls", peer_url, "--initial-cluster",
                               "default=" + peer_url},
      testing::Environment(), scratch_.File("log"));
  channel_ = testing::NewLocalChannel(address_);
  etcd::LeaseGrantRequest lease;
  lease.set_ttl(kLeaseSeconds);
  etcd::CampaignRequest campaign;
  campaign.set_name(kEtcdElectionName);
  campaign.set_lease(
      Call<etcd::LeaseGrantRequest, etcd::LeaseGrantResponse>(channel_, "/etcdserverpb.Lease/LeaseGrant", lease).id());
  campaign.set_value("1");
  leader_ = Call<etcd::CampaignRequest, etcd::CampaignResponse>(channel_, "/v3electionpb.Election/Campaign", campaign)
                .leader();
}

uint64_t EtcdElection::Change() {
  etcd::ProclaimRequest request;
  *request.mutable_leader() = leader_;
  request.set_value(std::to_string(++version_));
  Call<etcd::ProclaimRequest, etcd::ProclaimResponse>(channel_, "/v3electionpb.Election/Proclaim", request);
  return version_;
}

}  // namespace leadership_broker::bench
