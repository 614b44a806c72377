// The laws of booleans as a DVH shows them: volumes, doses and whole curves of A - B, A & B and
// A + B add up, on random pairs drawn on planes of their own; and each against its drawn truth.
// Seeds are fixed and stand in every failure message.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "dvh/compute_dvh.h"
#include "geometry/arrangement.h"
#include "validation/error_table.h"

namespace dosegate::validation {
namespace {

using dvh::Dvh;
using geometry::Combine;
using geometry::Region;

// Volumes are exact: what is left is rounding of crossings, 1e-9 of the volume and below.
constexpr double kVolume_cc = 1e-8;
// Means too; divided by volumes down to 0.01 cc.
constexpr double kDoseVolume = 1e-6;  // Gy cc
// A curve may be off by 0.05 % of its own volume; three of them take part in each law.
constexpr double kCurve_frac = 3 * 5e-4;

constexpr int kSeeds = 12;

class Lots {
 public:
  explicit Lots(std::uint64_t seed) : engine_(seed) {}
  double between(double lo, double hi) {
    return lo + (hi - lo) * static_cast<double>(engine_() >> 11U) * 0x1p-53;
  }
  int below(int n) { return static_cast<int>(between(0, n)); }

 private:
  std::mt19937_64 engine_;
};

IdealShape moved(IdealShape shape, const std::array<double, 3>& by) {
  return {shape.lo_mm + by[2], shape.hi_mm + by[2], [shape, by](double w) {
            auto polygons = shape.section(w - by[2]);
            for (Polygon& polygon : polygons) {
              for (Point& p : polygon) p = {p[0] + by[0], p[1] + by[1]};
            }
            return polygons;
          }};
}

Solid any_solid(Lots& lots, double size_mm) {
  switch (lots.below(6)) {
    case 0:
      return sphere(size_mm);
    case 1:
      return box(size_mm, lots.between(0.1, 1.0));
    case 2:
      return shell(size_mm);
    case 3:
      return cone(size_mm, Axis::Across);
    case 4:
      return cylinder(size_mm, Axis::AlongW);
    default:
      return ellipsoid(size_mm);
  }
}

struct Pair {
  DrawnBody body;
  DoseModel dose;
  DoseLatticeSpec lattice;
};

// B lies inside A, across its border, or beside it, as the lot has it.
Pair any_pair(Lots& lots) {
  Solid solid = any_solid(lots, lots.between(6, 12));
  const bool small = lots.below(3) == 0;
  const double reach = small ? 3.0 : 9.0;
  const Solid other = any_solid(lots, small ? lots.between(1.5, 2.5) : lots.between(3, 9));
  solid.second = moved(other.first, {lots.between(-reach, reach), lots.between(-reach, reach),
                                     lots.between(-reach, reach)});
  solid.combination = Combination::Both;
  const std::array<double, 3> centre = {lots.between(-5, 5), lots.between(-5, 5),
                                        lots.between(-5, 5)};
  const Drawing drawing{lots.below(3), centre, lots.between(0, 1), lots.between(1, 2.5),
                        lots.between(0.8, 1.5)};
  Pair pair{draw(solid, drawing), {}, {}};
  const std::array<Shape, 3> doses = {Shape::Oblique, Shape::Gaussian, Shape::Quadratic};
  pair.dose = dose_model(doses[static_cast<std::size_t>(lots.below(3))],
                         {centre[0], centre[1], centre[2]}, solid.size_mm, drawing.w);
  pair.lattice = sample(pair.dose, pair.body, {"", {2, 2.5, 3}, {lots.between(0, 1), 0.4, 0.7}});
  return pair;
}

Region one(DrawnBody body, std::size_t which) {
  body.combination = Combination::Only;
  if (which == 1) std::swap(body.stacks[0], body.stacks[1]);
  body.stacks[1] = {};
  return engine_region(body);
}

// What adds up: volume, dose times volume, and the curve. All zero for an empty region.
struct Sums {
  double volume_cc = 0.0, dose_volume = 0.0;
  std::vector<double> curve_cc = std::vector<double>(101, 0.0);

