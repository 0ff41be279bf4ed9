// floor-cpp: what any failover over a ConfigMap costs at least, in C++; bench/floor with libcurl in place of client-go.
// A plain HTTP/1.1 watch of one ConfigMap, which is created again, from the watch's own callback and on a connection of
// its own that is kept open, when it is DELETED. Printed is, for each run, the time from the DELETE's being issued to
// the create's being acknowledged, in microseconds, a line each. With --owners it is the ConfigMap's owner that is
// deleted, a Pod, and the garbage collector that removes the ConfigMap.
#include <curl/curl.h>

#include <functional>
#include <future>
#include <iostream>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "nlohmann/json.hpp"

#include "tests/harness/require.h"
#include "yaml-cpp/yaml.h"

namespace leadership_broker::bench {
namespace {

using testing::Require;

// Whose cluster and user.
struct Access {
  explicit Access(const std::string& kubeconfig) {
    const YAML::Node read = YAML::LoadFile(kubeconfig);
    const YAML::Node cluster = read["clusters"][0]["cluster"];
    server = cluster["server"].as<std::string>();
    ca_file = cluster["certificate-authority"].as<std::string>();
    token = read["users"][0]["user"]["token"].as<std::string>();
  }

  std::string server;
  std::string ca_file;
  std::string token;
};

// One connection, kept open. One thread at a time.
class Connection {
 public:
  using OnBytes = std::function<void(const char* bytes, size_t count)>;

