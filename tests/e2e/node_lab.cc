#include "tests/e2e/node_lab.h"

#include <cstdlib>
#include <filesystem>

#include "absl/strings/strip.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "tests/harness/child_process.h"
#include "tests/harness/eventually.h"
#include "tests/harness/require.h"

namespace leadership_broker::testing {
namespace {

const std::string kSource = LEADERSHIP_BROKER_SOURCE_DIR;
const std::string kBuild = LEADERSHIP_BROKER_BINARY_DIR;

// The folder of this name below `root`; empty when there is none. Others may come and go meanwhile, which ends a
// search.
std::string FindFolder(const std::string& root, const std::string& name) {
  for (int i = 0; i < 20; ++i) {
    std::error_code error;
    std::filesystem::recursive_directory_iterator at(root, error);
    for (; !error && at != std::filesystem::recursive_directory_iterator(); at.increment(error)) {
      if (at->path().filename() == name) return at->path().string();
    }
    if (!error || !std::filesystem::exists(root)) break;
  }
  return "";
}

void MustRun(const std::vector<std::string>& command) {
  const Finished finished = RunProgram(command, 3 * kPatience);
  Require(finished.exit_code == 0, command[0] + " " + command[1] + ":\n" + finished.output);
}

}  // namespace

NodeLab& NodeLab::Shared() {
  static NodeLab lab;
  return lab;
}

NodeLab::NodeLab() {
  setenv("LAB_NODES", "2", 1);
  cluster_ = &RealCluster::Shared();
  MustRun({kSource + "/tests/e2e/images", kBuild, scratch_.path(), cluster_->Binaries() + "/grpcurl"});
  for (const char* node : {kNode1, kNode2}) {
    Node("start", node);
    for (const char* image : {"leadership-broker", "example-app", "tools"}) {
      Node("import", node, {scratch_.File(std::string(image) + ".tar")});
    }
  }
}

std::string NodeLab::Kubectl(const std::vector<std::string>& arguments) const {
  std::vector<std::string> command = {cluster_->Binaries() + "/kubectl", "--kubeconfig=" + cluster_->Kubeconfig(),
                                      "--cache-dir=" + scratch_.File("kubectl")};
  command.insert(command.end(), arguments.begin(), arguments.end());
  const Finished finished = RunProgram(command, kPatience);
  EXPECT_EQ(finished.exit_code, 0) << "kubectl " << arguments[0] << ": " << finished.output;
  return finished.output;
}

void NodeLab::Node(const std::string& command, const std::string& node, const std::vector<std::string>& more) const {
  std::vector<std::string> line = {kSource + "/tests/lab/node", command, cluster_->Folder(), node};
  line.insert(line.end(), more.begin(), more.end());
  MustRun(line);
}

std::string NodeLab::RunOn(const std::string& node, const std::vector<std::string>& command) const {
  std::vector<std::string> line = {kSource + "/tests/lab/node", "run", cluster_->Folder(), node};
  line.insert(line.end(), command.begin(), command.end());
  const Finished finished = RunProgram(line, kPatience);
  EXPECT_EQ(finished.exit_code, 0) << command[0] << " on " << node << ": " << finished.output;
  return finished.output;
}

pid_t NodeLab::Pid(const std::string& node, const std::string& container_id) const {
  const std::string id(absl::StripPrefix(container_id, "containerd://"));
  const std::string group(absl::StripSuffix(ReadTextFile(NodeFolder(node) + "/cable"), "\n"));
  // Of version 1 of control groups, and of version 2.
  for (const char* hierarchy : {"/sys/fs/cgroup/memory/", "/sys/fs/cgroup/"}) {
    const std::string folder = FindFolder(hierarchy + group, id);
    // In order of their numbers.
    if (!folder.empty()) return std::atoi(ReadTextFile(folder + "/cgroup.procs").c_str());
  }
  return 0;
}

bool NodeLab::NodeIs(const std::string& node, const std::string& ready) const {
  const HttpAnswer answer = Admin().Get("/api/v1/nodes/" + node);
  for (const auto& condition : answer.body["status"]["conditions"]) {
    if (condition["type"] == "Ready") return condition["status"] == ready;
  }
  return false;
}

}  // namespace leadership_broker::testing
