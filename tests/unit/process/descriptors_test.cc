#include "server/process/descriptors.h"

#include <sys/resource.h>

#include "gtest/gtest.h"

namespace leadership_broker::testing {
namespace {

using process::FirstNotForClients;
using process::ShareOutDescriptors;

TEST(DescriptorsTest, ClientsHaveTheirShareWhereThereIsEnough) {
  EXPECT_EQ(FirstNotForClients(1 << 20, 2000, 128), 2000);
  EXPECT_EQ(FirstNotForClients(2128, 2000, 128), 2000);
}

TEST(DescriptorsTest, OurOwnShareComesFirstWhereThereIsNotEnough) {
  EXPECT_EQ(FirstNotForClients(1024, 2000, 128), 896);
  EXPECT_EQ(FirstNotForClients(300, 2000, 128), 172);
}

TEST(DescriptorsTest, HalfIsLeftToClientsHoweverFewThereAre) { EXPECT_EQ(FirstNotForClients(100, 2000, 128), 50); }

TEST(DescriptorsTest, TheLimitIsRaisedAsFarAsNeededAndAllowed) {
  rlimit before = {};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit low = before;
  low.rlim_cur = 64;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
  EXPECT_EQ(ShareOutDescriptors(200, 56), 200);
  rlimit after = {};
  getrlimit(RLIMIT_NOFILE, &after);
  EXPECT_EQ(after.rlim_cur, 256u);
  EXPECT_EQ(after.rlim_max, before.rlim_max);
  EXPECT_EQ(ShareOutDescriptors(20, 12), 20);
  getrlimit(RLIMIT_NOFILE, &after);
  EXPECT_EQ(after.rlim_cur, 256u) << "never lowered";
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
}

}  // namespace
}  // namespace leadership_broker::testing