  explicit Connection(const Access& access) : server_(access.server), handle_(curl_easy_init()) {
    headers_ = curl_slist_append(headers_, ("Authorization: Bearer " + access.token).c_str());
    headers_ = curl_slist_append(headers_, "Content-Type: application/json");
    curl_easy_setopt(handle_, CURLOPT_HTTPHEADER, headers_);
    curl_easy_setopt(handle_, CURLOPT_CAINFO, access.ca_file.c_str());
    curl_easy_setopt(handle_, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(handle_, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle_, CURLOPT_PROXY, "");
    curl_easy_setopt(handle_, CURLOPT_WRITEFUNCTION, &Write);
    curl_easy_setopt(handle_, CURLOPT_WRITEDATA, this);
  }
  ~Connection() {
    curl_easy_cleanup(handle_);
    curl_slist_free_all(headers_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Ends the process unless it succeeds. The answer; empty where `on_bytes` takes it.
  std::string Send(const std::string& method, const std::string& path, const std::string& body,
                   OnBytes on_bytes = nullptr) {
    answer_.clear();
    on_bytes_ = std::move(on_bytes);
    curl_easy_setopt(handle_, CURLOPT_URL, (server_ + path).c_str());
    if (!body.empty()) curl_easy_setopt(handle_, CURLOPT_POSTFIELDS, body.c_str());
    curl_easy_setopt(handle_, CURLOPT_CUSTOMREQUEST, method.c_str());
    const CURLcode code = curl_easy_perform(handle_);
    Require(code == CURLE_OK, method + " " + path + ": " + curl_easy_strerror(code));
    long status = 0;
    curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
    Require(status / 100 == 2, method + " " + path + ": " + std::to_string(status) + " " + answer_);
    return answer_;
  }

 private:
  static size_t Write(char* bytes, size_t, size_t count, void* self) {
    auto* const connection = static_cast<Connection*>(self);
    if (connection->on_bytes_ != nullptr) {
      connection->on_bytes_(bytes, count);
    } else {
      connection->answer_.append(bytes, count);
    }
    return count;
  }

  const std::string server_;
  CURL* const handle_;
  curl_slist* headers_ = nullptr;
  OnBytes on_bytes_;
  std::string answer_;
};

// The ConfigMap that is removed and created again.
class Object {
 public:
  Object(const Access& access, const std::string& namespace_name, const std::string& name)
      : creator_(access), watch_(access), core_("/api/v1/namespaces/" + namespace_name), name_(name) {
    object_ = {{"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"metadata", {{"name", name}}}};
  }

  const std::string& name() const { return name_; }
  const std::string& core() const { return core_; }

  // From the next create on.
  void SetOwner(const nlohmann::json& pod) {
    const std::lock_guard<std::mutex> lock(mutex_);
    object_["metadata"]["ownerReferences"] = {
        {{"apiVersion", "v1"}, {"kind", "Pod"}, {"name", pod["metadata"]["name"]}, {"uid", pod["metadata"]["uid"]}}};
  }

  // Creates it and watches it, on a thread that never ends.
  void Start() {
    const nlohmann::json first = nlohmann::json::parse(Create());
    const std::string version = first["metadata"]["resourceVersion"];
    std::thread([this, version] {
      std::string line;
      watch_.Send("GET",
                  core_ + "/configmaps?watch=1&fieldSelector=metadata.name%3D" + name_ + "&resourceVersion=" + version,
                  "", [this, &line](const char* bytes, size_t count) {
                    line.append(bytes, count);
                    for (size_t end = line.find('\n'); end != std::string::npos; end = line.find('\n')) {
                      if (absl::StartsWith(line, R"({"type":"DELETED")")) Recreate();
                      line.erase(0, end + 1);
                    }
                  });
      Require(false, "the watch has ended");
    }).detach();
  }

  // When it was created the next time: to be asked for before it is removed.
  std::future<absl::Time> NextCreated() {
    const std::lock_guard<std::mutex> lock(mutex_);
    created_ = std::promise<absl::Time>();
    return created_.get_future();
  }

 private:
  std::string Create() {
    std::string body;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      body = object_.dump();
    }
    return creator_.Send("POST", core_ + "/configmaps", body);
  }

  void Recreate() {
    Create();
    const absl::Time now = absl::Now();
    const std::lock_guard<std::mutex> lock(mutex_);
    created_.set_value(now);
  }

  Connection creator_;
  Connection watch_;
  const std::string core_;
  const std::string name_;
  std::mutex mutex_;
  nlohmann::json object_;
  std::promise<absl::Time> created_;
};

// Makes a Pod, on no node, that owns the ConfigMap from the next create on; its name.
std::string NewOwner(Connection* other, Object* object, int number) {
  std::string name = object->name() + "-" + std::to_string(number);
  const nlohmann::json pod = {{"metadata", {{"name", name}}},
                              {"spec", {{"containers", nlohmann::json::array({{{"name", "app"}, {"image", "app"}}})}}}};
  object->SetOwner(nlohmann::json::parse(other->Send("POST", object->core() + "/pods", pod.dump())));
  return name;
}

int Main(int argc, char** argv) {
  CLI::App app{"A bare watch and create, in C++."};
  std::string kubeconfig;
  std::string namespace_name = "default";
  std::string name = "floor";
  int runs = 20;
  int pause = 500;
  bool owners = false;
  app.add_option("--kubeconfig", kubeconfig, "whose cluster and user, by its token")->required();
  app.add_option("--namespace", namespace_name, "of the ConfigMap, which is made and removed");
  app.add_option("--name", name, "of the ConfigMap");
  app.add_option("--runs", runs, "how many deletions");
  app.add_option("--pause", pause, "milliseconds before each deletion, as bench/floor's");
  app.add_flag("--owners", owners, "delete the Pod that owns the ConfigMap");
  CLI11_PARSE(app, argc, argv);

  curl_global_init(CURL_GLOBAL_DEFAULT);
  const Access access(kubeconfig);
  Object object(access, namespace_name, name);
  // Whoever deletes is somebody else, with a connection of its own; its first request opens it.
  Connection other(access);
  other.Send("GET", object.core() + "/configmaps?limit=1", "");
  std::string owner = owners ? NewOwner(&other, &object, 0) : "";
  object.Start();
  for (int run = 1; run <= runs; ++run) {
    std::string next_owner;
    if (owners) next_owner = NewOwner(&other, &object, run);
    // Also, the collector has to know of the owner before it can know of its end.
    absl::SleepFor(absl::Milliseconds(pause));
    std::future<absl::Time> created = object.NextCreated();
    const absl::Time issued = absl::Now();
    if (owners) {
      other.Send("DELETE", object.core() + "/pods/" + owner, R"({"gracePeriodSeconds":0})");
    } else {
      other.Send("DELETE", object.core() + "/configmaps/" + name, "{}");
    }
    std::cout << absl::ToInt64Microseconds(created.get() - issued) << std::endl;
    owner = next_owner;
  }
  // The watch's thread is in the midst of a read.
  std::_Exit(0);
}

}  // namespace
}  // namespace leadership_broker::bench

int main(int argc, char** argv) { return leadership_broker::bench::Main(argc, argv); }
