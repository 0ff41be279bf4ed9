#include "server/config/line_budget.h"

#include "gtest/gtest.h"

namespace leadership_broker::testing {
namespace {

TEST(LineBudgetTest, WhatIsBeyondItIsCountedAndToldWithTheNextLine) {
  config::LineBudget budget(2, absl::Seconds(10));
  const absl::Time start = absl::FromUnixSeconds(1000);
  EXPECT_EQ(budget.Spend(start), 0);
  EXPECT_EQ(budget.Spend(start + absl::Seconds(9)), 0);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(budget.Spend(start + absl::Seconds(9)), std::nullopt);
  EXPECT_EQ(budget.Spend(start + absl::Seconds(10)), 5);
  EXPECT_EQ(budget.Spend(start + absl::Seconds(10)), 0);
  EXPECT_EQ(budget.Spend(start + absl::Seconds(19)), std::nullopt);
}

}  // namespace
}  // namespace leadership_broker::testing
