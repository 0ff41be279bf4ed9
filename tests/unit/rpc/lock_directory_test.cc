#include "server/rpc/lock_directory.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/unit/rpc/snapshots.h"

namespace leadership_broker::testing {
namespace {

using rpc::LockDirectory;
using ::testing::AllOf;
using ::testing::HasSubstr;

class LockDirectoryTest : public ::testing::Test {
 protected:
  void ExpectError(const std::string& name, const std::string& pod_uid, absl::StatusCode code,
                   const ::testing::Matcher<std::string>& message) {
    const auto entry = several_.Find(name, pod_uid);
    EXPECT_EQ(entry.status().code(), code);
    EXPECT_THAT(std::string(entry.status().message()), message);
  }

  status::Hub a_;
  status::Hub b_;
  LockDirectory several_{"ns", {{"b", &b_}, {"a", &a_}}};
  LockDirectory one_{"ns", {{"a", &a_}}};
};

TEST_F(LockDirectoryTest, FindsByName) {
  EXPECT_EQ((*several_.Find("a", ""))->hub, &a_);
  EXPECT_EQ((*several_.Find("b", ""))->hub, &b_);
}

TEST_F(LockDirectoryTest, AnEmptyNameIsTheOnlyLock) {
  EXPECT_EQ((*one_.Find("", ""))->name, "a");
  ExpectError("", "", absl::StatusCode::kInvalidArgument, HasSubstr("b, a"));
}

TEST_F(LockDirectoryTest, BadAndUnknownNames) {
  ExpectError("Not_A_Name", "", absl::StatusCode::kInvalidArgument,
              AllOf(HasSubstr("\"Not_A_Name\""), HasSubstr("DNS-1123")));
  ExpectError("two\nlines", "", absl::StatusCode::kInvalidArgument, HasSubstr(R"("two\nlines")"));
  ExpectError(std::string(60'000, 'x'), "", absl::StatusCode::kInvalidArgument,
              AllOf(HasSubstr("xxx...\" is no name"), HasSubstr("DNS-1123")));
  ExpectError("c", "", absl::StatusCode::kNotFound, AllOf(HasSubstr("\"c\""), HasSubstr("b, a")));
}

TEST_F(LockDirectoryTest, R1ANeighboursCallIsRefusedWhateverItAsksFor) {
  b_.Publish(Standby(1));
  for (const char* name : {"a", "b", "c", ""}) {
    ExpectError(name, "uid-9", absl::StatusCode::kFailedPrecondition,
                AllOf(HasSubstr("uid-9"), HasSubstr("uid-0"), HasSubstr("pod-0")));
  }
  EXPECT_TRUE(several_.Find("a", "uid-0").ok());
}

TEST_F(LockDirectoryTest, ACallIsNotRefusedWhileOurOwnUidIsUnknown) {
  EXPECT_TRUE(several_.Find("a", "uid-9").ok());
  auto unnamed = NewSnapshot(1, leadership::v1::Leadership::STATE_UNKNOWN);
  unnamed->leadership.mutable_self()->clear_uid();
  b_.Publish(unnamed);
  EXPECT_TRUE(several_.Find("a", "uid-9").ok());
}

TEST_F(LockDirectoryTest, ListsInOrderAlsoWhatHasNoStateYet) {
  auto held = NewSnapshot(1, leadership::v1::Leadership::STATE_STANDBY);
  held->leadership.mutable_lock()->set_uid("lock-uid");
  a_.Publish(held);
  const auto locks = several_.List();
  ASSERT_EQ(locks.size(), 2u);
  EXPECT_EQ(locks[0].namespace_() + "/" + locks[0].name(), "ns/b");
  EXPECT_EQ(locks[0].uid(), "");
  EXPECT_EQ(locks[1].namespace_() + "/" + locks[1].name(), "ns/a");
  EXPECT_EQ(locks[1].uid(), "lock-uid");
}

TEST_F(LockDirectoryTest, ClosedItIsUnavailableAndSoAreItsHubs) {
  auto subscription = a_.Subscribe([] {});
  several_.Close();
  ExpectError("a", "", absl::StatusCode::kUnavailable, HasSubstr("shutting down"));
  EXPECT_EQ(several_.CheckCaller("").code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(subscription->Take().closed);
}

}  // namespace
}  // namespace leadership_broker::testing
