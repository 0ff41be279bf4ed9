#include "tests/e2e/pod.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <sstream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"

#include "tests/e2e/containers.h"
#include "tests/harness/eventually.h"

namespace leadership_broker::testing {
namespace {

using Json = nlohmann::json;

std::string Text(const Json& object, const char* key) {
  return object.contains(key) ? object[key].get<std::string>() : std::string();
}

// The statuses of all containers.
std::vector<Json> Statuses(const Json& pod) {
  std::vector<Json> all;
  for (const char* kind : {"initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses"}) {
    if (!pod.contains("status") || !pod["status"].contains(kind)) continue;
    all.insert(all.end(), pod["status"][kind].begin(), pod["status"][kind].end());
  }
  return all;
}

// The files of a folder; none when there is no such folder.
std::vector<std::string> Files(const std::string& folder) {
  std::vector<std::string> files;
  DIR* const dir = opendir(folder.c_str());
  if (dir == nullptr) return files;
  while (const dirent* const entry = readdir(dir)) {
    if (absl::EndsWith(entry->d_name, ".log")) files.push_back(folder + "/" + entry->d_name);
  }
  closedir(dir);
  return files;
}

std::string Contents(int fd) {
  std::string text;
  char buffer[65536];
  while (true) {
    const ssize_t n = pread(fd, buffer, sizeof(buffer), static_cast<off_t>(text.size()));
    if (n <= 0) return text;
    text.append(buffer, static_cast<size_t>(n));
  }
}

absl::Time ParsedTime(const std::string& text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error)) << text << ": " << error;
  return time;
}

}  // namespace

Pod::Pod(NodeLab* lab, const Json& object)
    : lab_(lab),
      namespace_(object["metadata"]["namespace"]),
      name_(object["metadata"]["name"]),
      uid_(object["metadata"]["uid"]),
      node_(object["spec"]["nodeName"]),
      ip_(Text(object["status"], "podIP")) {
  for (const Json& status : Statuses(object)) {
    const std::string id = container_ids_[status["name"]] = Text(status, "containerID");
    const pid_t pid = lab_->Pid(node_, id);
    if (pid != 0) lab_->ends().Add(id, pid);
    Log(status["name"]);
  }
}

Json Pod::Object() const {
  const HttpAnswer answer = lab_->Admin().Get(Path());
  return answer.status == 200 && answer.body["metadata"]["uid"] == uid_ ? answer.body : Json();
}

bool Pod::IsReady(const Json& object) {
  if (!object["status"].contains("conditions")) return false;
  const Json& conditions = object["status"]["conditions"];
  return std::any_of(conditions.begin(), conditions.end(),
                     [](const Json& one) { return one["type"] == "Ready" && one["status"] == "True"; });
}

Json Pod::Status(const std::string& container) const {
  for (const Json& status : Statuses(Object())) {
    if (status["name"] == container) return status;
  }
  return nullptr;
}

std::vector<Line> Pod::Log(const std::string& container) const {
  const std::string folder = absl::StrCat(lab_->PodLogs(node_), "/", namespace_, "_", name_, "_", uid_, "/", container);
  for (const std::string& path : Files(folder)) {
    if (logs_.count(path) != 0) continue;
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) continue;
    logs_[path] = std::shared_ptr<const int>(new int(fd), [](const int* open_fd) {
      close(*open_fd);
      delete open_fd;
    });
  }
  std::vector<Line> lines;
  for (const auto& [path, fd] : logs_) {
    if (!absl::StartsWith(path, folder + "/")) continue;
    // As the container runtime interface has them: TIME STREAM TAG TEXT.
    for (const absl::string_view line : absl::StrSplit(Contents(*fd), '\n')) {
      const std::vector<std::string> parts = absl::StrSplit(line, absl::MaxSplits(' ', 3));
      if (parts.size() == 4) lines.push_back({ParsedTime(parts[0]), parts[3]});
    }
  }
  return lines;
}

std::vector<Told> Pod::AllTold(const std::string& witness) const {
  std::vector<Told> all;
  for (const Line& line : Log(witness)) {
    const Json message = Json::parse(line.text, nullptr, false);
    if (message.is_discarded() || !message.contains("leadership")) continue;
    const Json& leadership = message["leadership"];
    const Json held = leadership.value("lock", Json::object());
    all.push_back({ParsedTime(message["time"]), leadership["state"], leadership["reason"], Text(held, "uid"),
                   Text(leadership, "fencing_token")});
  }
  return all;
}

Told Pod::Latest(const std::string& witness) const {
  const std::vector<Told> all = AllTold(witness);
  return all.empty() ? Told() : all.back();
}

std::optional<Told> Pod::FirstTold(const std::string& state, absl::Time since) const {
  for (const Told& told : AllTold()) {
    if (told.state == state && told.time >= since) return told;
  }
  return std::nullopt;
}

bool Pod::HasEnded(const std::string& container) const {
  return lab_->ends().Ended(container_ids_.at(container)).has_value();
}

absl::Time Pod::WaitEnded(const std::string& container) const {
  EXPECT_TRUE(Eventually([&] { return HasEnded(container); })) << container << " of " << Describe() << " did not end";
  return lab_->ends().Ended(container_ids_.at(container)).value_or(absl::InfiniteFuture());
}

void Pod::Signal(const std::string& container, int signal) const {
  const pid_t pid = lab_->Pid(node_, Text(Status(container), "containerID"));
  EXPECT_TRUE(pid != 0 && kill(pid, signal) == 0) << "no signal to " << container << " of " << Describe();
}

void Pod::SetFinalizers(const Json& finalizers) const {
  const HttpAnswer answer = lab_->Admin().Patch(Path(), {{"metadata", {{"finalizers", finalizers}}}});
  EXPECT_EQ(answer.status, 200) << answer.text;
}

std::string Pod::Run(const std::string& name, const std::vector<std::string>& command) const {
  const Json patch = {{"spec", {{"ephemeralContainers", Json::array({Container(name, "tools", command)})}}}};
  const HttpAnswer answer = lab_->Admin().Send("PATCH", Path() + "/ephemeralcontainers", patch.dump(),
                                               "application/strategic-merge-patch+json");
  EXPECT_EQ(answer.status, 200) << answer.text << answer.body;
  EXPECT_TRUE(Eventually([&] {
    const Json status = Status(name);
    return !status.is_null() && status["state"].contains("terminated");
  })) << name
      << " did not end in " << Describe();
  std::string output;
  for (const Line& line : Log(name)) output += line.text + "\n";
  return output;
}

void Pod::Delete(const std::vector<std::string>& flags) const {
  std::vector<std::string> command = {"delete", "pod", name_, "--namespace=" + namespace_, "--wait=false"};
  command.insert(command.end(), flags.begin(), flags.end());
  lab_->Kubectl(command);
}

std::string Pod::Describe() const {
  std::ostringstream out;
  out << name_ << " (" << uid_ << " on " << node_ << ")\n";
  for (const Told& told : AllTold()) {
    out << "  " << told.time << " " << told.state << " " << told.reason << " token " << told.token << " lock "
        << told.lock_uid << "\n";
  }
  const std::vector<Line> app = Log("app");
  for (size_t i = app.size() < 3 ? 0 : app.size() - 3; i < app.size(); ++i) {
    out << "  " << app[i].time << " app: " << app[i].text << "\n";
  }
  for (const auto& [container, id] : container_ids_) {
    const std::optional<absl::Time> ended = lab_->ends().Ended(id);
    if (ended) out << "  " << *ended << " " << container << " ended\n";
  }
  return out.str();
}

}  // namespace leadership_broker::testing
