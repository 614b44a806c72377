// Numbers that can be worked out by hand or stand in a table.
#include "batch/cohort_statistics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/result.h"

namespace dosegate::batch {
namespace {

using Values = std::vector<double>;

TEST(Median, IsTheMiddleOrHalfwayBetweenTheTwoMiddleValues) {
  EXPECT_EQ(median(Values{7.0}), 7.0);
  EXPECT_EQ(median(Values{9.0, 1.0, 5.0}), 5.0);
  EXPECT_EQ(median(Values{4.0, 1.0, 3.0, 2.0}), 2.5);
  EXPECT_EQ(median(Values{}), std::nullopt);
}

TEST(Median, OfHugeValuesDoesNotOverflow) {
  EXPECT_EQ(median(Values{1.5e308, 1.7e308}), 1.6e308);
}

TEST(Quantile, IsLinearBetweenNeighbours) {
  // Type 7: at position 0.25 * (5 - 1) = 1, and 0.3 * 4 = 1.2 on from 20 to 30.
  const Values values{50.0, 10.0, 40.0, 20.0, 30.0};
  EXPECT_EQ(quantile(values, 0.0), 10.0);
  EXPECT_EQ(quantile(values, 0.25), 20.0);
  EXPECT_NEAR(quantile(values, 0.3).value(), 22.0, 1e-12);
  EXPECT_EQ(quantile(values, 1.0), 50.0);
}

TEST(MedianAbsoluteDeviation, IsTheMedianDistanceNotScaled) {
  // Distances to 2: 1 1 0 0 2 4 7, in order 0 0 1 1 2 4 7.
  EXPECT_EQ(median_absolute_deviation(Values{1, 1, 2, 2, 4, 6, 9}, 2.0), 1.0);
  EXPECT_EQ(median_absolute_deviation(Values{}, 0.0), std::nullopt);
}

TEST(RobustScores, LabelTheOneThatLiesFarOut) {
  // Median 5.5 of 1..9 and 100; distances 4.5 3.5 2.5 1.5 0.5 0.5 1.5 2.5 3.5 94.5, their median 2.5.
  const RobustScores robust = robust_scores(Values{1, 2, 3, 4, 5, 6, 7, 8, 9, 100});
  ASSERT_EQ(robust.why, RobustScores::Why::Computed);
  EXPECT_EQ(robust.centre, 5.5);
  EXPECT_EQ(robust.mad, 2.5);
  EXPECT_NEAR(robust.scores.front(), 0.6745 * -4.5 / 2.5, 1e-12);
  EXPECT_NEAR(robust.scores.back(), 0.6745 * 94.5 / 2.5, 1e-12);
  const auto far = [](double score) { return std::abs(score) > kOutlierScore; };
  EXPECT_EQ(std::count_if(robust.scores.begin(), robust.scores.end(), far), 1);
}

TEST(RobustScores, AreNotComputedOfFewValuesOrWithoutSpread) {
  const RobustScores few = robust_scores(Values{1, 2, 3, 4, 5, 6, 1000});
  EXPECT_EQ(few.why, RobustScores::Why::TooFew);
  EXPECT_TRUE(few.scores.empty());
  const RobustScores same = robust_scores(Values{3, 3, 3, 3, 3, 3, 8, 1000});
  EXPECT_EQ(same.why, RobustScores::Why::NoSpread);
  EXPECT_TRUE(same.scores.empty());
  EXPECT_EQ(robust_scores(Values{}).why, RobustScores::Why::TooFew);
}

TEST(WilsonShare, IsThatOfNewcombesTable) {
  // Newcombe, Stat Med 17 (1998) 857-872, table I, method 3 (score without continuity correction).
  const auto near = [](std::size_t hits, std::size_t count, double low, double high) {
    const Share share = wilson_share(hits, count).value();
    EXPECT_EQ(share.share, static_cast<double>(hits) / static_cast<double>(count));
    EXPECT_NEAR(share.low, low, 0.00005);
    EXPECT_NEAR(share.high, high, 0.00005);
  };
  near(81, 263, 0.2553, 0.3662);
  near(15, 148, 0.0624, 0.1605);
  near(0, 20, 0.0, 0.1611);
  near(1, 29, 0.0061, 0.1718);
}

TEST(WilsonShare, OfNoneAndOfAllEndsExactlyAtZeroAndOne) {
  // z^2 = 3.8415: of none the upper end is z^2 / (n + z^2), of all the lower end is n / (n + z^2).
  const double square = 1.959963984540054 * 1.959963984540054;
  for (const std::size_t count : {1U, 8U, 1000U}) {
    const auto n = static_cast<double>(count);
    EXPECT_EQ(wilson_share(0, count)->low, 0.0);
    EXPECT_NEAR(wilson_share(0, count)->high, square / (n + square), 1e-15);
    EXPECT_EQ(wilson_share(count, count)->high, 1.0);
    EXPECT_NEAR(wilson_share(count, count)->low, n / (n + square), 1e-15);
  }
  EXPECT_FALSE(wilson_share(0, 0).has_value());
  EXPECT_THROW((void)wilson_share(2, 1), InternalError);
}

TEST(RunningMedian, TakesFewerValuesAtBothEnds) {
  // Windows of 3: {1 9} {1 9 2} {9 2 8} {2 8 3} {8 3}.
  EXPECT_EQ(running_median(Values{1, 9, 2, 8, 3}, 3), (Values{5, 2, 8, 3, 5.5}));
  EXPECT_EQ(running_median(Values{4}, 7), (Values{4}));
  EXPECT_TRUE(running_median(Values{}, 3).empty());
  EXPECT_THROW((void)running_median(Values{1, 2}, 2), InternalError);
}

TEST(NiceAxis, HoldsBothEndsInWholeSteps) {
  const auto is = [](double low, double high, int steps, Axis wanted) {
    const Axis axis = nice_axis(low, high, steps);
    EXPECT_NEAR(axis.from, wanted.from, 1e-9 * wanted.step);
    EXPECT_NEAR(axis.to, wanted.to, 1e-9 * wanted.step);
    EXPECT_NEAR(axis.step, wanted.step, 1e-9 * wanted.step);
  };
  is(0.0, 100.0, 5, {0.0, 100.0, 20.0});
  is(3.2, 17.9, 5, {0.0, 20.0, 5.0});
  is(-0.031, 0.011, 5, {-0.04, 0.02, 0.01});
  is(1e6, 9e6, 4, {0.0, 1e7, 2e6});
}

TEST(NiceAxis, HasARangeAroundOneValueToo) {
  for (const double value : {0.0, 5.0, -3e8, 1e-300}) {
    const Axis axis = nice_axis(value, value, 5);
    EXPECT_LT(axis.from, axis.to);
    EXPECT_LE(axis.from, value);
    EXPECT_GE(axis.to, value);
    EXPECT_GT(axis.step, 0.0);
    EXPECT_TRUE(std::isfinite(axis.from) && std::isfinite(axis.to));
  }
  EXPECT_THROW((void)nice_axis(2.0, 1.0, 5), InternalError);
  EXPECT_THROW((void)nice_axis(0.0, std::nan(""), 5), InternalError);
}

TEST(DayOf, TakesDatesOfTheCalendarOnly) {
  EXPECT_EQ(day_of("19700101"), 0);
  EXPECT_EQ(day_of("20000301"), 11017);  // 30 years with 7 leap days, then 60 days of a leap year
  EXPECT_TRUE(day_of("20240229").has_value());
  for (const char* none : {"", "2024", "20230229", "20241301", "20240100", "2024-1-1", "+2024010",
                           "20240101 ", "2024010x"}) {
    EXPECT_FALSE(day_of(none).has_value()) << none;
  }
}

TEST(MonthOf, AndItsFirstDayAgree) {
  const int day = day_of("20240229").value();
  EXPECT_EQ(month_text(month_of(day)), "2024-02");
  EXPECT_EQ(first_day_of(month_of(day)), day_of("20240201"));
  EXPECT_EQ(first_day_of(month_of(day) + 1), day + 1);
  EXPECT_EQ(month_text(month_of(day_of("19691231").value())), "1969-12");
}

}  // namespace
}  // namespace dosegate::batch
