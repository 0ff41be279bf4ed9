#include "server/kubeconfig/parse.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "server/config/plain_text.h"
#include "server/kubeconfig/fields.h"

namespace leadership_broker::kubeconfig {
namespace {

constexpr absl::string_view kPluginConfig = "client.authentication.k8s.io/exec";

// `path` as it is to be opened from anywhere, when it stands in `file`.
std::string FromFolderOf(const std::string& file, const std::string& path) {
  const size_t slash = file.rfind('/');
  if (path.empty() || path.front() == '/' || slash == std::string::npos) return path;
  return absl::StrCat(file.substr(0, slash + 1), path);
}

Cluster ReadCluster(const Fields& fields, const std::string& file) {
  Cluster cluster;
  cluster.server = fields.Text("server");
  cluster.ca_file = FromFolderOf(file, fields.Text("certificate-authority"));
  cluster.ca_data = fields.Data("certificate-authority-data");
  cluster.insecure = fields.Flag("insecure-skip-tls-verify");
  cluster.tls_server_name = fields.Text("tls-server-name");
  cluster.proxy_url = fields.Text("proxy-url");
  for (const Fields& extension : fields.Maps("extensions")) {
    if (extension.Text("name") == kPluginConfig) cluster.plugin_config = extension.Any("extension");
  }
  return cluster;
}

ExecPlugin ReadExec(const Fields& fields, const std::string& file) {
  ExecPlugin exec;
  exec.api_version = fields.Text("apiVersion");
  exec.command = fields.Text("command");
  if (absl::StrContains(exec.command, '/')) exec.command = FromFolderOf(file, exec.command);
  exec.arguments = fields.Texts("args");
  for (const Fields& variable : fields.Maps("env")) {
    const std::string name = variable.Text("name");
    if (name.empty() || absl::StrContains(name, '=')) variable.Refuse("name", "has to be the name of a variable");
    exec.environment.emplace_back(name, variable.Text("value"));
  }
  exec.install_hint = fields.Text("installHint");
  exec.provide_cluster_info = fields.Flag("provideClusterInfo");
  const std::string mode = fields.Text("interactiveMode");
  if (exec.command.empty()) fields.Refuse("command", "is missing: name the plugin's program");
  if (exec.api_version != "client.authentication.k8s.io/v1" &&
      exec.api_version != "client.authentication.k8s.io/v1beta1") {
    fields.Refuse("apiVersion", "has to be client.authentication.k8s.io/v1, or v1beta1: take a newer plugin");
  }
  if (mode == "Always") {
    fields.Refuse("interactiveMode", "is Always, and there is nobody here to ask: use a plugin that needs no terminal");
  } else if (mode.empty() ? absl::EndsWith(exec.api_version, "/v1") : mode != "Never" && mode != "IfAvailable") {
    fields.Refuse("interactiveMode", "has to be Never or IfAvailable");
  }
  return exec;
}

User ReadUser(const Fields& fields, const std::string& file) {
  User user;
  user.certificate_file = FromFolderOf(file, fields.Text("client-certificate"));
  user.certificate_data = fields.Data("client-certificate-data");
  user.key_file = FromFolderOf(file, fields.Text("client-key"));
  user.key_data = fields.Data("client-key-data");
  user.token = fields.Text("token");
  user.token_file = FromFolderOf(file, fields.Text("tokenFile"));
  user.as = fields.Text("as");
  user.as_uid = fields.Text("as-uid");
  user.as_groups = fields.Texts("as-groups");
  for (auto& [name, values] : fields.TextsByName("as-user-extra")) user.as_extra[name] = std::move(values);
  if (fields.Has("exec")) user.exec = ReadExec(fields.Map("exec"), file);
  for (const char* abandoned : {"auth-provider", "username", "password"}) {
    if (user.abandoned.empty() && fields.Has(abandoned)) user.abandoned = abandoned;
  }
  return user;
}

Context ReadContext(const Fields& fields, const std::string&) {
  return {"", fields.Text("cluster"), fields.Text("user"), fields.Text("namespace")};
}

// The entries of a list like `clusters`, whose fields stand under `kind`.
template <typename Entry>
void ReadNamed(const Fields& top, const std::string& file, absl::string_view list, absl::string_view kind,
               Entry (*read)(const Fields&, const std::string&), std::map<std::string, Entry>* entries) {
  for (const Fields& item : top.Maps(list)) {
    const std::string name = item.Text("name");
    if (name.empty()) {
      item.Refuse("name", "is missing");
      continue;
    }
    Entry entry = read(item.Map(kind), file);
    entry.where = absl::StrCat(kind, " \"", config::ToPlainText(name), "\" (", item.Line(), ")");
    if (!entries->emplace(name, std::move(entry)).second) item.Refuse("name", "is that of an earlier one; leave one");
  }
}

Kubeconfig ReadFile(const Fields& top, const std::string& file) {
  Kubeconfig result;
  if (top.Has("apiVersion") && top.Text("apiVersion") != "v1") top.Refuse("apiVersion", "of a kubeconfig has to be v1");
  if (top.Has("kind") && top.Text("kind") != "Config") top.Refuse("kind", "of a kubeconfig has to be Config");
  ReadNamed(top, file, "clusters", "cluster", &ReadCluster, &result.clusters);
  ReadNamed(top, file, "users", "user", &ReadUser, &result.users);
  ReadNamed(top, file, "contexts", "context", &ReadContext, &result.contexts);
  result.current_context = top.Text("current-context");
  return result;
}

}  // namespace

absl::StatusOr<Kubeconfig> Parse(absl::string_view text, const std::string& file) {
  if (!config::IsUtf8(text) || absl::StrContains(text, '\0')) {
    return absl::InvalidArgumentError(absl::StrCat(file, " is no kubeconfig: it is not text in UTF-8"));
  }
  try {
    absl::Status error;
    Kubeconfig result = ReadFile(Fields(YAML::Load(std::string(text)), file, "", &error), file);
    if (!error.ok()) return error;
    return result;
  } catch (const YAML::Exception& exception) {
    // Its own message names the place from 0 on, and `msg` no content.
    return absl::InvalidArgumentError(absl::StrCat(file, ", line ", exception.mark.line + 1, ", column ",
                                                   exception.mark.column + 1,
                                                   ": no YAML: ", config::ToPlainText(exception.msg)));
  }
}

}  // namespace leadership_broker::kubeconfig
