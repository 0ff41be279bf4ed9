// The name under which the API server's audit log knows us.
#ifndef LEADERSHIP_BROKER_KUBE_USER_AGENT_H_
#define LEADERSHIP_BROKER_KUBE_USER_AGENT_H_

#include <string>

namespace leadership_broker::kube {

// "leadership-broker/0.1.0 (linux/amd64)", the architecture under Go's name as other clients of Kubernetes have it.
const std::string& UserAgent();

}  // namespace leadership_broker::kube

#endif  // LEADERSHIP_BROKER_KUBE_USER_AGENT_H_
