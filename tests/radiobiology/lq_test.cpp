#include "radiobiology/lq.h"

#include <gtest/gtest.h>
// GoogleTest first: the other order does not compile.
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>

namespace dosegate::radiobiology {
namespace {

// Closed forms have a handful of operations, each with a relative error of at most 1.2e-16.
constexpr double kRounding = 1e-9;

LqModel model_of(int fractions, double alpha_beta_gy) {
  Result<LqModel> model = LqModel::create(fractions, alpha_beta_gy);
  if (!model) throw std::runtime_error(to_text(model.error()));
  return *model;
}

TEST(LqModel, GivesTheClosedFormsOfTheStudysSchedules) {
  const LqModel five = model_of(5, 10.0);
  EXPECT_NEAR(five.bed_gy(25.0), 37.5, kRounding);           // 25 (1 + 5/10)
  EXPECT_NEAR(five.eqd2_gy(25.0), 31.25, kRounding);         // 37.5 / 1.2
  EXPECT_NEAR(five.bed_gy(50.0), 100.0, kRounding);          // 50 (1 + 10/10)
  EXPECT_NEAR(five.eqd2_gy(50.0), 250.0 / 3.0, kRounding);   // 100 / 1.2
  EXPECT_NEAR(five.bed_gy(35.0), 59.5, kRounding);           // 35 (1 + 7/10)
  EXPECT_NEAR(five.eqd2_gy(35.0), 595.0 / 12.0, kRounding);  // 35 (7 + 10)/(2 + 10) = 49.58333
  EXPECT_NEAR(five.bed_gy(33.0), 54.78, kRounding);          // 33 (1 + 6.6/10)
  EXPECT_NEAR(five.eqd2_gy(33.0), 45.65, kRounding);         // 54.78 / 1.2
  EXPECT_NEAR(model_of(8, 10.0).bed_gy(58.0), 100.05, kRounding);        // 58 (1 + 7.25/10)
  EXPECT_NEAR(model_of(10, 3.0).eqd2_gy(33.0), 41.58, kRounding);        // 33 (3.3 + 3)/(2 + 3)
  EXPECT_NEAR(model_of(30, 2.5).eqd2_gy(18.0), 12.4, kRounding);         // 18 (0.6 + 2.5)/4.5
  EXPECT_NEAR(model_of(20, 2.5).eqd2_gy(20.0), 140.0 / 9.0, kRounding);  // 20 (1 + 2.5)/4.5
}

struct TableRow {
  double dose_gy;
  int fractions;
  double bed_gy;
  double eqd2_gy;
  double bed_step;  // last printed digit; the value may lie half of it away
  double eqd2_step;
};

TEST(LqModel, ReproducesTheDoseTableOfZhai2025ToItsPrintedDigits) {
  const TableRow rows[] = {
      {60, 9, 100.0, 83.3, 0.1, 0.1},     {58, 8, 100.05, 83.4, 0.01, 0.1},
      {53, 6, 99.8, 83.2, 0.1, 0.1},      {65, 20, 86.1, 71.8, 0.1, 0.1},
      {65, 25, 81.9, 68.3, 0.1, 0.1},     {65, 30, 79.1, 65.9, 0.1, 0.1},
      {55, 20, 70.1, 58.4, 0.1, 0.1},     {55, 25, 67.1, 55.9, 0.1, 0.1},
      {55, 30, 65.1, 54.2, 0.1, 0.1},     {58, 25, 71.46, 59.55, 0.01, 0.01},
      {59, 28, 71.43, 59.53, 0.01, 0.01}, {27.5, 5, 42.63, 35.52, 0.01, 0.01},
      {40, 10, 56.0, 46.67, 0.1, 0.01},   {30, 10, 39.0, 32.5, 0.1, 0.1},
      {50, 20, 62.5, 52.1, 0.1, 0.1},     {50, 25, 60.0, 50.0, 0.1, 0.1},
      {50, 30, 58.3, 48.6, 0.1, 0.1},     {60, 20, 78.0, 65.0, 0.1, 0.1},
      {60, 25, 74.4, 62.0, 0.1, 0.1},     {60, 30, 72.0, 60.0, 0.1, 0.1},
  };
  for (const TableRow& row : rows) {
    SCOPED_TRACE(testing::Message() << row.dose_gy << " Gy in " << row.fractions);
    const LqModel model = model_of(row.fractions, 10.0);
    // A hair more than half a step: 65 Gy in 20 is 86.125, exactly between two printed values.
    EXPECT_NEAR(model.bed_gy(row.dose_gy), row.bed_gy, 0.5001 * row.bed_step);
    EXPECT_NEAR(model.eqd2_gy(row.dose_gy), row.eqd2_gy, 0.5001 * row.eqd2_step);
  }
}

TEST(LqModel, AgreesWithAnIndependentTableForTenFractions) {
  // PMC6406298: 50, 60, 66, 30 GyE in 10 fractions, alpha/beta 10; 91.3 is 66 (6.6 + 10)/12
  // = 91.30.
  const LqModel model = model_of(10, 10.0);
  EXPECT_NEAR(model.eqd2_gy(50.0), 62.5, 0.05);
  EXPECT_NEAR(model.eqd2_gy(60.0), 80.0, 0.05);
  EXPECT_NEAR(model.eqd2_gy(66.0), 91.3, 0.05);
  EXPECT_NEAR(model.eqd2_gy(30.0), 32.5, 0.05);
}

TEST(IsoeffectiveDose, ReproducesTheTableForAlphaBeta3) {
  // Printed to 0.1 Gy. The exact value of 33 Gy in 10 fractions is
  // 15 (sqrt(1 + 4 105.6/30) - 1) = 43.2495; a table that begins from the rounded EQD2 of 63.4
  // prints 43.3.
  const struct {
    double dose_gy;
    double expected_gy[5];
  } rows[] = {{35.0, {46.0, 53.4, 58.9, 63.3, 66.9}}, {33.0, {43.2, 50.0, 55.1, 59.1, 62.4}}};
  const int fractions[5] = {10, 15, 20, 25, 30};
  const LqModel five = model_of(5, 3.0);
  for (const auto& row : rows) {
    for (int i = 0; i < 5; ++i) {
      const Result<Gy> dose = isoeffective_dose(five, Gy(row.dose_gy), fractions[i]);
      ASSERT_TRUE(dose.has_value());
      EXPECT_NEAR(dose->value(), row.expected_gy[i], 0.05) << row.dose_gy << " " << fractions[i];
    }
  }
  EXPECT_NEAR(five.eqd2_gy(35.0), 70.0, kRounding);   // 35 (7 + 3)/5
  EXPECT_NEAR(five.eqd2_gy(33.0), 63.36, kRounding);  // 33 (6.6 + 3)/5
}

TEST(IsoeffectiveDose, IsTheDoseItselfForTheSameNumberOfFractions) {
  const Result<Gy> dose = isoeffective_dose(model_of(7, 3.0), 42.0_gy, 7);
  ASSERT_TRUE(dose.has_value());
  EXPECT_NEAR(dose->value(), 42.0, kRounding);
}

TEST(LqModel, RefusesWhatIsNoSchedule) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (const int fractions : {0, -1, std::numeric_limits<int>::min()}) {
    const Result<LqModel> model = LqModel::create(fractions, 10.0);
    ASSERT_FALSE(model.has_value()) << fractions;
    EXPECT_EQ(model.error().code, ErrorCode::LqInvalid);
    const Result<Gy> dose = isoeffective_dose(model_of(5, 3.0), 1.0_gy, fractions);
    ASSERT_FALSE(dose.has_value()) << fractions;
    EXPECT_EQ(dose.error().code, ErrorCode::LqInvalid);
  }
  for (const double ratio : {0.0, -3.0, 0.099, 100.1, kNan, kInfinity}) {
    const Result<LqModel> model = LqModel::create(5, ratio);
    ASSERT_FALSE(model.has_value()) << ratio;
    EXPECT_EQ(model.error().code, ErrorCode::LqInvalid);
  }
  EXPECT_THROW(static_cast<void>(model_of(5, 10.0).eqdx_gy(10.0, 0.0)), InternalError);
  EXPECT_THROW(static_cast<void>(model_of(5, 10.0).eqdx_gy(10.0, kNan)), InternalError);
}

TEST(LqModel, LeavesOutTheQuadraticPartBelowZero) {
  const LqModel model = model_of(5, 10.0);
  EXPECT_EQ(model.bed_gy(0.0), 0.0);
  EXPECT_EQ(model.bed_gy(-2.0), -2.0);
  EXPECT_EQ(model.dose_of_bed_gy(-2.0), -2.0);
  EXPECT_EQ(model.eqd2_gy(-2.4), -2.0);  // -2.4 / (1 + 2/10)
}

TEST(LqModel, IsStableForTinyDoses) {
  // BED - D = D^2/(n ab) = 2e-20 is below the last digit of D: the inverse must not lose D in it.
  const LqModel model = model_of(5, 10.0);
  EXPECT_DOUBLE_EQ(model.dose_of_bed_gy(1e-9), 1e-9 * (1.0 - 2e-11));
}

double between(double low, double high) {
  return low + (high - low) * (*rc::gen::inRange(0, 1000001)) / 1e6;
}

RC_GTEST_PROP(LqModel, InverseUndoesBed, ()) {
  const LqModel model = model_of(*rc::gen::inRange(1, 61), between(0.5, 30.0));
  const double dose_gy = between(0.0, 200.0);
  RC_ASSERT(std::abs(model.dose_of_bed_gy(model.bed_gy(dose_gy)) - dose_gy) <=
            1e-11 * (1.0 + dose_gy));
}

RC_GTEST_PROP(LqModel, IsStrictlyIncreasing, ()) {
  const LqModel model = model_of(*rc::gen::inRange(1, 61), between(0.5, 30.0));
  const double low_gy = between(-5.0, 100.0);
  const double high_gy = low_gy + 1e-6 + between(0.0, 100.0);
  RC_ASSERT(model.bed_gy(low_gy) < model.bed_gy(high_gy));
  RC_ASSERT(model.eqd2_gy(low_gy) < model.eqd2_gy(high_gy));
}

RC_GTEST_PROP(LqModel, GivesBackTheDoseWhereFractionsHaveTheReferenceSize, ()) {
  const int fractions = *rc::gen::inRange(1, 61);
  const double per_fraction_gy = between(0.5, 10.0);
  const LqModel model = model_of(fractions, between(0.5, 30.0));
  const double dose_gy = fractions * per_fraction_gy;
  RC_ASSERT(std::abs(model.eqdx_gy(dose_gy, per_fraction_gy) - dose_gy) <= 1e-12 * dose_gy);
}

RC_GTEST_PROP(LqModel, MeanOfConvertedIsAtLeastConvertedMean, ()) {
  const LqModel model = model_of(*rc::gen::inRange(1, 61), between(0.5, 30.0));
  const double a_gy = between(0.0, 100.0);
  const double b_gy = between(0.0, 100.0);
  const double mean_of_converted = (model.eqd2_gy(a_gy) + model.eqd2_gy(b_gy)) / 2.0;
  RC_ASSERT(mean_of_converted >= model.eqd2_gy((a_gy + b_gy) / 2.0) * (1.0 - 1e-14));
}

}  // namespace
}  // namespace dosegate::radiobiology
