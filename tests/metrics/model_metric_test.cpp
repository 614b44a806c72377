// gEUD, Veff and NTCP on DVHs whose every number is known by hand.
#include <gtest/gtest.h>

#include <cmath>

#include "dvh/dvh_builder.h"
#include "metrics/compute.h"
#include "radiobiology/lkb.h"
#include "support/known_dvhs.h"

namespace dosegate::metrics {
namespace {

using dvh::Dvh;
using dvh::DvhBuilder;

using testing::ramp;
using testing::two_levels;

Dvh uniform(double dose_gy) {
  DvhBuilder builder(0.0_gy, Gy(dose_gy));
  builder.deposit(dose_gy, 0, 0, 1500);
  builder.include_extreme(dose_gy);
  return std::move(builder).finish(1500.0_cc);
}

MetricValue of(const std::string& text, const Dvh& dvh, const MetricContext& context) {
  const auto parsed = parse_metric(text);
  if (!parsed) throw std::runtime_error(text + ": " + to_text(parsed.error()));
  EXPECT_EQ(to_text(*parsed), text);
  return compute_metric(*parsed, dvh, context);
}

const MetricContext kPlan = {25, 50.0, DoseKind::Physical};

TEST(ModelMetric, GivesTheGeneralisedMean) {
  // a = 1 is the mean, 40 % of 5 and 60 % of 20 Gy.
  EXPECT_NEAR(*of("gEUD(a=1)[Gy]", two_levels(), kPlan).value, 14.0, 1e-12);
  // sqrt(0.4 * 25 + 0.6 * 400) = sqrt(250)
  EXPECT_NEAR(*of("gEUD(a=2)[Gy]", two_levels(), kPlan).value, std::sqrt(250.0), 1e-12);
  // Towards the maximum: 20 * 0.6^(1/100).
  EXPECT_NEAR(*of("gEUD(a=100)[Gy]", two_levels(), kPlan).value, 20 * std::pow(0.6, 0.01), 1e-9);
  // Evenly from 0 to 20 Gy: (mean of x^a)^(1/a) = 20 (1 / (a + 1))^(1/a). 1e-7: Gauss' rule over the
  // steps of 0.001 Gy, worst at the root's end at 0 Gy.
  for (const double a : {1.0, 2.0, 8.0, 40.0}) {
    EXPECT_NEAR(
        *of("gEUD(a=" + std::to_string(static_cast<int>(a)) + ")[Gy]", ramp(100, 100.0_cc), kPlan)
             .value,
        20 * std::pow(1 / (a + 1), 1 / a), 1e-7)
        << a;
  }
  EXPECT_NEAR(*of("gEUD(a=0.5)[Gy]", ramp(100, 100.0_cc), kPlan).value, 20 * std::pow(1 / 1.5, 2.0),
              1e-5);
}

TEST(ModelMetric, ConvertsEachDoseBeforeItIsAveraged) {
  // 25 fractions, alpha/beta 3: EQD2 = D (D/25 + 3) / 5.
  const auto eqd2 = [](double d) { return d * (d / 25 + 3) / 5; };
  const double expected = std::sqrt(0.4 * std::pow(eqd2(5), 2) + 0.6 * std::pow(eqd2(20), 2));
  EXPECT_NEAR(*of("gEUD(a=2)[Gy]@EQD2(ab=3)", two_levels(), kPlan).value, expected, 1e-12);
  // Jensen: the power mean of converted doses is at least the conversion of the power mean.
  EXPECT_GE(expected, eqd2(std::sqrt(250.0)));
}

TEST(ModelMetric, GivesTheEffectiveVolume) {
  // n = 1 is linear: the mean over the reference, 14 / 50 and 14 / 20.
  EXPECT_NEAR(*of("Veff(n=1,Dref=Rx)[%]", two_levels(), kPlan).value, 28.0, 1e-12);
  EXPECT_NEAR(*of("Veff(n=1,Dref=20Gy)[%]", two_levels(), kPlan).value, 70.0, 1e-12);
  // n = 0.5: squares. 0.4 * (5/20)^2 + 0.6.
  EXPECT_NEAR(*of("Veff(n=0.5,Dref=20Gy)[%]", two_levels(), kPlan).value, 62.5, 1e-12);
  // The same as the gEUD with a = 1/n, by definition.
  const double geud = *of("gEUD(a=2)[Gy]", two_levels(), kPlan).value;
  EXPECT_NEAR(*of("Veff(n=0.5,Dref=20Gy)[%]", two_levels(), kPlan).value,
              100 * std::pow(geud / 20, 2), 1e-10);
  const MetricValue unknown = of("Veff(n=1,Dref=Rx)[%]", two_levels(), {25, {}, {}});
  EXPECT_FALSE(unknown.value.has_value());
  EXPECT_NE(unknown.reason.find("prescription"), std::string::npos);
}

TEST(ModelMetric, GivesTheProbabilitiesOfThePublishedModels) {
  // Uniform dose in fractions of 2 Gy, so that EQD2 is the dose. The design's values, to the digits
  // given there: TD50 35.4 Gy, m 0.12; metastases 40.7 Gy.
  const struct {
    const char* text;
    double dose_gy;
    double percent;
    double digit;
  } rows[] = {
      {"NTCP(rild-primary)[%]", 20, 0.014, 0.0005}, {"NTCP(rild-primary)[%]", 28, 4.1, 0.05},
      {"NTCP(rild-primary)[%]", 30, 10.2, 0.05},    {"NTCP(rild-primary)[%]", 32, 21.2, 0.05},
      {"NTCP(rild-metastatic)[%]", 30, 1.4, 0.05},  {"NTCP(rild-metastatic)[%]", 32, 3.7, 0.05},
  };
  for (const auto& row : rows) {
    const MetricContext plan = {static_cast<int>(row.dose_gy / 2), 50.0, DoseKind::Physical};
    EXPECT_NEAR(*of(row.text, uniform(row.dose_gy), plan).value, row.percent, row.digit)
        << row.text << " " << row.dose_gy;
  }
  // Half of the patients at TD50, by definition; 35.4 Gy are no whole number of 2 Gy fractions.
  const auto& primary = radiobiology::lkb_model(radiobiology::LkbModelId::RildPrimary);
  EXPECT_NEAR(100 * radiobiology::lkb_ntcp(primary, 35.4), 50.0, 1e-9);
}

TEST(ModelMetric, NeedsTheFractionsForAProbability) {
  const MetricValue unknown = of("NTCP(rild-primary)[%]", uniform(30), {{}, 50.0, {}});
  EXPECT_FALSE(unknown.value.has_value());
  EXPECT_NE(unknown.reason.find("fractions"), std::string::npos);
  const MetricValue effective =
      of("NTCP(rild-primary)[%]", uniform(30), {15, 50.0, DoseKind::Effective});
  EXPECT_FALSE(effective.value.has_value());
}

TEST(ModelMetric, KnowsALowerBoundOnlyWhereDoseIsMissing) {
  // 100 of 125 cc have a dose: the others had 0 Gy at the least.
  const MetricValue geud = of("gEUD(a=2)[Gy]", two_levels(125.0_cc), kPlan);
  EXPECT_FALSE(geud.value.has_value());
  EXPECT_FALSE(geud.high.has_value());
  EXPECT_NEAR(*geud.low, std::sqrt(0.8 * 250.0), 1e-12);
  const MetricValue veff = of("Veff(n=1,Dref=20Gy)[%]", two_levels(125.0_cc), kPlan);
  EXPECT_FALSE(veff.value.has_value());
  EXPECT_NEAR(*veff.low, 0.8 * 70.0, 1e-12);
}

}  // namespace
}  // namespace dosegate::metrics
