// What a call's failure means to an app.
//
// Pure; any thread.
#ifndef LEADERSHIP_CLIENT_BROKER_ERROR_H_
#define LEADERSHIP_CLIENT_BROKER_ERROR_H_

#include <string>

#include "absl/status/status.h"
#include "grpcpp/support/status.h"

namespace leadership::internal {

// The same error as one line that names the address, and what to check where nobody answered. `connected`: the
// connection stands after it, so that UNAVAILABLE is a broker's own word.
absl::Status BrokerError(const grpc::Status& status, const std::string& address, bool connected = false);

// Whether trying again, with the same broker or its successor, cannot mend this error for a watch: a wrong name, or a
// wrong server. FAILED_PRECONDITION is not among them: the neighbour's broker on a shared port may give way to this
// pod's.
bool IsFinalForWatch(grpc::StatusCode code);

// The same for one call.
bool IsFinalForCall(grpc::StatusCode code);

}  // namespace leadership::internal

#endif  // LEADERSHIP_CLIENT_BROKER_ERROR_H_
