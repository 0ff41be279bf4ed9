// kubeconfig files, and what a plugin answers: what comes of them can be connected and sent, or there is one line.
//
// Input: files with a line "%%" between; the last is what a plugin wrote. The first line is the name of the context.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

#include "server/kube/curl_url.h"
#include "server/kube/json.h"
#include "server/kubeconfig/access.h"
#include "server/kubeconfig/exec_credential.pb.h"
#include "server/kubeconfig/exec_plugin.h"
#include "server/kubeconfig/fixed_credentials.h"
#include "server/kubeconfig/load.h"
#include "server/kubeconfig/parse.h"
#include "tests/fuzz/check.h"

namespace leadership_broker::fuzz {
namespace {

constexpr char kFile[] = "/k/config";

bool IsPath(const std::string& path) { return path.empty() || path.front() == '/'; }

void CheckParsed(const kubeconfig::Kubeconfig& read) {
  for (const auto& [name, cluster] : read.clusters) {
    Check(IsPrintable(cluster.where) && absl::StrContains(cluster.where, kFile), "a cluster says where it is", name);
    Check(IsPath(cluster.ca_file), "a path can be opened from anywhere", cluster.ca_file);
  }
  for (const auto& [name, user] : read.users) {
    Check(IsPrintable(user.where), "a user says where it is", name);
    for (const std::string& path : {user.certificate_file, user.key_file, user.token_file}) {
      Check(IsPath(path), "a path can be opened from anywhere", path);
    }
    if (user.exec.has_value()) Check(!user.exec->command.empty(), "a plugin has a program", name);
  }
}

void CheckPlugin(const kubeconfig::Access& access, const std::string& output) {
  const auto program = kubeconfig::PluginProgram(access);
  if (program.ok()) {
    absl::string_view info = program->environment.back();
    Check(absl::ConsumePrefix(&info, "KUBERNETES_EXEC_INFO="), "the plugin is told", info);
    const auto told = kube::FromJson<kubeconfig::ExecCredential>(info);
    Check(told.ok() && told->spec().has_interactive() && !told->spec().interactive(), "nobody can be asked", info);
  }
  const auto answer = kubeconfig::ReadPluginAnswer(access, process::ProgramResult{0, output, output});
  if (answer.ok()) {
    Check(!answer->token.empty() || answer->certificate != nullptr, "an answer says who we are");
    for (const char c : answer->token) Check(c > ' ' && c < 0x7f, "a token can be sent", answer->token);
    for (const std::string& line : answer->said) Check(IsPrintable(line), "what it says can be shown", line);
  }
}

void CheckAccess(const kubeconfig::Access& access, const std::string& output) {
  Check(absl::StartsWith(absl::AsciiStrToLower(access.cluster.server), "https"), "nothing is sent in the clear",
        access.cluster.server);
  Check(kube::HttpsPeer(access.cluster.server).ok(), "there is somebody to connect to", access.cluster.server);
  Check(!access.cluster.insecure || (access.cluster.ca_file + access.cluster.ca_data).empty(),
        "an authority is there to be asked");
  const kubeconfig::User& user = access.user;
  const bool has_certificate = !(user.certificate_file + user.certificate_data).empty();
  Check(has_certificate == !(user.key_file + user.key_data).empty(), "a certificate has its key");
  Check(user.exec.has_value() != (has_certificate || !(user.token + user.token_file).empty()),
        "there is one way to log in");
  Check(user.abandoned.empty(), "what Kubernetes has given up is refused", user.abandoned);
  for (const std::string& header : kubeconfig::ImpersonationHeaders(user)) {
    Check(header.find_first_of("\r\n") == std::string::npos, "a header is one line", header);
  }
  if (user.exec.has_value() && access.cluster.ca_file.empty()) CheckPlugin(access, output);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string input(reinterpret_cast<const char*>(data), size);
  const size_t end = input.find('\n');
  if (end == std::string::npos) return -1;
  std::vector<std::string> texts = absl::StrSplit(input.substr(end + 1), "\n%%\n");
  const std::string output = texts.size() > 1 ? texts.back() : "";
  if (texts.size() > 1) texts.pop_back();

  kubeconfig::Kubeconfig all;
  for (const std::string& text : texts) {
    auto parsed = kubeconfig::Parse(text, kFile);
    if (!parsed.ok()) {
      const std::string message(parsed.status().message());
      Check(absl::StartsWith(message, kFile) && IsPrintable(message), "an error is a line that names the file",
            message);
      return 0;
    }
    CheckParsed(*parsed);
    const kubeconfig::Kubeconfig before = all;
    kubeconfig::Merge(*std::move(parsed), &all);
    for (const auto& [name, cluster] : before.clusters) {
      Check(all.clusters.at(name).where == cluster.where, "the first to name something counts", name);
    }
    Check(before.current_context.empty() || before.current_context == all.current_context, "the first context counts");
  }
  const auto access = kubeconfig::Choose(all, input.substr(0, end));
  if (access.ok()) CheckAccess(*access, output);
  Check(access.ok() || !access.status().message().empty(), "an error says what is wrong");
  return 0;
}

}  // namespace leadership_broker::fuzz
