// What end caps and interpolation make of a stack of planes: closed forms, and the published volumes
// of the shapes that such readings are compared on.
#include "geometry/read_stack.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "support/shapes.h"

namespace dosegate::geometry {
namespace {

using testing::axial;
using testing::circle;
using testing::Polygon;
using testing::rectangle;
using testing::Roi;
using testing::stack;

// Rounding only: sums of some hundred products of numbers of the order of 1000.
constexpr double kRounding_cc = 1e-10;

constexpr EndCaps kCaps[] = {EndCaps::Half, EndCaps::None, EndCaps::Capped1_5, EndCaps::Rounded};
constexpr Interpolation kInterpolations[] = {Interpolation::Slab, Interpolation::Blend,
                                             Interpolation::Cubic};

PlaneStack planes_of(const Roi& roi) {
  const auto built = build_stack(survey(roi), *contour_frame(roi), std::nullopt);
  EXPECT_TRUE(built.has_value());
  return built->stack;
}

double cc(const Roi& roi, EndCaps caps, Interpolation interpolation) {
  return read_stack(planes_of(roi), {caps, interpolation}).volume().value();
}

// Integral of w over the solid, mm^4: weight and height of each slab are straight along w.
double moment(const Region& region) {
  double sum = 0.0;
  for (const Slab& s : region.slabs()) {
    const double length = s.w_hi - s.w_lo;
    sum += area_mm2(*s.area) * length *
           (s.weight_lo * (2 * s.w_lo + s.w_hi) + s.weight_hi * (s.w_lo + 2 * s.w_hi)) / 6.0;
  }
  return sum;
}

// A column of 20 x 30 mm on 11 planes of `step` mm.
Roi column(double step) {
  return stack("column", 0, step, 11, [](double) { return std::vector{rectangle(0, 0, 20, 30)}; });
}

TEST(EndCaps, AddTheirShareOfThePrismBeyondTheEndPlanes) {
  for (const Interpolation interpolation : kInterpolations) {
    // 3 mm planes: 30 mm between the ends; caps 2 x 1.5, none, 2 x 1.5, 2 x 2/3 x 1.5 mm.
    EXPECT_NEAR(cc(column(3), EndCaps::Half, interpolation), 600 * 33 / 1000.0, kRounding_cc);
    EXPECT_NEAR(cc(column(3), EndCaps::None, interpolation), 600 * 30 / 1000.0, kRounding_cc);
    EXPECT_NEAR(cc(column(3), EndCaps::Capped1_5, interpolation), 600 * 33 / 1000.0, kRounding_cc);
    EXPECT_NEAR(cc(column(3), EndCaps::Rounded, interpolation), 600 * 32 / 1000.0, kRounding_cc);
    // 5 mm planes: 50 mm between the ends; caps 2 x 2.5, none, 2 x 1.5, 2 x 2/3 x 2.5 mm.
    EXPECT_NEAR(cc(column(5), EndCaps::Half, interpolation), 600 * 55 / 1000.0, kRounding_cc);
    EXPECT_NEAR(cc(column(5), EndCaps::None, interpolation), 600 * 50 / 1000.0, kRounding_cc);
    EXPECT_NEAR(cc(column(5), EndCaps::Capped1_5, interpolation), 600 * 53 / 1000.0, kRounding_cc);
    EXPECT_NEAR(cc(column(5), EndCaps::Rounded, interpolation), 600 * (50 + 10 / 3.0) / 1000.0,
                kRounding_cc);
  }
}

TEST(EndCaps, RoundedHasTheMomentOfHalfAnEllipsoid) {
  // One plane of 600 mm^2 at w = 0 with a second at 4 mm; upper cap 2 mm high. The integral of w over
  // the upper cap: area x integral over t of (4 + 2 t)(1 - t^2) 2 dt = area x (16/3 + 1); the lower
  // one mirrors it about w = 2.
  Roi roi;
  roi.contours = {axial(rectangle(0, 0, 20, 30), 0), axial(rectangle(0, 0, 20, 30), 4)};
  const Region region = read_stack(planes_of(roi), {EndCaps::Rounded, Interpolation::Slab});
  const double upper = 600 * (16 / 3.0 + 1);
  const double cap = 600 * 2 * 2 / 3.0;
  double found = 0.0;
  for (const Slab& s : region.slabs()) {
    if (s.w_lo < 4.0) continue;
    found += 600 * (s.w_hi - s.w_lo) *
             (s.weight_lo * (2 * s.w_lo + s.w_hi) + s.weight_hi * (s.w_lo + 2 * s.w_hi)) / 6.0;
  }
  EXPECT_NEAR(found, upper, 1e-9);
  EXPECT_NEAR(moment(region), (600 * 4 + 2 * cap) * 2.0, 1e-9);
}

TEST(EndCaps, ApplyOnBothSidesOfARealGap) {
  Roi roi = stack("two", 0, 3, 4, [](double) { return std::vector{rectangle(0, 0, 10, 10)}; });
  const Roi other =
      stack("two", 39, 3, 4, [](double) { return std::vector{rectangle(0, 0, 10, 10)}; });
  roi.contours.insert(roi.contours.end(), other.contours.begin(), other.contours.end());
  for (const Interpolation interpolation : kInterpolations) {
    // Twice 9 mm between end planes, and four caps.
    EXPECT_NEAR(cc(roi, EndCaps::Half, interpolation), 100 * 24 / 1000.0, kRounding_cc);
    EXPECT_NEAR(cc(roi, EndCaps::None, interpolation), 100 * 18 / 1000.0, kRounding_cc);
    EXPECT_NEAR(cc(roi, EndCaps::Rounded, interpolation), 100 * 22 / 1000.0, kRounding_cc);
  }
}

TEST(Interpolation, ReachesAcrossASkippedPlane) {
  Roi roi = stack("skip", 0, 3, 11, [](double) { return std::vector{rectangle(0, 0, 10, 10)}; });
  roi.contours.erase(roi.contours.begin() + 5);
  for (const Interpolation interpolation : kInterpolations)
    EXPECT_NEAR(cc(roi, EndCaps::None, interpolation), 100 * 30 / 1000.0, kRounding_cc);
}

TEST(Interpolation, SharesAddUpToOneBetweenThePlanes) {
  const PlaneStack planes = planes_of(column(3));
  for (const Interpolation interpolation : kInterpolations) {
    const auto shares = plane_shares(planes, {EndCaps::Half, interpolation});
    for (double w = -1.47; w < 31.5; w += 0.0937) {  // off all faces
      double sum = 0.0;
      for (const PlaneShare& s : shares) {
        if (s.w_lo <= w && w < s.w_hi)
          sum += s.weight_lo + (s.weight_hi - s.weight_lo) * (w - s.w_lo) / (s.w_hi - s.w_lo);
      }
      EXPECT_NEAR(sum, 1.0, 1e-12) << w;
    }
  }
}

// Outlines whose area runs along w as `area_mm2` says, on uneven planes.
Roi body_of(const std::vector<double>& heights, double (*area_mm2)(double)) {
  Roi roi;
  roi.name = "body";
  for (const double w : heights)
    roi.contours.push_back(axial(rectangle(0, 0, 10, area_mm2(w) / 10), w));
  return roi;
}

TEST(Interpolation, BlendIsExactForAnAreaThatRunsLinearly) {
  // A = 100 + 20 w on 0..10: volume 1000 + 1000; integral of A w: 5000 + 20000/3.
  const Roi roi = body_of({0, 2, 5, 8, 10}, [](double w) { return 100 + 20 * w; });
  const Region region = read_stack(planes_of(roi), {EndCaps::None, Interpolation::Blend});
  EXPECT_NEAR(region.volume().value(), 2.0, kRounding_cc);
  EXPECT_NEAR(moment(region), 5000 + 20000 / 3.0, 1e-8);
}

TEST(Interpolation, CubicIsExactForAnAreaThatRunsAsACubic) {
  // A = 100 + 3 w^2 + w^3 / 2 on 0..10: volume 1000 + 1000 + 1250; integral of A w: 5000 + 7500 +
  // 10000.
  const Roi roi =
      body_of({0, 2, 5, 8, 10}, [](double w) { return 100 + 3 * w * w + 0.5 * w * w * w; });
  const Region region = read_stack(planes_of(roi), {EndCaps::None, Interpolation::Cubic});
  EXPECT_NEAR(region.volume().value(), 3.25, kRounding_cc);
  EXPECT_NEAR(moment(region), 22500, 1e-8);
}

TEST(Interpolation, CubicOfThreePlanesIsAParabolaAndOfTwoALine) {
  // A = 100 + 3 w^2 on 0..4: volume 400 + 64. A = 100 + 20 w on 0..2: 200 + 40.
  const Roi three = body_of({0, 1.6, 4}, [](double w) { return 100 + 3 * w * w; });
  EXPECT_NEAR(read_stack(planes_of(three), {EndCaps::None, Interpolation::Cubic}).volume().value(),
              0.464, kRounding_cc);
  const Roi two = body_of({0, 2}, [](double w) { return 100 + 20 * w; });
  EXPECT_NEAR(read_stack(planes_of(two), {EndCaps::None, Interpolation::Cubic}).volume().value(),
              0.240, kRounding_cc);
}

TEST(ReadStack, KeepsTheBordersAndSharesThemBetweenReadings) {
  const PlaneStack planes = planes_of(column(3));
  for (const EndCaps caps : kCaps) {
    for (const Interpolation interpolation : kInterpolations) {
      const Region region = read_stack(planes, {caps, interpolation});
      for (const Slab& slab : region.slabs()) {
        EXPECT_TRUE(std::any_of(planes.planes.begin(), planes.planes.end(),
                                [&](const StackPlane& plane) { return plane.area == slab.area; }));
        EXPECT_GE(slab.weight_lo * slab.weight_hi, 0.0);
      }
    }
  }
}

// The five shapes of Nelms 2015 (Med Phys 42:4435): 24 mm wide and high, planes on both ends, 376
// points a circle; end sections that vanish are the tiny polygons of the published files.
struct Shape {
  const char* name;
  Polygon (*section)(double w);      // w from -12 to 12
  double (*ideal_mm3)(double step);  // with half-slice caps over sections that do not vanish
};

Polygon square_of(double area) {
  const double a = std::sqrt(area);
  return rectangle(0, 0, a, a);
}

// Section of a cone that lies along y, base 24 mm wide, at the height w off its axis: a hyperbola.
Polygon lying_cone(double w) {
  const double off = std::abs(w);
  if (off > 11.99) return square_of(2e-4);
  Polygon polygon;
  constexpr int kPoints = 4000;  // chords of a few micrometres' sag
  for (const int side : {1, -1}) {
    for (int i = 0; i <= kPoints; ++i) {
      const double t = static_cast<double>(side > 0 ? i : kPoints - i) / kPoints;
      const double radius = off + (12 - off) * t * t;  // dense where the hyperbola turns
      const double half = std::sqrt(std::max(0.0, radius * radius - off * off));
      polygon.points.emplace_back(side * half, 2 * radius - 12);
    }
  }
  return polygon;
}

const Shape kShapes[] = {
    {"sphere",
     [](double w) {
       return std::abs(w) > 11.99 ? square_of(0.051) : circle(0, 0, std::sqrt(144 - w * w), 376);
     },
     [](double) { return 4 / 3.0 * std::numbers::pi * 1728; }},
    {"cylinder", [](double) { return circle(0, 0, 12, 376); },
     [](double step) { return std::numbers::pi * 144 * (24 + step); }},
    {"lying cylinder",
     [](double w) {
       return std::abs(w) > 11.99 ? square_of(0.24)
                                  : rectangle(0, 0, 24, 2 * std::sqrt(144 - w * w));
     },
     [](double) { return std::numbers::pi * 144 * 24; }},
    {"cone",
     [](double w) { return w < -11.99 ? square_of(2e-4) : circle(0, 0, (w + 12) / 2, 376); },
     [](double step) { return std::numbers::pi * 144 * (8 + step / 2); }},
    {"lying cone", lying_cone, [](double) { return std::numbers::pi * 144 * 8; }},
};

struct Range {
  double lo, hi;
};

// Smallest and largest volume error of the five shapes, %.
Range nelms_errors(double step, Interpolation interpolation) {
  Range range = {100, -100};
  for (const Shape& shape : kShapes) {
    const Roi roi = stack(shape.name, -12, step, static_cast<int>(std::lround(24 / step)) + 1,
                          [&](double w) { return std::vector{shape.section(w)}; });
    const double error =
        100 * (1000 * cc(roi, EndCaps::Half, interpolation) / shape.ideal_mm3(step) - 1);
    range = {std::min(range.lo, error), std::max(range.hi, error)};
  }
  return range;
}

TEST(ReadStack, GivesThePublishedVolumesOfNelmsShapes) {
  // Slab and cubic: independent exact integration of the same shapes, to the digits it is given
  // with; tolerance half of the last digit.
  const Range slab1 = nelms_errors(1, Interpolation::Slab);
  EXPECT_NEAR(slab1.lo, -0.89, 0.005);
  EXPECT_NEAR(slab1.hi, 0.08, 0.005);
  const Range slab2 = nelms_errors(2, Interpolation::Slab);
  EXPECT_NEAR(slab2.lo, -2.5, 0.05);
  EXPECT_NEAR(slab2.hi, 0.30, 0.005);
  const Range slab3 = nelms_errors(3, Interpolation::Slab);
  EXPECT_NEAR(slab3.lo, -4.6, 0.05);
  EXPECT_NEAR(slab3.hi, 0.65, 0.005);
  // With planes on both ends, equally spaced, Blend has Slab's volumes: the trapezoidal rule.
  const Range blend3 = nelms_errors(3, Interpolation::Blend);
  EXPECT_NEAR(blend3.lo, slab3.lo, 1e-9);
  EXPECT_NEAR(blend3.hi, slab3.hi, 1e-9);
  const Range cubic3 = nelms_errors(3, Interpolation::Cubic);
  EXPECT_NEAR(cubic3.lo, -1.8, 0.05);
  EXPECT_NEAR(cubic3.hi, 0.2, 0.05);
}

}  // namespace
}  // namespace dosegate::geometry
