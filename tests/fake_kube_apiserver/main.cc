// fake-kube-apiserver: the stand-in as a program of its own, for the demo and for tests in other languages.
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <system_error>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"

#include "tests/fake_kube_apiserver/fake_kube_apiserver.h"

namespace {

using leadership_broker::testing::fake::FakeKubeApiServer;
using leadership_broker::testing::fake::Settings;

int Run(const Settings& settings, const std::string& directory) {
  // Blocked before any thread is made, so that only sigwait below gets them.
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGTERM);
  sigaddset(&ending, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ending, nullptr);
  signal(SIGPIPE, SIG_IGN);

  absl::StatusOr<std::unique_ptr<FakeKubeApiServer>> server = FakeKubeApiServer::Start(settings);
  if (!server.ok()) {
    std::cerr << "fake-kube-apiserver: " << server.status().message() << "\n";
    return 1;
  }
  if (!directory.empty()) {
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    if (const absl::Status written = (*server)->WriteAccessFiles(directory); !written.ok()) {
      std::cerr << "fake-kube-apiserver: " << written.message() << "\n";
      return 1;
    }
  }
  std::cerr << "fake-kube-apiserver: THIS IS A STAND-IN FOR TESTS AND DEMOS, NOT A KUBERNETES API SERVER. NEVER FOR "
               "PRODUCTION.\n"
            << "fake-kube-apiserver: serving on " << (*server)->Url() << std::endl;
  int signal_number = 0;
  sigwait(&ending, &signal_number);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "A stand-in for a cluster's API server and garbage collector, for tests and demos. Never for production."};
  Settings settings;
  std::string directory;
  int64_t collector_delay_ms = settings.collector_delay.count();
  int64_t bookmark_interval_ms = settings.bookmark_interval.count();
  int64_t token_memory_ms = settings.token_memory.count();
  app.add_option("--listen", settings.listen, "HOST:PORT with a numeric host; port 0: any")->capture_default_str();
  app.add_option("--dir", directory, "where to write ca.crt, admin.token, kubeconfig and, last, url");
  app.add_option("--collector-delay-ms", collector_delay_ms, "from an owner's end to the collection of what it owned")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--bookmark-interval-ms", bookmark_interval_ms, "between the bookmarks of a watch")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--token-memory-ms", token_memory_ms, "how long an accepted token outlives its pod")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--history", settings.history_length, "how many changes a late watch may ask for")
      ->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // CLI11 has exit codes of its own for each mistake; a program's user needs one.
    return app.exit(error) == 0 ? 0 : 2;
  }
  settings.collector_delay = std::chrono::milliseconds(collector_delay_ms);
  settings.bookmark_interval = std::chrono::milliseconds(bookmark_interval_ms);
  settings.token_memory = std::chrono::milliseconds(token_memory_ms);
  return Run(settings, directory);
}
