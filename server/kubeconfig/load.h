// Reads the kubeconfig files that a list names, as one.
#ifndef LEADERSHIP_BROKER_KUBECONFIG_LOAD_H_
#define LEADERSHIP_BROKER_KUBECONFIG_LOAD_H_

#include <string>

#include "absl/status/statusor.h"

#include "server/kubeconfig/kubeconfig.h"

namespace leadership_broker::kubeconfig {

// `list` is one path, or several with colons between, as the variable KUBECONFIG has them. Of what several files name,
// the first counts, whole; of `current-context` the first that is given. Files that are not there are left out, unless
// none is; so are empty entries, and a file's later mentions. The error is one line. Blocks.
absl::StatusOr<Kubeconfig> Load(const std::string& list);

// What `first` does not have is taken from `second`.
void Merge(Kubeconfig second, Kubeconfig* first);

}  // namespace leadership_broker::kubeconfig

#endif  // LEADERSHIP_BROKER_KUBECONFIG_LOAD_H_
