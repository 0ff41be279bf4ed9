#include "tests/harness/subscriber.h"

#include <memory>

#include "gmock/gmock.h"
#include "grpcpp/server_builder.h"
#include "gtest/gtest-spi.h"
#include "gtest/gtest.h"

#include "tests/harness/broker_process.h"
#include "tests/harness/scratch_dir.h"

namespace leadership_broker::testing {
namespace {

using leadership::v1::Leadership;
using ::testing::HasSubstr;

// Tells STANDBY, LEADER, STANDBY on every stream, with the request's lock in each, and ends the stream.
class ThreeMessages : public leadership::v1::LeadershipBroker::Service {
 public:
  grpc::Status WatchLeadership(grpc::ServerContext*, const leadership::v1::WatchLeadershipRequest* request,
                               grpc::ServerWriter<Leadership>* writer) override {
    for (const auto state : {Leadership::STATE_STANDBY, Leadership::STATE_LEADER, Leadership::STATE_STANDBY}) {
      Leadership leadership;
      leadership.mutable_lock()->set_name(request->lock());
      leadership.set_state(state);
      writer->Write(leadership);
    }
    return {grpc::StatusCode::UNAVAILABLE, "over"};
  }
};

leadership::v1::WatchLeadershipRequest TheLock() {
  leadership::v1::WatchLeadershipRequest request;
  request.set_lock("the-lock");
  return request;
}

class SubscriberTest : public ::testing::Test {
 protected:
  SubscriberTest() : address_("unix:" + scratch_.File("socket")) {
    server_ = grpc::ServerBuilder()
                  .AddListeningPort(address_, grpc::InsecureServerCredentials())
                  .RegisterService(&service_)
                  .BuildAndStart();
  }

  const ScratchDir scratch_;
  const std::string address_;
  ThreeMessages service_;
  std::unique_ptr<grpc::Server> server_;
};

TEST_F(SubscriberTest, KeepsEveryMessageInItsOrderAndWaitsForwardFromTheOneReturnedLast) {
  Subscriber subscriber(NewLocalChannel(address_), TheLock());
  EXPECT_EQ(subscriber.WaitForState(Leadership::STATE_LEADER).leadership.lock().name(), "the-lock");
  const absl::Time standby = subscriber.WaitForState(Leadership::STATE_STANDBY).at;
  EXPECT_EQ(subscriber.WaitForEnd().error_message(), "over");
  ASSERT_EQ(subscriber.History().size(), 3);
  EXPECT_EQ(standby, subscriber.History()[2].at);
}

TEST_F(SubscriberTest, ReconnectingBeginsAStreamOfItsOwn) {
  Subscriber subscriber(NewLocalChannel(address_));
  subscriber.WaitForEnd();
  subscriber.Reconnect();
  EXPECT_EQ(subscriber.WaitForState(Leadership::STATE_STANDBY).stream, 2);
  subscriber.WaitForEnd();
  EXPECT_EQ(subscriber.History().size(), 6);
}

TEST_F(SubscriberTest, WhatNeverComesFailsTheTestAndShowsTheHistory) {
  Subscriber subscriber(NewLocalChannel(address_), TheLock());
  ::testing::TestPartResultArray failures;
  {
    ::testing::ScopedFakeTestPartResultReporter reporter(
        ::testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &failures);
    subscriber.WaitForState(Leadership::STATE_INELIGIBLE);
  }
  ASSERT_EQ(failures.size(), 1);
  EXPECT_THAT(failures.GetTestPartResult(0).message(), HasSubstr("STATE_INELIGIBLE"));
  EXPECT_THAT(failures.GetTestPartResult(0).message(), HasSubstr("the-lock"));
}

}  // namespace
}  // namespace leadership_broker::testing
