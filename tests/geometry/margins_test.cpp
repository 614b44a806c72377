// Margins that are known because the larger solid is made from the smaller one: its Minkowski sum with
// a box or with an ellipsoid of the margins' half axes, cut into contours as a planning system does.
#include "geometry/margins.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "support/shapes.h"

namespace dosegate::geometry {
namespace {

using model::Roi;
using model::Vec3;
using testing::Polygon;

// The bar: what contours on planes and 72-cornered outlines leave of a margin, mm.
constexpr double kBar_mm = 0.5;
constexpr double kAxial_mm = 5.0;
constexpr double kCranioCaudal_mm = 12.0;
constexpr int kCorners = 72;

using Outline = std::function<std::vector<Polygon>(double)>;

// The planes of a lattice on which an outline is not empty.
Roi drawn(double phase_mm, double spacing_mm, double reach_mm, const Outline& at) {
  Roi roi;
  roi.name = "T";
  const int n = static_cast<int>(std::ceil(reach_mm / spacing_mm)) + 1;
  for (int i = -n; i <= n; ++i) {
    const double z = phase_mm + spacing_mm * i;
    for (const Polygon& polygon : at(z)) roi.contours.push_back(testing::axial(polygon, z));
  }
  return roi;
}

Region region_of(const Roi& roi) {
  const PlaneFrame frame = contour_frame(roi).value();
  auto built = build_region(roi, frame);
  if (!built) throw std::runtime_error(to_text(built.error()));
  return std::move(built->region);
}

double at(const Margins& margins, Direction direction) {
  return margins[static_cast<std::size_t>(direction)].margin_mm;
}

void expect_known_margins(const Margins& margins, double tolerance_mm, const std::string& what) {
  for (const Direction d : kDirections) {
    const double known = is_cranio_caudal(d) ? kCranioCaudal_mm : kAxial_mm;
    EXPECT_NEAR(at(margins, d), known, tolerance_mm) << what << " " << to_text(d);
  }
}

Outline ball(double radius) {
  return [=](double z) -> std::vector<Polygon> {
    if (std::abs(z) >= radius) return {};
    return {testing::circle(0, 0, std::sqrt(radius * radius - z * z), kCorners)};
  };
}

// Ball + ellipsoid (5, 5, 12): a body of revolution. Its border point with the normal at the angle t
// above the plane is the ball's plus the ellipsoid's: rho = r cos t + 25 cos t / h, z = r sin t +
// 144 sin t / h, h = sqrt(25 cos^2 t + 144 sin^2 t). z rises with t, so bisection finds t.
Outline grown_ball(double radius) {
  return [=](double z) -> std::vector<Polygon> {
    const auto point = [&](double t) {
      const double h = std::hypot(kAxial_mm * std::cos(t), kCranioCaudal_mm * std::sin(t));
      return std::pair{(radius + kAxial_mm * kAxial_mm / h) * std::cos(t),
                       (radius + kCranioCaudal_mm * kCranioCaudal_mm / h) * std::sin(t)};
    };
    if (std::abs(z) >= radius + kCranioCaudal_mm) return {};
    double lo = 0.0;
    double hi = std::numbers::pi / 2;
    for (int i = 0; i < 60; ++i) {
      const double t = 0.5 * (lo + hi);
      (point(t).second < std::abs(z) ? lo : hi) = t;
    }
    return {testing::circle(0, 0, point(lo).first, kCorners)};
  };
}

TEST(Margins, OfABallGrownByAnEllipsoidAreItsHalfAxes) {
  for (const double radius : {8.0, 15.0, 35.0}) {
    for (const double spacing : {1.0, 2.0, 3.0}) {
      for (const double phase : {0.0, 0.4, 1.3}) {
        const auto margins =
            measure_margins(region_of(drawn(phase, spacing, radius, ball(radius))),
                            region_of(drawn(phase, spacing, radius + 12, grown_ball(radius))));
        ASSERT_TRUE(margins);
        expect_known_margins(*margins, kBar_mm,
                             "radius " + std::to_string(radius) + " spacing " +
                                 std::to_string(spacing) + " phase " + std::to_string(phase));
      }
    }
  }
}

// A prism, grown by the ellipsoid: at the height dz above it, its outline grown by the disc of
// 5 sqrt(1 - (dz/12)^2). A disc of radius r becomes one of r + that, a rectangle a rounded one.
double disc_at(double z, double half_height) {
  const double up = std::max(0.0, std::abs(z) - half_height) / kCranioCaudal_mm;
  return up >= 1.0 ? -1.0 : kAxial_mm * std::sqrt(1.0 - up * up);
}

Polygon rounded(double half_x, double half_y, double radius) {
  Polygon polygon;
  const Polygon disc = testing::circle(0, 0, radius, kCorners);
  for (const auto& [x, y] : disc.points) {
    polygon.points.emplace_back(x + (x >= 0 ? half_x : -half_x), y + (y >= 0 ? half_y : -half_y));
  }
  return polygon;
}

TEST(Margins, OfPrismsGrownByAnEllipsoidAreItsHalfAxes) {
  constexpr double kHalfHeight_mm = 18.0;  // a whole number of planes for each spacing
  for (const double spacing : {1.0, 2.0, 3.0}) {
    // Planes at the middles of cells, so that the slabs' faces are the prism's.
    const double phase = 0.5 * spacing;
    const auto measured = [&](const Outline& inner, const Outline& outer) {
      return measure_margins(region_of(drawn(phase, spacing, 40, inner)),
                             region_of(drawn(phase, spacing, 40, outer)));
    };
    const auto inside = [](double z) { return std::abs(z) < kHalfHeight_mm; };
    const auto cylinder = measured(
        [&](double z) -> std::vector<Polygon> {
          if (!inside(z)) return {};
          return {testing::circle(0, 0, 15, kCorners)};
        },
        [&](double z) -> std::vector<Polygon> {
          const double r = disc_at(z, kHalfHeight_mm);
          if (r < 0) return {};
          return {testing::circle(0, 0, 15 + r, kCorners)};
        });
    ASSERT_TRUE(cylinder);
    expect_known_margins(*cylinder, kBar_mm, "cylinder " + std::to_string(spacing));
    const auto box = measured(
        [&](double z) -> std::vector<Polygon> {
          if (!inside(z)) return {};
          return {testing::rectangle(-20, -6, 20, 6)};
        },
        [&](double z) -> std::vector<Polygon> {
          const double r = disc_at(z, kHalfHeight_mm);
          if (r < 0) return {};
          return {rounded(20, 6, r)};
        });
    ASSERT_TRUE(box);
    expect_known_margins(*box, kBar_mm, "box " + std::to_string(spacing));
  }
}

// Different margins on all six sides, of a body with a notch: two boxes that form an L, each grown.
// Nothing but rounding stands between a box grown by a box and its margins.
TEST(Margins, OfABodyGrownByABoxAreExactOnEverySide) {
  constexpr double kLeft = 4, kRight = 6, kFront = 5, kBack = 7;
  for (const double spacing : {1.0, 2.0, 3.0}) {
    const auto layer = [&](int from, int to, const Polygon& a, const Polygon& b) {
      Roi roi;
      roi.name = "T";
      for (int i = from; i < to; ++i) {
        // The overlap of the two boxes is drawn once.
        roi.contours.push_back(testing::axial(a, spacing * (i + 0.5)));
        roi.contours.push_back(testing::axial(b, spacing * (i + 0.5)));
      }
      return region_of(roi);
    };
    const Region inner =
        layer(0, 10, testing::rectangle(0, 0, 40, 10), testing::rectangle(0, 10, 10, 40));
    const Region outer = layer(-4, 15, testing::rectangle(-kRight, -kFront, 40 + kLeft, 10 + kBack),
                               testing::rectangle(-kRight, 10 + kBack, 10 + kLeft, 40 + kBack));
    const auto margins = measure_margins(inner, outer);
    ASSERT_TRUE(margins);
    const std::array<double, 6> known = {kLeft, kRight, kFront, kBack, 5 * spacing, 4 * spacing};
    for (std::size_t i = 0; i < known.size(); ++i) {
      EXPECT_NEAR((*margins)[i].margin_mm, known[i], 1e-9) << to_text(kDirections[i]);
      EXPECT_NEAR((*margins)[i].least_mm, known[i], 1e-9) << to_text(kDirections[i]);
      EXPECT_EQ((*margins)[i].across_planes, i >= 4);
    }
  }
}

TEST(Margins, AreNegativeWhereTheInnerSolidSticksOut) {
  const auto box = [](double x0, double x1) {
    return region_of(testing::stack(
        "T", 1.5, 3, 10, [=](double) { return std::vector{testing::rectangle(x0, 0, x1, 20)}; }));
  };
  const auto margins = measure_margins(box(0, 20), box(-5, 17)).value();
  EXPECT_NEAR(at(margins, Direction::Left), -3, 1e-9);
  EXPECT_NEAR(at(margins, Direction::Right), 5, 1e-9);
  // The columns beside the outer solid tell of the left side only.
  EXPECT_NEAR(at(margins, Direction::Superior), 0, 1e-9);
  // Beside or above the inner one altogether.
  EXPECT_EQ(measure_margins(box(0, 20), box(30, 40)).error().code, ErrorCode::NotComputable);
  const Region above = region_of(testing::stack(
      "T", 61.5, 3, 10, [](double) { return std::vector{testing::rectangle(0, 0, 20, 20)}; }));
  EXPECT_EQ(measure_margins(box(0, 20), above).error().code, ErrorCode::NotComputable);
}

TEST(Margins, ShowAPlaceWhereLessWasGiven) {
  // On a tenth of the height the outer box has 2 mm to the left, else 5.
  const auto box = [](double left, double cut) {
    return region_of(testing::stack("T", 1.5, 3, 10, [=](double z) {
      return std::vector{testing::rectangle(0, 0, z < 3 ? cut : left, 20)};
    }));
  };
  const auto margins = measure_margins(box(20, 20), box(25, 22)).value();
  EXPECT_NEAR(at(margins, Direction::Left), 2, 1e-9);
  // On one line in a hundred it is no statement about the margin, but the least tells of it.
  const auto notch = measure_margins(
      box(20, 20), region_of(testing::stack("T", 1.5, 3, 10, [](double z) -> std::vector<Polygon> {
        if (z > 3) return {testing::rectangle(0, 0, 25, 20)};
        return {{{{0, 0}, {25, 0}, {25, 10}, {21, 10}, {21, 11}, {25, 11}, {25, 20}, {0, 20}}}};
      })));
  EXPECT_NEAR(at(*notch, Direction::Left), 5, 1e-9);
  EXPECT_NEAR((*notch)[0].least_mm, 1, 1e-9);
}

TEST(Margins, KnowThePatientsDirectionsInOtherPlanes) {
  // The same two boxes, drawn on sagittal planes 2 mm apart.
  const auto sagittal = [](const Vec3& lo, const Vec3& hi) {
    Roi roi;
    roi.name = "T";
    for (double x = lo.x() + 1; x < hi.x(); x += 2) {
      model::Contour contour;
      for (const auto& [y, z] : {std::pair{lo.y(), lo.z()}, std::pair{hi.y(), lo.z()},
                                 std::pair{hi.y(), hi.z()}, std::pair{lo.y(), hi.z()}}) {
        contour.points.emplace_back(x, y, z);
      }
      roi.contours.push_back(contour);
    }
    return region_of(roi);
  };
  const auto margins =
      measure_margins(sagittal({0, 0, 0}, {20, 20, 20}), sagittal({-2, -3, -5}, {24, 26, 27}))
          .value();
  const std::array<double, 6> known = {4, 2, 3, 6, 7, 5};
  for (std::size_t i = 0; i < known.size(); ++i) {
    EXPECT_NEAR(margins[i].margin_mm, known[i], 1e-9) << to_text(kDirections[i]);
    EXPECT_EQ(margins[i].across_planes, i < 2);
  }
}

TEST(Margins, AreRefusedWhereTheyHaveNoMeaning) {
  const Roi roi = drawn(0, 3, 20, ball(20));
  const Region axial = region_of(roi);
  const Region empty(axial.frame(), {});
  EXPECT_EQ(measure_margins(axial, empty).error().code, ErrorCode::NotComputable);
  EXPECT_EQ(measure_margins(empty, axial).error().code, ErrorCode::NotComputable);
  RegionOptions blend;
  blend.interpolation = Interpolation::Blend;
  const Region shares = build_region(roi, axial.frame(), blend).value().region;
  EXPECT_EQ(measure_margins(shares, shares).error().code, ErrorCode::NotComputable);
  Roi tilted = roi;
  for (model::Contour& contour : tilted.contours) {
    for (Vec3& p : contour.points) p = Eigen::AngleAxisd(0.1, Vec3::UnitX()) * p;
  }
  const Region turned = region_of(tilted);
  EXPECT_EQ(measure_margins(turned, turned).error().code, ErrorCode::NotComputable);
}

}  // namespace
}  // namespace dosegate::geometry
