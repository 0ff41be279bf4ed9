// proto_app: uses the generated messages and service without the client library.
#include <iostream>

#include "grpcpp/grpcpp.h"

#include "leadership/v1/leadership.grpc.pb.h"

int main() {
  const auto channel =
      grpc::CreateChannel("unix:/nonexistent/leadership-broker.sock", grpc::InsecureChannelCredentials());
  const auto broker = leadership::v1::LeadershipBroker::NewStub(channel);
  leadership::v1::GetLeadershipRequest request;
  request.set_lock("example-app-leader");
  leadership::v1::Leadership state;
  grpc::ClientContext context;
  const grpc::Status status = broker->GetLeadership(&context, request, &state);
  std::cout << request.ShortDebugString() << ": " << status.error_message() << "\n";
  return status.error_code() == grpc::StatusCode::UNAVAILABLE ? 0 : 1;
}
