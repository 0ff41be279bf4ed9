#include "tests/fake_kube_apiserver/fake_kube_apiserver.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

namespace leadership_broker::testing::fake {
namespace {

// Whole or not at all: readers wait for the file to appear.
absl::Status WriteFile(const std::string& path, const std::string& text) {
  const std::string unfinished = path + ".new";
  {
    std::ofstream file(unfinished, std::ios::binary | std::ios::trunc);
    chmod(unfinished.c_str(), S_IRUSR | S_IWUSR);
    file << text;
    if (!file.flush()) return absl::ErrnoToStatus(errno, absl::StrCat("write ", unfinished));
  }
  if (std::rename(unfinished.c_str(), path.c_str()) != 0)
    return absl::ErrnoToStatus(errno, absl::StrCat("write ", path));
  return absl::OkStatus();
}

// JSON is YAML.
std::string Kubeconfig(const std::string& url, const std::string& ca_pem, const std::string& token) {
  const char* name = "stand-in";
  const nlohmann::ordered_json config = {
      {"apiVersion", "v1"},
      {"kind", "Config"},
      {"clusters",
       {{{"name", name}, {"cluster", {{"server", url}, {"certificate-authority-data", absl::Base64Escape(ca_pem)}}}}}},
      {"users", {{{"name", name}, {"user", {{"token", token}}}}}},
      {"contexts", {{{"name", name}, {"context", {{"cluster", name}, {"user", name}}}}}},
      {"current-context", name}};
  return config.dump(2) + "\n";
}

}  // namespace

FakeKubeApiServer::FakeKubeApiServer(const Settings& settings, Certificates certificates)
    : certificates_(std::move(certificates)),
      store_(settings.history_length),
      collector_(store_, settings.collector_delay),
      tokens_(store_, settings.token_memory),
      handler_(store_, tokens_, faults_, streams_, timers_, settings.bookmark_interval),
      server_(certificates_, timers_, [this](const HttpRequest& request) { return handler_.Handle(request); }) {
  store_.OnChange([this] { collector_.Notice(); });
  faults_.OnChange([this] { streams_.ForEach({}, [](WatchStream& stream) { stream.Wake(); }); });
}

absl::StatusOr<std::unique_ptr<FakeKubeApiServer>> FakeKubeApiServer::Start(const Settings& settings) {
  absl::StatusOr<Certificates> certificates = MakeCertificates();
  if (!certificates.ok()) return certificates.status();
  auto server = std::unique_ptr<FakeKubeApiServer>(new FakeKubeApiServer(settings, *std::move(certificates)));
  if (absl::Status bound = server->server_.Bind(settings.listen); !bound.ok()) return bound;
  if (absl::Status started = server->StartServing(); !started.ok()) return started;
  server->collector_.Start();
  return server;
}

absl::Status FakeKubeApiServer::WriteAccessFiles(const std::string& directory) const {
  const std::pair<const char*, std::string> files[] = {{"ca.crt", ca_pem()},
                                                       {"admin.token", admin_token()},
                                                       {"kubeconfig", Kubeconfig(Url(), ca_pem(), admin_token())},
                                                       {"url", Url()}};
  for (const auto& [name, text] : files) {
    if (absl::Status written = WriteFile(absl::StrCat(directory, "/", name), text); !written.ok()) return written;
  }
  return absl::OkStatus();
}

}  // namespace leadership_broker::testing::fake
