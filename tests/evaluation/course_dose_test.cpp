// The doses of a case -> the dose of the course. The targets' box is wholly covered and the dose
// uniform in it, so its median is the dose itself.
#include "evaluation/course_dose.h"

#include <gtest/gtest.h>

#include "evaluation/synthetic_case.h"

namespace dosegate::evaluation {
namespace {

using namespace evaluation_test;  // NOLINT: the helpers of this folder
using model::Case;
using model::DoseSummation;

Roi ptv() {
  return axial_box("PTV", {40, 40, 30}, {60, 60, 60}, "PTV");
}

Case fraction_case(double target_gy) {
  Case c = make_case({liver(), ptv()}, uniform(target_gy));
  c.doses[0].summation = DoseSummation::Fraction;
  return c;
}

Result<CourseDose> course(const Case& c, const CourseOptions& options = {}) {
  const CaseGeometry geometry(*c.structures);
  return course_dose(c, geometry, options);
}

ErrorCode refusal(const Case& c, const CourseOptions& options = {}) {
  const auto result = course(c, options);
  return result ? ErrorCode{} : result.error().code;
}

TEST(CourseDose, TakesAPlanDoseAsItIs) {
  for (const DoseSummation kind :
       {DoseSummation::Plan, DoseSummation::Missing, DoseSummation::MultiPlan}) {
    Case c = make_case({liver(), ptv()}, uniform(51.0));
    c.doses[0].summation = kind;
    const auto result = course(c);
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(result->grid.maximum_gy(), 51.0);
    EXPECT_EQ(result->kind, metrics::DoseKind::Physical);
    EXPECT_TRUE(result->findings.empty());
  }
}

TEST(CourseDose, RefusesAPlanDoseThatHoldsOneFraction) {
  // 50 Gy in 25 fractions and 2 Gy in the target: every limit would be met by a 25th of the dose.
  for (const DoseSummation kind : {DoseSummation::Plan, DoseSummation::Missing}) {
    Case c = make_case({liver(), ptv()}, uniform(2.0));
    c.doses[0].summation = kind;
    const auto refused = course(c);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::FractionDoseUndecided);
    CourseOptions options;
    options.fraction_dose = FractionDose::One;
    EXPECT_EQ(course(c, options)->grid.maximum_gy(), 50.0);
    options.fraction_dose = FractionDose::Total;
    EXPECT_EQ(course(c, options)->grid.maximum_gy(), 2.0);
  }
  // Neither fits: an odd plan, but nothing speaks for a wrong scale.
  EXPECT_TRUE(course(make_case({liver(), ptv()}, uniform(20.0))).has_value());
}

TEST(CourseDose, DecidesWhatAFractionDoseHoldsByTheTargets) {
  // 50 Gy in 25 fractions: within a factor of 1.25 of 50 Gy it is the total, of 2 Gy one fraction.
  const struct {
    double target_gy;
    FindingCode finding;
    double course_gy;
  } rows[] = {
      {50, FindingCode::DoseFractionAsTotal, 50},
      {40.1, FindingCode::DoseFractionAsTotal, 40.1},
      {62.4, FindingCode::DoseFractionAsTotal, 62.4},
      {2, FindingCode::DoseFractionTimesN, 50},
      {1.61, FindingCode::DoseFractionTimesN, 40.25},
      {2.49, FindingCode::DoseFractionTimesN, 62.25},
  };
  for (const auto& row : rows) {
    const auto result = course(fraction_case(row.target_gy));
    ASSERT_TRUE(result.has_value()) << row.target_gy;
    EXPECT_NEAR(result->grid.maximum_gy(), row.course_gy, 1e-9) << row.target_gy;
    ASSERT_EQ(result->findings.size(), 1U);
    EXPECT_EQ(result->findings[0].code, row.finding) << row.target_gy;
    EXPECT_EQ(result->findings[0].where, "dose.dcm");
  }
}

TEST(CourseDose, RefusesAFractionDoseThatNothingDecides) {
  for (const double target_gy : {0.0, 0.5, 1.59, 2.51, 5.0, 20.0, 39.9, 62.6, 1250.0}) {
    EXPECT_EQ(refusal(fraction_case(target_gy)), ErrorCode::FractionDoseUndecided) << target_gy;
  }
  Case c = fraction_case(50);
  c.plan->prescription_gy.reset();
  EXPECT_EQ(refusal(c), ErrorCode::FractionDoseUndecided);
  c = fraction_case(50);
  c.plan->fractions.reset();
  EXPECT_EQ(refusal(c), ErrorCode::FractionDoseUndecided);
  c = fraction_case(50);
  c.structures->rois.pop_back();  // no target
  EXPECT_EQ(refusal(c), ErrorCode::FractionDoseUndecided);
  c = fraction_case(50);
  c.structures->rois[1].contours.clear();
  EXPECT_EQ(refusal(c), ErrorCode::FractionDoseUndecided);
  c = fraction_case(50);  // a target of which less than half has a dose has no median
  c.doses[0].grid = cropped(c.doses[0].grid, 0, 17);  // from x = 55 - 2.5 mm on
  EXPECT_EQ(refusal(c), ErrorCode::FractionDoseUndecided);
}

TEST(CourseDose, SaysWhatToDoWhereItIsUndecided) {
  const auto result = course(fraction_case(20));
  ASSERT_FALSE(result.has_value());
  EXPECT_NE(result.error().text.find("--fraction-dose"), std::string::npos);
  EXPECT_EQ(result.error().where, "dose.dcm");
}

TEST(CourseDose, PrefersTheTargetsThatThePrescriptionNames) {
  // The PTV holds 50 Gy, the prescription names ROI 1, which holds 2 Gy in the median.
  Case c = make_case({liver(), ptv()}, [](const Vec3& p) {
    return p.x() > 30 && p.x() < 70 && p.y() > 30 && p.y() < 70 && p.z() > 20 && p.z() < 70 ? 50.0
                                                                                            : 2.0;
  });
  c.doses[0].summation = DoseSummation::Fraction;
  EXPECT_EQ(course(c)->findings[0].code, FindingCode::DoseFractionAsTotal);
  c.plan->dose_references.push_back({"TARGET", "VOLUME", "", 1, 50.0});
  EXPECT_EQ(course(c)->findings[0].code, FindingCode::DoseFractionTimesN);
  c.plan->dose_references[0].type = "ORGAN_AT_RISK";
  EXPECT_EQ(course(c)->findings[0].code, FindingCode::DoseFractionAsTotal);
}

TEST(CourseDose, FollowsTheUserBeforeAnythingElse) {
  CourseOptions total;
  total.fraction_dose = FractionDose::Total;
  CourseOptions one;
  one.fraction_dose = FractionDose::One;
  EXPECT_NEAR(course(fraction_case(2), total)->grid.maximum_gy(), 2, 1e-12);
  EXPECT_NEAR(course(fraction_case(50), one)->grid.maximum_gy(), 1250, 1e-9);
  EXPECT_EQ(course(fraction_case(2), total)->findings[0].code, FindingCode::DoseFractionAsTotal);
  EXPECT_EQ(course(fraction_case(2), one)->findings[0].code, FindingCode::DoseFractionTimesN);
  one.fractions = 30;  // instead of the plan's 25
  EXPECT_NEAR(course(fraction_case(2), one)->grid.maximum_gy(), 60, 1e-9);
  // The given numbers are what Auto decides by, too.
  CourseOptions given;
  given.fractions = 10;
  given.prescription_gy = 20.0;
  EXPECT_NEAR(course(fraction_case(2), given)->grid.maximum_gy(), 20, 1e-9);
}

TEST(CourseDose, CannotMultiplyByAnUnknownNumber) {
  Case c = fraction_case(2);
  c.plan->fractions.reset();
  CourseOptions one;
  one.fraction_dose = FractionDose::One;
  EXPECT_EQ(refusal(c, one), ErrorCode::FractionsUnknown);
  c.plan.reset();
  EXPECT_EQ(refusal(c, one), ErrorCode::FractionsUnknown);
}

TEST(CourseDose, TakesTheOnlyFractionAsTheCourse) {
  Case c = fraction_case(7);
  c.plan->fractions = 1;
  const auto result = course(c);
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->grid.maximum_gy(), 7.0);
  EXPECT_EQ(result->findings[0].code, FindingCode::DoseFractionAsTotal);
}

