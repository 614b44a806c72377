// What the numbers of a DVHSequence are taken for. Every curve here is the same one: 2 cc with a
// dose spread evenly over 1 to 3 Gy, so V(x) = 2 cc up to 1 Gy and falls straight to 0 at 3 Gy; mean
// 2 Gy, maximum 3 Gy. In bins of 0.5 Gy its straight parts are met exactly, and where a bin's middle
// straddles the two corners (the axis "centre") their errors cancel in the mean.
#include <gtest/gtest.h>

#include <cmath>

#include "evaluation/synthetic_case.h"
#include "evaluation/tps_curve.h"

namespace dosegate::evaluation {
namespace {

using namespace evaluation_test;  // NOLINT: the helpers of this folder
using model::TpsDoseUnit;
using model::TpsDvh;
using model::TpsDvhType;
using model::TpsVolumeUnit;

constexpr double kBin = 0.5;
constexpr double kRounding = 1e-12;  // sums of a few exact products

double truth_cc(double x) {
  return std::clamp(3.0 - x, 0.0, 2.0);
}

// Part of a bin at which the volumes are sampled: 0 its lower edge, 1 its upper edge.
TpsDvh sampled(double part) {
  TpsDvh dvh;
  dvh.contributions = {{1}};
  for (int i = 0; i < 8; ++i) {
    dvh.bin_widths.push_back(kBin);
    dvh.bin_volumes.push_back(truth_cc((i + part) * kBin));
  }
  dvh.stated_minimum = 1.0;
  dvh.stated_mean = 2.0;
  dvh.stated_maximum = 3.0;
  return dvh;
}

model::Dose dose_with(std::vector<TpsDvh> curves, double grid_maximum_gy = 3.0,
                      std::optional<double> normalization_gy = {}) {
  model::Dose dose =
      dose_of(testing::grid_of({Vec3::Zero(), Vec3(5, 5, 5), {2, 2, 2}}, uniform(grid_maximum_gy)));
  dose.tps_dvhs = {std::move(curves), normalization_gy};
  return dose;
}

void expect_truth(const TpsCurve& curve) {
  EXPECT_NEAR(curve.mean_gy(), 2.0, kRounding);
  EXPECT_NEAR(curve.curve_mean_gy, 2.0, kRounding);
  EXPECT_NEAR(curve.share_at(0.5), 1.0, kRounding);
  EXPECT_NEAR(curve.share_at(1.5), 0.75, kRounding);
  EXPECT_NEAR(curve.share_at(2.4), 0.3, kRounding);
  EXPECT_EQ(curve.share_at(4.5), 0.0);
  EXPECT_NEAR(curve.hottest_gy(0.5), 2.0, kRounding);
  EXPECT_NEAR(curve.hottest_gy(0.25), 2.5, kRounding);
}

TpsCurves of(const model::Dose& dose, std::optional<double> prescription_gy = {}) {
  return read_tps_curves(dose, prescription_gy);
}

void scale_doses(TpsDvh& dvh, double factor) {
  for (double& width : dvh.bin_widths) width *= factor;
}

void scale_statistics(TpsDvh& dvh, double factor) {
  for (auto* stated : {&dvh.stated_minimum, &dvh.stated_mean, &dvh.stated_maximum}) {
    if (*stated) **stated *= factor;
  }
}

TEST(TpsCurve, AxisIsTheOneUnderWhichTheMeanIsTheStatedOne) {
  const std::pair<double, TpsDoseAxis> cases[] = {
      {0.0, TpsDoseAxis::Lower}, {0.5, TpsDoseAxis::Centre}, {1.0, TpsDoseAxis::Upper}};
  for (const auto& [part, axis] : cases) {
    const TpsCurves read = of(dose_with({sampled(part)}));
    EXPECT_EQ(read.axis, axis) << part;
    EXPECT_TRUE(read.findings.empty()) << read.findings[0].text;
    expect_truth(read.curves.at(0));
    EXPECT_EQ(read.curves[0].volume_cc, 2.0);
    EXPECT_EQ(read.curves[0].maximum_gy(), 3.0);
  }
}

TEST(TpsCurve, AxisWithoutAStatedMeanIsTheLowerEdge) {
  TpsDvh dvh = sampled(0.0);
  dvh.stated_minimum = dvh.stated_mean = dvh.stated_maximum = std::nullopt;
  const TpsCurves read = of(dose_with({dvh}));
  EXPECT_EQ(read.axis, TpsDoseAxis::Lower);
  expect_truth(read.curves.at(0));
  EXPECT_FALSE(read.curves[0].stated_mean_gy);
  // The highest dose at which the curve holds volume: 0.5 cc at 2.5 Gy, nothing at 3 Gy.
  EXPECT_EQ(read.curves[0].maximum_gy(), 2.5);
}

TEST(TpsCurve, AxisIsTheMajoritysWhereOneMeanIsOff) {
  TpsDvh odd = sampled(0.5);
  odd.stated_mean = 1.75;  // as if its axis were the lower edge
  const TpsCurves read = of(dose_with({sampled(0.5), odd, sampled(0.5)}));
  EXPECT_EQ(read.axis, TpsDoseAxis::Centre);
  ASSERT_EQ(count(read.findings, FindingCode::TpsDvhDoubtful), 1);
  EXPECT_TRUE(says(read.findings[0].text, "is 1.7500 Gy, and its curve has a mean of 2.0000 Gy"))
      << read.findings[0].text;
  expect_truth(read.curves.at(1));
}

TEST(TpsCurve, DifferentialIsSummedFromTheTop) {
  TpsDvh dvh = sampled(0.0);
  dvh.type = TpsDvhType::Differential;
  dvh.bin_volumes = {0, 0, 0.5, 0.5, 0.5, 0.5, 0, 0};
  const TpsCurves read = of(dose_with({dvh}));
  expect_truth(read.curves.at(0));
  EXPECT_EQ(read.curves[0].volume_cc, 2.0);
  EXPECT_EQ(read.curves[0].stated_mean_gy, 2.0);
  EXPECT_TRUE(read.findings.empty());
}

TEST(TpsCurve, NaturalIsVolumePerU) {
  TpsDvh dvh = sampled(0.0);
  dvh.type = TpsDvhType::Natural;
  dvh.volume_unit = TpsVolumeUnit::PerU;
  dvh.bin_volumes = {0, 0, 0, 0, 0, 0, 0, 0};
  for (int i = 2; i < 6; ++i) {  // 0.5 cc a bin, per u = dose^-1.5
    dvh.bin_volumes[static_cast<std::size_t>(i)] =
        0.5 / (std::pow(i * kBin, -1.5) - std::pow((i + 1) * kBin, -1.5));
  }
  const TpsCurves read = of(dose_with({dvh}));
  expect_truth(read.curves.at(0));
  EXPECT_NEAR(*read.curves[0].volume_cc, 2.0, kRounding);
  // At dose 0, u is infinite: no volume follows.
  dvh.bin_volumes[0] = 1.0;
  const TpsCurves none = of(dose_with({dvh}));
  EXPECT_TRUE(none.curves.empty());
  EXPECT_EQ(count(none.findings, FindingCode::TpsDvhUnusable), 1);
}

TEST(TpsCurve, PercentHasNoVolume) {
  TpsDvh dvh = sampled(0.0);
  dvh.volume_unit = TpsVolumeUnit::Percent;
  for (double& v : dvh.bin_volumes) v *= 50.0;
  const TpsCurves read = of(dose_with({dvh}));
  expect_truth(read.curves.at(0));
  EXPECT_FALSE(read.curves[0].volume_cc);
  EXPECT_TRUE(read.findings.empty());
  // From 1 down: a fraction, or half a percent of something; the shape stands, and it is said.
  for (double& v : dvh.bin_volumes) v *= 0.01;
  const TpsCurves fraction = of(dose_with({dvh}));
  expect_truth(fraction.curves.at(0));
  ASSERT_EQ(count(fraction.findings, FindingCode::TpsDvhDoubtful), 1);
  EXPECT_TRUE(says(fraction.findings[0].text, "begins at 1;")) << fraction.findings[0].text;
}

TEST(TpsCurve, RelativeIsPercentOrMultiplesByWhatTheGridHolds) {
  for (const double whole : {100.0, 1.0}) {
    TpsDvh dvh = sampled(0.0);
    dvh.dose_unit = TpsDoseUnit::Relative;
    scale_doses(dvh, whole / 2.5);  // 2.5 Gy are 100 %, or 1
    scale_statistics(dvh, whole / 2.5);
    const TpsCurves read = of(dose_with({dvh}, 3.0, 2.5));
    expect_truth(read.curves.at(0));
    EXPECT_NEAR(*read.curves[0].stated_maximum_gy, 3.0, kRounding);
    ASSERT_EQ(count(read.findings, FindingCode::TpsDvhDoubtful), 1);
    EXPECT_TRUE(says(read.findings[0].text,
                     whole == 1.0 ? "taken as multiples of 2.5 Gy" : "taken as percent of 2.5 Gy"));
  }
}

TEST(TpsCurve, RelativeToNothingIsLeftOut) {
  TpsDvh relative = sampled(0.0);
  relative.dose_unit = TpsDoseUnit::Relative;
  const TpsCurves read = of(dose_with({relative, sampled(0.0)}));
  ASSERT_EQ(read.curves.size(), 1U);
  EXPECT_EQ(read.curves[0].index, 1U);
  ASSERT_EQ(count(read.findings, FindingCode::TpsDvhUnusable), 1);
  EXPECT_TRUE(says(read.findings[0].text, "DVHNormalizationDoseValue is missing"));
}

TEST(TpsCurve, CentigrayIsReadWhetherItSaysSoOrNot) {
  TpsDvh dvh = sampled(0.0);
  scale_doses(dvh, 100.0);
  scale_statistics(dvh, 100.0);
  TpsDvh honest = dvh;
  honest.dose_unit = TpsDoseUnit::CentiGy;
  const TpsCurves said = of(dose_with({honest}));
  expect_truth(said.curves.at(0));
  EXPECT_NEAR(*said.curves[0].stated_maximum_gy, 3.0, kRounding);
  EXPECT_TRUE(said.findings.empty());
  // It says GY: 250 Gy, where the grid's highest value is 3 Gy.
  const TpsCurves unsaid = of(dose_with({dvh}));
  expect_truth(unsaid.curves.at(0));
  EXPECT_NEAR(*unsaid.curves[0].stated_maximum_gy, 3.0, kRounding);
  ASSERT_EQ(count(unsaid.findings, FindingCode::TpsDvhDoubtful), 1);
  EXPECT_TRUE(says(unsaid.findings[0].text, "reach 250.00 Gy")) << unsaid.findings[0].text;
  EXPECT_TRUE(says(unsaid.findings[0].text, "taken as cGy"));
}

TEST(TpsCurve, ScaleThatNothingExplainsIsNotCompared) {
  // The DVHs of 25 fractions beside the dose of one: 62.5 Gy against 3 Gy, and cGy would be 0.6 Gy.
  TpsDvh dvh = sampled(0.0);
  scale_doses(dvh, 25.0);
  scale_statistics(dvh, 25.0);
  const TpsCurves read = of(dose_with({dvh, sampled(0.0)}));
  EXPECT_TRUE(read.curves.empty());
  ASSERT_EQ(count(read.findings, FindingCode::TpsDvhUnusable), 1);
  EXPECT_TRUE(says(read.findings[0].text, "their scale is not known"));
}

TEST(TpsCurve, StatisticsInPercentAreFoundOutByTheCurves) {
  TpsDvh dvh = sampled(0.0);
  scale_statistics(dvh, 100.0 / 14.0);
  const TpsCurves rx = of(dose_with({dvh}), 14.0);
  expect_truth(rx.curves.at(0));
  EXPECT_NEAR(*rx.curves[0].stated_mean_gy, 2.0, kRounding);
  EXPECT_NEAR(*rx.curves[0].stated_maximum_gy, 3.0, kRounding);
  ASSERT_EQ(count(rx.findings, FindingCode::TpsDvhDoubtful), 1);
  EXPECT_TRUE(says(rx.findings[0].text, "percent of the prescription of 14 Gy"));
  const TpsCurves norm = of(dose_with({dvh}, 3.0, 14.0), 50.0);
  EXPECT_NEAR(*norm.curves.at(0).stated_mean_gy, 2.0, kRounding);
  EXPECT_TRUE(says(norm.findings.at(0).text, "DVHNormalizationDoseValue"));
}

TEST(TpsCurve, StatisticsThatNothingExplainsAreDropped) {
  TpsDvh dvh = sampled(0.0);
  scale_statistics(dvh, 100.0 / 14.0);
  const TpsCurves read = of(dose_with({dvh}), 50.0);
  EXPECT_FALSE(read.curves.at(0).stated_mean_gy);
  EXPECT_FALSE(read.curves.at(0).stated_maximum_gy);
  expect_truth(read.curves.at(0));
  ASSERT_EQ(count(read.findings, FindingCode::TpsDvhDoubtful), 1);
  EXPECT_TRUE(says(read.findings[0].text, "they were not used"));
}

TEST(TpsCurve, StatisticsOfOneCurveAreDroppedAlone) {
  TpsDvh odd = sampled(0.0);
  odd.stated_maximum = 7.0;
  const TpsCurves read = of(dose_with({sampled(0.0), odd, sampled(0.0)}), 14.0);
  EXPECT_TRUE(read.curves.at(0).stated_maximum_gy);
  EXPECT_FALSE(read.curves.at(1).stated_maximum_gy);
  EXPECT_TRUE(read.curves.at(2).stated_maximum_gy);
  ASSERT_EQ(count(read.findings, FindingCode::TpsDvhDoubtful), 1);
  EXPECT_TRUE(says(read.findings[0].text, "DVHMaximumDose 7, and the curve ends at 2.50 Gy"))
      << read.findings[0].text;
}

TEST(TpsCurve, MeanAloneTellsTheUnitToo) {
  TpsDvh dvh = sampled(0.0);
  scale_statistics(dvh, 100.0 / 14.0);
  dvh.stated_maximum = std::nullopt;
  const TpsCurves read = of(dose_with({dvh}), 14.0);
  EXPECT_NEAR(*read.curves.at(0).stated_mean_gy, 2.0, kRounding);
  EXPECT_FALSE(read.curves[0].stated_maximum_gy);
}

TEST(TpsCurve, CurveThatDoesNotEndAtZeroEndsWithItsLastBin) {
  TpsDvh dvh = sampled(0.0);
  dvh.bin_widths.resize(6);
  dvh.bin_volumes.resize(6);  // the last volume is 0.5 cc at 2.5 Gy
  const TpsCurves read = of(dose_with({dvh}));
  expect_truth(read.curves.at(0));
}

TEST(TpsCurve, BinsWithoutWidthAreSteps) {
  TpsDvh dvh;
  dvh.contributions = {{1}};
  dvh.bin_widths = {1, 0, 1};
  dvh.bin_volumes = {4, 4, 1};
  const TpsCurves read = of(dose_with({dvh}));
  const TpsCurve& curve = read.curves.at(0);
  // Down from 1 to 1/4 at 1 Gy, then straight to 0 at 2 Gy: mean 1 + 1/8.
  EXPECT_NEAR(curve.curve_mean_gy, 1.125, kRounding);
  EXPECT_NEAR(curve.hottest_gy(0.5), 1.0, kRounding);
  EXPECT_NEAR(curve.share_at(1.5), 0.125, kRounding);
}

TEST(TpsCurve, HostileDosesAreLeftOut) {
  TpsDvh wide = sampled(0.0);
  wide.bin_widths = {1.0, 1e300};
  wide.bin_volumes = {2.0, 1.0};
  EXPECT_TRUE(of(dose_with({wide})).curves.empty());
  TpsDvh relative = sampled(0.0);
  relative.dose_unit = TpsDoseUnit::Relative;
  scale_doses(relative, 1e200);
  EXPECT_TRUE(of(dose_with({relative}, 3.0, 1e200)).curves.empty());
  EXPECT_TRUE(of(dose_with({sampled(0.0)}, 0.0)).curves.empty());
}

}  // namespace
}  // namespace dosegate::evaluation
