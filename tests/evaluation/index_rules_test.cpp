// Rules on CI, CN, HI and GI: the isodose needs a second structure. Values from closed forms.
#include <gtest/gtest.h>

#include <cmath>

#include "evaluation/evaluate.h"
#include "evaluation/synthetic_case.h"

namespace dosegate::evaluation {
namespace {

using namespace evaluation_test;  // NOLINT: the helpers of this folder
using model::Case;

Roi body(std::string name = "Outline") {
  return axial_box(std::move(name), {0, 0, 0}, {120, 100, 90}, "EXTERNAL");
}

const TestResult& only_test(const Evaluation& e, const std::string& id = "r0") {
  return rule(e, id).tests.at(0);
}

// A ball of 20 mm whose dose falls by 1 Gy a millimetre from 70 Gy at its centre: the isodose of
// 70 - r Gy is the ball of r mm. Voxels of 1 mm, planes 1 mm apart, corners every degree.
Case ball_in_falling_dose() {
  const Roi ball = testing::stack("PTV", -19.5, 1.0, 40, [](double z) {
    return std::vector{testing::circle(0, 0, std::sqrt(400 - z * z), 360)};
  });
  const Roi around = axial_box("Outline", {-48, -48, -48}, {48, 48, 48}, "EXTERNAL");
  return make_case({ball, around}, [](const Vec3& p) { return std::max(0.0, 70.0 - p.norm()); },
                   {Vec3(-50, -50, -50), Vec3(1, 1, 1), {101, 101, 101}});
}

TEST(IndexRules, GiveTheClosedFormsOfABallInAFallingDose) {
  const Case plan = ball_in_falling_dose();
  const auto cubed = [](double r_mm) { return std::pow(r_mm / 20, 3); };
  const auto dose_around = [](double share) { return 70 - 20 * std::cbrt(share); };
  const struct {
    const char* rule;
    double value;
  } rows[] = {
      {"PTV :: CI(Dref=50Gy) <= 2", 1.0},
      {"PTV :: CI(Dref=47Gy) <= 2", cubed(23)},
      {"PTV :: CN(Dref=47Gy) >= 0.5", 1 / cubed(23)},  // the target is covered
      {"PTV :: CN(Dref=52Gy) >= 0.5", cubed(18)},      // the isodose lies in the target
      {"PTV :: CI >= 0.5", 1.0},                       // the prescription is 50 Gy
      {"PTV :: CN(Dref=94%) >= 0.5", 1 / cubed(23)},
      {"PTV :: GI <= 15", cubed(45)},  // 25 Gy at 45 mm
      {"PTV :: HI <= 0.3", (dose_around(0.02) - dose_around(0.98)) / dose_around(0.5)},
  };
  std::vector<std::string> rules;
  for (const auto& row : rows) rules.emplace_back(row.rule);
  const Evaluation e = evaluated(plan, {protocol_of(rules)});
  for (std::size_t i = 0; i < std::size(rows); ++i) {
    const auto& value = only_test(e, "r" + std::to_string(i)).value;
    ASSERT_TRUE(value.value.has_value()) << rows[i].rule << ": " << value.reason;
    // 0.3 %: between voxels the dose is too high by 1/12 * 2/20 = 0.008 Gy, that is 0.008 mm or
    // 0.13 % of a ball of 20 mm; 40 planes miss its volume by at most 1/40^2 = 0.06 %.
    EXPECT_NEAR(*value.value, rows[i].value, 0.003 * rows[i].value) << rows[i].rule;
    EXPECT_LE(*value.low, rows[i].value) << rows[i].rule;
    EXPECT_GE(*value.high, rows[i].value) << rows[i].rule;
    EXPECT_EQ(rule(e, "r" + std::to_string(i)).verdict, Verdict::Pass) << rows[i].rule;
  }
}

// 1 Gy up to x = 45 mm, 40 Gy from 50 mm on, a straight line between.
Case two_levels() {
  return make_case({body(), gtv()}, [](const Vec3& p) { return p.x() <= 45.0 ? 1.0 : 40.0; });
}
// Where that line has a dose.
double at_mm(double dose_gy) {
  return 45.0 + 5.0 * (dose_gy - 1.0) / 39.0;
}

TEST(IndexRules, GiveTheClosedFormsOfATwoLevelBox) {
  const double body_cc = (120 - at_mm(39)) * 100 * 90 / 1000;
  const double target_cc = (60 - at_mm(39)) * 20 * 30 / 1000;  // of 12 cc
  const Evaluation e = evaluated(
      two_levels(), {protocol_of({"GTV :: CI(Dref=39Gy) <= 60", "GTV :: CN(Dref=39Gy) >= 0.005",
                                  "GTV :: GI(Dref=39Gy) <= 2", "GTV :: HI <= 0.1"})});
  // Planes, rows and the straight line are exact and V is kept at steps of 0.001 Gy: rounding alone,
  // of a value of 50 or of one below 2.
  EXPECT_NEAR(*only_test(e, "r0").value.value, body_cc / 12, 1e-4);
  EXPECT_NEAR(*only_test(e, "r1").value.value, target_cc * target_cc / (12 * body_cc), 1e-6);
  const double half_cc = (120 - at_mm(19.5)) * 100 * 90 / 1000;
  EXPECT_NEAR(*only_test(e, "r2").value.value, half_cc / body_cc, 1e-6);
  // x is even in the target, 40 to 60 mm: a quarter at 1 Gy, so D98% is 1, D2% and D50% are 40.
  EXPECT_NEAR(*only_test(e, "r3").value.value, 39.0 / 40, 1e-6);
  EXPECT_EQ(rule(e, "r3").verdict, Verdict::Fail);
  EXPECT_EQ(rule(e, "r3").reason, "The goal is missed by 0.875.");
  EXPECT_EQ(rule(e, "r0").verdict, Verdict::Pass);
  EXPECT_TRUE(says(rule(e, "r0").reason, "within ROI \"Outline\"")) << rule(e, "r0").reason;
  EXPECT_EQ(rule(e, "r0").rois, (std::vector<std::string>{"GTV"}));
}

void expect_rule_unknown(const Evaluation& e, const std::string& words) {
  EXPECT_EQ(rule(e, "r0").verdict, Verdict::Unknown);
  EXPECT_EQ(e.verdict, Verdict::Unknown);
  EXPECT_TRUE(says(only_test(e).value.reason, words)) << only_test(e).value.reason;
  EXPECT_TRUE(says(rule(e, "r0").reason, words)) << rule(e, "r0").reason;
}

TEST(IndexRules, AreUnknownWithoutTheStructureThatBoundsTheIsodose) {
  const std::vector<protocol::Protocol> rules = {protocol_of({"GTV :: CI(Dref=39Gy) <= 60"})};
  Case none = two_levels();
  none.structures->rois[0].interpreted_type = "ORGAN";
  expect_rule_unknown(evaluated(none, rules), "No ROI is of type EXTERNAL");
  Case two = two_levels();
  two.structures->rois.push_back(body("Couch"));
  expect_rule_unknown(evaluated(two, rules),
                      "Several ROIs are of type EXTERNAL: \"Outline\", \"Couch\"");
  Case empty = two_levels();
  empty.structures->rois[0].contours.clear();
  expect_rule_unknown(evaluated(empty, rules), "no closed contour");
  expect_rule_unknown(
      evaluated(two_levels(), {protocol_of({"GTV :: CI(Dref=39Gy,in=Skin) <= 60"})}), "Skin");
  Case open = two_levels();
  open.structures->rois[0].contours.push_back(open.structures->rois[0].contours.front());
  open.structures->rois[0].contours.back().type = model::ContourType::OpenPlanar;
  expect_rule_unknown(evaluated(open, rules), "not wholly a volume");
  Case unprescribed = two_levels();
  unprescribed.plan->prescription_gy.reset();
  expect_rule_unknown(evaluated(unprescribed, {protocol_of({"GTV :: CN >= 0.1"})}), "prescription");
  // An isodose that is taken within a structure beside the target is not the target's.
  Case beside = two_levels();
  beside.structures->rois.push_back(axial_box("Rib", {80, 0, 0}, {90, 10, 9}));
  expect_rule_unknown(evaluated(beside, {protocol_of({"GTV :: CI(Dref=39Gy,in=Rib) <= 60"})}),
                      "does not hold the target");
}

// Within the target the isodose volume cannot be larger than the target: every upper limit is met. The
// isodose of 50 Gy is the target's own border, that of 51 Gy lies inside of it by 1 mm, and its half
// does not.
TEST(IndexRules, AreUnknownWhereTheIsodoseIsCutOff) {
  const Case plan = ball_in_falling_dose();
  for (const char* text : {"CI(Dref=47Gy,in=PTV) <= 2", "CN(Dref=47Gy,in=PTV) >= 0.1",
                           "GI(Dref=47Gy,in=PTV) <= 5", "GI(Dref=52Gy,in=PTV) <= 5"}) {
    expect_rule_unknown(evaluated(plan, {protocol_of({std::string("PTV :: ") + text})}),
                        "reaches the border");
  }
  EXPECT_EQ(
      rule(evaluated(plan, {protocol_of({"PTV :: CI(Dref=52Gy,in=PTV) <= 2"})}), "r0").verdict,
      Verdict::Pass);
}

TEST(IndexRules, TakeTheStructureThatIsNamedOrMapped) {
  Case plan = ball_in_falling_dose();
  plan.structures->rois[1].interpreted_type = "";
  const std::vector<protocol::Protocol> rules = {
      protocol_of({"PTV :: CI(Dref=47Gy,in=Body) <= 2"})};
  EXPECT_EQ(rule(evaluated(plan, rules), "r0").verdict, Verdict::Unknown);
  const Evaluation mapped = evaluated(plan, rules, with_map({"Body=Outline"}));
  EXPECT_EQ(rule(mapped, "r0").verdict, Verdict::Pass);
  plan.structures->rois[1].name = "Body";
  EXPECT_EQ(*only_test(evaluated(plan, rules)).value.value, *only_test(mapped).value.value);
}

TEST(IndexRules, AreHeldAgainstTheirBoundsWhereTheBodyLeavesTheGrid) {
  // Without the last 8 layers in x the dose ends at 112.5 mm: 7.5 of 120 mm have none.
  Case plan = two_levels();
  plan.doses[0].grid = cropped(plan.doses[0].grid, 1, 8);
  const auto judged = [&](const char* text) { return evaluated(plan, {protocol_of({text})}); };
  const Evaluation open = judged("GTV :: CI(Dref=39Gy) <= 50");
  expect_rule_unknown(open, "In the structure that bounds the isodose volume");
  // The engine takes 0.001 mm beyond the grid's end as inside (kEndTolerance_mm).
  const double inside_cc = (112.501 - at_mm(39)) * 9;
  EXPECT_NEAR(*only_test(open).value.low, inside_cc / 12, 1e-4);
  EXPECT_NEAR(*only_test(open).value.high, (120 - at_mm(39)) * 9 / 12, 1e-4);
  EXPECT_EQ(rule(judged("GTV :: CI(Dref=39Gy) <= 53"), "r0").verdict, Verdict::Pass);
  EXPECT_EQ(rule(judged("GTV :: CI(Dref=39Gy) <= 46"), "r0").verdict, Verdict::Fail);
}

TEST(IndexRules, AreMetricsOfADvhReportToo) {
  EvaluationOptions options;
  options.workers = 1;
  const DvhRequest request = {
      {protocol::parse_structure_expression("GTV").value()},
      {metrics::parse_metric("CI(Dref=39Gy)").value(), metrics::parse_metric("HI").value(),
       metrics::parse_metric("GI(Dref=39Gy,in=Skin)").value()}};
  const DvhReport report = compute_dvhs(two_levels(), request, options).value();
  ASSERT_EQ(report.structures.size(), 1U);
  const auto& values = report.structures[0].metrics;
  EXPECT_NEAR(*values[0].value, (120 - at_mm(39)) * 9 / 12, 1e-4);
  EXPECT_NEAR(*values[1].value, 39.0 / 40, 1e-6);
  EXPECT_FALSE(values[2].value.has_value());
  EXPECT_TRUE(says(values[2].reason, "Skin")) << values[2].reason;
}

}  // namespace
}  // namespace dosegate::evaluation
