// An app that runs in several pods and works in one, the leader's.
#include <signal.h>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <thread>

#include "absl/synchronization/notification.h"

#include "leadership/client.h"

// Stands for your store, which has to refuse a token that is smaller than one it has seen: see ../fencing.
static void Write(uint64_t token, const char* text) { std::cout << text << " " << token << std::endl; }

// The work, on a thread of its own, for as long as this exists.
class Term {
 public:
  explicit Term(uint64_t token) : thread_([this, token] { Lead(token); }) {}
  ~Term() {
    stopped_.Notify();
    thread_.join();
  }

 private:
  void Lead(uint64_t token) {
    std::cout << "start" << std::endl;
    while (!stopped_.WaitForNotificationWithTimeout(absl::Milliseconds(200))) Write(token, "work");
    std::cout << "stop" << std::endl;
  }

  absl::Notification stopped_;
  std::thread thread_;
};

int main() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // Before other threads begin: they are waited for below.

  leadership::Client client;
  std::unique_ptr<Term> term;
  leadership::Callbacks callbacks;
  callbacks.on_started_leading = [&](const auto& now) { term = std::make_unique<Term>(now.fencing_token()); };
  callbacks.on_stopped_leading = [&](const auto& /*why*/) { term.reset(); };
  callbacks.on_failed = [](const absl::Status& error) {
    std::cerr << error << std::endl;
    std::_Exit(EXIT_FAILURE);
  };
  const auto watch = client.Watch(callbacks);
  int number = 0;
  sigwait(&signals, &number);
}
