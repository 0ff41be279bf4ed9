// README.md says how many lines an app needs.
#include <algorithm>
#include <regex>
#include <string>

#include "gtest/gtest.h"

#include "tests/harness/scratch_dir.h"

namespace leadership_broker::testing {
namespace {

const std::string kSource = LEADERSHIP_BROKER_SOURCE_DIR;

TEST(LineCounts, TheReadmesAreTrue) {
  const std::string readme = ReadTextFile(kSource + "/README.md");
  const std::regex count(R"(\]\((examples/[^)]+)\) \| (\d+) \|)");
  int found = 0;
  for (auto match = std::sregex_iterator(readme.begin(), readme.end(), count); match != std::sregex_iterator();
       ++match) {
    const std::string text = ReadTextFile(kSource + "/" + (*match)[1].str());
    EXPECT_EQ(std::to_string(std::count(text.begin(), text.end(), '\n')), (*match)[2]) << (*match)[1];
    ++found;
  }
  EXPECT_EQ(found, 7) << "an app in each of four languages, and in three a file to copy";
}

}  // namespace
}  // namespace leadership_broker::testing
