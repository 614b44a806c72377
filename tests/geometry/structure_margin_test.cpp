// Margins against closed forms. For a convex body the grown volume is Steiner's V + S m + M m^2 +
// 4/3 pi m^3; bodies are drawn so that their slabs fill them exactly, or as close as is said.
#include "geometry/structure_margin.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "geometry/margins.h"
#include "geometry/read_stack.h"
#include "support/shapes.h"

namespace dosegate::geometry {
namespace {

using model::Roi;
using model::Vec3;
using std::numbers::pi;
using testing::Polygon;

Region region_of(const Roi& roi) {
  auto built = build_region(roi, contour_frame(roi).value());
  if (!built) throw std::runtime_error(to_text(built.error()));
  return std::move(built->region);
}

// `count` planes of `spacing` that fill z 0 .. count x spacing.
Region prism(const Polygon& polygon, double spacing, int count) {
  return region_of(testing::stack("T", spacing / 2, spacing, count,
                                  [&](double) { return std::vector{polygon}; }));
}

Region with(const Region& solid, double margin_mm) {
  auto stack = with_margin(solid, margin_mm);
  if (!stack) throw std::runtime_error(to_text(stack.error()));
  return read_stack(*stack, {});
}

double mm3(const Region& region) {
  return 1000.0 * region.volume().value();
}

constexpr double kCornered = 720;  // corners of a circle: its area is a 10^-5 th too small

TEST(StructureMargin, GrowsABoxToSteinersVolume) {
  const double a = 40, b = 30, c = 24;
  for (const double spacing : {1.0, 2.0, 3.0}) {
    const Region box =
        prism(testing::rectangle(0, 0, a, b), spacing, static_cast<int>(c / spacing));
    for (const double m : {1.0, 3.0, 5.0, 10.0}) {
      const double steiner = a * b * c + 2 * (a * b + b * c + c * a) * m +
                             pi * (a + b + c) * m * m + 4.0 / 3.0 * pi * m * m * m;
      // The surface within 0.02 mm: an eighth of 0.5^2 over the smallest radius of curvature, 1 mm.
      const double surface = 2 * (a * b + b * c + c * a);
      EXPECT_NEAR(mm3(with(box, m)), steiner, 0.02 * surface) << m << " mm, planes " << spacing;
    }
  }
}

TEST(StructureMargin, ShrinksABoxToABox) {
  const double a = 40, b = 30, c = 24;
  const Region box = prism(testing::rectangle(0, 0, a, b), 3, 8);
  for (const double m : {1.0, 2.0, 5.0, 11.0}) {
    const double left = (a - 2 * m) * (b - 2 * m) * (c - 2 * m);
    // Sharp edges are cut by up to half a lattice step: an eighth of 0.5^2 along four of them.
    EXPECT_NEAR(mm3(with(box, -m)), left, 4 * 0.125 * 0.25 * (c - 2 * m) + 1e-3 * left) << m;
  }
}

TEST(StructureMargin, GrowsAndShrinksACylinder) {
  const double r = 20, h = 30;
  const Region cylinder = prism(testing::circle(0, 0, r, kCornered), 2, 15);
  for (const double m : {2.0, 5.0, 8.0}) {
    // Side pi (r + m)^2 h, and above either end the integral of pi (r + sqrt(m^2 - d^2))^2.
    const double end = pi * r * r * m + pi * pi * r * m * m / 2 + 2.0 / 3.0 * pi * m * m * m;
    const double grown = pi * (r + m) * (r + m) * h + 2 * end;
    EXPECT_NEAR(mm3(with(cylinder, m)), grown, 1e-3 * grown) << m;
    const double shrunk = pi * (r - m) * (r - m) * (h - 2 * m);
    EXPECT_NEAR(mm3(with(cylinder, -m)), shrunk, 2e-3 * shrunk) << -m;
  }
}

// A ball drawn on planes is a pile of discs, so the margin is that of the pile: its volume is off by
// the steps, at most half a plane spacing of surface; finer planes come nearer to (r + m)^3.
TEST(StructureMargin, GrowsABallDrawnOnPlanes) {
  const double r = 20;
  for (const double spacing : {0.5, 1.0, 2.0}) {
    const auto n = static_cast<int>(2 * r / spacing);
    const Region ball = region_of(testing::stack("T", -r + spacing / 2, spacing, n, [&](double z) {
      return std::vector{testing::circle(0, 0, std::sqrt(r * r - z * z), 180)};
    }));
    for (const double m : {3.0, 5.0, 10.0}) {
      const double grown = 4.0 / 3.0 * pi * std::pow(r + m, 3);
      const double surface = 4.0 * pi * (r + m) * (r + m);
      EXPECT_NEAR(mm3(with(ball, m)), grown, 0.25 * spacing * surface)
          << m << " planes " << spacing;
    }
    const double shrunk = 4.0 / 3.0 * pi * std::pow(r - 5, 3);
    EXPECT_NEAR(mm3(with(ball, -5)), shrunk, 0.5 * spacing * 4.0 * pi * 15 * 15) << spacing;
  }
}

// The bar: the surface within 0.5 mm, told by the margins that are measured between the two.
TEST(StructureMargin, ReachesAsFarInEveryDirection) {
  const Polygon notched{{{0, 0}, {40, 0}, {40, 12}, {14, 12}, {14, 40}, {0, 40}}};
  for (const double m : {2.0, 5.0}) {
    const Region inner = prism(notched, 3, 10);
    const Margins margins = measure_margins(inner, with(inner, m)).value();
    for (const Direction d : kDirections) {
      const DirectionMargin& found = margins[static_cast<std::size_t>(d)];
      EXPECT_NEAR(found.margin_mm, m, 1e-3) << to_text(d);
      // At the rim of a face the line leaves beside the flat part of it, by half a layer at most.
      EXPECT_NEAR(found.least_mm, m, 0.5) << to_text(d);
    }
  }
}

TEST(StructureMargin, JoinsPartsThatComeTogetherAndKeepsHoles) {
  // Two boxes 6 mm apart, grown by 4 mm: one piece; grown by 2: two.
  const auto two = [](double) {
    return std::vector{testing::rectangle(0, 0, 10, 10), testing::rectangle(16, 0, 26, 10)};
  };
  const Region pair = region_of(testing::stack("T", 1, 2, 10, two));
  const auto box_grown = [](double a, double b, double c, double m) {
    return a * b * c + 2 * (a * b + b * c + c * a) * m + pi * (a + b + c) * m * m +
           4.0 / 3.0 * pi * m * m * m;
  };
  EXPECT_NEAR(mm3(with(pair, 2)), 2 * box_grown(10, 10, 20, 2), 30);
  // Grown by 4 they share what lies 3 to 4 mm from either face, where the section at the distance t is
  // 200 + 60 r + pi r^2 mm^2, r^2 = 16 - t^2: twice the integral, in which that of r is
  // (8 pi/2 - (3 sqrt 7 + 16 asin 3/4) / 2) and that of r^2 is 16 - 37/3.
  const double r1 = 4 * pi - 0.5 * (3 * std::sqrt(7.0) + 16 * std::asin(0.75));
  const double shared = 2 * (200 + 60 * r1 + pi * (16 - 37.0 / 3.0));
  EXPECT_NEAR(mm3(with(pair, 4)), 2 * box_grown(10, 10, 20, 4) - shared, 30);
  // A tube: its bore shrinks as the outside grows. Radii 8 and 20 over 30 mm, by 3 mm: the side only.
  const Region tube = region_of(testing::stack("T", 1, 2, 15, [](double) {
    return std::vector{testing::circle(0, 0, 20, 360), testing::circle(0, 0, 8, 360)};
  }));
  const auto end = [](double r, double m) {
    return pi * r * r * m + pi * pi * r * m * m / 2 + 2.0 / 3.0 * pi * m * m * m;
  };
  // Above an end the bore is a circle of 8 - sqrt(9 - d^2): the integral of its square.
  const double bore_end = pi * (64 * 3 - 16 * pi * 9 / 4 + 18);
  const double grown = pi * (23 * 23 - 5 * 5) * 30 + 2 * (end(20, 3) - bore_end);
  EXPECT_NEAR(mm3(with(tube, 3)), grown, 2e-3 * grown);
}

TEST(StructureMargin, ShrinkingNeverTakesNothingForAStructure) {
  const Region box = prism(testing::rectangle(0, 0, 10, 8), 2, 10);
  EXPECT_NEAR(mm3(with(box, -3.5)), 3 * 1 * 13, 3);
  const auto gone = with_margin(box, -4.1);
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, ErrorCode::RegionEmpty);
  EXPECT_NE(gone.error().text.find("Nothing is left"), std::string::npos);
  EXPECT_EQ(with_margin(prism(testing::rectangle(0, 0, 50, 50), 2, 4), -4.1).error().code,
            ErrorCode::RegionEmpty);
  EXPECT_EQ(with_margin(box, 51).error().code, ErrorCode::NotComputable);
}

// A gap in the drawing is outside: shrinking keeps the margin to it.
TEST(StructureMargin, KeepsTheMarginToAGap) {
  Roi roi = testing::stack("T", 1, 2, 30, [](double z) -> std::vector<Polygon> {
    if (z > 20 && z < 40) return {};
    return {testing::rectangle(0, 0, 20, 20)};
  });
  const Region two = region_of(roi);
  EXPECT_NEAR(mm3(with(two, -3)), 2 * 14 * 14 * 14, 60);
}

// (A + m) - m fills notches up to m and keeps a convex body: what is left is the body.
TEST(StructureMargin, GrownAndShrunkAgainIsTheConvexBody) {
  const Region box = prism(testing::rectangle(0, 0, 30, 20), 2, 8);
  const Region again = with(with(box, 4), -4);
  EXPECT_NEAR(mm3(again), 30 * 20 * 16, 0.01 * 30 * 20 * 16);
}

}  // namespace
}  // namespace dosegate::geometry
