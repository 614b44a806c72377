// The truths of the suite against closed forms and against each other: an error of theirs must be
// far below the bars that they are to judge by.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "validation/field_truth.h"
#include "validation/validation_case.h"

namespace dosegate::validation {
namespace {

using model::Vec3;
constexpr double kPi = std::numbers::pi;

// Solids of 12 mm radius and 24 mm height, 16 Gy in the centre.
TruthCurve const& ideal(const std::vector<SmoothPart>& parts, const Vec3& gradient) {
  static std::vector<std::unique_ptr<TruthCurve>> kept;
  kept.push_back(smooth_truth(parts, {16.0, gradient}));
  return *kept.back();
}

struct Published {
  std::string name;
  std::vector<SmoothPart> parts;
  Vec3 gradient;
  double volume_cc;
  std::array<double, 4> dose_gy;  // D99%, D95%, D5%, D0.03cc
};

// V in cc and doses in Gy as the closed forms give them (half-plane sections of discs, spherical
// and conical caps), to their last printed digit.
std::vector<Published> published() {
  const Vec3 along = Vec3::UnitZ();
  const Vec3 across = Vec3::UnitY();
  const auto cyl = cylinder(12, Axis::AlongW).smooth;
  const auto con = cone(12, Axis::AlongW).smooth;
  return {{"cylinder along", cyl, along, 10.857, {4.240, 5.200, 26.800, 27.934}},
          {"cylinder across", cyl, across, 10.857, {4.788, 6.335, 25.665, 27.667}},
          {"sphere", sphere(12).smooth, along, 7.238, {5.414, 7.248, 24.752, 27.097}},
          {"cone along", con, along, 3.619, {4.080, 4.407, 19.158, 23.143}},
          {"cone across", con, across, 3.619, {6.211, 8.296, 23.704, 25.952}}};
}

TEST(SmoothTruth, GivesThePublishedNumbers) {
  for (const Published& p : published()) {
    SCOPED_TRACE(p.name);
    const TruthCurve& truth = ideal(p.parts, p.gradient);
    EXPECT_NEAR(truth.volume_cc, p.volume_cc, 0.0006);  // half of the last digit, and rounding
    const Numbers n = numbers_of(truth);
    EXPECT_NEAR(*n.hottest_gy[0], p.dose_gy[0], 0.0006);
    EXPECT_NEAR(*n.hottest_gy[2], p.dose_gy[1], 0.0006);
    EXPECT_NEAR(*n.hottest_gy[4], p.dose_gy[2], 0.0006);
    EXPECT_NEAR(*n.hottest_gy[7], p.dose_gy[3], 0.0006);
  }
}

TEST(SmoothTruth, TakesTheLensOfTwoSpheresAwayOnce) {
  // Radii 0.65 and 0.5 of 12 mm, centres d apart; lens by the closed form
  // pi (r0 + r1 - d)^2 (d^2 + 2 d (r0 + r1) - 3 (r0 - r1)^2) / (12 d).
  const double d = 12 * std::sqrt(0.7 * 0.7 + 0.15 * 0.15 + 0.4 * 0.4);
  const double r0 = 7.8;
  const double r1 = 6.0;
  const double lens = kPi * std::pow(r0 + r1 - d, 2) *
                      (d * d + 2 * d * (r0 + r1) - 3 * std::pow(r0 - r1, 2)) / (12 * d);
  const double expected_cc = (4.0 / 3.0 * kPi * (r0 * r0 * r0 + r1 * r1 * r1) - lens) / 1000;
  const TruthCurve& truth = ideal(merged_spheres(12).smooth, Vec3(0.48, -0.64, 0.6));
  EXPECT_NEAR(truth.volume_cc, expected_cc, 1e-6 * expected_cc);  // Gauss' rule, kink at the seam
}

// A prism of the unit square from w = 0 to 1 mm, lengthened: dose 1 + 2 a + 3 b + 4 w, d0 1.
TEST(LinearTruth, IntegratesAnObliqueDoseOverACube) {
  DrawnBody body;
  body.stacks[0] = {0.5, 1.0, {{{{0, 0}, {1, 0}, {1, 1}, {0, 1}}}}};
  const auto truth = linear_truth(body, {1.0, Vec3(2, 3, 4)});
  EXPECT_NEAR(truth->volume_cc, 1e-3, 1e-15);
  EXPECT_NEAR(truth->mean_gy, 1 + 0.5 * (2 + 3 + 4), 1e-12);
  EXPECT_NEAR(truth->min_gy, 1.0, 1e-12);
  EXPECT_NEAR(truth->max_gy, 10.0, 1e-12);
  // Below 1 + s: the corner s^3 / (6 * 2 * 3 * 4) as long as s <= 2; s = 1.5.
  EXPECT_NEAR(truth->volume_at_least(2.5), 1e-3 * (1 - 1.5 * 1.5 * 1.5 / 144), 1e-15);
  // By symmetry half of it lies beyond the middle.
  EXPECT_NEAR(truth->volume_at_least(5.5), 0.5e-3, 1e-15);
}

TEST(LinearTruth, KnowsHolesAndCombinations) {
  // Square of 4 mm with a hole of 2 mm, minus a square that overlaps its right side by 1 mm.
  DrawnBody body;
  body.combination = Combination::Minus;
  body.stacks[0] = {
      0.0, 2.0, {{{{0, 0}, {4, 0}, {4, 4}, {0, 4}}, {{1, 1}, {3, 1}, {3, 3}, {1, 3}}}}};
  body.stacks[1] = {0.0, 2.0, {{{{3.5, -1}, {9, -1}, {9, 2.5}, {3.5, 2.5}}}}};
  const auto truth = linear_truth(body, {0.0, Vec3(1, 0, 0)});
  // 2 mm * (16 - 4 - 0.5 * 2.5) mm^2.
  EXPECT_NEAR(truth->volume_cc, 2 * (16 - 4 - 1.25) / 1000, 1e-15);
  // Beyond a = 3.2: 0.3 * 4 before the cut and 0.5 * 1.5 above it.
  EXPECT_NEAR(truth->volume_at_least(3.2), 2 * (0.3 * 4 + 0.5 * 1.5) / 1000, 1e-15);
  EXPECT_NEAR(truth->max_gy, 4.0, 1e-12);
}

// Fine contours on a fine grid come close to a Gaussian in a concentric sphere, where
// V(D >= x) = 4/3 pi (2 sigma^2 ln(peak / x))^1.5.
TEST(FieldTruth, ComesCloseToAGaussianInASphere) {
  const double r = 6.0;
  const DrawnBody body = draw(sphere(r), {2, {0, 0, 0}, 0.05, 0.1, 0.0});
  const DoseModel gaussian{"", [](const Vec3& p) { return 20 * std::exp(-p.squaredNorm() / 72); },
                           std::nullopt, true};
  const DoseLatticeSpec lattice = sample(gaussian, body, {"", {0.25, 0.25, 0.25}, {0.3, 0.6, 0.1}});
  const auto truth = field_truth(body, lattice);
  const double volume_cc = 4.0 / 3.0 * kPi * r * r * r / 1000;
  // Inscribed polygons of 125 corners: area -(2 pi / 125)^2 / 6 = -0.042 %.
  EXPECT_NEAR(truth->volume_cc, volume_cc, 6e-4 * volume_cc);
  for (const double x : {13.0, 15.0, 17.0, 19.0}) {  // the rim has 20 exp(-1/2) = 12.13 Gy
    const double expected_cc = 4.0 / 3.0 * kPi * std::pow(72 * std::log(20 / x), 1.5) / 1000;
    // The grid lowers the dose by up to h^2 / 8 * 3 * 20 / 36 = 0.013 Gy.
    const double density = 4 * kPi * std::sqrt(72 * std::log(20 / x)) * 36 / x / 1000;
    EXPECT_NEAR(truth->volume_at_least(x), expected_cc, 0.013 * density) << x << " Gy";
  }
}

// Every nth case of the default set that can be integrated in a moment and has, or has not, a
// linear dose.
std::vector<ValidationCase> some_cases(bool linear, std::size_t every) {
  std::vector<ValidationCase> chosen;
  std::size_t count = 0;
  for (const ValidationCase& tried : validation_cases(Extent::Default, kSeed)) {
    if (tried.model().linear.has_value() != linear) continue;
    if (tried.drawing.spacing_mm < 1.0 || tried.solid.size_mm > 20.0) continue;
    if (count++ % every == 0) chosen.push_back(tried);
  }
  return chosen;
}

// A linear dose is its own trilinear interpolation: the closed form tells the integration's error.
TEST(FieldTruth, IsATenthOfTheBarsFromTheClosedForm) {
  for (const ValidationCase& tried : some_cases(true, 2)) {
    const DoseModel dose = tried.model();
    SCOPED_TRACE(tried.name());
    const DrawnBody body = draw(tried.solid, tried.drawing);
    const Numbers fine = numbers_of(*field_truth(body, sample(dose, body, tried.grid)));
    const Numbers exact = numbers_of(*linear_truth(body, *dose.linear));
    for (const Check& c : compare(fine, exact, dose)) {
      EXPECT_LT(std::abs(c.error()), 0.1 * c.bar) << c.metric << " " << c.engine << " " << c.truth;
    }
  }
}

// Elsewhere half the step tells it: the error falls with its square, so three quarters of it show.
TEST(FieldTruth, ChangesByLessThanATenthOfTheBarsWithHalfTheStep) {
  for (const ValidationCase& tried : some_cases(false, 4)) {
    const DoseModel dose = tried.model();
    SCOPED_TRACE(tried.name());
    const DrawnBody body = draw(tried.solid, tried.drawing);
    const DoseLatticeSpec lattice = sample(dose, body, tried.grid);
    const Numbers coarse = numbers_of(*field_truth(body, lattice));
    const Numbers fine = numbers_of(*field_truth(body, lattice, {1.0 / 400.0}));
    for (const Check& c : compare(coarse, fine, dose)) {
      EXPECT_LT(std::abs(c.error()), 0.075 * c.bar)
          << c.metric << " " << c.engine << " " << c.truth;
    }
  }
}

}  // namespace
}  // namespace dosegate::validation
