// Our DVHs beside those that a planning system wrote, on cases whose every number is known: the liver
// of synthetic_case.h (1080 cc with half end caps, 1044 cc without: 87 of 90 mm) in a dose that rises
// along x. Its DVH is a straight line, so a system's curve of it in bins of 0.5 Gy is exact too.
#include <gtest/gtest.h>

#include "evaluation/synthetic_case.h"
#include "report/json.h"

namespace dosegate::evaluation {
namespace {

using namespace evaluation_test;  // NOLINT: the helpers of this folder
using model::TpsContribution;
using model::TpsDvh;

constexpr double kBin = 0.5;
// Volume and mean of a box in a linear dose are exact to the rounding of a sum over its cells.
constexpr double kExact = 1e-6;
// What the engine's curve may be off by (the bars of the accuracy tests).
constexpr double kCurve_pct = 0.05;
constexpr double kDose_gy = 0.01;

/// 10 Gy at x = 0, 20 Gy at x = 120 mm.
double rising(const Vec3& p) {
  return 10.0 + p.x() / 12.0;
}

// A system's DVH of a volume whose dose is spread evenly over [low, high].
TpsDvh even(double volume_cc, double low_gy, double high_gy, int roi_number = 1) {
  TpsDvh dvh;
  dvh.contributions = {{roi_number}};
  for (double x = 0.0; x < high_gy + 2.0 * kBin; x += kBin) {
    dvh.bin_widths.push_back(kBin);
    dvh.bin_volumes.push_back(volume_cc * std::clamp((high_gy - x) / (high_gy - low_gy), 0.0, 1.0));
  }
  dvh.stated_mean = 0.5 * (low_gy + high_gy);
  dvh.stated_maximum = high_gy;
  return dvh;
}

model::Case with(std::vector<TpsDvh> dvhs, const DoseFormula& dose = rising) {
  model::Case c = make_case({liver(), gtv()}, dose);
  c.doses[0].tps_dvhs.curves = std::move(dvhs);
  return c;
}

DvhReport report_of(const model::Case& c, const EvaluationOptions& options = {}) {
  auto report = compute_dvhs(c, {}, options);
  if (!report) throw std::runtime_error(to_text(report.error()));
  return std::move(*report);
}

TEST(CompareTps, WithoutDvhsThereIsNothing) {
  const DvhReport report = report_of(with({}));
  EXPECT_TRUE(report.tps_dvhs.empty());
  for (const FindingCode code :
       {FindingCode::TpsDvhUnusable, FindingCode::TpsDvhDoubtful, FindingCode::TpsDvhDiffers}) {
    EXPECT_EQ(count(report.findings, code), 0);
  }
}

TEST(CompareTps, TheSameCurveDiffersByNothing) {
  const DvhReport report = report_of(with({even(1080, 10, 20)}));
  ASSERT_EQ(report.tps_dvhs.size(), 1U);
  const TpsComparison& c = report.tps_dvhs[0];
  EXPECT_EQ(c.name, "Liver");
  EXPECT_EQ(c.roi_number, 1);
  EXPECT_EQ(c.dose_axis, "lower edge");
  EXPECT_NEAR(*c.difference.volume_cc, 0.0, kExact);
  EXPECT_NEAR(*c.difference.mean_gy, 0.0, kExact);
  EXPECT_NEAR(*c.difference.maximum_gy, 0.0, kExact);
  EXPECT_NEAR(*c.difference.curve_pct, 0.0, kCurve_pct);
  EXPECT_NEAR(*c.difference.curve_gy, 0.0, kDose_gy);
  EXPECT_FALSE(c.differs);
  EXPECT_EQ(c.nearest, "half end caps");
  EXPECT_EQ(count(report.findings, FindingCode::TpsDvhDiffers), 0);
}

TEST(CompareTps, NamesTheConventionThatExplainsTheDifference) {
  const model::Case plan_case = with({even(1044, 10, 20)});
  const DvhReport report = report_of(plan_case);
  const TpsComparison& c = report.tps_dvhs.at(0);
  EXPECT_NEAR(*c.difference.volume_cc, 36.0, kExact);
  EXPECT_NEAR(*c.difference.volume_pct, 100.0 * 36.0 / 1044.0, kExact);
  EXPECT_NEAR(*c.difference.curve_pct, 0.0, kCurve_pct);  // relative to its own volume
  EXPECT_TRUE(c.differs);
  EXPECT_EQ(c.nearest, "no end caps");
  ASSERT_EQ(c.readings.size(), 6U);  // caps half, none, capped, rounded; two of them interpolated
  EXPECT_NEAR(*c.readings[1].numbers.volume_cc, 1044.0, kExact);
  ASSERT_EQ(count(report.findings, FindingCode::TpsDvhDiffers), 1);
  const Finding& finding = report.findings.back();
  EXPECT_EQ(finding.where, "Liver");
  EXPECT_TRUE(says(finding.text,
                   "own DVH has 1044.000 cc, mean 15.000 Gy, maximum 20.000 Gy; ours has "
                   "1080.000 cc, mean 15.000 Gy, maximum 20.000 Gy. With no end caps, ours is "
                   "1044.000 cc"))
      << finding.text;
  // Asked for by the user, the same convention leaves nothing to explain.
  EvaluationOptions options;
  options.reading.end_caps = geometry::EndCaps::None;
  const DvhReport none = report_of(plan_case, options);
  EXPECT_FALSE(none.tps_dvhs.at(0).differs);
  EXPECT_NEAR(*none.tps_dvhs[0].difference.volume_cc, 0.0, kExact);
}

TEST(CompareTps, SaysThatAVolumeLiesBetweenTwoConventions) {
  // The GTV (x 40..60 mm: 13.33 to 15 Gy) has 10.8 cc without end caps and 11.6 cc with rounded
  // ones; 11.2 cc are 3.6 % from both.
  const DvhReport report = report_of(with({even(11.2, 40.0 / 3.0, 15, 2)}));
  const TpsComparison& c = report.tps_dvhs.at(0);
  EXPECT_TRUE(c.differs);
  EXPECT_TRUE(says(c.explanation, "None of the readings tried explains it")) << c.explanation;
  EXPECT_TRUE(
      says(c.explanation,
           "lies between ours with no end caps (10.800 cc) and with rounded end caps (11.600 "
           "cc)"))
      << c.explanation;
}

TEST(CompareTps, MeasuresAShiftOfTheDoses) {
  // 1 Gy more everywhere: 10 % of the volume at equal dose, 1 Gy at equal volume.
  const DvhReport report = report_of(with({even(1080, 11, 21)}));
  const TpsComparison& c = report.tps_dvhs.at(0);
  EXPECT_NEAR(*c.difference.mean_gy, -1.0, kExact);
  EXPECT_NEAR(*c.difference.maximum_gy, -1.0, kExact);
  EXPECT_NEAR(*c.difference.curve_pct, -10.0, kCurve_pct);
  EXPECT_NEAR(*c.difference.curve_gy, -1.0, kDose_gy);
  EXPECT_TRUE(c.differs);
  EXPECT_TRUE(says(c.explanation, "None of the readings tried explains it"));
  EXPECT_FALSE(says(c.explanation, "lies between"));
}

TEST(CompareTps, ExcludedRoisAreSubtracted) {
  TpsDvh dvh = even(1068, 10, 20);
  dvh.contributions = {{1}, {2, TpsContribution::Part::Excluded}};
  const DvhReport report = report_of(with({dvh}));
  const TpsComparison& c = report.tps_dvhs.at(0);
  EXPECT_EQ(c.name, "Liver - GTV");
  EXPECT_FALSE(c.roi_number);
  EXPECT_NEAR(*c.ours.volume_cc, 1068.0, kExact);
  // (1080 * 15 - 12 * 14.1667) / 1068
  EXPECT_NEAR(*c.ours.mean_gy, (1080.0 * 15.0 - 12.0 * (85.0 / 6.0)) / 1068.0, kExact);
}

TEST(CompareTps, CurveThatBeginsAboveZeroHoldsOnlyWhatLiesAbove) {
  // 0 to 10 Gy; in the middles of their bins from 0.25 Gy on: 2.5 % of the liver are no part of it.
  TpsDvh dvh = even(1080, 0, 10);
  for (std::size_t i = 0; i < dvh.bin_volumes.size(); ++i) {
    dvh.bin_volumes[i] =
        1080.0 * std::clamp(1.0 - 0.1 * kBin * (static_cast<double>(i) + 0.5), 0.0, 1.0);
  }
  dvh.stated_mean = 5.125;  // of 0.25 to 10 Gy
  const DvhReport report =
      report_of(with({dvh}, [](const Vec3& p) { return std::max(0.0, p.x() / 12.0); }));
  const TpsComparison& c = report.tps_dvhs.at(0);
  EXPECT_EQ(c.dose_axis, "centre");
  EXPECT_NEAR(*c.theirs.volume_cc, 1053.0, kExact);
  EXPECT_TRUE(c.differs);
  EXPECT_EQ(c.nearest,
            "half end caps and only the volume from 0.25 Gy on, where their curve begins");
  const TpsNumbers& part = c.readings.at(1).numbers;
  EXPECT_NEAR(*part.volume_cc, 1053.0, 0.01 * kCurve_pct * 1080.0);
  EXPECT_NEAR(*part.mean_gy, 5.125, 0.001);  // the curve's bar on 0.25 Gy of 1053 cc
  EXPECT_NEAR(*c.difference.curve_pct, 0.0, 2 * kCurve_pct);
}

TEST(CompareTps, VolumeWithoutDoseMayBeNoPartOfTheirs) {
  // Without its first 8 layers along x the grid begins at 10 mm, and covers from 7.5 mm on:
  // 67.5 of 1080 cc have no dose; the rest has 10.8333 (constant for half a voxel) to 20 Gy.
  model::Case plan_case = with({even(1012.5, 10.625, 20)});
  plan_case.doses[0].grid = cropped(plan_case.doses[0].grid, 0, 8);
  const DvhReport report = report_of(plan_case);
  const TpsComparison& c = report.tps_dvhs.at(0);
  // The grid's edge is taken as covering 0.001 mm more: 0.009 cc of this face.
  EXPECT_NEAR(*c.uncovered_cc, 67.5, 0.01);
  EXPECT_TRUE(c.differs);
  EXPECT_EQ(c.nearest, "half end caps and only the volume above 0 Gy, where their curve begins");
  EXPECT_TRUE(says(c.explanation, "67.49 cc of ours have no dose")) << c.explanation;
}

TEST(CompareTps, PercentagesHaveNoVolumeToCompare) {
  TpsDvh dvh = even(100, 10, 20);
  dvh.volume_unit = model::TpsVolumeUnit::Percent;
  const DvhReport report = report_of(with({dvh}));
  const TpsComparison& c = report.tps_dvhs.at(0);
  EXPECT_FALSE(c.theirs.volume_cc || c.difference.volume_cc || c.difference.volume_pct);
  EXPECT_NEAR(*c.difference.mean_gy, 0.0, kExact);
  EXPECT_NEAR(*c.difference.curve_pct, 0.0, kCurve_pct);
  EXPECT_FALSE(c.differs);
}

TEST(CompareTps, DvhsOfOneFractionBecomeTheCourses) {
  const auto one = [](const Vec3& p) { return rising(p) / 25.0; };
  TpsDvh dvh = even(1080, 10, 20);
  for (double& width : dvh.bin_widths) width /= 25.0;
  *dvh.stated_mean /= 25.0;
  *dvh.stated_maximum /= 25.0;
  model::Case plan_case = with({dvh}, one);
  plan_case.doses[0].summation = model::DoseSummation::Fraction;
  EvaluationOptions options;
  options.course.fraction_dose = FractionDose::One;
  const TpsComparison c = report_of(plan_case, options).tps_dvhs.at(0);
  EXPECT_NEAR(*c.theirs.mean_gy, 15.0, kExact);
  EXPECT_NEAR(*c.ours.mean_gy, 15.0, kExact);
  EXPECT_NEAR(*c.difference.curve_gy, 0.0, kDose_gy);
}

// Nothing is compared, a finding says why, and everything else is there.
void expect_not_compared(const model::Case& plan_case, const std::string& words) {
  const DvhReport report = report_of(plan_case);
  EXPECT_TRUE(report.tps_dvhs.empty()) << words;
  EXPECT_EQ(report.structures.size(), plan_case.structures->rois.size());
  ASSERT_EQ(count(report.findings, FindingCode::TpsDvhUnusable), 1) << words;
  for (const Finding& finding : report.findings) {
    if (finding.code != FindingCode::TpsDvhUnusable) continue;
    EXPECT_TRUE(says(finding.text, words)) << finding.text;
  }
}

TEST(CompareTps, WhatCannotBeMatchedIsSaid) {
  expect_not_compared(with({even(1080, 10, 20, 7)}), "no ROI has its number 7");
  model::Case twice = with({even(1080, 10, 20, 1)});
  twice.structures->rois[1].number = 1;
  expect_not_compared(twice, "two ROIs have its number 1");
  model::Case other_set = with({even(1080, 10, 20)});
  other_set.structures->sop_instance_uid = "1.2.3.5";
  other_set.doses[0].structure_set_uid = "1.2.3.6";
  expect_not_compared(other_set, "refer to another structure set");
  model::Case two = with({even(1080, 10, 20)});
  for (int i = 0; i < 2; ++i) {
    if (i == 1) two.doses.push_back(two.doses[0]);
    two.doses.back().summation = model::DoseSummation::Beam;
    two.doses.back().beam_numbers = {i + 1};
  }
  expect_not_compared(two, "belong to parts of the dose");
  model::Case empty = with({even(1080, 10, 20, 2)});
  empty.structures->rois[1].contours.clear();
  expect_not_compared(empty, "could not be measured here");
}

TEST(CompareTps, AnEvaluationSaysItAndDecidesTheSame) {
  const model::Case bare = with({});
  const model::Case plan_case = with({even(1044, 10, 20)});
  const Evaluation without = evaluated(bare);
  const Evaluation e = evaluated(plan_case);
  ASSERT_EQ(e.tps_dvhs.size(), 1U);
  EXPECT_EQ(count(e.findings, FindingCode::TpsDvhDiffers), 1);
  EXPECT_EQ(e.verdict, without.verdict);
  ASSERT_EQ(e.rules.size(), without.rules.size());
  for (std::size_t i = 0; i < e.rules.size(); ++i) {
    EXPECT_EQ(e.rules[i].verdict, without.rules[i].verdict) << e.rules[i].id;
  }
}

TEST(CompareTps, IsTheSameForAnyNumberOfWorkers) {
  const model::Case plan_case = with({even(1044, 10, 20), even(11.4, 40.0 / 3.0, 15, 2)});
  EvaluationOptions options;
  options.workers = 1;
  const std::string one = report::to_json(report_of(plan_case, options));
  options.workers = 4;
  EXPECT_EQ(report::to_json(report_of(plan_case, options)), one);
  EXPECT_TRUE(says(one, "\"nearest\": \"no end caps\""));
}

TEST(CompareTps, IsWhateverStructuresWereAskedFor) {
  const model::Case plan_case = with({even(1044, 10, 20)});
  DvhRequest request;
  request.structures = {protocol::parse_structure_expression("GTV").value()};
  const auto report = compute_dvhs(plan_case, request, {});
  ASSERT_TRUE(report);
  ASSERT_EQ(report->structures.size(), 1U);
  ASSERT_EQ(report->tps_dvhs.size(), 1U);
  EXPECT_NEAR(*report->tps_dvhs[0].ours.volume_cc, 1080.0, kExact);
}

}  // namespace
}  // namespace dosegate::evaluation
