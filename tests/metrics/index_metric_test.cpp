// CI, CN, HI and GI on DVHs whose every number is known by hand.
#include "metrics/index_metric.h"

#include <gtest/gtest.h>

#include <cmath>

#include "dvh/dvh_builder.h"
#include "support/known_dvhs.h"

namespace dosegate::metrics {
namespace {

using dvh::Dvh;
using dvh::ReadingDvhs;
using testing::ramp;
using testing::two_levels;

// 25 fractions, 50 Gy.
MetricContext plan(const ReadingDvhs* body = nullptr, const std::string& name = "") {
  MetricContext context = {25, 50.0, DoseKind::Physical};
  if (body != nullptr) context.enclosures[name] = {body, ""};
  return context;
}

Metric parsed(const std::string& text) {
  const auto metric = parse_metric(text);
  if (!metric) throw std::runtime_error(text + ": " + to_text(metric.error()));
  return *metric;
}

MetricValue of(const std::string& text, const Dvh& dvh, const MetricContext& context) {
  return compute_metric(parsed(text), dvh, context);
}

// 1000 cc evenly from 0 to 20 Gy: V(x) = 1000 (1 - x / 20) cc.
ReadingDvhs body(Cc volume = 1000.0_cc) {
  return {ramp(1000, volume), {}, {}};
}

TEST(IndexMetric, IsTheRatioOfItsDefinition) {
  const ReadingDvhs around = body();
  const MetricContext context = plan(&around);
  // Target: 60 of 100 cc have at least 10 Gy; the isodose of 10 Gy holds 500 cc, that of 5 Gy 750.
  const struct {
    const char* text;
    double value;
  } rows[] = {
      {"CI(Dref=10Gy)", 5.0},                      // 500 / 100
      {"CN(Dref=10Gy)", 60.0 * 60 / (100 * 500)},  // TV_ref^2 / (TV V_ref)
      {"GI(Dref=10Gy)", 1.5},                      // 750 / 500
      {"CI(Dref=20%)", 5.0},                       // 20 % of 50 Gy
      {"CI(Dref=1000cGy)", 5.0},
      // EQD2 of 10 Gy in 25 fractions at alpha/beta 3: 10 (0.4 + 3) / 5 = 6.8 Gy.
      {"CI(Dref=6.8Gy)@EQD2(ab=3)", 5.0},
  };
  for (const auto& row : rows) {
    const MetricValue result = of(row.text, two_levels(), context);
    ASSERT_TRUE(result.value.has_value()) << row.text << ": " << result.reason;
    // The ramp is deposited in steps of 0.001 Gy and less: 1e-9 is rounding.
    EXPECT_NEAR(*result.value, row.value, 1e-9) << row.text;
    EXPECT_EQ(result.low, result.value);
    EXPECT_EQ(result.high, result.value);
    EXPECT_EQ(result.unit, Unit::Ratio);
  }
  // Two levels: D2% and D50% are 20 Gy, D98% is 5 Gy. Ramp: 19.6, 0.4 and 10 Gy.
  EXPECT_NEAR(*of("HI", two_levels(), plan()).value, 0.75, 1e-12);
  // 1e-7: the curve is kept in steps of 0.001 Gy, so the ramp's two ends are off by parts of 1e-8 Gy.
  EXPECT_NEAR(*of("HI", ramp(100, 100.0_cc), plan()).value, 1.92, 1e-7);
  // As EQD2 at alpha/beta 3: D (D / 25 + 3) / 5 is 15.2 at 20 Gy and 3.2 at 5 Gy.
  EXPECT_NEAR(*of("HI@EQD2(ab=3)", two_levels(), plan()).value, 12.0 / 15.2, 1e-12);
}

TEST(IndexMetric, IsOneForAPerfectIsodose) {
  const ReadingDvhs target = {two_levels(), {}, {}};
  // The structure's own isodose of 5 Gy is the structure.
  const MetricContext context = plan(&target, "PTV");
  EXPECT_DOUBLE_EQ(*of("CI(Dref=5Gy,in=PTV)", two_levels(), context).value, 1.0);
  EXPECT_DOUBLE_EQ(*of("CN(Dref=5Gy,in=PTV)", two_levels(), context).value, 1.0);
}

void expect_absent(const MetricValue& value, const std::string& says) {
  EXPECT_FALSE(value.value.has_value());
  EXPECT_NE(value.reason.find(says), std::string::npos) << value.reason;
}

TEST(IndexMetric, IsAbsentWithAReasonWhereItCannotBeComputed) {
  const ReadingDvhs around = body();
  for (const char* text : {"CI(Dref=10Gy)", "CN(Dref=10Gy)", "GI(Dref=10Gy)"}) {
    const MetricValue alone = of(text, two_levels(), plan());
    expect_absent(alone, "No structure was given");
    EXPECT_FALSE(alone.low || alone.high) << text;
    MetricContext missing = plan();
    missing.enclosures[""] = {nullptr, "No ROI is of type EXTERNAL."};
    expect_absent(of(text, two_levels(), missing), "No ROI is of type EXTERNAL.");
    // Asked for by name, another one does not stand in.
    expect_absent(of(std::string(text).insert(12, ",in=Skin"), two_levels(), plan(&around)),
                  "No structure was given");
  }
  for (const char* text : {"CI", "CN(Dref=95%)", "GI(Dref=Rx)"}) {
    MetricContext unknown = plan(&around);
    unknown.prescription_gy.reset();
    expect_absent(of(text, two_levels(), unknown), "prescription");
  }
  // Nothing receives 50 Gy: a complete miss has CN 0; a CI of 0 would meet every upper limit.
  EXPECT_EQ(of("CN", two_levels(), plan(&around)).value, 0.0);
  expect_absent(of("GI", two_levels(), plan(&around)), "Nothing of the structure");
  expect_absent(of("CI", two_levels(), plan(&around)), "Nothing of the structure");
  // 60 cc of the target have 10 Gy, but only 50 cc of what should hold it.
  const ReadingDvhs small = {ramp(100, 100.0_cc), {}, {}};
  expect_absent(of("CI(Dref=10Gy)", two_levels(), plan(&small)), "does not hold the target");
  expect_absent(of("CN(Dref=10Gy)", two_levels(), plan(&small)), "does not hold the target");
}

TEST(IndexMetric, HasBoundsWhereDoseIsMissing) {
  // 25 of the target's 125 cc without dose: TV_ref is 60 to 85 cc. The CI needs no dose there.
  const ReadingDvhs around = body();
  EXPECT_NEAR(*of("CI(Dref=10Gy)", two_levels(125.0_cc), plan(&around)).value, 4.0, 1e-9);
  const MetricValue cn = of("CN(Dref=10Gy)", two_levels(125.0_cc), plan(&around));
  expect_absent(cn, "have no dose");
  EXPECT_NEAR(*cn.low, 60.0 * 60 / (125 * 500), 1e-9);
  EXPECT_NEAR(*cn.high, 85.0 * 85 / (125 * 500), 1e-9);
  // 200 of the body's 1200 cc: 10 Gy in 500 to 700 cc, 5 Gy in 750 to 950 cc.
  const ReadingDvhs cropped = body(1200.0_cc);
  const MetricValue ci = of("CI(Dref=10Gy)", two_levels(), plan(&cropped));
  expect_absent(ci, "In the structure that bounds the isodose volume: 200.00 of 1200.00 cc");
  EXPECT_NEAR(*ci.low, 5.0, 1e-9);
  EXPECT_NEAR(*ci.high, 7.0, 1e-9);
  const MetricValue gi = of("GI(Dref=10Gy)", two_levels(), plan(&cropped));
  EXPECT_NEAR(*gi.low, 750.0 / 700, 1e-9);
  EXPECT_NEAR(*gi.high, 950.0 / 500, 1e-9);
  // A gradient index is never below 1, however much is unknown.
  const ReadingDvhs half = body(2000.0_cc);
  EXPECT_EQ(*of("GI(Dref=10Gy)", two_levels(), plan(&half)).low, 1.0);
  // Two levels, 25 cc unknown: D2% from 20 Gy up, D98% from 0 to 5 Gy, D50% (62.5 cc; 60 have
  // 20 Gy) from 5 Gy to 20 Gy. No upper bound.
  const MetricValue hi = of("HI", two_levels(125.0_cc), plan());
  expect_absent(hi, "have no dose");
  EXPECT_NEAR(*hi.low, 15.0 / 20, 1e-12);
  EXPECT_FALSE(hi.high.has_value());
}

TEST(IndexMetric, BracketsWithTheSameReadingOfBothStructures) {
  // Another reading: 50 cc at 5 Gy and 60 cc at 20 Gy; 1100 cc of body, of which 550 have 10 Gy.
  dvh::DvhBuilder builder(0.0_gy, 30.0_gy);
  builder.deposit(5, 0, 0, 50);
  builder.deposit(20, 0, 0, 60);
  builder.include_extreme(5);
  builder.include_extreme(20);
  const ReadingDvhs target = {
      two_levels(), {std::move(builder).finish(110.0_cc), std::nullopt}, {}};
  const ReadingDvhs around = {
      ramp(1000, 1000.0_cc), {ramp(1100, 1100.0_cc), ramp(1100, 1100.0_cc)}, {}};
  const auto bracketed = [&](const char* text, int planes) {
    return compute_bracketed(parsed(text), target, planes, plan(&around));
  };
  const MetricValue cn = bracketed("CN(Dref=10Gy)", 30);
  EXPECT_NEAR(*cn.value, 0.072, 1e-9);
  ASSERT_EQ(cn.bracket->readings.size(), 2U);
  EXPECT_NEAR(*cn.bracket->readings[0], 3600.0 / (110 * 550), 1e-9);
  EXPECT_FALSE(cn.bracket->readings[1].has_value());  // the target has no volume there
  EXPECT_NEAR(*cn.low, 3600.0 / (110 * 550), 1e-9);
  EXPECT_NEAR(*cn.high, 0.072, 1e-9);
  // 4 planes: the truth is 32/33 to 16/15 of the stack (compute.h), of TV and TV_ref alike.
  const MetricValue few = bracketed("CN(Dref=10Gy)", 4);
  EXPECT_NEAR(*few.bracket->phase_low, 0.072 * 32 / 33, 1e-9);
  EXPECT_NEAR(*few.bracket->phase_high, 0.072 * 16 / 15, 1e-9);
  const MetricValue ci = bracketed("CI(Dref=10Gy)", 4);
  EXPECT_NEAR(*ci.bracket->phase_low, 5.0 * 15 / 16, 1e-9);
  EXPECT_NEAR(*ci.bracket->phase_high, 5.0 * 33 / 32, 1e-9);
  // A share of a volume does not depend on how large the stack is.
  EXPECT_FALSE(bracketed("HI", 4).bracket->phase_low.has_value());
}

TEST(IndexMetric, AddsTheErrorsOfItsParts) {
  dvh::CurveDoubt doubt;
  doubt.bias_gy = {0.1};
  const ReadingDvhs around = {ramp(1000, 1000.0_cc), {}, doubt};
  const MetricValue gi =
      compute_bracketed(parsed("GI(Dref=10Gy)"), {two_levels(), {}, {}}, 30, plan(&around));
  // 0.1 Gy are 5 cc: 755 / 500 and 750 / 495 are the ways in which each part moves it more.
  EXPECT_NEAR(gi.bracket->grid_bias, 755.0 / 500 - 1.5 + 750.0 / 495 - 1.5, 1e-6);
  EXPECT_NEAR(*gi.high, 1.5 + gi.bracket->grid_bias, 1e-9);
  EXPECT_NEAR(*gi.low, 1.5 - gi.bracket->grid_bias, 1e-9);
}

}  // namespace
}  // namespace dosegate::metrics
