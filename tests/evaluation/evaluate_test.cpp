// Whole evaluations of synthetic cases (synthetic_case.h): whatever is missing, ambiguous, not
// covered, empty or not known must be UNKNOWN or an error, and never PASS.
#include "evaluation/evaluate.h"

#include <gtest/gtest.h>

#include <limits>

#include "evaluation/synthetic_case.h"

namespace dosegate::evaluation {
namespace {

using namespace evaluation_test;  // NOLINT: the helpers of this folder
using model::Case;

// Cold (1 Gy) up to x = 45 mm, then 40 Gy from x = 50 on; 5 Gy is crossed at 45 + 5 * 4/39 mm.
double cold_then_hot(const Vec3& p) {
  return p.x() <= 45.0 ? 1.0 : 40.0;
}
constexpr double kFiveGy_mm = 45.0 + 5.0 * 4.0 / 39.0;

TEST(Evaluate, DecidesAPlainPlan) {
  const Evaluation pass = evaluated(standard(18));
  EXPECT_EQ(pass.verdict, Verdict::Pass);
  const RuleResult& r = rule(pass, "liver");
  EXPECT_EQ(r.rois, (std::vector<std::string>{"Liver", "GTV"}));
  EXPECT_EQ(r.reason, "");
  EXPECT_EQ(*r.tests[0].value.value, 18.0);  // a uniform dose is met to the last bit
  EXPECT_EQ(evaluated(standard(18.0000001)).verdict, Verdict::Variation);
  EXPECT_EQ(evaluated(standard(20.0000001)).verdict, Verdict::Fail);
  ASSERT_EQ(pass.structures.size(), 2U);
  EXPECT_NEAR(pass.structures[0].dvh->volume().value(), 1080, 1e-9);
  EXPECT_EQ(pass.structures[0].planes, 30);
  EXPECT_EQ(pass.structures[0].nominal_spacing_mm, 3.0);
  EXPECT_NEAR(*pass.bed_gy, 60.0, 1e-12);  // 50 Gy in 25, alpha/beta 10
  EXPECT_NEAR(*pass.eqd2_gy, 50.0, 1e-12);
}

TEST(Evaluate, LeavesRulesOfAnotherFractionationAside) {
  const Evaluation e = evaluated(standard());
  for (const char* id : {"liver-other-fx", "bowel-small", "colon"}) {
    EXPECT_EQ(rule(e, id).verdict, Verdict::NotApplicable) << id;
    EXPECT_FALSE(rule(e, id).reason.empty()) << id;
  }
  Case ten = standard();
  ten.plan->fractions = 10;  // no required rule is made for 10 fractions
  const Evaluation nothing = evaluated(ten);
  EXPECT_EQ(nothing.verdict, Verdict::Unknown);
  EXPECT_TRUE(says(nothing.verdict_reason, "No required rule applies")) << nothing.verdict_reason;
}

TEST(Evaluate, DoesNotGuessTheNumberOfFractions) {
  Case c = standard(1);
  c.plan->fractions.reset();
  expect_unknown(c, "number of fractions is unknown");
  c.plan.reset();
  expect_unknown(c, "number of fractions is unknown");
  EvaluationOptions given;
  given.course.fractions = 25;
  EXPECT_EQ(evaluated(c, hcc(), given).verdict, Verdict::Pass);
}

TEST(Evaluate, SaysWhereAnOptionReplacesThePlansOwnValue) {
  EvaluationOptions options;
  options.course.fractions = 22;
  options.course.prescription_gy = 55.0;
  const Evaluation e = evaluated(standard(), hcc(), options);
  EXPECT_EQ(count(e.findings, FindingCode::OptionOverrides), 2);
  EXPECT_EQ(e.fractions, 22);
  EXPECT_EQ(e.prescription_gy, 55.0);
  options.course.fractions = 25;
  options.course.prescription_gy = 50.0;
  EXPECT_EQ(count(evaluated(standard(), hcc(), options).findings, FindingCode::OptionOverrides), 0);
}

TEST(Evaluate, SaysThatItUsedAnotherReadingOfTheContours) {
  EXPECT_EQ(count(evaluated(standard()).findings, FindingCode::ConventionNotDefault), 0);
  EvaluationOptions options;
  options.reading.end_caps = geometry::EndCaps::None;
  const Evaluation by_hand = evaluated(standard(), hcc(), options);
  EXPECT_EQ(by_hand.settings.convention, "custom");
  EXPECT_EQ(by_hand.settings.end_caps, "none");
  EXPECT_EQ(by_hand.settings.interpolation, "slab");
  EXPECT_EQ(count(by_hand.findings, FindingCode::ConventionNotDefault), 1);
  options.convention = "as-proknow";
  options.reading.end_caps = geometry::EndCaps::Capped1_5;
  const Evaluation by_name = evaluated(standard(), hcc(), options);
  EXPECT_EQ(by_name.settings.convention, "as-proknow");
  EXPECT_EQ(by_name.settings.end_caps, "capped1.5");
  EXPECT_EQ(count(by_name.findings, FindingCode::ConventionNotDefault), 1);
  // As MIM's, the reading is the default's; that it was asked for by name is said all the same.
  options.convention = "as-mim";
  options.reading = {};
  EXPECT_EQ(
      count(evaluated(standard(), hcc(), options).findings, FindingCode::ConventionNotDefault), 1);
}

TEST(Evaluate, NeverTakesTheWholeLiverForTheLiverWithoutGtv) {
  expect_unknown(make_case({liver()}, uniform(1)), "GTV");
  expect_unknown(
      make_case({liver(), axial_box("PTV", {40, 40, 30}, {60, 60, 60}, "PTV")}, uniform(1)), "GTV");
  expect_unknown(make_case({gtv()}, uniform(1)), "Liver");
  expect_unknown(make_case({}, uniform(1)), "Liver");
}

TEST(Evaluate, IsUnknownWhereAGtvIsInDoubtUntilTheUserSays) {
  const Case c = make_case({liver(), gtv(), gtv("GTV+5mm")}, uniform(1));
  expect_unknown(c, "GTV+5mm");
  EXPECT_EQ(evaluated(c, hcc(), with_map({"GTV*=GTV"})).verdict, Verdict::Pass);
  Roi organ = gtv();
  organ.interpreted_type = "ORGAN";
  const Evaluation e = evaluated(make_case({liver(), organ}, uniform(1)));
  EXPECT_EQ(e.verdict, Verdict::Pass);
  EXPECT_EQ(count(e.findings, FindingCode::StructureDoubtful), 1);
}

TEST(Evaluate, IsUnknownForAmbiguousNames) {
  expect_unknown(make_case({liver(), liver(), gtv()}, uniform(1)), "several structures");
}

TEST(Evaluate, IsUnknownForAGtvThatIsNotDrawn) {
  // Below 5 Gy lie 35.34 mm of x (1 Gy at 35 mm, 60 Gy at 40 mm), 318 cc, of which 30 cc are a
  // second, cold tumour: 288 cc are spared, which is not enough. Taken for liver, the tumour would
  // make it 318.
  const auto dose = [](const Vec3& p) { return p.x() < 37.0 ? 1.0 : 60.0; };
  Roi cold = axial_box("GTV2", {0, 0, 0}, {10, 100, 30}, "GTV");
  const Case full = make_case({liver(), gtv(), cold}, dose);
  EXPECT_EQ(evaluated(full).verdict, Verdict::Fail);
  EXPECT_NEAR(*rule(evaluated(full), "liver").tests[1].value.value, (35 + 5 * 4.0 / 59) * 9 - 30,
              1e-6);
  EXPECT_EQ(evaluated(make_case({liver(), gtv()}, dose)).verdict, Verdict::Pass);
  for (const auto type : {model::ContourType::Point, model::ContourType::OpenPlanar}) {
    Case changed = full;
    for (auto& contour : changed.structures->rois[2].contours) contour.type = type;
    expect_unknown(changed, "GTV2");
  }
  Case emptied = full;
  emptied.structures->rois[2].contours.clear();
  expect_unknown(emptied, "GTV2");
}

TEST(Evaluate, IsUnknownWhereNothingIsLeft) {
  expect_unknown(
      make_case({liver(), axial_box("GTV", {0, 0, 0}, {120, 100, 90}, "GTV")}, uniform(1)),
      "Nothing is left");
}

TEST(Evaluate, IsUnknownForRoisThatCannotBeVolumes) {
  Case c = standard(1);
  c.structures->rois[0].contours.clear();
  expect_unknown(c, "no closed contour");
  c = standard(1);
  for (auto& contour : c.structures->rois[0].contours) contour.type = model::ContourType::Point;
  expect_unknown(c, "no closed contour");
  c = standard(1);  // closed, but on one line
  for (auto& contour : c.structures->rois[0].contours) {
    for (auto& p : contour.points) p.y() = 10;
  }
  expect_unknown(c, "encloses an area");
  c = standard(1);  // the same outline twice cancels itself everywhere
  const auto once = c.structures->rois[0].contours;
  c.structures->rois[0].contours.insert(c.structures->rois[0].contours.end(), once.begin(),
                                        once.end());
  expect_unknown(c, "enclose no volume");
}

TEST(Evaluate, IsUnknownForPointsThatAreNoNumbers) {
  for (const double bad :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    for (const std::size_t roi : {std::size_t{0}, std::size_t{1}}) {
      for (int axis = 0; axis < 3; ++axis) {
        Case c = standard(1);
        c.structures->rois[roi].contours[2].points[1][axis] = bad;
        expect_unknown(c, "not a finite number");
      }
    }
  }
}

TEST(Evaluate, IsUnknownWherePartOfADrawingIsNotInTheVolume) {
  // A contour drawn twice encloses nothing under the even-odd rule; an open one encloses nothing at all.
  // Either way a slice of the organ, and with it perhaps the maximum, is not looked at.
  const auto one_rule = std::vector{protocol_of({"Liver :: Max[Gy] <= 60"})};
  EXPECT_EQ(evaluated(make_case({liver()}, uniform(20)), one_rule).verdict, Verdict::Pass);
  Roi twice = liver();
  twice.contours.push_back(twice.contours[5]);
  const auto repeated = evaluated(make_case({twice}, uniform(20)), one_rule);
  EXPECT_EQ(repeated.verdict, Verdict::Unknown);
  EXPECT_EQ(count(repeated.findings, FindingCode::RoiContourRepeated), 1);
  Roi open = liver();
  open.contours[5].type = model::ContourType::OpenPlanar;
  const auto skipped = evaluated(make_case({open}, uniform(20)), one_rule);
  EXPECT_EQ(skipped.verdict, Verdict::Unknown);
  EXPECT_EQ(count(skipped.findings, FindingCode::RoiOpenContoursSkipped), 1);
}

TEST(Evaluate, IsUnknownForRoisDrawnInPlanesOfDifferentTilt) {
  Roi sagittal;
  sagittal.name = "GTV";
  sagittal.interpreted_type = "GTV";
  for (double x = 41; x < 60; x += 2) {
    model::Contour contour;
    contour.points = {{x, 40, 30}, {x, 60, 30}, {x, 60, 60}, {x, 40, 60}};
    sagittal.contours.push_back(contour);
  }
  const Evaluation e = evaluated(make_case({liver(), sagittal}, uniform(1)));
  EXPECT_EQ(e.verdict, Verdict::Unknown);
  EXPECT_TRUE(says(rule(e, "liver").reason, "planes of different tilt")) << rule(e, "liver").reason;
  // Alone each of them is a fine volume.
  EXPECT_NEAR(e.structures[0].dvh->volume().value(), 1080, 1e-9);
  EXPECT_NEAR(e.structures[1].dvh->volume().value(), 12, 1e-9);
}

TEST(Evaluate, IsUnknownForASinglePlaneWithoutThickness) {
  Case c = make_case({axial_box("Colon", {0, 0, 0}, {9, 9, 3})}, uniform(1));
  c.plan->fractions = 5;
  expect_unknown(c, "tells its thickness", {}, "colon");
}

TEST(Evaluate, PassesByTheSecondBranchAndSaysSo) {
  // 0..kFiveGy_mm of x lies below 5 Gy: 45.51 * 9 = 409.6 cc, less what the GTV has there, 5.51 *
  // 0.6 cc.
  const Evaluation e = evaluated(make_case({liver(), gtv()}, cold_then_hot));
  const RuleResult& r = rule(e, "liver");
  EXPECT_EQ(e.verdict, Verdict::Pass);
  EXPECT_EQ(r.branch, "CV5Gy[cc] >= 300");
  EXPECT_TRUE(says(r.reason, "second branch")) << r.reason;
  EXPECT_NEAR(*r.tests[1].value.value, kFiveGy_mm * 9 - (kFiveGy_mm - 40) * 0.6, 1e-6);
}

TEST(Evaluate, SaysThatABranchIsOutOfReachOfASmallLiver) {
  const Roi small = axial_box("Liver", {0, 0, 0}, {70, 70, 60});  // 294 cc, less 12
  const Evaluation e = evaluated(make_case({small, gtv()}, uniform(25)));
  EXPECT_EQ(e.verdict, Verdict::Fail);
  EXPECT_TRUE(says(rule(e, "liver").reason, "can never be met")) << rule(e, "liver").reason;
}

// The grid ends in x so that only part of the liver has a dose.
Case partly_covered(int voxels, const DoseFormula& dose) {
  auto lattice = dose_lattice();
  lattice.count[0] = voxels;  // centres -30, -25 ...; dose reaches 2.5 mm beyond the last
  return make_case({liver(), gtv()}, dose, lattice);
}

TEST(Evaluate, CreditsOnlyTheCoveredPartOfAnUncoveredLiver) {
  // Covered up to x = 37.5 mm at 1 Gy: 337.5 cc below 5 Gy are seen, whatever the rest received.
  const Evaluation pass = evaluated(partly_covered(14, uniform(1)));
  EXPECT_EQ(pass.verdict, Verdict::Pass);
  const RuleResult& r = rule(pass, "liver");
  EXPECT_EQ(r.branch, "CV5Gy[cc] >= 300");
  EXPECT_FALSE(r.tests[0].outcome.decided()) << "the mean of a part is not the mean";
  EXPECT_NEAR(*r.tests[1].value.low, 337.5, 0.02);  // 1e-3 mm of tolerance at the end of the grid
  EXPECT_FALSE(says(r.reason, "first is not met")) << r.reason;
  EXPECT_EQ(count(pass.findings, FindingCode::StructureLeavesGrid), 2);
  // Covered up to 32.5 mm: 292.5 cc are not enough, and the other 775.5 cc are not taken as spared.
  const Evaluation unknown = evaluated(partly_covered(13, uniform(1)));
  EXPECT_EQ(unknown.verdict, Verdict::Unknown);
  EXPECT_TRUE(says(rule(unknown, "liver").reason, "At worst FAIL, at best PASS"));
  // Everything seen is hot: at most the rest is cold, and that may still be 300 cc.
  EXPECT_EQ(evaluated(partly_covered(14, uniform(60))).verdict, Verdict::Unknown);
  // All but 2.5 mm (22.5 cc) seen, at 60 Gy: neither branch can hold any more.
  EXPECT_EQ(evaluated(partly_covered(30, uniform(60))).verdict, Verdict::Fail);
  // The same at 10 Gy: the mean has no upper bound, however little is missing.
  EXPECT_EQ(evaluated(partly_covered(30, uniform(10))).verdict, Verdict::Unknown);
  EXPECT_EQ(evaluated(partly_covered(31, uniform(10))).verdict, Verdict::Pass);
}

TEST(Evaluate, IsUnknownForAStructureBesideTheGrid) {
  auto lattice = dose_lattice();
  lattice.first = Vec3(500, 500, 500);
  expect_unknown(make_case({liver(), gtv()}, uniform(1), lattice), "have no dose");
  Case bowel = make_case({axial_box("Bowel_Small", {0, 0, 0}, {30, 30, 30}),
                          axial_box("Colon", {0, 0, 0}, {30, 30, 30})},
                         uniform(1), lattice);
  bowel.plan->fractions = 5;
  expect_unknown(bowel, "have no dose", {}, "colon");
}

TEST(Evaluate, IsUnknownForABowelThatIsNotDrawn) {
  Case c = make_case({axial_box("Colon", {0, 0, 0}, {30, 30, 30})}, uniform(1));
  c.plan->fractions = 5;
  expect_unknown(c, "Bowel_Small", {}, "bowel-small");
  // A similar name is shown and not used.
  Roi bag = axial_box("Bowel_Small_PRV05", {0, 0, 0}, {30, 30, 30});
  c.structures->rois.push_back(bag);
  expect_unknown(c, "not used", {}, "bowel-small");
}

TEST(Evaluate, RefusesADoseWithoutAnyDose) {
  EXPECT_EQ(refusal(standard(0.0)), ErrorCode::DoseMissing);
  EXPECT_EQ(refusal(standard(-1.0)), ErrorCode::DoseMissing);
  Case c = standard();
  c.doses.clear();
  EXPECT_EQ(refusal(c), ErrorCode::DoseMissing);
}

TEST(Evaluate, RefusesADoseThatNoTreatmentGives) {
  EXPECT_EQ(refusal(standard(1e150)), ErrorCode::GridInvalid);
  EXPECT_EQ(refusal(standard(2e6)), ErrorCode::GridInvalid);
}

// A liver limit of 3500 Gy, for 35 Gy, is met by every plan there is: nobody is passed by it.
TEST(Evaluate, NeverPassesByALimitThatDecidesNothing) {
  const auto verdict = [](const std::string& text) {
    const Evaluation e = evaluated(standard(20), {protocol_of({"Liver :: " + text})});
    EXPECT_EQ(e.verdict, rule(e, "r0").verdict);
    return e.verdict;
  };
  const Evaluation e = evaluated(standard(20), {protocol_of({"Liver :: Mean[Gy] <= 3500"})});
  EXPECT_EQ(e.verdict, Verdict::Unknown);
  EXPECT_TRUE(says(rule(e, "r0").reason, "3500 Gy is more than any course of treatment gives"))
      << rule(e, "r0").reason;
  EXPECT_EQ(verdict("CV500Gy[cc] >= 700"), Verdict::Unknown);
  EXPECT_EQ(verdict("V20Gy[%] <= 100"), Verdict::Unknown);
  EXPECT_EQ(verdict("NOT Mean[Gy] >= 3500"), Verdict::Unknown);
  EXPECT_EQ(verdict("Mean[Gy] <= 3500 AND Max[Gy] <= 30"), Verdict::Unknown);
  EXPECT_EQ(verdict("Mean[Gy] <= 3500 AND Max[Gy] <= 10"), Verdict::Fail);
  EXPECT_EQ(verdict("Mean[Gy] <= 3500 OR Max[Gy] <= 10"), Verdict::Unknown);
  EXPECT_EQ(verdict("Mean[Gy] <= 3500 OR Max[Gy] <= 30"), Verdict::Pass) << "by what decides";
  EXPECT_EQ(verdict("Mean[Gy] <= 25 | 2500"), Verdict::Pass);
  EXPECT_EQ(verdict("Mean[Gy] <= 15 | 2500"), Verdict::Unknown);
}

TEST(Evaluate, BoundsAnEffectiveVolumeThatNoNumberHolds) {
  // (20 / 0.001)^100
  const Evaluation e =
      evaluated(standard(20), {protocol_of({"Liver :: Veff(n=0.01,Dref=0.001Gy)[%] <= 5"})});
  EXPECT_EQ(e.verdict, Verdict::Fail);
  EXPECT_FALSE(rule(e, "r0").tests.at(0).value.value.has_value());
}

TEST(Evaluate, RefusesAFractionDoseThatNothingDecides) {
  Case c = standard(1);
  c.doses[0].summation = model::DoseSummation::Fraction;
  EXPECT_EQ(refusal(c), ErrorCode::FractionDoseUndecided);
  c.plan.reset();
  EXPECT_EQ(refusal(c), ErrorCode::FractionDoseUndecided);
  EvaluationOptions options;
  options.course.fractions = 25;
  EXPECT_EQ(refusal(c, hcc(), options), ErrorCode::FractionDoseUndecided);
  options.course.fraction_dose = FractionDose::One;
  EXPECT_EQ(evaluated(c, hcc(), options).verdict, Verdict::Fail);  // 25 Gy
}

TEST(Evaluate, DoesNotConvertASumOfPlansWithOnePlansFractions) {
  const auto protocols =
      std::vector{protocol_of({"Liver :: Max[Gy]@EQD2(ab=3) <= 70", "Liver :: Max[Gy] <= 70"})};
  Case c = standard();
  EXPECT_EQ(evaluated(c, protocols).verdict, Verdict::Pass);
  c.doses[0].summation = model::DoseSummation::MultiPlan;
  const Evaluation e = evaluated(c, protocols);
  EXPECT_EQ(rule(e, "r0").verdict, Verdict::Unknown);
  EXPECT_EQ(rule(e, "r1").verdict, Verdict::Pass);
  c.doses[0].summation = model::DoseSummation::Plan;
  c.doses[0].plan_uids.push_back("1.2.3.7");
  EXPECT_EQ(evaluated(c, protocols).verdict, Verdict::Unknown);
}

TEST(Evaluate, IsUnknownForAConversionOfAnEffectiveDose) {
  const auto protocols = std::vector{protocol_of({"Liver :: Max[Gy]@EQD2(ab=3) <= 70"})};
  Case c = standard();
  c.doses[0].type = model::DoseType::Effective;
  EXPECT_EQ(evaluated(c, protocols).verdict, Verdict::Unknown);
}

TEST(Evaluate, WarnsBeyondTheRangeOfTheModel) {
  const auto protocols = std::vector{protocol_of({"Liver :: Max[Gy]@EQD2(ab=3) <= 9999"})};
  Case c = standard(48);
  c.plan->fractions = 4;  // 12 Gy a fraction
  EXPECT_EQ(count(evaluated(c, protocols).findings, FindingCode::ExtrapolatedEqd2), 1);
  c.plan->fractions = 5;  // 9.6 Gy: still trusted
  EXPECT_EQ(count(evaluated(c, protocols).findings, FindingCode::ExtrapolatedEqd2), 0);
}

TEST(Evaluate, WarnsOfAMaximumAtTheEdgeOfTheGrid) {
  const Evaluation e =
      evaluated(make_case({liver(), gtv()}, [](const Vec3& p) { return 0.1 * (p.x() + 31); }));
  EXPECT_EQ(count(e.findings, FindingCode::DoseMaximumAtEdge), 1);
  const Evaluation inside = evaluated(make_case({liver(), gtv()}, [](const Vec3& p) {
    return 10 - 1e-4 * (p - Vec3(50, 50, 50)).squaredNorm();
  }));
  EXPECT_EQ(count(inside.findings, FindingCode::DoseMaximumAtEdge), 0);
}

TEST(Evaluate, WarnsOfAStructureWhoseMaximumWasCutOff) {
  const auto count_for = [](const testing::GridSpec& lattice, const DoseFormula& dose) {
    const Evaluation e = evaluated(make_case({liver(), gtv()}, dose, lattice));
    return count(e.findings, FindingCode::StructureMaximumAtEdge);
  };
  const auto rising = [](const Vec3& p) { return 0.1 * (p.x() + 31); };
  // The liver ends at x = 120; its GTV, at x = 60, is never concerned.
  EXPECT_EQ(count_for(dose_lattice(), rising), 0);  // up to x = 152.5
  EXPECT_EQ(count_for({Vec3(-30, -30, -30), Vec3(5, 5, 5), {30, 33, 31}}, rising), 1);  // 117.5
  EXPECT_EQ(count_for({Vec3(-30, -30, -30), Vec3(5, 5, 5), {29, 33, 31}}, rising), 1);  // 112.5
  // Voxel centres up to x = 120: nothing of the liver lies beyond them.
  EXPECT_EQ(count_for({Vec3(-30, -30, -30), Vec3(5, 5, 5), {31, 33, 31}}, rising), 0);
  // A dose that is level, or falls, towards the edge.
  const testing::GridSpec shorter{Vec3(-30, -30, -30), Vec3(5, 5, 5), {30, 33, 31}};
  EXPECT_EQ(count_for(shorter, uniform(10)), 0);
  EXPECT_EQ(count_for(shorter, [](const Vec3& p) { return 0.1 * (200 - p.x()); }), 0);
}

TEST(ComputeDvhs, TellsWhatWasNoticedOfTheRoisOfAnExpression) {
  Roi skipped = liver();
  skipped.contours.erase(skipped.contours.begin() + 10);
  DvhRequest request;
  request.structures.push_back(protocol::parse_structure_expression("Liver - GTV").value());
  const auto report = compute_dvhs(make_case({skipped, gtv()}, uniform(10)), request, {});
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(count(report->findings, FindingCode::RoiGapBridged), 1);
}

TEST(Evaluate, ComparesADrawnLiverGtvButDecidesByTheExpression) {
  Roi drawn = axial_box("Liver-GTV", {0, 0, 0}, {60, 100, 90});  // half of it
  const Evaluation e = evaluated(make_case({liver(), gtv(), drawn}, uniform(19)));
  EXPECT_EQ(count(e.findings, FindingCode::DrawnDiffersFromExpression), 1);
  EXPECT_EQ(rule(e, "liver").rois, (std::vector<std::string>{"Liver", "GTV"}));
  EXPECT_EQ(e.verdict, Verdict::Variation);
  // 540 cc against 1068 cc differ; the whole liver against it (1.1 %) does not, at one uniform
  // dose.
  drawn = liver();
  drawn.name = "Liver-GTV";
  EXPECT_EQ(count(evaluated(make_case({liver(), gtv(), drawn}, uniform(19))).findings,
                  FindingCode::DrawnDiffersFromExpression),
            0);
  // A drawn Liver-GTV alone does not stand for Liver - GTV*.
  expect_unknown(make_case({drawn, gtv()}, uniform(1)), "Liver");
}

TEST(ComputeDvhs, MeasuresExpressionsAndSaysWhatItCannot) {
  DvhRequest request;
  for (const char* text : {"Liver - GTV*", "Liver & GTV", "Spleen", "Liver - Liver"}) {
    request.structures.push_back(protocol::parse_structure_expression(text).value());
  }
  request.metrics.push_back(metrics::parse_metric("Mean[Gy]").value());
  const auto report = compute_dvhs(standard(), request, {});
  ASSERT_TRUE(report.has_value());
  ASSERT_EQ(report->structures.size(), 4U);
  EXPECT_NEAR(report->structures[0].dvh->volume().value(), 1068, 1e-9);
  EXPECT_NEAR(report->structures[1].dvh->volume().value(), 12, 1e-9);
  EXPECT_EQ(*report->structures[0].metrics[0].value, 10.0);
  for (const std::size_t i : {std::size_t{2}, std::size_t{3}}) {
    EXPECT_FALSE(report->structures[i].dvh.has_value());
    EXPECT_FALSE(report->structures[i].reason.empty());
    EXPECT_TRUE(report->structures[i].metrics.empty());
  }
}

TEST(ComputeDvhs, TakesAFractionDoseWithoutAPlanAsItStandsAndSaysSo) {
  Case c = standard(2);
  c.plan.reset();
  c.doses[0].summation = model::DoseSummation::Fraction;
  const auto report = compute_dvhs(c, {}, {});
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(count(report->findings, FindingCode::DoseFractionAsStands), 1);
  EXPECT_EQ(report->structures[0].dvh->mean()->value(), 2.0);
}

}  // namespace
}  // namespace dosegate::evaluation