TEST(CourseDose, TakesAFractionDoseWithoutAPlanAsItStandsOnlyWhereNoVerdictHangsOnIt) {
  Case c = fraction_case(2);
  c.plan.reset();
  EXPECT_EQ(refusal(c), ErrorCode::FractionDoseUndecided);
  CourseOptions options;
  options.undecided = UndecidedDose::TakeAsItStands;
  const auto result = course(c, options);
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->grid.maximum_gy(), 2.0);
  EXPECT_EQ(result->findings[0].code, FindingCode::DoseFractionAsStands);
  // What the user says of the course decides without a plan as well.
  options = {};
  options.fractions = 25;
  options.prescription_gy = 50.0;
  EXPECT_NEAR(course(c, options)->grid.maximum_gy(), 50.0, 1e-9);
}

TEST(CourseDose, AddsBeamsOnOneLattice) {
  Case c = make_case({liver()}, [](const Vec3& p) { return 1 + 0.1 * p.x(); });
  c.doses[0].summation = DoseSummation::Beam;
  c.doses.push_back(c.doses[0]);
  c.doses.push_back(c.doses[0]);
  c.doses[2].grid = testing::grid_of(dose_lattice(), uniform(3));
  const auto result = course(c);
  ASSERT_TRUE(result.has_value());
  EXPECT_TRUE(result->grid.same_lattice(c.doses[0].grid, 0.0));
  for (std::size_t i = 0; i < result->grid.values().size(); ++i) {
    EXPECT_EQ(result->grid.values()[i],
              c.doses[0].grid.values()[i] + c.doses[1].grid.values()[i] + 3.0);
  }
  EXPECT_EQ(count(result->findings, FindingCode::DoseBeamsSummed), 1);
  EXPECT_EQ(count(result->findings, FindingCode::DoseBeamsResampled), 0);
}