  Sums(const Region& region, const Pair& pair) {
    if (region.empty()) return;
    const Dvh dvh = dvh::compute_dvh(region, pair.lattice.grid());
    volume_cc = dvh.volume().value();
    dose_volume = dvh.mean()->value() * volume_cc;
    const auto [lo, hi] =
        std::minmax_element(pair.lattice.values_gy.begin(), pair.lattice.values_gy.end());
    for (std::size_t i = 0; i < curve_cc.size(); ++i) {
      curve_cc[i] =
          dvh.volume_at_least(Gy(*lo + (*hi - *lo) * 0.01 * static_cast<double>(i))).value();
    }
  }
};

// left[0] + left[1] ... = right[0] + right[1] ...
void expect_equal_sums(const std::vector<Sums>& left, const std::vector<Sums>& right) {
  double total_cc = 0.0;
  const auto difference = [&](auto part) {
    double sum = 0.0;
    for (const Sums& s : left) sum += part(s);
    for (const Sums& s : right) sum -= part(s);
    return sum;
  };
  for (const Sums& s : left) total_cc += s.volume_cc;
  EXPECT_NEAR(difference([](const Sums& s) { return s.volume_cc; }), 0.0, kVolume_cc);
  EXPECT_NEAR(difference([](const Sums& s) { return s.dose_volume; }), 0.0, kDoseVolume);
  for (std::size_t i = 0; i < left[0].curve_cc.size(); ++i) {
    EXPECT_NEAR(difference([&](const Sums& s) { return s.curve_cc[i]; }), 0.0,
                kCurve_frac * total_cc + kVolume_cc)
        << "point " << i;
  }
}

class BooleanLaws : public ::testing::TestWithParam<int> {
 protected:
  BooleanLaws() : lots_(1000 + static_cast<std::uint64_t>(GetParam())), pair_(any_pair(lots_)) {}
  [[nodiscard]] Sums sums(const Region& region) const { return {region, pair_}; }

