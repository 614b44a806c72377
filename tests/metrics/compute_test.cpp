// Values of metrics, on DVHs whose every number is known by hand.
//
// Two phantoms. `two_levels`: 40 cc at exactly 5 Gy, 60 cc at exactly 20 Gy. `ramp`: volume spread
// evenly from 0 to 20 Gy, V(x) = covered (1 - x/20). Either may have volume without dose beside it.
#include "metrics/compute.h"

#include <gtest/gtest.h>

#include <cmath>

#include "dvh/compute_dvh.h"
#include "dvh/dvh_builder.h"
#include "radiobiology/lq.h"
#include "support/known_dvhs.h"
#include "support/shapes.h"

namespace dosegate::metrics {
namespace {

using dvh::Dvh;
using dvh::DvhBuilder;

using testing::two_levels;

Dvh ramp(double covered_cc, double volume_cc) {
  return testing::ramp(covered_cc, Cc(volume_cc));
}

Metric metric(const std::string& text) {
  auto parsed = parse_metric(text);
  if (!parsed) throw std::runtime_error(text + ": " + to_text(parsed.error()));
  return *parsed;
}

const MetricContext kPlan = {25, 50.0, DoseKind::Physical};

MetricValue of(const std::string& text, const Dvh& dvh, const MetricContext& context = kPlan) {
  return compute_metric(metric(text), dvh, context);
}

TEST(ComputeMetric, GivesEveryKindAndUnitOfAWhollyCoveredStructure) {
  const struct {
    const char* text;
    double expected;
    Unit unit;
  } rows[] = {
      {"Min[Gy]", 5, Unit::Gy},
      {"Max[Gy]", 20, Unit::Gy},
      {"Mean[Gy]", 14, Unit::Gy},  // (40 * 5 + 60 * 20) / 100
      {"Median[Gy]", 20, Unit::Gy},
      {"Min[cGy]", 500, Unit::CGy},
      {"Max[cGy]", 2000, Unit::CGy},
      {"Mean[cGy]", 1400, Unit::CGy},
      {"Max[%]", 40, Unit::PercentOfPrescription},  // of 50 Gy
      {"Mean[%]", 28, Unit::PercentOfPrescription},
      {"D60cc[Gy]", 20, Unit::Gy},
      {"D60.01cc[Gy]", 5, Unit::Gy},
      {"D60%[Gy]", 20, Unit::Gy},
      {"D95%[cGy]", 500, Unit::CGy},
      {"D100%[Gy]", 5, Unit::Gy},
      {"D2%[%]", 40, Unit::PercentOfPrescription},
      {"DC40cc[Gy]", 5, Unit::Gy},
      {"DC41cc[Gy]", 20, Unit::Gy},
      {"DC40%[Gy]", 5, Unit::Gy},
      {"V5Gy[cc]", 100, Unit::Cc},
      {"V5.01Gy[cc]", 60, Unit::Cc},
      {"V2000cGy[cc]", 60, Unit::Cc},
      {"V40%[cc]", 60, Unit::Cc},  // 40 % of 50 Gy = 20 Gy
      {"V40.01%[cc]", 0, Unit::Cc},
      {"V20Gy[%]", 60, Unit::PercentOfVolume},
      {"CV5Gy[cc]", 0, Unit::Cc},  // strictly below
      {"CV5.01Gy[cc]", 40, Unit::Cc},
      {"CV20Gy[%]", 40, Unit::PercentOfVolume},
      {"Volume[cc]", 100, Unit::Cc},
  };
  for (const auto& row : rows) {
    const MetricValue value = of(row.text, two_levels());
    ASSERT_TRUE(value.value.has_value()) << row.text << ": " << value.reason;
    EXPECT_NEAR(*value.value, row.expected, 1e-9) << row.text;
    EXPECT_EQ(value.low, value.value) << row.text;
    EXPECT_EQ(value.high, value.value) << row.text;
    EXPECT_EQ(value.unit, row.unit) << row.text;
    EXPECT_EQ(value.reason, "") << row.text;
  }
}

TEST(ComputeMetric, TellsColdestVolumeFromTheRestOfTheHottest) {
  // The dose of the coldest 40 cc is 5 Gy; D of the other 60 cc is 20 Gy. Only on a continuous
  // curve are the two the same.
  EXPECT_EQ(*of("DC40cc[Gy]", two_levels()).value, 5.0);
  EXPECT_EQ(*of("D60cc[Gy]", two_levels()).value, 20.0);
  EXPECT_NEAR(*of("DC40cc[Gy]", ramp(100, 100)).value, *of("D60cc[Gy]", ramp(100, 100)).value,
              1e-6);
}

TEST(ComputeMetric, AgreesOnBothFormsOfACriticalVolume) {
  // "At least 700 cc below 21 Gy" as CV21Gy >= 700 and as DC700cc < 21. Ramps of many volumes, and
  // plateaus exactly at 21 Gy, where "below" decides.
  for (double volume = 690; volume < 2000; volume += 37) {
    for (const double scale : {1.0, 1.9, 3.0}) {
      DvhBuilder builder(0.0_gy, 60.0_gy);
      builder.deposit(10 * scale, 10 * scale, 100.0 * scale * scale / 3, volume);
      builder.include_extreme(0);
      builder.include_extreme(20 * scale);
      const Dvh dvh = std::move(builder).finish(Cc(volume));
      const double cold = *of("CV21Gy[cc]", dvh).value;
      const MetricValue dose = of("DC700cc[Gy]", dvh);
      EXPECT_EQ(cold >= 700.0, dose.value && *dose.value < 21.0) << volume << ' ' << scale;
    }
  }
  for (const double below : {699.0, 700.0, 701.0}) {
    DvhBuilder builder(0.0_gy, 60.0_gy);
    builder.deposit(3, 0, 0, below);
    builder.deposit(21, 0, 0, 300);
    builder.include_extreme(3);
    builder.include_extreme(21);
    const Dvh dvh = std::move(builder).finish(Cc(below + 300));
    EXPECT_EQ(*of("CV21Gy[cc]", dvh).value >= 700.0, *of("DC700cc[Gy]", dvh).value < 21.0) << below;
  }
}

TEST(ComputeMetric, HasNoValueForMoreVolumeThanThereIs) {
  for (const char* text :
       {"D100.01cc[Gy]", "DC101cc[Gy]", "D1000cc[cGy]", "D500cc[Gy]@EQD2(ab=3)"}) {
    const MetricValue value = of(text, two_levels());
    EXPECT_FALSE(value.value || value.low || value.high) << text;
    EXPECT_NE(value.reason.find("only 100.00 cc"), std::string::npos) << value.reason;
  }
  // Neither does a structure that only its uncovered part makes large enough lose its bounds.
  EXPECT_FALSE(of("D131cc[Gy]", two_levels(130.0_cc)).low.has_value());
  EXPECT_TRUE(of("D130cc[Gy]", two_levels(130.0_cc)).low.has_value());
}

TEST(ComputeMetric, NeedsThePrescriptionForEveryPercentOfIt) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  for (const std::optional<double> rx :
       {std::optional<double>(), std::optional(0.0), std::optional(-50.0), std::optional(kNan),
        std::optional(kInfinite)}) {
    for (const char* text : {"Mean[%]", "Max[%]", "D95%[%]", "DC5cc[%]", "V95%[cc]", "CV10%[%]"}) {
      const MetricValue value = of(text, two_levels(), {25, rx, DoseKind::Physical});
      EXPECT_FALSE(value.value || value.low || value.high) << text;
      EXPECT_NE(value.reason.find("--prescription"), std::string::npos) << text;
    }
    EXPECT_EQ(*of("V20Gy[%]", two_levels(), {25, rx, DoseKind::Physical}).value, 60.0);
  }
}

TEST(ComputeMetric, NeedsTheFractionsForEveryConversion) {
  for (const char* text : {"Mean[Gy]@EQD2(ab=3)", "Max[Gy]@BED(ab=10)", "D2%[Gy]@EQDX(d=1.8,ab=3)",
                           "V30Gy[cc]@EQD2(ab=3)", "CV5Gy[%]@BED(ab=3)"}) {
    for (const std::optional<int> n : {std::optional<int>(), std::optional(0), std::optional(-5)}) {
      const MetricValue value = of(text, two_levels(), {n, 50.0, DoseKind::Physical});
      EXPECT_FALSE(value.value || value.low || value.high) << text;
      EXPECT_FALSE(value.reason.empty()) << text;
    }
  }
  // A physical dose needs none.
  EXPECT_EQ(*of("Mean[Gy]@PHYS", two_levels(), {}).value, 14.0);
}

// A sum of plans is converted before it is added: its curve is on the basis already.
TEST(ComputeMetric, ReadsADoseThatIsOnItsBasisAlready) {
  MetricContext eqd2;  // no number of fractions: there is none
  eqd2.dose_basis = Basis{BasisKind::Eqd2, 3, 0};
  const Dvh curve = two_levels();
  EXPECT_EQ(of("Mean[Gy]@EQD2(ab=3)", curve, eqd2).value, 14.0);
  EXPECT_EQ(of("V20Gy[cc]@EQD2(ab=3)", curve, eqd2).value, 60.0);
  for (const char* other : {"Mean[Gy]@EQD2(ab=10)", "Mean[Gy]@BED(ab=3)"}) {
    EXPECT_FALSE(of(other, curve, eqd2).value.has_value()) << other;
    EXPECT_FALSE(of(other, curve, eqd2).reason.empty()) << other;
  }
  MetricContext never = kPlan;
  never.no_conversion = "Plan B has no number of fractions.";
  EXPECT_EQ(of("Mean[Gy]@EQD2(ab=3)", curve, never).reason, never.no_conversion);
  EXPECT_EQ(of("Mean[Gy]", curve, never).value, 14.0);
}

TEST(ComputeMetric, NeverConvertsAnEffectiveDose) {
  const MetricContext effective = {25, 50.0, DoseKind::Effective};
  for (const char* text : {"Mean[Gy]@EQD2(ab=3)", "Max[Gy]@BED(ab=10)", "V30Gy[cc]@EQD2(ab=3)",
                           "DC5cc[Gy]@EQDX(d=2,ab=3)"}) {
    const MetricValue value = of(text, two_levels(), effective);
    EXPECT_FALSE(value.value || value.low || value.high) << text;
    EXPECT_NE(value.reason.find("EFFECTIVE"), std::string::npos) << text;
  }
  EXPECT_EQ(*of("Mean[Gy]", two_levels(), effective).value, 14.0);
}

TEST(ComputeMetric, ConvertsAPointByTheFormulas) {
  // 20 Gy in 25 fractions, alpha/beta 3: BED = 20 (1 + 0.8/3), EQD2 = BED / (1 + 2/3), EQD1.8 = BED
  // / 1.6.
  const double bed = 20 * (1 + 0.8 / 3);
  EXPECT_NEAR(*of("Max[Gy]@BED(ab=3)", two_levels()).value, bed, 1e-12);
  EXPECT_NEAR(*of("Max[Gy]@EQD2(ab=3)", two_levels()).value, bed * 3 / 5, 1e-12);
  EXPECT_NEAR(*of("D60cc[Gy]@EQDX(d=1.8,ab=3)", two_levels()).value, bed / 1.6, 1e-12);
  EXPECT_NEAR(*of("Max[cGy]@BED(ab=3)", two_levels()).value, 100 * bed, 1e-9);
}

TEST(ComputeMetric, AveragesTheConvertedDoseAndNotTheOtherWayRound) {
  // Uniform from 0 to 20 Gy: mean of D^2 is 400/3, so the mean of EQD2 is
  // (mean D + mean D^2 / (n ab)) / (1 + 2/ab) = (10 + 400/3/(25 ab)) / (1 + 2/ab).
  for (const double ab : {2.5, 3.0, 10.0}) {
    const std::string basis = "@EQD2(ab=" +
                              std::string(ab == 2.5   ? "2.5"
                                          : ab == 3.0 ? "3"
                                                      : "10") +
                              ")";
    const double expected = (10 + 400.0 / 3.0 / (25 * ab)) / (1 + 2 / ab);
    const double mean = *of("Mean[Gy]" + basis, ramp(80, 80)).value;
    EXPECT_NEAR(mean, expected, 1e-9) << ab;
    const auto model = radiobiology::LqModel::create(25, ab);
    EXPECT_GT(mean, model->eqd2_gy(10.0) + 0.1) << "EQD2 of the mean is another, smaller number";
  }
}

TEST(ComputeMetric, AveragesTheConversionOverARealDoseRamp) {
  // A box of 20 mm with D = 1 Gy/mm along x from 0 to 20 Gy: the same closed form, through the
  // engine.
  const auto roi = testing::stack(
      "box", 1, 2, 10, [](double) { return std::vector{testing::rectangle(0, 0, 20, 20)}; });
  const auto built = geometry::build_region(roi, *geometry::contour_frame(roi));
  const auto grid = testing::grid_of({{-5, -5, -5}, {2.5, 2.5, 2.5}, {14, 14, 14}},
                                     [](const model::Vec3& p) { return p.x(); });
  const Dvh dvh = dvh::compute_dvh(built->region, grid);
  EXPECT_NEAR(*of("Mean[Gy]@EQD2(ab=3)", dvh).value, (10 + 400.0 / 3.0 / 75) / (1 + 2.0 / 3.0),
              1e-6);
  // V of an EQD2 threshold is V of the physical dose that maps onto it.
  const auto model = radiobiology::LqModel::create(25, 3.0);
  for (const double dose : {2.0, 7.0, 13.0, 19.0}) {
    Metric converted = metric("V1Gy[cc]@EQD2(ab=3)");
    converted.argument = model->eqd2_gy(dose);
    Metric physical = metric("V1Gy[cc]");
    physical.argument = dose;
    // 1e-6 cc: the inverse's rounding on a curve of 0.4 cc/Gy.
    EXPECT_NEAR(*compute_metric(converted, dvh, kPlan).value,
                *compute_metric(physical, dvh, kPlan).value, 1e-6)
        << dose;
  }
}

// What volume without dose may do, worked out by hand: 100 cc in all, of which 80 cc are a ramp
// from 0 to 20 Gy and 20 cc received anything from 0 Gy up.
TEST(ComputeMetric, BoundsEveryKindBesideUncoveredVolume) {
  const std::optional<double> none;
  const struct {
    const char* text;
    std::optional<double> low, high;
  } rows[] = {
      {"Max[Gy]", 20.0, none},     // at least what was seen
      {"Min[Gy]", 0.0, 0.0},       // the ramp's own minimum is 0, and the rest has no less
      {"Mean[Gy]", 8.0, none},     // 80 * 10 / 100 with the rest at 0
      {"Median[Gy]", 7.5, 12.5},   // hottest 50 of 80: 20 (1 - 50/80); 50 - 20 = 30 of 80
      {"D40cc[Gy]", 10.0, 15.0},   // 20 (1 - 40/80); with 20 cc hotter: 20 (1 - 20/80)
      {"D20cc[Gy]", 15.0, none},   // the 20 cc may be exactly the uncovered ones
      {"D90cc[Gy]", 0.0, 2.5},     // more than is covered: from 0; 70 of 80: 20 (1 - 70/80)
      {"D2%[Gy]", 19.5, none},     // 2 cc
      {"DC40cc[Gy]", 5.0, 10.0},   // 20 colder beside: 20 * 20/80; none colder: 20 * 40/80
      {"DC10cc[Gy]", 0.0, 2.5},    // all of it may be the uncovered part
      {"DC90cc[Gy]", 17.5, none},  // 70 of 80; the last 10 may have any dose
      {"V10Gy[cc]", 40.0, 60.0},  {"V10Gy[%]", 40.0, 60.0},
      {"V25Gy[cc]", 0.0, 20.0},  // nothing seen above 25 Gy, but 20 cc not seen
      {"CV10Gy[cc]", 40.0, 60.0}, {"CV30Gy[cc]", 80.0, 100.0},  // never 100 by default
      {"CV10Gy[%]", 40.0, 60.0},
  };
  for (const auto& row : rows) {
    const MetricValue value = of(row.text, ramp(80, 100));
    EXPECT_FALSE(value.value.has_value()) << row.text;
    EXPECT_EQ(value.low.has_value(), row.low.has_value()) << row.text;
    EXPECT_EQ(value.high.has_value(), row.high.has_value()) << row.text;
    if (row.low) {
      EXPECT_NEAR(value.low.value_or(-1), *row.low, 1e-6) << row.text;
    }
    if (row.high) {
      EXPECT_NEAR(value.high.value_or(-1), *row.high, 1e-6) << row.text;
    }
    EXPECT_NE(value.reason.find("20.00 of 100.00 cc"), std::string::npos) << value.reason;
  }
  EXPECT_EQ(*of("Volume[cc]", ramp(80, 100)).value, 100.0);  // needs no dose
}

TEST(ComputeMetric, ConvertsBoundsLikeValues) {
  const auto model = radiobiology::LqModel::create(25, 3.0);
  const MetricValue dose = of("D40cc[Gy]@EQD2(ab=3)", ramp(80, 100));
  EXPECT_NEAR(*dose.low, model->eqd2_gy(10.0), 1e-6);
  EXPECT_NEAR(*dose.high, model->eqd2_gy(15.0), 1e-6);
  const MetricValue mean = of("Mean[Gy]@EQD2(ab=3)", ramp(80, 100));
  EXPECT_NEAR(*mean.low, 0.8 * (10 + 400.0 / 3.0 / 75) / (1 + 2.0 / 3.0), 1e-9);
  EXPECT_FALSE(mean.high.has_value());
}

TEST(ComputeMetric, HoldsTheTruthBetweenTheBoundsWhateverTheRestReceived) {
  // The 20 cc get a dose of their own; the metric of the whole must lie within the bounds.
  const Dvh covered = ramp(80, 100);
  for (const double rest_gy : {0.0, 0.3, 4.9, 10.0, 17.0, 20.0, 33.0, 90.0}) {
    DvhBuilder builder(0.0_gy, 100.0_gy);
    builder.deposit(10, 10, 400.0 / 12.0, 80);
    builder.deposit(rest_gy, 0, 0, 20);
    for (const double extreme : {0.0, 20.0, rest_gy}) builder.include_extreme(extreme);
    const Dvh whole = std::move(builder).finish(100.0_cc);
    for (const char* text : {"Min[Gy]",
                             "Max[Gy]",
                             "Mean[Gy]",
                             "Median[Gy]",
                             "Mean[Gy]@EQD2(ab=3)",
                             "Mean[Gy]@BED(ab=10)",
                             "D0.03cc[Gy]",
                             "D20cc[Gy]",
                             "D20.1cc[Gy]",
                             "D50%[Gy]",
                             "D95%[Gy]",
                             "D100%[Gy]",
                             "DC10cc[Gy]",
                             "DC50cc[Gy]",
                             "DC80cc[Gy]",
                             "DC99%[Gy]",
                             "V5Gy[cc]",
                             "V19Gy[%]",
                             "V40Gy[cc]",
                             "CV5Gy[cc]",
                             "CV19Gy[%]",
                             "CV5Gy[cc]@EQD2(ab=3)"}) {
      const MetricValue bounds = of(text, covered);
      const double truth = *of(text, whole).value;
      // The curve's nodes lie 0.0015 Gy apart on a range of 100 Gy.
      EXPECT_LE(bounds.low.value_or(truth), truth + 2e-3) << text << ' ' << rest_gy;
      EXPECT_GE(bounds.high.value_or(truth), truth - 2e-3) << text << ' ' << rest_gy;
    }
  }
}

TEST(ComputeMetric, KnowsOnlyTheVolumeOfAStructureBesideTheGrid) {
  DvhBuilder builder(0.0_gy, 30.0_gy);
  const Dvh dvh = std::move(builder).finish(12.0_cc);
  for (const char* text :
       {"Max[Gy]", "Mean[Gy]", "Median[Gy]", "D0.03cc[Gy]", "V5Gy[cc]", "CV5Gy[cc]"}) {
    const MetricValue value = of(text, dvh);
    EXPECT_FALSE(value.value.has_value()) << text;
    EXPECT_FALSE(value.reason.empty()) << text;
  }
  EXPECT_EQ(of("Max[Gy]", dvh).high, std::nullopt);
  EXPECT_EQ(of("Min[Gy]", dvh).high, std::nullopt);
  EXPECT_EQ(*of("V5Gy[cc]", dvh).high, 12.0);
  EXPECT_EQ(*of("CV5Gy[cc]", dvh).low, 0.0);
  EXPECT_EQ(*of("Volume[cc]", dvh).value, 12.0);
}

TEST(ComputeMetric, NeverGivesANumberThatIsNotFinite) {
  for (const Dvh& dvh : {two_levels(), two_levels(130.0_cc), ramp(80, 80), ramp(80, 100)}) {
    for (const char* text :
         {"Max[Gy]@BED(ab=0.1)", "V100000Gy[cc]", "CV100000Gy[%]", "V1000000Gy[cc]@BED(ab=0.1)",
          "D0.000001cc[Gy]", "DC0.000001%[Gy]", "V0.0001%[%]"}) {
      const MetricValue value = of(text, dvh);
      for (const auto& number : {value.value, value.low, value.high}) {
        EXPECT_TRUE(!number || std::isfinite(*number)) << text;
      }
    }
  }
}

TEST(PrescriptionOnBasis, ConvertsLikeTheMetrics) {
  EXPECT_EQ(*prescription_on_basis(50, 25, {}), 50.0);
  // 50 Gy in 25: BED10 60, EQD2 50; 50 Gy in 5: BED10 100, EQD2 83.33 (the paper's maxima).
  EXPECT_NEAR(*prescription_on_basis(50, 25, {BasisKind::Bed, 10, 0}), 60.0, 1e-12);
  EXPECT_NEAR(*prescription_on_basis(50, 25, {BasisKind::Eqd2, 10, 0}), 50.0, 1e-12);
  EXPECT_NEAR(*prescription_on_basis(50, 5, {BasisKind::Eqd2, 10, 0}), 250.0 / 3.0, 1e-12);
  EXPECT_EQ(prescription_on_basis(50, 0, {BasisKind::Bed, 10, 0}).error().code,
            ErrorCode::LqInvalid);
}

}  // namespace
}  // namespace dosegate::metrics