TEST(CourseDose, AddsBeamsOnDifferentLatticesOnlyWhereAllOfThemHaveADose) {
  const auto first = [](const Vec3& p) { return 10 + 0.05 * p.x() - 0.02 * p.y() + 0.01 * p.z(); };
  const auto second = [](const Vec3& p) { return 5 + 0.01 * p.x() + 0.03 * p.y() - 0.02 * p.z(); };
  const auto third = [](const Vec3& p) { return 2 - 0.004 * p.x(); };
  Case c = make_case({liver()}, first);
  c.doses[0].summation = DoseSummation::Beam;
  for (int i = 0; i < 2; ++i) c.doses.push_back(c.doses[0]);
  // x from -20 to 130 in 3 mm, and from 0 to 148 in 4 mm.
  c.doses[1].grid = testing::grid_of({Vec3(-20, -25, -28), Vec3(3, 3, 3), {51, 51, 50}}, second);
  c.doses[2].grid = testing::grid_of({Vec3(0, -30, -30), Vec3(4, 4, 4), {38, 41, 38}}, third);
  // The sum is the same field in whatever order the files come, though not on the same lattice.
  const std::vector<std::vector<std::size_t>> orders = {{0, 1, 2}, {2, 1, 0}, {1, 0, 2}, {0, 2, 1}};
  for (const auto& order : orders) {
    Case ordered = c;
    for (std::size_t i = 0; i < 3; ++i) ordered.doses[i] = c.doses[order[i]];
    const auto result = course(ordered);
    ASSERT_TRUE(result.has_value());
    const model::DoseGrid& grid = result->grid;
    EXPECT_EQ(count(result->findings, FindingCode::DoseBeamsResampled), 1);
    for (int a = 0; a < 3; ++a) {
      double lo = -1e9;
      double hi = 1e9;
      for (const auto& dose : c.doses) {
        lo = std::max(lo, dose.grid.origin()[a]);
        hi = std::min(hi, dose.grid.origin()[a] + dose.grid.positions(a).back());
      }
      EXPECT_GE(grid.origin()[a], lo - 1e-3);
      EXPECT_LE(grid.origin()[a] + grid.positions(a).back(), hi + 1e-3);
      EXPECT_LE(grid.origin()[a], lo + 5) << "no more is lost than one voxel";
    }
    for (std::size_t k = 0; k < grid.size(2); k += 3) {
      for (std::size_t j = 0; j < grid.size(1); j += 3) {
        for (std::size_t i = 0; i < grid.size(0); ++i) {
          const Vec3 p = grid.origin() +
                         Vec3(grid.positions(0)[i], grid.positions(1)[j], grid.positions(2)[k]);
          // Linear doses: interpolation is exact but for rounding.
          ASSERT_NEAR(grid.value(i, j, k), first(p) + second(p) + third(p), 1e-9);
        }
      }
    }
  }
}

TEST(CourseDose, RefusesBeamsThatCannotBeAdded) {
  Case c = make_case({liver()}, uniform(1));
  c.doses.push_back(c.doses[0]);
  auto apart = dose_lattice();
  apart.first = Vec3(500, 500, 500);
  c.doses[1].grid = testing::grid_of(apart, uniform(1));
  EXPECT_EQ(refusal(c), ErrorCode::GridsDoNotOverlap);
  model::GridGeometry turned;
  turned.axes << std::cos(0.1), -std::sin(0.1), 0, std::sin(0.1), std::cos(0.1), 0, 0, 0, 1;
  turned.positions_mm = {std::vector<double>{0, 50}, {0, 50}, {0, 50}};
  c.doses[1].grid = model::DoseGrid::create(turned, std::vector<double>(8, 1.0)).value();
  EXPECT_EQ(refusal(c), ErrorCode::GridInvalid);
}

TEST(CourseDose, CallsASumWithOneEffectivePartEffective) {
  Case c = make_case({liver()}, uniform(1));
  c.doses.push_back(c.doses[0]);
  c.doses[1].type = model::DoseType::Effective;
  EXPECT_EQ(course(c)->kind, metrics::DoseKind::Effective);
}

TEST(CourseDose, NeedsADose) {
  Case c = make_case({liver()}, uniform(1));
  c.doses.clear();
  EXPECT_EQ(refusal(c), ErrorCode::DoseMissing);
}

TEST(CourseDose, DoesNotTakeADifferenceOfDosesForADose) {
  Case c = make_case({liver(), ptv()}, uniform(1));
  c.doses[0].type = model::DoseType::Error;
  EXPECT_EQ(refusal(c), ErrorCode::TagInvalid);
}

}  // namespace
}  // namespace dosegate::evaluation
