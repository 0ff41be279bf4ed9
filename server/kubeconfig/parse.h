// Reads one kubeconfig file.
#ifndef LEADERSHIP_BROKER_KUBECONFIG_PARSE_H_
#define LEADERSHIP_BROKER_KUBECONFIG_PARSE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "server/kubeconfig/kubeconfig.h"

namespace leadership_broker::kubeconfig {

// `file` is where `text` stands: its folder is what relative paths begin at, and messages name it. Text that is empty
// says nothing. INVALID_ARGUMENT with file, line and column, in one line without anything that may be a secret. Pure;
// any thread.
absl::StatusOr<Kubeconfig> Parse(absl::string_view text, const std::string& file);

}  // namespace leadership_broker::kubeconfig

#endif  // LEADERSHIP_BROKER_KUBECONFIG_PARSE_H_
