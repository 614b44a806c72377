// Rules on structures with margins, through a whole evaluation: boxes, Steiner's volumes.
#include <gtest/gtest.h>

#include <numbers>

#include "evaluation/synthetic_case.h"

namespace dosegate::evaluation {
namespace {

using namespace evaluation_test;  // NOLINT: the helpers of this folder
using std::numbers::pi;

// The GTV is x 40..60, y 40..60, z 30..60 mm.
double grown_gtv_cc(double m) {
  const double a = 20, b = 20, c = 30;
  return (a * b * c + 2 * (a * b + b * c + c * a) * m + pi * (a + b + c) * m * m +
          4.0 / 3.0 * pi * m * m * m) /
         1000.0;
}

const metrics::MetricValue& value_of(const Evaluation& e) {
  const RuleResult& result = rule(e, "r0");
  if (result.tests.empty()) throw std::runtime_error(result.reason);
  return result.tests.front().value;
}

TEST(MarginRules, MeasureGrownAndShrunkStructures) {
  const auto volume = [](const std::string& expression) {
    return *value_of(evaluated(standard(10), {protocol_of({expression + " :: Volume[cc] >= 0"})}))
                .value;
  };
  // 32 cm^2 of surface, off by 0.02 mm at most.
  EXPECT_NEAR(volume("GTV{+5mm}"), grown_gtv_cc(5), 0.064);
  EXPECT_NEAR(volume("GTV{-2mm}"), 16.0 * 16 * 26 / 1000, 0.01);
  EXPECT_NEAR(volume("Liver - GTV{+5mm}"), 1080 - grown_gtv_cc(5), 0.064);
  EXPECT_NEAR(volume("GTV{+5mm} - GTV"), grown_gtv_cc(5) - 12, 0.064);
  EXPECT_NEAR(volume("GTV{+5mm} & Liver"), grown_gtv_cc(5), 0.064);
  // A margin on an expression: the liver without its GTV, 3 mm from every border of it.
  EXPECT_NEAR(volume("(Liver - GTV){-3mm}"), 114.0 * 94 * 84 / 1000 - grown_gtv_cc(3), 0.8);
}

TEST(MarginRules, HaveABracketOverEndCapsAndSteps) {
  // Without end caps the GTV is 27 mm high instead of 30; between planes of 3 mm the reading that
  // interpolates grows by 3/4 mm less.
  const Evaluation e = evaluated(standard(10), {protocol_of({"GTV{+5mm} :: Volume[cc] >= 1"})});
  const double m = 4.25;
  const double least = grown_gtv_cc(m) - (400 + 2 * 40 * m + pi * m * m) * 3 / 1000;
  EXPECT_NEAR(*value_of(e).low, least, 0.064);
  EXPECT_NEAR(*value_of(e).high, grown_gtv_cc(5), 0.064);
  EXPECT_EQ(value_of(e).bracket->readings.size(), 3U);
}

// A ball of 22 mm on planes of 3 mm: of the stack's steps it is the outer corners that grow and the
// inner ones that shrink, so that the margins come out 0.5 mm too large. The bracket must hold the ball's.
TEST(MarginRules, HaveABracketThatHoldsTheMarginOfABall) {
  const auto ball = [](double r_mm) { return 4.0 / 3 * pi * std::pow(r_mm, 3) / 1000; };
  model::Case c = standard(10);
  c.structures->rois.push_back(testing::stack("Ball", 28.5, 3.0, 14, [](double z) {
    return std::vector{testing::circle(60, 50, std::sqrt(22 * 22 - (z - 48) * (z - 48)), 360)};
  }));
  const auto metric = [&](const std::string& expression) {
    return value_of(evaluated(c, {protocol_of({expression + " :: Volume[cc] >= 1"})}));
  };
  for (const double margin : {5.0, -5.0}) {
    const auto value = metric(margin > 0 ? "Ball{+5mm}" : "Ball{-5mm}");
    EXPECT_LT(*value.low, ball(22 + margin)) << margin;
    EXPECT_GT(*value.high, ball(22 + margin)) << margin;
    EXPECT_LT(*value.high - *value.low, 0.3 * ball(22 + margin)) << margin;
  }
}

TEST(MarginRules, AreUnknownWhereNothingIsLeft) {
  const Evaluation e = evaluated(standard(10), {protocol_of({"GTV{-10.5mm} :: Max[Gy] <= 30"})});
  EXPECT_EQ(rule(e, "r0").verdict, Verdict::Unknown);
  EXPECT_EQ(rule(e, "r0").reason, "Nothing is left of the structure with a margin of -10.5 mm.");
  const Evaluation all =
      evaluated(standard(10), {protocol_of({"GTV - GTV{+5mm} :: Max[Gy] <= 30"})});
  EXPECT_EQ(rule(all, "r0").verdict, Verdict::Unknown);
}

TEST(MarginRules, DecideByTheGrownStructuresDose) {
  // 1 Gy per mm along x: the GTV ends at 60, the grown one at 65.
  const auto c = make_case({liver(), gtv()}, [](const Vec3& p) { return p.x() < 0 ? 0.0 : p.x(); });
  const auto maximum = [&](const char* text) {
    return *value_of(evaluated(c, {protocol_of({std::string(text) + " :: Max[Gy] <= 62"})})).value;
  };
  EXPECT_NEAR(maximum("GTV"), 60, 1e-6);
  EXPECT_NEAR(maximum("GTV{+5mm}"), 65, 0.01);
  EXPECT_EQ(rule(evaluated(c, {protocol_of({"GTV{+5mm} :: Max[Gy] <= 62"})}), "r0").verdict,
            Verdict::Fail);
}

TEST(MarginRules, AreTheSameForAnyNumberOfWorkers) {
  const auto with = [](int workers) {
    EvaluationOptions options;
    options.workers = workers;
    return evaluated(standard(10), {protocol_of({"Liver - GTV{+5mm} :: Volume[cc] >= 0"})},
                     options);
  };
  EXPECT_EQ(*value_of(with(1)).value, *value_of(with(2)).value);
  EXPECT_EQ(*value_of(with(1)).low, *value_of(with(2)).low);
}

}  // namespace
}  // namespace dosegate::evaluation
