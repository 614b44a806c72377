// The logic of verdicts as tables. What an outcome stands for is the set of verdicts from its worst
// to its best; every combination is held against that set, member by member.
#include "evaluation/verdict.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/text.h"
#include "protocol/rule.h"

namespace dosegate::evaluation {
namespace {

using metrics::MetricValue;
using protocol::Comparator;
using Limit = protocol::Test;

constexpr Verdict F = Verdict::Fail;
constexpr Verdict V = Verdict::Variation;
constexpr Verdict P = Verdict::Pass;
const std::vector<Verdict> kTiers = {F, V, P};  // ascending

std::size_t rank(Verdict v) {
  return static_cast<std::size_t>(std::find(kTiers.begin(), kTiers.end(), v) - kTiers.begin());
}

std::vector<Outcome> all_outcomes() {
  return {{F, F}, {V, V}, {P, P}, {F, V}, {V, P}, {F, P}};
}

// Worst and best of `combine` over all members of both sets.
template <class Combine>
Outcome member_by_member(const Outcome& a, const Outcome& b, Combine combine) {
  std::set<std::size_t> ranks;
  for (std::size_t i = rank(a.worst); i <= rank(a.best); ++i) {
    for (std::size_t j = rank(b.worst); j <= rank(b.best); ++j) ranks.insert(combine(i, j));
  }
  return {kTiers[*ranks.begin()], kTiers[*ranks.rbegin()]};
}

MetricValue exact(double value) {
  return {value, value, value, metrics::Unit::Gy, "", {}};
}
MetricValue between(std::optional<double> low, std::optional<double> high) {
  return {{}, low, high, metrics::Unit::Gy, "part of it has no dose", {}};
}
Limit upper(double goal, std::optional<double> variation = {},
            Comparator c = Comparator::LessOrEqual) {
  return {*metrics::parse_metric("Mean[Gy]"), c, goal, variation};
}
Limit lower(double goal, std::optional<double> variation = {},
            Comparator c = Comparator::GreaterOrEqual) {
  return {*metrics::parse_metric("CV5Gy[cc]"), c, goal, variation};
}

TEST(Outcome, CombinesLikeTheSetOfVerdictsItStandsFor) {
  for (const Outcome& a : all_outcomes()) {
    for (const Outcome& b : all_outcomes()) {
      EXPECT_EQ(either(a, b),
                member_by_member(a, b, [](auto i, auto j) { return std::max(i, j); }));
      EXPECT_EQ(both(a, b), member_by_member(a, b, [](auto i, auto j) { return std::min(i, j); }));
    }
  }
}

TEST(Outcome, FollowsKleeneWithATierBetween) {
  const Outcome open = {F, P};
  EXPECT_EQ(either(open, {P, P}).verdict(), P);  // OR: one branch that passes is enough
  EXPECT_EQ(either(open, {F, F}).verdict(), Verdict::Unknown);
  EXPECT_EQ(either(open, {V, V}).verdict(), Verdict::Unknown);
  EXPECT_EQ(both(open, {F, F}).verdict(), F);  // AND: one demand that fails is enough
  EXPECT_EQ(both(open, {P, P}).verdict(), Verdict::Unknown);
  EXPECT_EQ(both(open, {V, V}).verdict(), Verdict::Unknown);
  EXPECT_EQ(opposite(open), open);
  EXPECT_EQ(opposite({P, P}), (Outcome{F, F}));
  EXPECT_EQ(opposite({F, F}), (Outcome{P, P}));
  EXPECT_THROW((void)opposite({V, V}), InternalError);
}

TEST(Outcome, IsUnknownUnlessItIsDecided) {
  for (const Outcome& o : all_outcomes()) {
    EXPECT_EQ(o.verdict(), o.worst == o.best ? o.worst : Verdict::Unknown);
  }
  EXPECT_EQ(Outcome{}.verdict(), Verdict::Unknown);  // what nothing is known of
}

TEST(HoldAgainst, ComparesAsWrittenToTheLastBit) {
  const double above = std::nextafter(18.0, 19.0);
  const double below = std::nextafter(18.0, 17.0);
  const struct {
    Comparator comparator;
    double value;
    Verdict expected;
  } rows[] = {
      {Comparator::LessOrEqual, 18, P},
      {Comparator::LessOrEqual, above, F},
      {Comparator::LessOrEqual, 18.0000001, F},
      {Comparator::LessOrEqual, below, P},
      {Comparator::Less, 18, F},
      {Comparator::Less, below, P},
      {Comparator::GreaterOrEqual, 18, P},
      {Comparator::GreaterOrEqual, below, F},
      {Comparator::GreaterOrEqual, 17.9999999, F},
      {Comparator::GreaterOrEqual, above, P},
      {Comparator::Greater, 18, F},
      {Comparator::Greater, above, P},
  };
  for (const auto& row : rows) {
    const Outcome outcome = hold_against(exact(row.value), upper(18, {}, row.comparator));
    EXPECT_EQ(outcome, (Outcome{row.expected, row.expected}))
        << to_text(row.comparator) << ' ' << shortest(row.value);
  }
}

TEST(HoldAgainst, UsesTheSameComparatorForGoalAndVariation) {
  EXPECT_EQ(hold_against(exact(18), upper(18, 20)).verdict(), P);
  EXPECT_EQ(hold_against(exact(18.0000001), upper(18, 20)).verdict(), V);
  EXPECT_EQ(hold_against(exact(20), upper(18, 20)).verdict(), V);
  EXPECT_EQ(hold_against(exact(20.0000001), upper(18, 20)).verdict(), F);
  EXPECT_EQ(hold_against(exact(18), upper(18, 20, Comparator::Less)).verdict(), V);
  EXPECT_EQ(hold_against(exact(20), upper(18, 20, Comparator::Less)).verdict(), F);
  EXPECT_EQ(hold_against(exact(300), lower(300, 250)).verdict(), P);
  EXPECT_EQ(hold_against(exact(299.9999), lower(300, 250)).verdict(), V);
  EXPECT_EQ(hold_against(exact(250), lower(300, 250, Comparator::Greater)).verdict(), F);
}

TEST(HoldAgainst, DecidesByBoundsOnlyWhatTheyDecide) {
  const std::optional<double> none;
  const struct {
    Limit test;
    std::optional<double> low, high;
    Outcome expected;
  } rows[] = {
      // At most 18, acceptable 20.
      {upper(18, 20), none, none, {F, P}},
      {upper(18, 20), none, 18.0, {P, P}},
      {upper(18, 20), none, 18.5, {V, P}},
      {upper(18, 20), none, 20.5, {F, P}},
      {upper(18, 20), 0.0, none, {F, P}},  // the uncovered part may have had any dose
      {upper(18, 20), 17.9, none, {F, P}},
      {upper(18, 20), 18.1, none, {F, V}},
      {upper(18, 20), 20.1, none, {F, F}},
      {upper(18, 20), 18.1, 19.9, {V, V}},
      {upper(18, 20), 17.0, 19.0, {V, P}},
      {upper(18, 20), 17.0, 21.0, {F, P}},
      {upper(18, 20), 19.0, 21.0, {F, V}},
      {upper(18), 17.0, 18.0, {P, P}},
      {upper(18, none, Comparator::Less), 17.0, 18.0, {F, P}},
      {upper(18, none, Comparator::Less), 18.0, none, {F, F}},
      // At least 300, acceptable 250.
      {lower(300, 250), none, none, {F, P}},
      {lower(300, 250), 300.0, none, {P, P}},
      {lower(300, 250), 299.9, none, {V, P}},
      {lower(300, 250), 200.0, none, {F, P}},
      {lower(300, 250), none, 299.9, {F, V}},
      {lower(300, 250), none, 249.9, {F, F}},
      {lower(300, 250), none, 1000.0, {F, P}},
      {lower(300, 250), 260.0, 299.0, {V, V}},
      {lower(300, none, Comparator::Greater), 300.0, none, {F, P}},
      {lower(300, none, Comparator::Greater), none, 300.0, {F, F}},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(hold_against(between(row.low, row.high), row.test), row.expected)
        << to_text(row.test) << " low " << row.low.value_or(-1) << " high "
        << row.high.value_or(-1);
  }
}

TEST(HoldAgainst, AllowsEveryVerdictThatSomeValueWithinTheBoundsWouldGet) {
  // Bounds and limits from one small set of numbers, so that all ties occur.
  const std::vector<double> numbers = {16, 17, 18, 19, 20, 21, 22};
  std::vector<std::optional<double>> ends = {std::nullopt};
  ends.insert(ends.end(), numbers.begin(), numbers.end());
  const std::vector<Limit> tests = {upper(18, 20), upper(18, 20, Comparator::Less),
                                    upper(19),     upper(19, {}, Comparator::Less),
                                    lower(20, 18), lower(20, 18, Comparator::Greater),
                                    lower(19),     lower(19, {}, Comparator::Greater)};
  for (const Limit& test : tests) {
    for (const auto& low : ends) {
      for (const auto& high : ends) {
        if (low && high && *low > *high) continue;
        const Outcome outcome = hold_against(between(low, high), test);
        EXPECT_LE(rank(outcome.worst), rank(outcome.best));
        for (double v = 15; v <= 23; v += 0.5) {
          if ((low && v < *low) || (high && v > *high)) continue;
          const std::size_t truth = rank(hold_against(exact(v), test).best);
          EXPECT_GE(truth, rank(outcome.worst)) << to_text(test) << ' ' << v;
          EXPECT_LE(truth, rank(outcome.best)) << to_text(test) << ' ' << v;
        }
      }
    }
  }
}

TEST(IsBorderline, SaysWhenALimitLiesBetweenTheBounds) {
  const std::optional<double> none;
  EXPECT_FALSE(is_borderline(exact(18), upper(18, 20)));  // an exact tie is decided
  EXPECT_FALSE(is_borderline(exact(19), upper(18, 20)));
  EXPECT_TRUE(is_borderline(between(17, 19), upper(18)));
  EXPECT_TRUE(is_borderline(between(19, 21), upper(18, 20)));
  EXPECT_TRUE(is_borderline(between(18, 19), upper(18)));  // a bound on the limit
  EXPECT_FALSE(is_borderline(between(18.5, 19.5), upper(18, 20)));
  EXPECT_TRUE(is_borderline(between(17, none), upper(18)));
  EXPECT_FALSE(is_borderline(between(19, none), upper(18)));
  EXPECT_TRUE(is_borderline(between(none, 400), lower(300)));
  EXPECT_FALSE(is_borderline(between(none, 299), lower(300)));
  EXPECT_FALSE(is_borderline(between(none, none), upper(18)));  // unknown, not borderline
}

TEST(Shown, NeverContradictsTheVerdict) {
  for (const double value : {18.0000001, 17.99999, 18.0, 20.00000001, 19.996, 12.345}) {
    const Limit test = upper(18, 20);
    const std::string text = shown(exact(value), test);
    const auto blank = text.find(' ');
    ASSERT_NE(blank, std::string::npos);
    const auto read_back = parse_number(text.substr(0, blank));
    ASSERT_TRUE(read_back.has_value()) << text;
    EXPECT_EQ(hold_against(exact(*read_back), test), hold_against(exact(value), test)) << text;
  }
  EXPECT_EQ(shown(exact(17.534), upper(18)), "17.53 Gy");
  EXPECT_EQ(shown(between(17.0, 19.0), upper(18)), "17.00 Gy to 19.00 Gy");
  EXPECT_EQ(shown(between(17.0, {}), upper(18)), "at least 17.00 Gy");
  EXPECT_EQ(shown(between({}, 17.0), upper(18)), "at most 17.00 Gy");
  EXPECT_EQ(shown(between({}, {}), upper(18)), "not known");
}

}  // namespace
}  // namespace dosegate::evaluation
