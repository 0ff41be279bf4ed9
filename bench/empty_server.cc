// empty-grpc-server ADDRESS: a gRPC server with the broker's service and nothing behind it (every call is
// UNIMPLEMENTED), as the measure for a broker's start and memory.
#include <iostream>
#include <memory>

#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"

#include "leadership/v1/leadership.grpc.pb.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: empty-grpc-server ADDRESS\n";
    return 2;
  }
  leadership::v1::LeadershipBroker::CallbackService nothing;
  grpc::ServerBuilder builder;
  builder.RegisterService(&nothing);
  builder.AddListeningPort(argv[1], grpc::InsecureServerCredentials());
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) return 1;
  server->Wait();
}
