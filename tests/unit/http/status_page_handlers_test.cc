#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "server/http/status_page.h"
#include "tests/harness/admin_client.h"
#include "tests/unit/http/event_client.h"

namespace leadership_broker::testing {
namespace {

using Json = nlohmann::json;
using leadership::v1::Leadership;
using ::testing::HasSubstr;
using ::testing::Not;

class StatusPageTest : public ::testing::Test {
 protected:
  StatusPageTest() {
    Tell("a", "x");
    Tell("b", "y");
    http::Limits limits;
    limits.streams.keep_alive = absl::ZeroDuration();
    auto server = http::HttpServer::Start(
        {*config::ParseAddress("127.0.0.1:0")}, false,
        http::StatusPageHandlers({{"a", &hub_a_}, {"b", &hub_b_}}, &history_, [this] { return now_; }), limits);
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    address_ = server_->addresses().front();
  }

  // The observers, the history among them, are shown it later, if `shown`.
  void Tell(const std::string& lock, const std::string& leader, bool is_loss = false, bool shown = true) {
    auto snapshot = std::make_shared<status::Snapshot>();
    snapshot->leadership.mutable_lock()->set_name(lock);
    snapshot->leadership.set_state(Leadership::STATE_STANDBY);
    snapshot->leadership.mutable_leader()->set_uid(leader);
    snapshot->leadership.mutable_leader()->set_name(leader);
    snapshot->leadership.set_revision(++revision_);
    snapshot->is_loss = is_loss;
    (lock == "a" ? hub_a_ : hub_b_).Publish(snapshot);
    if (shown) history_.Told(snapshot);
  }
  static Json Next(EventClient* client) { return Json::parse(client->Next().substr(6)); }
  static std::string Leaders(const Json& status) {
    std::string leaders;
    for (const Json& change : status["changes"]) leaders += change["leader"].get<std::string>();
    return leaders;
  }

  uint64_t revision_ = 0;
  const absl::Time now_ = absl::FromUnixSeconds(1000);
  status::Hub hub_a_;
  status::Hub hub_b_;
  status::History history_{[this] { return now_; }};
  std::unique_ptr<http::HttpServer> server_;
  std::string address_;
};

TEST_F(StatusPageTest, EachLockAtOnceWithItsHistoryAndThenWhatIsNew) {
  Tell("a", "z");
  EventClient client(address_, "/events");
  client.Head();
  const Json a = Next(&client);
  EXPECT_EQ(a["leadership"]["lock"]["name"], "a");
  EXPECT_EQ(a["leadership"]["leader"]["name"], "z");
  EXPECT_EQ(a["now"], "1970-01-01T00:16:40Z");
  EXPECT_EQ(Leaders(a), "xz");
  EXPECT_EQ(Leaders(Next(&client)), "y");
  Tell("b", "w");
  const Json b = Next(&client);
  EXPECT_EQ(b["leadership"]["lock"]["name"], "b");
  EXPECT_EQ(Leaders(b), "yw");
}

TEST_F(StatusPageTest, TheHistoryHasWhatIsToldBeforeTheObserversSawIt) {
  Tell("a", "z", /*is_loss=*/true, /*shown=*/false);
  EventClient client(address_, "/events");
  client.Head();
  EXPECT_EQ(Leaders(Next(&client)), "xz");
}

TEST_F(StatusPageTest, AKeepAliveTellsTheStateAgainWithoutTheHistory) {
  EventClient client(address_, "/events");
  client.Head();
  Next(&client);
  Next(&client);
  server_->Tick();
  const Json again = Next(&client);
  EXPECT_EQ(again["leadership"]["lock"]["name"], "a");
  EXPECT_EQ(Leaders(again), "");
  EXPECT_EQ(Next(&client)["leadership"]["lock"]["name"], "b");
}

TEST_F(StatusPageTest, ItEndsWhenEveryHubIsClosed) {
  EventClient client(address_, "/events");
  client.Head();
  Next(&client);
  Next(&client);
  hub_a_.Close();
  Tell("b", "w");
  EXPECT_EQ(Leaders(Next(&client)), "yw");
  hub_b_.Close();
  EXPECT_TRUE(client.connection().WaitClosed());
}

TEST_F(StatusPageTest, ThePageIsWholeAndAllowsItselfNothingElse) {
  EventClient client(address_, "/");
  const std::string head = client.Head();
  EXPECT_THAT(head, HasSubstr("Content-Security-Policy: default-src 'none'; connect-src 'self';"));
  EXPECT_THAT(head, Not(HasSubstr("unsafe-inline")));
  EXPECT_THAT(head, HasSubstr("X-Content-Type-Options: nosniff"));
  EXPECT_THAT(head, HasSubstr("text/html"));
  const std::string page = AdminClient("http://" + address_, "", "").Get("/").text;
  EXPECT_THAT(page, HasSubstr("<style>\n:root"));
  EXPECT_THAT(page, HasSubstr("<script>\n'use strict'"));
  EXPECT_THAT(page, HasSubstr("</html>\n"));
  EXPECT_THAT(page, Not(HasSubstr("page.js\"")));
  EXPECT_THAT(page, Not(HasSubstr("innerHTML")));
}

}  // namespace
}  // namespace leadership_broker::testing
