// status_page_pictures FOLDER: the pictures of the status page that the documentation shows, of a real broker in a real
// browser.
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "tests/component/fake_test_cluster.h"
#include "tests/harness/broker_process.h"
#include "tests/harness/eventually.h"
#include "tests/interop/status_page/browser.h"
#include "tests/scenarios/scenario.h"

namespace leadership_broker::testing {
namespace {

constexpr char kLock[] = "shop-leader";

struct Pod {
  Pod(const std::string& namespace_name, const std::string& name)
      : pod(&TestCluster(), namespace_name, name, TestPodOptions{kLock}) {
    BrokerCommand command = BrokerCommand::InPod(pod, kLock);
    command.flags.back() = absl::StrCat("--http-listen=127.0.0.1:", http_port);
    broker = std::make_unique<BrokerProcess>(command);
  }

  const int http_port = FreePort();
  TestPod pod;
  std::unique_ptr<BrokerProcess> broker;
};

// A third pod's page: of the first that led, and of the second that does.
void Take(const std::string& folder) {
  FakeCluster& cluster = SharedFakeCluster();
  const std::string namespace_name = cluster.NewNamespace();
  cluster.SetRole(namespace_name, BrokerRole(kLock));
  std::vector<std::unique_ptr<Pod>> pods;
  for (const char* name : {"shop-7d4b9c6f5d-x2x7p", "shop-7d4b9c6f5d-k8qzn"}) {
    pods.push_back(std::make_unique<Pod>(namespace_name, name));
    Eventually(
        [&] { return pods.back()->broker->WaitServing() && !pods.back()->broker->Get().leader().name().empty(); });
  }
  pods[0]->pod.DeleteByForce();
  Eventually([&] { return pods[1]->broker->Get().state() == leadership::v1::Leadership::STATE_LEADER; });

  Browser browser;
  const auto picture = [&](const std::string& name, const std::string& scheme, int width, double device_pixels) {
    browser.SetSize(width, 300, device_pixels);
    browser.PreferColors(scheme);
    browser.Open(absl::StrCat("http://127.0.0.1:", pods[1]->http_port, "/"));
    if (!Eventually([&] { return browser.Text("#connection") == "Live"; })) std::abort();
    std::ofstream(absl::StrCat(folder, "/status-page-", name, ".png"), std::ios::binary) << browser.Picture();
  };
  picture("light", "light", 900, 1);
  picture("dark", "dark", 900, 1);
  picture("phone", "light", 360, 1);
}

}  // namespace
}  // namespace leadership_broker::testing

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: status_page_pictures FOLDER" << std::endl;
    return 2;
  }
  leadership_broker::testing::Take(argv[1]);
  return 0;
}
