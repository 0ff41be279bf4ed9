#include "server/announce/event_series.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace leadership_broker::testing {
namespace {

using announce::EventSeries;
using announce::Happening;

Happening Of(const std::string& object, const std::string& note, const std::string& uid = "uid") {
  Happening happening;
  happening.reason = "Reason";
  happening.note = note;
  happening.regarding.set_kind("Pod");
  happening.regarding.set_name(object);
  happening.regarding.set_uid(uid);
  return happening;
}

TEST(EventSeriesTest, TheSameWithinTheWindowIsCountedUnderTheFirstOnesName) {
  EventSeries series;
  const EventSeries::Verdict first = series.Take(Of("a", "x"), "n1", absl::ZeroDuration());
  EXPECT_TRUE(first.is_told);
  EXPECT_EQ(first.name, "n1");
  EXPECT_EQ(first.count, 1);
  for (int i = 2; i <= 5; ++i) {
    const EventSeries::Verdict again = series.Take(Of("a", "x"), "n2", (i - 1) * EventSeries::kWindow);
    EXPECT_TRUE(again.is_told);
    EXPECT_EQ(again.name, "n1");
    EXPECT_EQ(again.count, i);
  }
}

TEST(EventSeriesTest, AfterTheWindowItIsNews) {
  EventSeries series;
  series.Take(Of("a", "x"), "n1", absl::ZeroDuration());
  EXPECT_EQ(series.Take(Of("a", "x"), "n2", EventSeries::kWindow + absl::Seconds(1)).name, "n2");
}

TEST(EventSeriesTest, AnotherWordOrObjectIsAnotherOne) {
  EventSeries series;
  series.Take(Of("a", "x"), "n1", absl::ZeroDuration());
  EXPECT_EQ(series.Take(Of("a", "y"), "n2", absl::ZeroDuration()).name, "n2");
  EXPECT_EQ(series.Take(Of("b", "x"), "n3", absl::ZeroDuration()).name, "n3");
  EXPECT_EQ(series.Take(Of("a", "x", "other-uid"), "n4", absl::ZeroDuration()).name, "n4");
}

TEST(EventSeriesTest, OfOneThatIsForgottenTheNextIsTheFirst) {
  EventSeries series;
  series.Take(Of("a", "x"), "n1", absl::ZeroDuration());
  series.Forget("n1");
  EXPECT_EQ(series.Take(Of("a", "x"), "n2", absl::ZeroDuration()).count, 1);
}

// Each term of a lock has another UID, so it is the name that counts.
TEST(EventSeriesTest, ALockThatFlapsHasItsBurstAndThenOneEachFewMinutes) {
  EventSeries series;
  int told = 0;
  int terms = 0;
  const auto take = [&](absl::Duration now) {
    return series.Take(Of("lock", "x", absl::StrCat("uid-", ++terms)), "n", now).is_told;
  };
  for (int i = 0; i < 1000; ++i) told += take(absl::ZeroDuration()) ? 1 : 0;
  EXPECT_EQ(told, EventSeries::kBurst);
  EXPECT_TRUE(series.Take(Of("other", "x"), "n", absl::ZeroDuration()).is_told);
  EXPECT_FALSE(take(EventSeries::kRefill - absl::Seconds(1)));
  EXPECT_TRUE(take(EventSeries::kRefill));
  EXPECT_FALSE(take(EventSeries::kRefill));
}

TEST(EventSeriesTest, WhatIsTooMuchIsCountedOnceItIsToldAgain) {
  EventSeries series;
  for (int i = 0; i < 100; ++i) series.Take(Of("a", "x"), "n", absl::ZeroDuration());
  const EventSeries::Verdict later = series.Take(Of("a", "x"), "n", EventSeries::kRefill);
  EXPECT_TRUE(later.is_told);
  EXPECT_EQ(later.count, 101);
}

TEST(EventSeriesTest, TheOldestOfManyIsForgotten) {
  EventSeries series;
  series.Take(Of("first", "x"), "n", absl::ZeroDuration());
  for (size_t i = 0; i < EventSeries::kMaxKept; ++i) {
    series.Take(Of(absl::StrCat("o", i), "x"), "n", absl::Seconds(i + 1));
  }
  EXPECT_EQ(series.Take(Of("first", "x"), "n", absl::Minutes(2)).count, 1);
  EXPECT_EQ(series.Take(Of("o9", "x"), "n", absl::Minutes(2)).count, 2);
}

}  // namespace
}  // namespace leadership_broker::testing
