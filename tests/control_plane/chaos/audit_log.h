// What the API server itself writes down about writes of the lock.
#ifndef LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_AUDIT_LOG_H_
#define LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_AUDIT_LOG_H_

#include <string>

#include "tests/control_plane/chaos/recorder.h"

namespace leadership_broker::chaos {

// The flags of kube-apiserver, one a line, that make it write `log_file`; writes its policy to `policy_file`.
std::string AuditFlags(const std::string& policy_file, const std::string& log_file);

// Records what `log_file` says of this lock. Lines that a SIGKILL has cut short are left out.
void RecordAuditLog(const std::string& log_file, const std::string& namespace_name, const std::string& lock,
                    Recorder* recorder);

}  // namespace leadership_broker::chaos

#endif  // LEADERSHIP_BROKER_TESTS_CONTROL_PLANE_CHAOS_AUDIT_LOG_H_