  Lots lots_;
  Pair pair_;
  Region a_ = one(pair_.body, 0);
  Region b_ = one(pair_.body, 1);
};

TEST_P(BooleanLaws, WhatIsTakenAwayIsWhatBothShare) {
  expect_equal_sums(
      {sums(combine(a_, b_, Combine::Subtract)), sums(combine(a_, b_, Combine::Intersect))},
      {sums(a_)});
}

TEST_P(BooleanLaws, UnionAndIntersectionCountEachOnce) {
  expect_equal_sums(
      {sums(combine(a_, b_, Combine::Union)), sums(combine(a_, b_, Combine::Intersect))},
      {sums(a_), sums(b_)});
}

TEST_P(BooleanLaws, OrderDoesNotMatter) {
  for (const Combine operation : {Combine::Union, Combine::Intersect}) {
    expect_equal_sums({sums(combine(a_, b_, operation))}, {sums(combine(b_, a_, operation))});
  }
}

TEST_P(BooleanLaws, DeMorganWithinABox) {
  // Reaches beyond both, but not beyond the grid.
  DrawnBody around = pair_.body;
  const auto& n = pair_.lattice.nodes_mm;
  const std::size_t a = around.a();
  const std::size_t b = around.b();
  const auto w = static_cast<std::size_t>(around.w);
  const Polygon outline = {{n[a].front(), n[b].front()},
                           {n[a].back(), n[b].front()},
                           {n[a].back(), n[b].back()},
                           {n[a].front(), n[b].back()}};
  around.stacks[0] = {n[w].front() + 1.0, 2.0, {}};
  for (double h = n[w].front() + 1.0; h + 1.0 <= n[w].back(); h += 2.0) {
    around.stacks[0].planes.push_back({outline});
  }
  const Region u = one(around, 0);
  const Region not_a = combine(u, a_, Combine::Subtract);
  const Region not_b = combine(u, b_, Combine::Subtract);
  expect_equal_sums({sums(combine(u, combine(a_, b_, Combine::Union), Combine::Subtract))},
                    {sums(combine(not_a, not_b, Combine::Intersect))});
  expect_equal_sums({sums(combine(u, combine(a_, b_, Combine::Intersect), Combine::Subtract))},
                    {sums(combine(not_a, not_b, Combine::Union))});
}

// The second integration knows insides by counting crossings of both borders, nothing of regions.
TEST_P(BooleanLaws, EachCombinationIsWhatIsDrawn) {
  for (const Combination combination :
       {Combination::Union, Combination::Minus, Combination::Both}) {
    DrawnBody body = pair_.body;
    body.combination = combination;
    const Region region = engine_region(body);
    DrawnBody flat = body;
    const auto volume = linear_truth(flat, {0.0, model::Vec3::UnitX()});
    EXPECT_NEAR(region.volume().value(), volume->volume_cc, kVolume_cc);
    if (volume->volume_cc < 0.01) continue;  // the lot put them side by side: no curve to speak of
    const auto truth = drawn_truth(body, pair_.dose, pair_.lattice);
    const Dvh dvh = dvh::compute_dvh(region, pair_.lattice.grid());
    for (const Check& c : compare(numbers_of(dvh, *truth), numbers_of(*truth), pair_.dose)) {
      EXPECT_FALSE(c.beyond()) << c.metric << " " << c.engine << " for " << c.truth << " "
                               << c.unit;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, BooleanLaws, ::testing::Range(0, kSeeds));

// The lots hold both kinds of pair, or the laws above would say little.
TEST(BooleanPairs, AreInsideAndAcross) {
  int across = 0, inside_of = 0, with_own_planes = 0;
  for (int seed = 0; seed < kSeeds; ++seed) {
    Lots lots(1000 + static_cast<std::uint64_t>(seed));
    Pair pair = any_pair(lots);
    const Region b = one(pair.body, 1);
    const double share = engine_region(pair.body).volume() / b.volume();
    across += share > 0.05 && share < 0.95 ? 1 : 0;
    inside_of += share > 0.999 ? 1 : 0;
    with_own_planes += pair.body.stacks[0].spacing_mm != pair.body.stacks[1].spacing_mm ? 1 : 0;
  }
  EXPECT_GE(across, 3);
  EXPECT_GE(inside_of, 2);
  EXPECT_EQ(with_own_planes, kSeeds);
}

// The GTV inside: mean of the rest by mixing, checked with the closed form of either.
TEST(LiverMinusGtv, HasTheMeanThatMixingGives) {
  Solid solid = ellipsoid(20);
  solid.combination = Combination::Minus;
  solid.second = moved(sphere(5).first, {4.0, -3.0, 2.0});
  const DrawnBody body = draw(solid, {2, {1, 2, 3}, 0.3, 2.5, 1.7});
  const DoseModel dose = dose_model(Shape::Oblique, {1, 2, 3}, 20, 2);
  const auto grid = sample(dose, body, {"", {2.5, 2.5, 2.5}, {0.2, 0.6, 0.9}}).grid();
  DrawnBody liver = body;
  DrawnBody gtv = body;
  liver.combination = gtv.combination = Combination::Only;
  gtv.stacks[0] = body.stacks[1];
  const auto l = linear_truth(liver, *dose.linear);
  const auto g = linear_truth(gtv, *dose.linear);
  const double rest_cc = l->volume_cc - g->volume_cc;
  const double expected_gy = (l->volume_cc * l->mean_gy - g->volume_cc * g->mean_gy) / rest_cc;
  const Dvh dvh = dvh::compute_dvh(engine_region(body), grid);
  EXPECT_NEAR(dvh.volume().value(), rest_cc, kVolume_cc);
  EXPECT_NEAR(dvh.mean()->value(), expected_gy, kDoseVolume / rest_cc);
}

TEST(EmptyResult, IsEmptyAndNotSmall) {
  const DrawnBody body = draw(sphere(10), {2, {0, 0, 0}, 0.4, 2.0, 0.0});
  const Region a = one(body, 0);
  EXPECT_TRUE(combine(a, a, Combine::Subtract).empty());
  const Region beside = one(draw(sphere(10), {2, {30, 0, 0}, 0.4, 2.0, 0.0}), 0);
  EXPECT_TRUE(combine(a, beside, Combine::Intersect).empty());
  const Region inner = one(draw(sphere(4), {2, {0, 0, 0}, 0.7, 1.3, 0.0}), 0);
  EXPECT_TRUE(combine(inner, a, Combine::Subtract).empty());
  EXPECT_NEAR(combine(a, inner, Combine::Intersect).volume().value(), inner.volume().value(),
              kVolume_cc);
}

}  // namespace
}  // namespace dosegate::validation
