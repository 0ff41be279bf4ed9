// What kubeconfig files say, as far as it concerns us: the API servers and users that they know, and which go together.
#ifndef LEADERSHIP_BROKER_KUBECONFIG_KUBECONFIG_H_
#define LEADERSHIP_BROKER_KUBECONFIG_KUBECONFIG_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "google/protobuf/struct.pb.h"

namespace leadership_broker::kubeconfig {

// Paths in these are as they are to be opened: what was relative to the file has been made so. `where` is for messages:
// "cluster \"lab\" (/home/a/.kube/config, line 4)".
struct Cluster {
  std::string where;
  std::string server;
  // PEM, one or the other or neither.
  std::string ca_file;
  std::string ca_data;
  bool insecure = false;
  std::string tls_server_name;
  std::string proxy_url;
  // For plugins (the extension client.authentication.k8s.io/exec).
  std::optional<google::protobuf::Value> plugin_config;
};

struct ExecPlugin {
  std::string api_version;
  // A path, or a name to be looked for in PATH.
  std::string command;
  std::vector<std::string> arguments;
  std::vector<std::pair<std::string, std::string>> environment;
  std::string install_hint;
  bool provide_cluster_info = false;
};

struct User {
  std::string where;
  // PEM: files or text.
  std::string certificate_file;
  std::string certificate_data;
  std::string key_file;
  std::string key_data;
  std::string token;
  std::string token_file;
  // Whom to act as.
  std::string as;
  std::string as_uid;
  std::vector<std::string> as_groups;
  std::map<std::string, std::vector<std::string>> as_extra;
  std::optional<ExecPlugin> exec;
  // Ways to log in that Kubernetes has given up: the field's name; empty when there is none.
  std::string abandoned;
};

struct Context {
  std::string where;
  std::string cluster;
  std::string user;
  std::string namespace_name;
};

struct Kubeconfig {
  std::map<std::string, Cluster> clusters;
  std::map<std::string, User> users;
  std::map<std::string, Context> contexts;
  std::string current_context;
};

}  // namespace leadership_broker::kubeconfig

#endif  // LEADERSHIP_BROKER_KUBECONFIG_KUBECONFIG_H_
