// listeners SERVICE ADDRESS STREAMS CONNECTIONS SILENT QUESTIONS ANSWERS: Listeners of "broker" or "etcd" in a process
// of their own. Reads a version a line from the FIFO QUESTIONS, and writes to ANSWERS when the last stream was told of
// it, in nanoseconds since 1970.
#include <fstream>
#include <iostream>
#include <string>

#include "absl/time/time.h"

#include "bench/listeners.h"

int main(int argc, char** argv) {
  using leadership_broker::bench::Listeners;
  using leadership_broker::bench::Service;
  if (argc != 8) {
    std::cerr << "usage: listeners SERVICE ADDRESS STREAMS CONNECTIONS SILENT QUESTIONS ANSWERS\n";
    return 2;
  }
  const Service service = argv[1] == std::string("etcd") ? Service::kEtcdElection : Service::kBroker;
  Listeners listeners(service, argv[2], std::stoi(argv[3]), std::stoi(argv[4]), std::stoi(argv[5]));
  std::ifstream questions(argv[6]);
  std::ofstream answers(argv[7]);
  for (std::string version; std::getline(questions, version);) {
    answers << absl::ToUnixNanos(listeners.WaitTold(std::stoull(version))) << std::endl;
  }
}
