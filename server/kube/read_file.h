// Reads the small files that Kubernetes mounts into a pod.
#ifndef LEADERSHIP_BROKER_KUBE_READ_FILE_H_
#define LEADERSHIP_BROKER_KUBE_READ_FILE_H_

#include <string>

#include "absl/status/statusor.h"

namespace leadership_broker::kube {

// The whole of a file of 1 MiB at most. The error says which file and what the system said of it. Blocks; any thread.
absl::StatusOr<std::string> ReadFile(const std::string& path);

}  // namespace leadership_broker::kube

#endif  // LEADERSHIP_BROKER_KUBE_READ_FILE_H_
