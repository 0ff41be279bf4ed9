// The store itself: revisions, history and restoring. What the API makes of objects is the conformance suite's.
#include "tests/fake_kube_apiserver/store.h"

#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace leadership_broker::testing::fake {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class StoreTest : public ::testing::Test {
 protected:
  ObjectKey Key(const std::string& name) const { return {&config_maps_, "default", name}; }
  int64_t Create(const std::string& name) {
    const ApiResult result = store_.Create(config_maps_, "default", {{"metadata", {{"name", name}}}});
    EXPECT_EQ(result.status, 201) << result.body;
    return std::stoll(result.body.at("metadata").at("resourceVersion").get<std::string>());
  }
  void Annotate(const std::string& name, const std::string& value) {
    EXPECT_TRUE(store_.Patch(Key(name), Part::kMain, {{"metadata", {{"annotations", {{"k", value}}}}}}).ok());
  }
  void Delete(const std::string& name) { EXPECT_TRUE(store_.Delete(Key(name), {}).ok()); }
  std::shared_ptr<Watcher> Watch(std::optional<int64_t> from) {
    return store_.Watch(
        config_maps_, "default", Selector(), from, [this] { ++wakes_; }, &failure_);
  }
  // "ADDED a" and so on.
  std::vector<std::string> TakeAll(Watcher& watcher) {
    std::vector<std::string> seen;
    for (const Watcher::Event& event : store_.Take(watcher, Clock::now()).events) {
      const char* const names[] = {"ADDED ", "MODIFIED ", "DELETED "};
      seen.push_back(names[static_cast<int>(event.kind)] + event.object->at("metadata").at("name").get<std::string>());
    }
    return seen;
  }

  static constexpr size_t kHistory = 5;
  const Resource& config_maps_ = CoreResource("configmaps");
  Store store_{kHistory};
  int wakes_ = 0;
  ApiResult failure_;
};

TEST_F(StoreTest, EveryChangeTakesTheNextRevision) {
  const int64_t first = Create("a");
  EXPECT_EQ(store_.revision(), first);
  EXPECT_EQ(Create("b"), first + 1);
  Annotate("a", "v");
  Delete("a");
  EXPECT_EQ(store_.revision(), first + 3);
  Annotate("b", "v");
  Annotate("b", "v");
  EXPECT_EQ(store_.revision(), first + 4);
}

TEST_F(StoreTest, AWatchGetsHistoryAndThenWhatHappens) {
  const int64_t from = Create("a");
  Create("b");
  const auto watcher = Watch(from);
  ASSERT_NE(watcher, nullptr);
  EXPECT_THAT(TakeAll(*watcher), ElementsAre("ADDED b"));
  wakes_ = 0;
  Annotate("a", "v");
  EXPECT_EQ(wakes_, 1);
  Delete("a");
  EXPECT_THAT(TakeAll(*watcher), ElementsAre("MODIFIED a", "DELETED a"));
  EXPECT_THAT(TakeAll(*watcher), IsEmpty());
}

TEST_F(StoreTest, AWatchWithoutAVersionBeginsWithWhatIsThere) {
  Create("a");
  Create("b");
  Delete("a");
  const auto watcher = Watch(std::nullopt);
  EXPECT_THAT(TakeAll(*watcher), ElementsAre("ADDED b"));
}

TEST_F(StoreTest, HistoryIsOfTheLengthThatWasSet) {
  const int64_t from = Create("a");
  for (size_t i = 0; i < kHistory; ++i) Annotate("a", std::to_string(i));
  EXPECT_NE(Watch(from), nullptr);
  Annotate("a", "one more");
  EXPECT_EQ(Watch(from), nullptr);
  EXPECT_EQ(failure_.status, 410);
  EXPECT_EQ(failure_.body.at("reason"), "Expired");
  EXPECT_NE(Watch(from + 1), nullptr);
}

TEST_F(StoreTest, CompactForgetsButEndsNoWatch) {
  const int64_t from = Create("a");
  const auto watcher = Watch(from);
  Annotate("a", "1");
  store_.Compact();
  EXPECT_EQ(Watch(from), nullptr);
  EXPECT_NE(Watch(store_.revision()), nullptr);
  Annotate("a", "2");
  EXPECT_THAT(TakeAll(*watcher), ElementsAre("MODIFIED a", "MODIFIED a"));
}

TEST_F(StoreTest, EventsCanBeTakenLate) {
  const auto watcher = Watch(store_.revision());
  Create("a");
  const Clock::time_point before = Clock::now() - std::chrono::hours(1);
  const Store::Taken early = store_.Take(*watcher, before);
  EXPECT_THAT(early.events, IsEmpty());
  EXPECT_FALSE(early.seen_up_to.has_value());
  ASSERT_TRUE(early.next_event.has_value());
  const Store::Taken taken = store_.Take(*watcher, *early.next_event);
  EXPECT_EQ(taken.events.size(), 1);
  EXPECT_EQ(taken.seen_up_to, store_.revision());
}

TEST_F(StoreTest, ARestoredStoreIsWhatItWasAndCountsOnFromThere) {
  Create("kept");
  Create("removed");
  Annotate("kept", "old");
  const int64_t backup = store_.revision();
  Annotate("kept", "new");
  Delete("removed");
  Create("made");
  const auto watcher = Watch(store_.revision());
  ASSERT_TRUE(store_.RestoreTo(backup));
  EXPECT_EQ(store_.revision(), backup);
  EXPECT_EQ(store_.Get(Key("kept")).body.at("metadata").at("annotations").at("k"), "old");
  EXPECT_EQ(store_.Get(Key("removed")).status, 200);
  EXPECT_EQ(store_.Get(Key("made")).status, 404);
  EXPECT_TRUE(store_.Take(*watcher, Clock::now()).ended);
  EXPECT_EQ(Create("after"), backup + 1);
  EXPECT_THAT(TakeAll(*watcher), IsEmpty());
}

TEST_F(StoreTest, AStoreIsNotRestoredBeyondItsHistory) {
  const int64_t first = Create("a");
  for (size_t i = 0; i <= kHistory; ++i) Annotate("a", std::to_string(i));
  EXPECT_FALSE(store_.RestoreTo(first));
  EXPECT_FALSE(store_.RestoreTo(store_.revision() + 1));
  EXPECT_TRUE(store_.RestoreTo(first + 1));
}

TEST_F(StoreTest, ANamespaceGoesWithItsContent) {
  const Resource& namespaces = CoreResource("namespaces");
  store_.Create(namespaces, "", {{"metadata", {{"name", "x"}}}});
  ASSERT_EQ(store_.Create(config_maps_, "x", {{"metadata", {{"name", "a"}}}}).status, 201);
  EXPECT_TRUE(store_.Delete({&namespaces, "", "x"}, {}).ok());
  EXPECT_EQ(store_.Get({&config_maps_, "x", "a"}).status, 404);
  EXPECT_EQ(store_.Create(config_maps_, "x", {{"metadata", {{"name", "a"}}}}).status, 404);
}

}  // namespace
}  // namespace leadership_broker::testing::fake
