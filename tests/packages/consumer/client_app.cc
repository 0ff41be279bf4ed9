// client_app: asks a broker that is not there, and is content with the error that says so. Its unused parameters would
// be errors if the package brought its own warnings along.
#include <iostream>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "leadership/client.h"

int main(int argc, char** argv) {  // NOLINT(misc-unused-parameters): see above
  leadership::ClientOptions options;
  options.address = "unix:/nonexistent/leadership-broker.sock";
  options.call_timeout = absl::Seconds(1);
  leadership::Client client(options);

  leadership::Callbacks callbacks;
  callbacks.on_started_leading = [](const leadership::v1::Leadership& now) {
    std::cout << now.fencing_token() << "\n";
  };
  const std::unique_ptr<leadership::LeadershipWatch> watch = client.Watch(callbacks);

  const absl::StatusOr<leadership::v1::Leadership> state = client.Get();
  std::cout << state.status() << "\n";
  const bool said_where = state.status().message().find(options.address) != std::string::npos;
  return absl::IsUnavailable(state.status()) && said_where && !watch->IsLeading() ? 0 : 1;
}
