#include "server/http/elector.h"

#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/harness/admin_client.h"

namespace leadership_broker::testing {
namespace {

using http::LeaderName;
using leadership::v1::Leadership;
using status::Snapshot;
using ::testing::HasSubstr;

Snapshot Told(Leadership::State state, const std::string& leader, const std::string& self = "self",
              bool api_connected = true) {
  Snapshot snapshot;
  snapshot.leadership.set_state(state);
  if (!leader.empty()) snapshot.leadership.mutable_leader()->set_name(leader);
  if (!self.empty()) snapshot.leadership.mutable_self()->set_name(self);
  snapshot.leadership.set_api_connected(api_connected);
  snapshot.leadership.set_revision(1);
  return snapshot;
}

std::string NameOf(const Snapshot& snapshot) { return LeaderName(&snapshot, "host", absl::Seconds(100)); }

TEST(ElectorTest, TheLeadersName) {
  EXPECT_EQ(NameOf(Told(Leadership::STATE_LEADER, "self")), "self");
  EXPECT_EQ(NameOf(Told(Leadership::STATE_STANDBY, "other")), "other");
  EXPECT_EQ(NameOf(Told(Leadership::STATE_INELIGIBLE, "other")), "other");
}

TEST(ElectorTest, NobodyLeads) { EXPECT_EQ(NameOf(Told(Leadership::STATE_STANDBY, "")), ""); }

TEST(ElectorTest, NothingIsKnownYet) { EXPECT_EQ(LeaderName(nullptr, "host", absl::ZeroDuration()), ""); }

TEST(ElectorTest, WhatIsUnknownHasNoLeader) {
  EXPECT_EQ(NameOf(Told(Leadership::STATE_UNKNOWN, "other")), "");
  EXPECT_EQ(NameOf(Told(Leadership::STATE_UNKNOWN, "self")), "");
}

TEST(ElectorTest, R9_ALeaderOutOfContactLeadsUntilItsLimit) {
  Snapshot snapshot = Told(Leadership::STATE_LEADER, "self", "self", /*api_connected=*/false);
  EXPECT_EQ(NameOf(snapshot), "self");
  snapshot.trusted_until = absl::Seconds(101);
  EXPECT_EQ(NameOf(snapshot), "self");
  snapshot.trusted_until = absl::Seconds(100);
  EXPECT_EQ(NameOf(snapshot), "") << "whatever the state says: it may have been told before this process was frozen";
}

TEST(ElectorTest, AStandbyOutOfContactNamesNoStaleLeader) {
  EXPECT_EQ(NameOf(Told(Leadership::STATE_STANDBY, "other", "self", /*api_connected=*/false)), "");
}

TEST(ElectorTest, R1_AnEarlierPodOfTheSameNameIsNotThisOne) {
  EXPECT_EQ(NameOf(Told(Leadership::STATE_STANDBY, "self")), "") << "or the app would take itself for the leader";
}

TEST(ElectorTest, OutsideAClusterTheHostsNameStandsForThePods) {
  EXPECT_EQ(NameOf(Told(Leadership::STATE_LEADER, "", "", /*api_connected=*/false)), "host");
}

class ElectorLocksTest : public ::testing::Test {
 protected:
  void Start(const std::vector<std::string>& locks) {
    status::NamedHubs hubs;
    for (const std::string& lock : locks) {
      hubs_.push_back(std::make_unique<status::Hub>());
      hubs_.back()->Publish(std::make_shared<Snapshot>(Told(Leadership::STATE_STANDBY, "leader-of-" + lock)));
      hubs.push_back({lock, hubs_.back().get()});
    }
    auto server = http::HttpServer::Start({*config::ParseAddress("127.0.0.1:0")}, false,
                                          http::ElectorHandlers(hubs, "host", [] { return absl::ZeroDuration(); }),
                                          http::ElectorLimits());
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    client_ = std::make_unique<AdminClient>("http://" + server_->addresses().front(), "", "");
  }

  std::vector<std::unique_ptr<status::Hub>> hubs_;
  std::unique_ptr<http::HttpServer> server_;
  std::unique_ptr<AdminClient> client_;
};

TEST_F(ElectorLocksTest, TheOnlyLockNeedsNoName) {
  Start({"a"});
  EXPECT_EQ(client_->Get("/").text, "{\"name\":\"leader-of-a\"}");
  EXPECT_EQ(client_->Get("/?lock=a").text, "{\"name\":\"leader-of-a\"}");
  const HttpAnswer other = client_->Get("/?lock=b");
  EXPECT_EQ(other.status, 404);
  EXPECT_THAT(other.text, HasSubstr("stands for a"));
}

TEST_F(ElectorLocksTest, OneOfSeveralHasToBeNamed) {
  Start({"a", "b"});
  for (const char* path : {"/", "/sse"}) {
    const HttpAnswer unnamed = client_->Get(path);
    EXPECT_EQ(unnamed.status, 400);
    EXPECT_THAT(unnamed.text, HasSubstr("?lock=a: this broker stands for a, b"));
  }
  EXPECT_EQ(client_->Get("/?lock").status, 404);
  EXPECT_EQ(client_->Get("/?lock=b").text, "{\"name\":\"leader-of-b\"}");
  EXPECT_EQ(client_->Get("/?lock=%62").text, "{\"name\":\"leader-of-b\"}");
}

}  // namespace
}  // namespace leadership_broker::testing
