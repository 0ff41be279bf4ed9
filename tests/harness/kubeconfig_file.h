// Kubeconfigs for tests, in the form of JSON, which is YAML too.
#ifndef LEADERSHIP_BROKER_TESTS_HARNESS_KUBECONFIG_FILE_H_
#define LEADERSHIP_BROKER_TESTS_HARNESS_KUBECONFIG_FILE_H_

#include <sys/stat.h>

#include <string>

#include "nlohmann/json.hpp"

#include "tests/harness/scratch_dir.h"

namespace leadership_broker::testing {

// Writes one with a context `name`, the current one, and a cluster and a user of the same name.
inline void WriteKubeconfig(const std::string& path, const nlohmann::json& cluster, const nlohmann::json& user,
                            const std::string& namespace_name, const std::string& name = "test") {
  const nlohmann::json context = {{"cluster", name}, {"user", name}, {"namespace", namespace_name}};
  const nlohmann::json whole = {{"apiVersion", "v1"},
                                {"kind", "Config"},
                                {"current-context", name},
                                {"clusters", {{{"name", name}, {"cluster", cluster}}}},
                                {"users", {{{"name", name}, {"user", user}}}},
                                {"contexts", {{{"name", name}, {"context", context}}}}};
  WriteTextFile(path, whole.dump(2));
}

// Makes an exec plugin of this folder, "plugin", that does what `script` says, with sh.
inline void WritePlugin(const ScratchDir& folder, const std::string& script) {
  WriteTextFile(folder.File("plugin"), "#!/bin/sh\n" + script);
  chmod(folder.File("plugin").c_str(), 0700);
}

}  // namespace leadership_broker::testing

#endif  // LEADERSHIP_BROKER_TESTS_HARNESS_KUBECONFIG_FILE_H_
