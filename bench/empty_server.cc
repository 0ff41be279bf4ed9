// empty-grpc-server ADDRESS: a gRPC server with nothing in it but gRPC's own health service, as the measure for a
// broker's start and memory.
#include <iostream>
#include <memory>

#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: empty-grpc-server ADDRESS\n";
    return 2;
  }
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  builder.AddListeningPort(argv[1], grpc::InsecureServerCredentials());
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) return 1;
  server->Wait();
}
