// One rule on one structure, from the value to the sentence that a person reads. The DVHs are made
// from known deposits; `warm(m)` is 1000 cc at exactly m Gy.
#include "evaluation/rule_logic.h"

#include <gtest/gtest.h>

#include "dvh/dvh_builder.h"

namespace dosegate::evaluation {
namespace {

using dvh::Dvh;
using dvh::DvhBuilder;
using protocol::Level;

constexpr const char* kLiver = "Liver :: Mean[Gy] <= 18 | 20 OR CV5Gy[cc] >= 300";

struct Level_cc {
  double dose_gy, volume_cc;
};

Dvh levels(const std::vector<Level_cc>& parts, double uncovered_cc = 0.0) {
  DvhBuilder builder(0.0_gy, 80.0_gy);
  double volume = uncovered_cc;
  for (const Level_cc& part : parts) {
    builder.deposit(part.dose_gy, 0, 0, part.volume_cc);
    builder.include_extreme(part.dose_gy);
    volume += part.volume_cc;
  }
  return std::move(builder).finish(Cc(volume));
}

Dvh warm(double dose_gy) {
  return levels({{dose_gy, 1000}});
}

RuleResult judged(const std::string& text, const Dvh& dvh,
                  const metrics::MetricContext& context = {25, 50.0, metrics::DoseKind::Physical}) {
  const auto rule = protocol::parse_rule(text);
  if (!rule) throw std::runtime_error(to_text(rule.error()));
  RuleResult result;
  const dvh::ReadingDvhs dvhs{dvh, {}, {}};  // no other readings: a bracket of no width
  judge(result, *rule, dvhs, 0, [&](const metrics::Metric&) {
    return MetricInput{&dvhs, context};
  });
  return result;
}

bool says(const RuleResult& result, const std::string& words) {
  return result.reason.find(words) != std::string::npos;
}

TEST(Judge, DecidesTheLiverRuleInEveryTier) {
  const struct {
    std::vector<Level_cc> parts;
    double uncovered_cc;
    Verdict expected;
  } rows[] = {
      {{{18, 1000}}, 0, Verdict::Pass},
      {{{18.0000001, 1000}}, 0, Verdict::Variation},
      {{{20, 1000}}, 0, Verdict::Variation},
      {{{20.0000001, 1000}}, 0, Verdict::Fail},
      {{{4.999999, 300}, {60, 700}}, 0, Verdict::Pass},      // mean 43.5, by the spared volume
      {{{4.999999, 299.999}, {60, 700}}, 0, Verdict::Fail},  // a little short of 300 cc
      {{{5, 300}, {60, 700}}, 0, Verdict::Fail},             // exactly 5 Gy is not below 5 Gy
      {{{1, 300}, {19, 5000}}, 0, Verdict::Pass},            // mean 17.98
      {{{19, 1000}}, 1, Verdict::Unknown},  // 1 cc not seen: the mean has no upper bound
      {{{10, 1000}}, 1, Verdict::Unknown},
      {{{1, 300}, {60, 700}}, 500, Verdict::Pass},      // the seen part alone is spared enough
      {{{1, 299}, {60, 700}}, 500, Verdict::Unknown},   // the rest may or may not be
      {{{1, 299}, {60, 700}}, 0.5, Verdict::Fail},      // mean above 20 for sure, at most 299.5 cc
      {{{1, 250}, {60, 100}}, 49.9, Verdict::Unknown},  // seen mean 17.9, at most 299.9 cc cold
      {{}, 1000, Verdict::Unknown},                     // nothing seen at all
  };
  for (const auto& row : rows) {
    const RuleResult result = judged(kLiver, levels(row.parts, row.uncovered_cc));
    EXPECT_EQ(result.verdict, row.expected) << result.reason;
    EXPECT_TRUE(row.expected == Verdict::Pass || !result.reason.empty());
    EXPECT_EQ(result.tests.size(), 2U);
  }
}

TEST(Judge, SaysThatAPlanPassesByTheSecondBranchAndWhy) {
  const RuleResult result = judged(kLiver, levels({{1, 400}, {60, 700}}));
  EXPECT_EQ(result.verdict, Verdict::Pass);
  EXPECT_EQ(result.branch, "CV5Gy[cc] >= 300");
  EXPECT_EQ(result.deciding, 1U);
  EXPECT_TRUE(says(result, "second branch")) << result.reason;
  EXPECT_TRUE(says(result, "The first is not met: Mean[Gy] is 38.55 Gy"))
      << result.reason;  // 42400 / 1100
}

TEST(Judge, DoesNotCallABranchMissedThatIsNotKnown) {
  const RuleResult result = judged(kLiver, levels({{1, 400}, {60, 100}}, 200));
  EXPECT_EQ(result.verdict, Verdict::Pass);
  EXPECT_TRUE(says(result, "second branch")) << result.reason;
  EXPECT_FALSE(says(result, "not met")) << result.reason;
  EXPECT_TRUE(says(result, "at least 9.14 Gy")) << result.reason;  // 6400 / 700
}

TEST(Judge, DoesNotSayPassesOfAVariation) {
  const RuleResult result =
      judged("Liver :: Mean[Gy] <= 18 OR CV5Gy[cc] >= 300 | 250", levels({{1, 260}, {60, 700}}));
  EXPECT_EQ(result.verdict, Verdict::Variation);
  EXPECT_EQ(result.branch, "CV5Gy[cc] >= 300 | 250");
  EXPECT_FALSE(says(result, "Passes")) << result.reason;
  EXPECT_TRUE(says(result, "second branch")) << result.reason;
}

TEST(Judge, SaysWhenABranchCanNeverBeMet) {
  const RuleResult result = judged(kLiver, levels({{25, 250}}));
  EXPECT_EQ(result.verdict, Verdict::Fail);
  EXPECT_TRUE(says(result, "only 250.0 cc, so CV5Gy[cc] >= 300 can never be met")) << result.reason;
  EXPECT_FALSE(says(judged(kLiver, levels({{25, 300}})), "never"));
  EXPECT_EQ(judged(kLiver, levels({{1, 250}})).reason.find("never"), std::string::npos);
}

TEST(Judge, ShowsEveryBranchOfAFailure) {
  const RuleResult result = judged(kLiver, levels({{1, 100}, {60, 700}}));
  EXPECT_EQ(result.verdict, Verdict::Fail);
  EXPECT_TRUE(says(result, "No branch is met")) << result.reason;
  EXPECT_TRUE(says(result, "Mean[Gy] is 52.62 Gy")) << result.reason;  // 42100 / 800, half to even
  EXPECT_TRUE(says(result, "CV5Gy[cc] is 100.00 cc")) << result.reason;
  EXPECT_EQ(result.branch, "");
}

TEST(Judge, SaysWhatIsNotKnownAndHowFarItReaches) {
  const RuleResult result = judged(kLiver, levels({{19, 1000}}, 100));
  EXPECT_EQ(result.verdict, Verdict::Unknown);
  EXPECT_EQ(result.outcome.worst, Verdict::Fail);
  EXPECT_EQ(result.outcome.best, Verdict::Pass);
  EXPECT_TRUE(says(result, "100.00 of 1100.00 cc")) << result.reason;
  EXPECT_TRUE(says(result, "At worst FAIL, at best PASS")) << result.reason;
  EXPECT_TRUE(result.borderline);
}

TEST(Judge, ShowsEnoughDigitsBesideALimit) {
  const RuleResult result = judged("Liver :: Mean[Gy] <= 18", warm(18.0000001));
  EXPECT_EQ(result.verdict, Verdict::Fail);
  EXPECT_TRUE(says(result, "missed by 0.0000001 Gy")) << result.reason;
  const RuleResult branches = judged("Liver :: Mean[Gy] <= 18 OR Max[Gy] <= 17", warm(18.0000001));
  EXPECT_TRUE(says(branches, "Mean[Gy] is 18.0000001 Gy")) << branches.reason;
}

TEST(Judge, FindsTheWorstOfAllDemands) {
  const char* text = "Bowel :: Max[Gy] <= 35 AND V30Gy[cc] <= 10 | 20 AND Mean[Gy] <= 15";
  EXPECT_EQ(judged(text, levels({{10, 100}, {32, 5}})).verdict, Verdict::Pass);
  EXPECT_EQ(judged(text, levels({{10, 100}, {32, 15}})).verdict, Verdict::Variation);
  EXPECT_EQ(judged(text, levels({{10, 100}, {32, 21}})).verdict, Verdict::Fail);
  EXPECT_EQ(judged(text, levels({{10, 100}, {36, 1}})).verdict, Verdict::Fail);
  // Not known whether the maximum holds, but V30Gy is beyond 20 cc for sure.
  EXPECT_EQ(judged(text, levels({{10, 100}, {32, 21}}, 1)).verdict, Verdict::Fail);
  EXPECT_EQ(judged(text, levels({{10, 100}, {32, 5}}, 1)).verdict, Verdict::Unknown);
}

TEST(Judge, TurnsATestRound) {
  EXPECT_EQ(judged("Rib :: NOT Max[Gy] > 50", warm(50)).verdict, Verdict::Pass);
  EXPECT_EQ(judged("Rib :: NOT Max[Gy] > 50", warm(50.1)).verdict, Verdict::Fail);
  EXPECT_EQ(judged("Rib :: NOT Max[Gy] > 50", levels({{40, 10}}, 1)).verdict, Verdict::Unknown);
  EXPECT_EQ(judged("Rib :: NOT Max[Gy] > 50", levels({{60, 10}}, 1)).verdict, Verdict::Fail);
  EXPECT_EQ(judged("Rib :: NOT (Max[Gy] > 50 OR V30Gy[cc] > 1)", levels({{31, 2}})).verdict,
            Verdict::Fail);
}

TEST(Judge, ShowsTheNearMaximumBesideAMaximumButDecidesByTheMaximum) {
  const RuleResult result = judged("Bowel :: Max[Gy] <= 35", levels({{20, 100}, {36, 0.01}}));
  EXPECT_EQ(result.verdict, Verdict::Fail);
  ASSERT_TRUE(result.tests[0].near_maximum.has_value());
  EXPECT_EQ(*result.tests[0].near_maximum->value, 20.0);
  const RuleResult tiny = judged("Bowel :: Max[Gy] <= 35", levels({{36, 0.01}}));
  EXPECT_EQ(tiny.verdict, Verdict::Fail);  // smaller than 0.03 cc: no near maximum, still a maximum
  EXPECT_FALSE(tiny.tests[0].near_maximum->value.has_value());
}

TEST(Judge, IsUnknownForWhatCannotBeComputed) {
  const metrics::MetricContext nothing;
  const metrics::MetricContext effective = {25, 50.0, metrics::DoseKind::Effective};
  const struct {
    const char* text;
    metrics::MetricContext context;
  } rows[] = {
      {"Liver :: D1001cc[Gy] <= 70", {25, 50.0}},
      {"Liver :: D1001cc[Gy] > 0", {25, 50.0}},
      {"Liver :: NOT DC1001cc[Gy] > 50", {25, 50.0}},
      {"Liver :: Mean[Gy]@EQD2(ab=3) <= 70", nothing},
      {"Liver :: Mean[Gy]@EQD2(ab=3) <= 70", effective},
      {"Liver :: Max[%] <= 200", nothing},
      {"Liver :: V10%[cc] <= 99999", nothing},
      {"Liver :: V10%[cc] >= 0", nothing},
  };
  for (const auto& row : rows) {
    const RuleResult result = judged(row.text, warm(1), row.context);
    EXPECT_EQ(result.verdict, Verdict::Unknown) << row.text;
    EXPECT_FALSE(result.reason.empty()) << row.text;
  }
}

TEST(Applicability, FollowsTheGuard) {
  const auto guard = [](const char* text) { return std::optional(*protocol::parse_guard(text)); };
  const std::vector<protocol::ContextKey> keys = {{"site", {}, {}, {"hepatic", "other"}, "where"}};
  protocol::PlanFacts known;
  known.fractions = 25;
  known.prescription_gy = 50.0;
  known.context["site"] = "hepatic";
  const struct {
    std::optional<protocol::Guard> guard;
    Level level;
    protocol::PlanFacts facts;
    bool applies;
    Verdict verdict;
  } rows[] = {
      {{}, Level::Required, {}, true, {}},
      {guard("fx in 20..30"), Level::Required, known, true, {}},
      {guard("fx in 5..5"), Level::Required, known, false, Verdict::NotApplicable},
      {guard("fx in 20..30"), Level::Required, {}, false, Verdict::Unknown},
      {guard("fx in 20..30"), Level::Advisory, {}, false, Verdict::Unknown},
      {guard("fx not in 5..5"), Level::Required, {}, false, Verdict::Unknown},
      {guard("rx in 50..65"), Level::Required, {}, false, Verdict::Unknown},
      {guard("dpf <= 3"), Level::Required, {}, false, Verdict::Unknown},
      {guard("site=hepatic"), Level::Required, known, true, {}},
      {guard("site=other"), Level::Required, known, false, Verdict::NotApplicable},
      {guard("site=hepatic"), Level::Required, {}, false, Verdict::Unknown},
      {guard("site=hepatic"), Level::Advisory, {}, false, Verdict::NotApplicable},
      {guard("site=hepatic and fx in 20..30"), Level::Advisory, {}, false, Verdict::Unknown},
  };
  for (const auto& row : rows) {
    const Applicability result = applicability(row.guard, row.level, row.facts, keys);
    EXPECT_EQ(result.applies, row.applies) << (row.guard ? to_text(*row.guard) : "no guard");
    if (row.applies) continue;
    EXPECT_EQ(result.verdict, row.verdict) << to_text(*row.guard);
    EXPECT_FALSE(result.reason.empty()) << to_text(*row.guard);
  }
}

TEST(WorstRequired, NeverHidesWhatIsNotKnown) {
  using enum Verdict;
  const struct {
    std::vector<Verdict> required;
    Verdict expected;
  } rows[] = {
      {{}, Unknown},  // nothing was shown
      {{NotApplicable}, Unknown},
      {{NotApplicable, NotApplicable}, Unknown},
      {{Pass}, Pass},
      {{Pass, NotApplicable}, Pass},
      {{Pass, Variation}, Variation},
      {{Pass, Unknown}, Unknown},
      {{Variation, Unknown}, Unknown},
      {{Fail, Unknown}, Fail},
      {{Unknown, Fail, Pass}, Fail},
      {{Pass, Variation, Fail}, Fail},
  };
  for (const auto& row : rows) EXPECT_EQ(worst_required(row.required), row.expected);
}

}  // namespace
}  // namespace dosegate::evaluation
