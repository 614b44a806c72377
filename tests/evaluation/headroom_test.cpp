// How far a plan could be scaled. Closed forms first; then the promise itself: that a plan scaled to
// either side of a factor gets the verdicts that were said, and that no verdict changes where no
// value crosses a limit.
#include "evaluation/headroom.h"

#include <gtest/gtest.h>
// RapidCheck needs GoogleTest's header before its own.
#include <rapidcheck/gtest.h>

#include <atomic>
#include <cmath>

#include "base/text.h"
#include "evaluation/synthetic_case.h"

namespace dosegate::evaluation {
namespace {

using namespace evaluation_test;  // NOLINT: the helpers of this folder
using model::Case;

// Halving stops at 1e-10 of the factor; the curve of a sloping dose adds its own nodes' rounding.
constexpr double kExact = 2e-10;
constexpr double kSloping = 1e-6;

using Changes = std::vector<HeadroomChange>;

const RuleResult& only_rule(const Evaluation& e) {
  return e.rules.front();
}

Evaluation of_rule(const std::string& text, const Case& c) {
  return evaluated(c, {protocol_of({text})});
}

// What a planning system would write for the same plan at another normalisation.
Case scaled(Case c, double scale) {
  *c.plan->prescription_gy *= scale;
  model::DoseGrid& grid = c.doses.front().grid;
  std::vector<double> values;
  for (std::size_t k = 0; k < grid.size(2); ++k) {
    for (std::size_t j = 0; j < grid.size(1); ++j) {
      for (std::size_t i = 0; i < grid.size(0); ++i) values.push_back(grid.value(i, j, k) * scale);
    }
  }
  model::GridGeometry g;
  g.axes = grid.axes();
  g.origin = grid.origin();
  for (int a = 0; a < 3; ++a) {
    const auto positions = grid.positions(a);
    g.positions_mm[static_cast<std::size_t>(a)].assign(positions.begin(), positions.end());
  }
  grid = model::DoseGrid::create(std::move(g), std::move(values)).value();
  return c;
}

// 10 Gy at x = 0 and 0.1 Gy/mm more along x, so that the liver (x 0..120) receives 10 to 22 Gy.
double slope(const Vec3& p) {
  return std::max(0.0, 10.0 + 0.1 * p.x());
}

TEST(Headroom, IsTheRatioOfLimitAndDose) {
  const Evaluation e = of_rule("Liver :: Mean[Gy] <= 18 | 20", standard(10));
  const Headroom& room = only_rule(e).headroom;
  ASSERT_TRUE(room.up.has_value());
  EXPECT_NEAR(room.up->factor, 1.8, kExact);
  EXPECT_LE(room.up->factor * 10.0, 18.0) << "up to here it is met";
  EXPECT_EQ(room.up->beyond, Verdict::Variation);
  EXPECT_NEAR(room.up->prescription_gy.value(), 90.0, 1e-8);
  EXPECT_FALSE(room.down.has_value()) << "no dose is too small for an upper limit";
  EXPECT_EQ(room.reason, "");
}

TEST(Headroom, LooksToBothSidesOfAVariation) {
  const Evaluation e = of_rule("Liver :: Mean[Gy] <= 18 | 20", standard(19));
  const Headroom& room = only_rule(e).headroom;
  EXPECT_NEAR(room.up.value().factor, 20.0 / 19.0, kExact);
  EXPECT_EQ(room.up->beyond, Verdict::Fail);
  EXPECT_NEAR(room.down.value().factor, 18.0 / 19.0, kExact);
  EXPECT_EQ(room.down->beyond, Verdict::Pass);
}

TEST(Headroom, IsNoneWhereTheValueStandsOnTheLimit) {
  const Evaluation met = of_rule("Liver :: Max[Gy] <= 18", standard(18));
  EXPECT_EQ(only_rule(met).headroom.up.value().factor, 1.0);
  EXPECT_FALSE(only_rule(met).headroom.down.has_value());
  const Evaluation missed = of_rule("Liver :: Max[Gy] < 18", standard(18));
  EXPECT_EQ(only_rule(missed).verdict, Verdict::Fail);
  EXPECT_EQ(only_rule(missed).headroom.down.value().factor, 1.0);
  EXPECT_EQ(only_rule(missed).headroom.down->beyond, Verdict::Pass);
}

TEST(Headroom, SolvesForEqd2) {
  // EQD2 of x Gy in 25 fractions at alpha/beta 10: x (10 + x/25) / 12 = 49.58
  // -> x^2 + 250 x - 25 * 12 * 49.58 = 0 -> x = (-250 + sqrt(250^2 + 4 * 14874)) / 2.
  const double x = 0.5 * (-250.0 + std::sqrt(62500.0 + 4.0 * 14874.0));
  const Evaluation e = of_rule("Liver :: Max[Gy]@EQD2(ab=10) <= 49.58", standard(10));
  EXPECT_NEAR(only_rule(e).headroom.up.value().factor, x / 10.0, 1e-9);
  // The mean of EQD2 of 10 to 22 Gy, uniformly spread, times k: k m/1.2 + k^2 q/(250 * 1.2) with
  // m = 16, q = 16^2 + 12^2/12 = 268; at 30 Gy: (268/250) k^2 + 16 k - 36 = 0.
  const double a = 268.0 / 250.0;
  const double k = (-16.0 + std::sqrt(256.0 + 4.0 * a * 36.0)) / (2.0 * a);
  const Evaluation mean =
      of_rule("Liver :: Mean[Gy]@EQD2(ab=10) <= 30", make_case({liver(), gtv()}, slope));
  EXPECT_NEAR(only_rule(mean).headroom.up.value().factor, k, kSloping);
}

TEST(Headroom, FollowsTheCurve) {
  const Case c = make_case({liver(), gtv()}, slope);
  // 10 + 0.1 x < 14 for a third of the liver, 360 cc; at scale k below 14 / k. 180 cc are left where
  // 14 / k = 12.
  const Evaluation cold = of_rule("Liver :: CV14Gy[cc] >= 180", c);
  EXPECT_NEAR(only_rule(cold).headroom.up.value().factor, 14.0 / 12.0, kSloping);
  // The hottest half receives 16 Gy and more.
  const Evaluation median = of_rule("Liver :: D50%[Gy] >= 15", c);
  EXPECT_NEAR(only_rule(median).headroom.down.value().factor, 15.0 / 16.0, kSloping);
  EXPECT_FALSE(only_rule(median).headroom.up.has_value());
}

TEST(Headroom, DoesNotScaleWhatIsMeasuredAgainstThePrescription) {
  for (const char* text : {"Liver :: D95%[%] >= 20", "Liver :: V20%[%] >= 95",
                           "Liver :: Volume[cc] >= 1", "Liver :: Mean[%] <= 20"}) {
    const Evaluation e = of_rule(text, standard(10));  // exactly 20 % of 50 Gy
    EXPECT_EQ(only_rule(e).verdict, Verdict::Pass) << text;
    EXPECT_FALSE(only_rule(e).headroom.up.has_value()) << text;
    EXPECT_FALSE(only_rule(e).headroom.down.has_value()) << text;
  }
}

TEST(Headroom, KnowsTheScaleAtWhichARuleCeasesToApply) {
  // 50 Gy in 25: 2 Gy a fraction; the guard holds from x0.9 to x1.1.
  const Evaluation e = of_rule("Liver :: Mean[Gy] <= 18 when dpf in 1.8..2.2", standard(10));
  const Headroom& room = e.headroom;
  EXPECT_NEAR(room.up.value().factor, 1.1, 1e-9);
  EXPECT_EQ(room.up->beyond, Verdict::Unknown) << "no rule applies any more, so nothing is shown";
  EXPECT_EQ(room.up->changing, (Changes{{"r0", Verdict::NotApplicable}}));
  EXPECT_NEAR(room.down.value().factor, 0.9, 1e-9);
  EXPECT_EQ(only_rule(e).headroom.up.value().beyond, Verdict::NotApplicable);
}

TEST(Headroom, MeasuresARuleThatOnlyTheScaledPlanIsHeldAgainst) {
  const Case c = standard(10);
  const auto rules = protocol_of({"Liver :: Mean[Gy] <= 30", "Liver :: Mean[Gy] <= 11 when rx > 60",
                                  "Stomach :: Mean[Gy] <= 11 when rx > 200"});
  const Evaluation e = evaluated(c, {rules});
  EXPECT_EQ(e.rules[1].verdict, Verdict::NotApplicable);
  ASSERT_TRUE(e.headroom.up.has_value());
  EXPECT_NEAR(e.headroom.up->factor, 1.2, 1e-9);
  EXPECT_EQ(e.headroom.up->beyond, Verdict::Fail) << "12 Gy against 11";
  EXPECT_EQ(e.headroom.up->changing, (Changes{{"r1", Verdict::Fail}}));
}

TEST(Headroom, IsUnknownAtEveryScaleWhereAStructureIsMissing) {
  const Evaluation e = evaluated(
      standard(10), {protocol_of({"Stomach :: Max[Gy] <= 30", "Liver :: Max[Gy] <= 15"})});
  EXPECT_EQ(e.verdict, Verdict::Unknown);
  EXPECT_FALSE(e.rules.front().headroom.up.has_value());
  EXPECT_NEAR(e.headroom.up.value().factor, 1.5, kExact);
  EXPECT_EQ(e.headroom.up->beyond, Verdict::Fail);
  EXPECT_FALSE(e.headroom.down.has_value()) << "no scale lets the missing stomach pass";
}

TEST(Headroom, IsTheNearestChangeOfAnyRequiredRule) {
  auto rules = protocol_of({"Liver :: Mean[Gy] <= 18", "Liver :: Max[Gy] <= 15",
                            "Liver :: Max[Gy] <= 11", "Liver :: Min[Gy] >= 8"});
  rules.rules[2].level = protocol::Level::Advisory;
  const Evaluation e = evaluated(standard(10), {rules});
  EXPECT_NEAR(e.headroom.up.value().factor, 1.5, kExact);
  EXPECT_EQ(e.headroom.up->changing, (Changes{{"r1", Verdict::Fail}}));
  EXPECT_NEAR(e.headroom.down.value().factor, 0.8, kExact);
  EXPECT_EQ(e.headroom.down->changing, (Changes{{"r3", Verdict::Fail}}));
}

TEST(Headroom, GoesThroughChecksOfThePlan) {
  auto rules = protocol_of({"Liver :: Mean[Gy] <= 30"});
  rules.plan_checks.push_back({"course",
                               "",
                               protocol::Level::Required,
                               protocol::parse_guard("rx in 50..65").value(),
                               std::nullopt,
                               {}});
  const Evaluation e = evaluated(standard(10), {rules});
  EXPECT_NEAR(e.headroom.up.value().factor, 1.3, 1e-9);
  EXPECT_EQ(e.headroom.up->changing, (Changes{{"course", Verdict::Fail}}));
  EXPECT_EQ(e.headroom.down.value().factor, 1.0) << "50 Gy stand on the end of the range";
}

// 50 Gy in 25, alpha/beta 10, times k: BED 50 k + 10 k^2, EQD2 that over 1.2.
TEST(Headroom, KnowsTheScaleAtWhichBedAndEqd2LeaveTheirGuards) {
  const Evaluation bed = of_rule("Liver :: Mean[Gy] <= 30 when bed <= 72", standard(10));
  EXPECT_NEAR(bed.headroom.up.value().factor, (-50 + std::sqrt(2500 + 40 * 72)) / 20, 1e-9);
  EXPECT_EQ(bed.headroom.up->changing, (Changes{{"r0", Verdict::NotApplicable}}));
  EXPECT_FALSE(bed.headroom.down.has_value());
  const Evaluation eqd2 = of_rule("Liver :: Mean[Gy] <= 30 when eqd2 in 40..200", standard(10));
  EXPECT_NEAR(eqd2.headroom.down.value().factor, (-50 + std::sqrt(2500 + 40 * 48)) / 20, 1e-9);
  EXPECT_NEAR(eqd2.headroom.up.value().factor, (-50 + std::sqrt(2500 + 40 * 240)) / 20, 1e-9);
}

TEST(Headroom, FindsNoScaleThatMovesARequiredMargin) {
  auto rules = protocol_of({"Liver :: Mean[Gy] <= 15"});
  rules.margins.push_back(hcc()[0].margins.front());
  rules.margins.back().level = protocol::Level::Required;
  const auto with_ctv = [&](double up_mm) {
    return evaluated(
        make_case({liver(), gtv(), axial_box("CTV", {35, 35, 30 - up_mm}, {65, 65, 60 + up_mm})},
                  uniform(10)),
        {rules});
  };
  const Evaluation good = with_ctv(6);
  EXPECT_EQ(good.verdict, Verdict::Pass) << good.plan_checks.at(0).reason;
  EXPECT_NEAR(good.headroom.up.value().factor, 1.5, kExact);
  EXPECT_EQ(good.headroom.up->changing, (Changes{{"r0", Verdict::Fail}}));
  const Evaluation bad = with_ctv(0);
  EXPECT_EQ(bad.verdict, Verdict::Fail);
  EXPECT_FALSE(bad.headroom.up.has_value());
  EXPECT_FALSE(bad.headroom.down.has_value());
  EXPECT_FALSE(bad.headroom.pass.has_value());
}

TEST(Headroom, OffersOnlyARangeWhereThePlanPassesByWhatIsRequiredNow) {
  // 16 Gy to the mean of the liver, 15 Gy to the GTV (x 40..60 of the slope, its coldest 14 Gy).
  const Case c = make_case({liver(), gtv()}, slope);
  const Evaluation e =
      evaluated(c, {protocol_of({"Liver :: Mean[Gy] <= 14", "GTV :: Min[Gy] >= 11.2"})});
  EXPECT_EQ(e.verdict, Verdict::Fail);
  ASSERT_TRUE(e.headroom.pass.has_value());
  EXPECT_NEAR(e.headroom.pass->to, 14.0 / 16.0, kSloping);
  EXPECT_NEAR(e.headroom.pass->from, 11.2 / 14.0, kSloping) << "below, the GTV has too little";
  EXPECT_NEAR(e.headroom.pass->prescription_to_gy.value(), 50.0 * 14.0 / 16.0, 1e-4);
  EXPECT_NEAR(e.headroom.down.value().factor, 14.0 / 16.0, kSloping);

  // A FAIL, then a VARIATION, then a PASS: the step tells of the first, the range of the last.
  const Evaluation tiers = of_rule("Liver :: Mean[Gy] <= 10 | 12", c);
  EXPECT_EQ(only_rule(tiers).headroom.down.value().beyond, Verdict::Variation);
  EXPECT_NEAR(only_rule(tiers).headroom.pass.value().to, 10.0 / 16.0, kSloping);
  EXPECT_EQ(only_rule(tiers).headroom.pass->from, kLowestScale);

  // At x1.1 the limit is switched off, not met: no range is offered.
  const auto guarded =
      protocol_of({"Liver :: Mean[Gy] <= 14 when dpf in 1.9..2.2", "GTV :: Max[Gy] <= 60"});
  const Evaluation off = evaluated(c, {guarded});
  EXPECT_EQ(off.headroom.up.value().beyond, Verdict::Pass);
  EXPECT_EQ(off.headroom.up->changing, (Changes{{"r0", Verdict::NotApplicable}}));
  EXPECT_FALSE(off.headroom.pass.has_value());
  EXPECT_FALSE(off.rules.front().headroom.pass.has_value());
}

TEST(Headroom, IsLookedForWhereTheGuardIsNotKnown) {
  auto rules = protocol_of({"Liver :: Mean[Gy] <= 30 when rx <= 60 and cp=A5"});
  rules.context.push_back({"cp", {}, {}, {"A5", "B7"}, ""});
  const Evaluation e = evaluated(standard(10), {rules});
  EXPECT_EQ(e.verdict, Verdict::Unknown);
  EXPECT_NEAR(only_rule(e).headroom.up.value().factor, 1.2, 1e-9);
  EXPECT_EQ(only_rule(e).headroom.up->beyond, Verdict::NotApplicable);
}

TEST(Headroom, OutlastsAPowerBeyondEveryNumber) {
  // (10 EQD2 / 2 Gy)^100 at ten times the dose is no number; the verdict must not be lost to that.
  auto rules = protocol_of({"Liver :: Mean[Gy] <= 30",
                            "Liver :: Veff(n=0.01,Dref=2Gy)[%]@EQD2(ab=2.5) <= 30",
                            "Liver :: Veff(n=0.01,Dref=0.01Gy)[%] <= 30"});
  rules.rules[1].level = rules.rules[2].level = protocol::Level::Advisory;
  const Evaluation e = evaluated(standard(10), {rules});
  EXPECT_EQ(e.verdict, Verdict::Pass);
  EXPECT_EQ(e.rules[1].verdict, Verdict::Fail);
  EXPECT_TRUE(e.rules[1].headroom.down.has_value());
}

TEST(Headroom, FollowsModelsToo) {
  // gEUD of a uniform dose is the dose; Veff at n = 0.5 is its square over 20 Gy squared; NTCP of the liver
  // is 50 % at an EQD2(2.5) of 35.4 Gy.
  const Evaluation geud = of_rule("Liver :: gEUD(a=8)[Gy] <= 18", standard(10));
  EXPECT_NEAR(only_rule(geud).headroom.up.value().factor, 1.8, 1e-9);
  const Evaluation veff = of_rule("Liver :: Veff(n=0.5,Dref=20Gy)[%] <= 50", standard(10));
  EXPECT_NEAR(only_rule(veff).headroom.up.value().factor, 2.0 * std::sqrt(0.5), 1e-9);
  const Evaluation ntcp = of_rule("Liver :: NTCP(rild-primary)[%] <= 50", standard(10));
  // x (x/25 + 2.5) / 4.5 = 35.4 -> x^2 + 62.5 x - 3982.5 = 0.
  const double x = 0.5 * (-62.5 + std::sqrt(62.5 * 62.5 + 4.0 * 3982.5));
  EXPECT_NEAR(only_rule(ntcp).headroom.up.value().factor, x / 10.0, 1e-6);
  // The general road for gEUD: through a basis that changes nothing but the road, BED at alpha/beta 100.
  const Evaluation bed = of_rule("Liver :: gEUD(a=8)[Gy]@BED(ab=100) <= 18", standard(10));
  // y + y^2 / 2500 = 18.
  const double y = 0.5 * (-2500.0 + std::sqrt(2500.0 * 2500.0 + 4.0 * 2500.0 * 18.0));
  EXPECT_NEAR(only_rule(bed).headroom.up.value().factor, y / 10.0, 1e-6);
}

TEST(Headroom, StopsWhenItIsAskedTo) {
  EvaluationOptions options;
  std::atomic<int> calls = 0;
  options.workers = 1;
  options.stop = [&](const Progress&) {
    return ++calls > 4;
  };  // measured two ROIs by then, and judges
  const auto result = evaluate(
      standard(10), {protocol_of(std::vector<std::string>(9, "Liver :: Mean[Gy] <= 30"))}, options);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::Cancelled);
}

// ---- the promise ------------------------------------------------------------------------------------

struct Draw {
  std::vector<std::string> rules;
  Case plan;
};

const char* const kTexts[] = {
    "Liver :: Mean[Gy] <= {} | {}",
    "Liver :: CV{}Gy[cc] >= {}",
    "Liver :: V{}Gy[%] < {}",
    "Liver - GTV* :: Mean[Gy] <= {} OR CV{}Gy[cc] >= 300",
    "GTV :: D95%[Gy] >= {} AND Max[Gy] < {}",
    "GTV :: Max[Gy]@EQD2(ab=3) <= {} AND NOT Min[Gy] < {}",
    "Liver :: Mean[Gy]@BED(ab=2.5) <= {} when rx < {}",
    "Liver :: D50%[Gy] <= {} when dpf in 1.5..2.5",
    "GTV :: D95%[%] >= {}",
};

std::string with_numbers(std::string text, bool tiered) {
  int first = 0;
  for (std::size_t at = text.find("{}"); at != std::string::npos; at = text.find("{}")) {
    // In hundredths: whole numbers would let a dose and a guard meet their limits at one scale.
    int number = *rc::gen::inRange(201, 6000);
    if (tiered && first > 0) number = first + *rc::gen::inRange(100, 2000);
    first = number;
    text.replace(at, 2, fixed(number / 100.0, 2));
  }
  return text;
}

Draw draw() {
  // A dose that is linear needs no more voxels than corners.
  const testing::GridSpec coarse{Vec3(-30, -30, -30), Vec3(60, 60, 60), {4, 4, 4}};
  Draw d{{}, make_case({liver(), gtv()}, slope, coarse)};
  const int count = *rc::gen::inRange(1, 4);
  for (int i = 0; i < count; ++i) {
    const int which = *rc::gen::inRange(0, static_cast<int>(std::size(kTexts)));
    d.rules.push_back(with_numbers(kTexts[which], which == 0));
  }
  d.plan = scaled(d.plan, 0.5 * *rc::gen::inRange(1, 6));
  return d;
}

// Verdicts of the plan scaled by `scale`, found the long way.
Evaluation at_scale(const Draw& d, double scale) {
  return evaluated(scaled(d.plan, scale), {protocol_of(d.rules)});
}

// The scaled plan's own curve has other nodes: further from the factor than that matters.
constexpr double kAside = 1e-4;

void expect_step(const std::optional<HeadroomStep>& step, double beyond, Verdict now,
                 const std::function<Verdict(double)>& at) {
  if (!step) {
    RC_ASSERT(at(beyond > 1.0 ? 3.0 : 0.3) == now);
    return;
  }
  const double inside = step->factor / beyond;
  if ((beyond > 1.0) == (inside > 1.0)) RC_ASSERT(at(inside) == now);
  RC_ASSERT(at(step->factor * beyond) == step->beyond);
}

RC_GTEST_PROP(Headroom, IsWhatTheScaledPlanGets, ()) {
  const Draw d = draw();
  for (const std::string& text : d.rules) RC_LOG() << text << "\n";
  const Evaluation e = at_scale(d, 1.0);
  if (e.headroom.up) RC_LOG() << "up to " << e.headroom.up->factor << "\n";
  if (e.headroom.down) RC_LOG() << "down to " << e.headroom.down->factor << "\n";
  const auto plan_at = [&](double scale) { return at_scale(d, scale).verdict; };
  RC_ASSERT(e.headroom.pass.has_value() <= (e.verdict != Verdict::Pass));
  if (e.headroom.pass && e.headroom.pass->to > e.headroom.pass->from * 1.01) {
    RC_ASSERT(plan_at(0.5 * (e.headroom.pass->from + e.headroom.pass->to)) == Verdict::Pass);
    RC_ASSERT(plan_at(e.headroom.pass->from * 1.001) == Verdict::Pass);
    RC_ASSERT(plan_at(e.headroom.pass->to / 1.001) == Verdict::Pass);
  }
  expect_step(e.headroom.up, 1.0 + kAside, e.verdict, plan_at);
  expect_step(e.headroom.down, 1.0 / (1.0 + kAside), e.verdict, plan_at);
  const RuleResult& rule = e.rules.back();
  if (rule.verdict == Verdict::NotApplicable) return;
  const auto rule_at = [&](double scale) { return at_scale(d, scale).rules.back().verdict; };
  expect_step(rule.headroom.up, 1.0 + kAside, rule.verdict, rule_at);
  expect_step(rule.headroom.down, 1.0 / (1.0 + kAside), rule.verdict, rule_at);
}

bool crosses(double a, double b, double limit) {
  return (a <= limit) != (b <= limit) || (a < limit) != (b < limit);
}

RC_GTEST_PROP(Verdicts, ChangeOnlyWhereAValueCrossesALimit, ()) {
  const Draw d = draw();
  const Evaluation a = at_scale(d, 1.0);
  const Evaluation b = at_scale(d, 0.25 * *rc::gen::inRange(1, 12));
  for (std::size_t i = 0; i < a.rules.size(); ++i) {
    const RuleResult& one = a.rules[i];
    const RuleResult& other = b.rules[i];
    // A guard on rx or dpf is a limit too: only rules that apply to both are compared.
    if (one.tests.empty() || other.tests.empty()) continue;
    bool crossed = false;
    for (std::size_t t = 0; t < one.tests.size(); ++t) {
      const protocol::Test& test = one.tests[t].test;
      const double from = one.tests[t].value.value.value();
      const double to = other.tests[t].value.value.value();
      crossed = crossed || crosses(from, to, test.goal);
      if (test.variation) crossed = crossed || crosses(from, to, *test.variation);
    }
    if (!crossed) RC_ASSERT(one.verdict == other.verdict);
  }
}

}  // namespace
}  // namespace dosegate::evaluation
