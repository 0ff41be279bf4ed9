#include "server/process/spare_memory.h"

#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace leadership_broker::testing {
namespace {

using process::GiveSpareMemoryBack;
using process::kSpareBytesKept;
using process::SpareBytes;

TEST(SpareMemoryTest, LittleIsLeftAlone) { EXPECT_FALSE(GiveSpareMemoryBack()); }

TEST(SpareMemoryTest, WhatIsFreeInTheMidstOfTheHeapIsGivenBack) {
  // Small ones, of which the last of each thousand stays: the allocator by itself would give nothing back.
  std::vector<std::unique_ptr<std::string>> pieces;
  for (int i = 0; i < 100 * 1000; ++i) pieces.push_back(std::make_unique<std::string>(1000, 'x'));
  EXPECT_FALSE(GiveSpareMemoryBack()) << "all of it is in use";
  for (size_t i = 0; i < pieces.size(); ++i) {
    if (i % 1000 != 999) pieces[i].reset();
  }
  EXPECT_GT(SpareBytes(), 8 * kSpareBytesKept);
  EXPECT_TRUE(GiveSpareMemoryBack());
  EXPECT_LT(SpareBytes(), kSpareBytesKept);
}

}  // namespace
}  // namespace leadership_broker::testing
