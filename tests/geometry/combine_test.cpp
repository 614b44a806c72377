// Laws of boolean operations, on fixed shapes with known volumes and on random polygons.
#include <gtest/gtest.h>
// gtest first: rapidcheck's header needs it.
#include <rapidcheck/gtest.h>

#include "geometry/arrangement.h"
#include "support/shapes.h"

namespace dosegate::geometry {
namespace {

using testing::circle;
using testing::Polygon;
using testing::rectangle;
using testing::stack;

Region box(double x0, double y0, double x1, double y1, double z0, double step, int planes) {
  const auto roi = stack("box", z0, step, planes,
                         [&](double) { return std::vector{rectangle(x0, y0, x1, y1)}; });
  return build_region(roi, *contour_frame(roi))->region;
}

double cc(const Region& region) {
  return region.volume().value();
}

TEST(Combine, SubtractsASolidWithOtherPlanes) {
  const Region liver = box(0, 0, 40, 40, 1.5, 3, 10);  // z 0..30
  const Region gtv = box(10, 10, 20, 20, 11, 2, 5);    // z 10..20, inside
  EXPECT_NEAR(cc(combine(liver, gtv, Combine::Subtract)), (1600 * 30 - 100 * 10) / 1000.0, 1e-10);
  EXPECT_NEAR(cc(combine(liver, gtv, Combine::Intersect)), 1.0, 1e-10);
  EXPECT_NEAR(cc(combine(liver, gtv, Combine::Union)), 48.0, 1e-10);
}

TEST(Combine, SubtractsOnlyWhatLiesInside) {
  const Region liver = box(0, 0, 40, 40, 1.5, 3, 10);
  const Region gtv = box(35, 35, 45, 45, 26, 2, 5);  // 5 x 5 x 5 mm of it inside
  EXPECT_NEAR(cc(combine(liver, gtv, Combine::Subtract)), 48.0 - 0.125, 1e-10);
}

TEST(Combine, LeavesNothingOfASolidMinusItself) {
  const auto roi = stack("r", 0, 2, 6, [](double) { return std::vector{circle(3, 4, 11, 97)}; });
  const Region a = build_region(roi, *contour_frame(roi))->region;
  const Region nothing = combine(a, a, Combine::Subtract);
  EXPECT_TRUE(nothing.empty());
  EXPECT_TRUE(nothing.slabs().empty());  // no slivers either
  EXPECT_NEAR(cc(combine(a, a, Combine::Intersect)), cc(a), 1e-10);
  EXPECT_NEAR(cc(combine(a, a, Combine::Union)), cc(a), 1e-10);
}

TEST(Combine, GivesNothingForSolidsApart) {
  EXPECT_TRUE(
      combine(box(0, 0, 5, 5, 1, 2, 3), box(10, 0, 15, 5, 1, 2, 3), Combine::Intersect).empty());
  EXPECT_TRUE(
      combine(box(0, 0, 5, 5, 1, 2, 3), box(0, 0, 5, 5, 101, 2, 3), Combine::Intersect).empty());
}

// Any polygon of 3..12 corners in a 60 mm square, self-crossing or not, on a coarse lattice so that
// shared corners and overlapping edges occur often.
rc::Gen<Polygon> any_polygon() {
  const auto corner = rc::gen::map(
      rc::gen::pair(rc::gen::inRange(0, 25), rc::gen::inRange(0, 25)), [](std::pair<int, int> p) {
        return std::pair<double, double>(2.5 * p.first, 2.5 * p.second);
      });
  return rc::gen::map(
      rc::gen::mapcat(rc::gen::inRange<std::size_t>(3, 13),
                      [corner](std::size_t n) {
                        return rc::gen::container<std::vector<std::pair<double, double>>>(n,
                                                                                          corner);
                      }),
      [](std::vector<std::pair<double, double>> points) { return Polygon{points}; });
}

Region prism(const std::vector<Polygon>& polygons, double z0) {
  std::vector<InputEdge> edges;
  for (const Polygon& p : polygons) {
    for (std::size_t i = 0; i < p.points.size(); ++i) {
      const auto& [x0, y0] = p.points[i];
      const auto& [x1, y1] = p.points[(i + 1) % p.points.size()];
      edges.push_back({x0, y0, x1, y1, 0});
    }
  }
  CleanBorder border = arrange(edges, Combine::Union);
  return {PlaneFrame{}, {{z0, z0 + 10.0, std::move(border.area)}}};
}

// Even-odd test of a point, straight from the definition.
bool inside(const std::vector<Polygon>& polygons, double x, double y) {
  bool in = false;
  for (const Polygon& p : polygons) {
    for (std::size_t i = 0; i < p.points.size(); ++i) {
      const auto& [x0, y0] = p.points[i];
      const auto& [x1, y1] = p.points[(i + 1) % p.points.size()];
      if ((y0 > y) != (y1 > y) && x < x0 + (x1 - x0) * ((y - y0) / (y1 - y0))) in = !in;
    }
  }
  return in;
}

bool inside_border(const Region& region, double x, double y) {
  if (region.slabs().empty()) return false;
  double winding = 0.0;
  for (const Edge& e : region.slabs()[0].edges()) {
    if (e.v0 <= y && y < e.v1 && x < e.u0 + (e.u1 - e.u0) * ((y - e.v0) / (e.v1 - e.v0))) {
      winding += e.sign;
    }
  }
  return winding != 0.0;
}

RC_GTEST_PROP(Arrange, AgreesWithTheEvenOddRulePointByPoint, ()) {
  const auto polygons = *rc::gen::container<std::vector<Polygon>>(2, any_polygon());
  const Region region = prism(polygons, 0.0);
  for (int i = 0; i < 40; ++i) {
    // Irrational offsets keep the probes off the lattice on which edges lie.
    const double x = std::fmod(7.0710678 * i + 0.3141592, 60.0);
    const double y = std::fmod(11.1803399 * i + 0.2718281, 60.0);
    RC_ASSERT(inside_border(region, x, y) == inside(polygons, x, y));
  }
}

RC_GTEST_PROP(Combine, KeepsTheLawsOfSets, ()) {
  const Region a = prism({*any_polygon()}, 0.0);
  const Region b = prism({*any_polygon()}, 4.0);
  const double tolerance = 1e-9;  // cc; volumes here are up to 36 cc
  const double both = cc(combine(a, b, Combine::Intersect));
  RC_ASSERT(std::abs(cc(combine(a, b, Combine::Subtract)) - (cc(a) - both)) < tolerance);
  RC_ASSERT(std::abs(cc(combine(a, b, Combine::Union)) - (cc(a) + cc(b) - both)) < tolerance);
  RC_ASSERT(std::abs(cc(combine(b, a, Combine::Intersect)) - both) < tolerance);
  // A = (A - B) + (A & B)
  const Region again =
      combine(combine(a, b, Combine::Subtract), combine(a, b, Combine::Intersect), Combine::Union);
  RC_ASSERT(std::abs(cc(again) - cc(a)) < tolerance);
}

RC_GTEST_PROP(Arrange, GivesTheShoelaceAreaOfAStarShape, ()) {
  const int corners = *rc::gen::inRange(3, 60);
  Polygon star;
  for (int i = 0; i < corners; ++i) {
    const double r = 5.0 + 0.1 * *rc::gen::inRange(0, 200);
    const double t = 2.0 * std::numbers::pi * i / corners;
    star.points.emplace_back(30 + r * std::cos(t), 30 + r * std::sin(t));
  }
  RC_ASSERT(std::abs(cc(prism({star}, 0.0)) - testing::area(star) * 10.0 / 1000.0) < 1e-10);
}

}  // namespace
}  // namespace dosegate::geometry
