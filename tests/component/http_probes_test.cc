// The probes of a real broker: beside pages that take every place there is, and while the broker ends.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"

#include "tests/component/fake_test_cluster.h"
#include "tests/component/raw_connection.h"
#include "tests/harness/admin_client.h"
#include "tests/scenarios/scenario.h"

namespace leadership_broker::testing {
namespace {

using ::testing::HasSubstr;

class HttpProbes : public Scenario {
 protected:
  HttpProbes() {
    BrokerCommand command = BrokerCommand::InPod(pod_, lock);
    command.flags.back() = absl::StrCat("--http-listen=127.0.0.1:", port_);
    broker_ = std::make_unique<BrokerProcess>(command);
    EXPECT_TRUE(broker_->WaitServing());
    EXPECT_TRUE(Eventually([&] { return Status("/readyz") == 200; }));
  }

  // A connection of its own, as the kubelet makes one.
  int Status(const std::string& path) const {
    return AdminClient(absl::StrCat("http://127.0.0.1:", port_), "", "").Get(path).status;
  }

  TestPod pod_{&cluster, namespace_name, "a", {lock}};
  const int port_ = FreePort();
  std::unique_ptr<BrokerProcess> broker_;
};

TEST_F(HttpProbes, AreAnsweredBesideAllTheStreamsThereMayBeAndNobodyReads) {
  Subscriber app(broker_->NewChannel());
  app.WaitForState(Leadership::STATE_LEADER);
  std::vector<RawConnection> pages;
  for (int i = 0; i < 16; ++i) {
    pages.emplace_back(port_, 2048);
    ASSERT_TRUE(pages.back().Send("GET /events HTTP/1.1\r\nHost: x\r\n\r\n"));
    ASSERT_THAT(pages.back().Receive(), HasSubstr(" 200 "));
  }
  EXPECT_EQ(Status("/events"), 503);
  // Each of these tells every page more than it has room for.
  for (int i = 0; i < 50; ++i) {
    const std::string term = app.Latest().leadership.lock().uid();
    DeleteLock();
    app.WaitFor(
        [&](const Leadership& told) { return told.state() == Leadership::STATE_LEADER && told.lock().uid() != term; },
        "a new term");
    EXPECT_EQ(Status("/livez"), 200);
    EXPECT_EQ(Status("/readyz"), 200);
  }
  EXPECT_EQ(Status("/"), 200);
}

TEST_F(HttpProbes, PagesEndWithTheBroker) {
  RawConnection page(port_);
  ASSERT_TRUE(page.Send("GET /events HTTP/1.1\r\nHost: x\r\n\r\n"));
  ASSERT_THAT(page.Receive(), HasSubstr(" 200 "));
  EXPECT_EQ(broker_->Stop(), 0);
  EXPECT_TRUE(page.WaitClosed());
}

}  // namespace
}  // namespace leadership_broker::testing
