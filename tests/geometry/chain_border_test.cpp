// The quick way to a plane's border against the reference, arrange(): where the quick way answers at
// all, it must answer the same; and it must answer for planes as clinics draw them.
#include "geometry/chain_border.h"

#include <gtest/gtest.h>
// gtest first: rapidcheck's header needs it.
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "geometry/arrangement.h"
#include "support/shapes.h"

namespace dosegate::geometry {
namespace {

using testing::Polygon;
using testing::rectangle;

// As exports write them. (Unrounded, sin() leaves corners 1e-15 mm apart in height; there the
// reference cuts the tip of the circle off, for its two sides are nearer than 1e-9 mm.)
double hundredths(double mm) {
  return std::round(100 * mm) / 100;
}

Polygon circle(double cx, double cy, double radius, int corners) {
  Polygon polygon = testing::circle(cx, cy, radius, corners);
  for (auto& [u, v] : polygon.points) u = hundredths(u), v = hundredths(v);
  return polygon;
}

std::optional<Area> quick(const std::vector<Polygon>& polygons) {
  ChainBorder chains;
  chains.clear();
  for (const Polygon& polygon : polygons) {
    std::vector<ChainBorder::Point> ring;
    for (const auto& [u, v] : polygon.points) ring.push_back({u, v});
    chains.add_ring(ring);
  }
  return chains.border();
}

CleanBorder reference(const std::vector<Polygon>& polygons) {
  std::vector<InputEdge> edges;
  for (const Polygon& p : polygons) {
    for (std::size_t i = 0; i < p.points.size(); ++i) {
      const auto& [u0, v0] = p.points[i];
      const auto& [u1, v1] = p.points[(i + 1) % p.points.size()];
      if (u0 != u1 || v0 != v1) edges.push_back({u0, v0, u1, v1, 0});
    }
  }
  return arrange(edges, Combine::Union);
}

std::vector<std::tuple<double, double, double, double, double>> listed(const Area& area) {
  std::vector<std::tuple<double, double, double, double, double>> edges;
  for (const Edge& e : area.edges) edges.emplace_back(e.v0, e.u0, e.v1, e.u1, e.sign);
  return edges;
}

// Length of level border at each height. Where a corner touches a level edge from outside, the
// reference writes it in two pieces.
std::map<double, double> level_lengths(const Area& area) {
  std::map<double, double> lengths;
  for (const LevelEdge& e : area.levels) lengths[e.v] += e.u1 - e.u0;
  return lengths;
}

// The very same edges in the very same order: the contours' own corners, no arithmetic on them.
bool same(const Area& a, const Area& b) {
  const auto la = level_lengths(a);
  const auto lb = level_lengths(b);
  return listed(a) == listed(b) &&
         std::equal(la.begin(), la.end(), lb.begin(), lb.end(), [](const auto& x, const auto& y) {
           return x.first == y.first && std::abs(x.second - y.second) < 1e-9;  // sums of pieces
         });
}

void expect_same(const std::vector<Polygon>& polygons) {
  const auto area = quick(polygons);
  ASSERT_TRUE(area.has_value());
  const CleanBorder expected = reference(polygons);
  EXPECT_TRUE(same(*area, expected.area));
  EXPECT_EQ(expected.self_crossing_mm, 0.0);
}

TEST(ChainBorder, TakesRingsHolesAndIslandsAsTheReferenceDoes) {
  expect_same({circle(3, 4, 11, 97)});
  expect_same({rectangle(0, 0, 30, 30), rectangle(5, 5, 25, 25), rectangle(10, 10, 20, 20)});
  expect_same({circle(0, 0, 30, 200), circle(-10, 0, 5, 40), circle(10, 0, 5, 41)});
  expect_same({circle(0, 0, 10, 36), circle(40, 5, 10, 36), circle(0, 35, 7, 36)});
}

TEST(ChainBorder, TakesStaircasesAndCombs) {
  // A comb with teeth up and down, and a staircase: level edges inside chains and at their ends.
  expect_same({{{{0, 0},
                 {4, 0},
                 {4, 5},
                 {6, 5},
                 {6, -2},
                 {8, -2},
                 {8, 6},
                 {10, 6},
                 {10, 3},
                 {12, 3},
                 {12, 10},
                 {0, 10}}}});
  expect_same({{{{0, 0}, {1, 0}, {1, 1}, {2, 1}, {3, 1}, {3, 2}, {4, 3}, {4, 4}, {0, 4}}}});
}

TEST(ChainBorder, IgnoresRepeatedPoints) {
  expect_same({{{{0, 0}, {0, 0}, {10, 0}, {10, 10}, {10, 10}, {10, 10}, {0, 10}, {0, 0}}}});
}

TEST(ChainBorder, TakesABorderThatTurnsOftenInASpiral) {
  Polygon spiral;
  for (int i = 0; i <= 400; ++i) {
    const double t = 0.05 * i;
    spiral.points.emplace_back((5 + t) * std::cos(t), (5 + t) * std::sin(t));
  }
  for (int i = 400; i >= 0; --i) {
    const double t = 0.05 * i;
    spiral.points.emplace_back((7 + t) * std::cos(t), (7 + t) * std::sin(t));
  }
  expect_same({spiral});
}

TEST(ChainBorder, HandsBackWhatCrossesOrTouches) {
  EXPECT_FALSE(quick({{{{0, 0}, {20, 20}, {20, 0}, {0, 20}}}}).has_value());  // bow-tie
  EXPECT_FALSE(quick({rectangle(0, 0, 20, 20), rectangle(10, 10, 30, 30)}).has_value());
  EXPECT_FALSE(quick({rectangle(0, 0, 20, 20), rectangle(0, 0, 20, 20)}).has_value());
  EXPECT_FALSE(quick({rectangle(0, 0, 20, 20), rectangle(20, 0, 30, 20)}).has_value());
  EXPECT_FALSE(quick({rectangle(0, 0, 20, 20), rectangle(5, 20, 15, 30)}).has_value());
  // A hole that touches the outline with a corner in the middle of an edge.
  EXPECT_FALSE(
      quick({rectangle(0, 0, 20, 20), Polygon{{{0, 10}, {5, 5}, {10, 10}, {5, 15}}}}).has_value());
  // Keyhole: a bridge of no width, walked twice.
  EXPECT_FALSE(quick({{{{0, 0},
                        {20, 0},
                        {20, 20},
                        {0, 20},
                        {0, 10},
                        {5, 10},
                        {5, 15},
                        {15, 15},
                        {15, 5},
                        {5, 5},
                        {5, 10},
                        {0, 10}}}})
                   .has_value());
  // A spike: out and back along one line, level and not.
  EXPECT_FALSE(
      quick({{{{0, 0}, {10, 0}, {10, 5}, {15, 5}, {10, 5}, {10, 10}, {0, 10}}}}).has_value());
  EXPECT_FALSE(
      quick({{{{0, 0}, {10, 0}, {10, 10}, {5, 10}, {6, 15}, {5, 10}, {0, 10}}}}).has_value());
}

// Shapes on a coarse lattice: corners that touch, level edges and coincident edges abound.
rc::Gen<Polygon> lattice_polygon() {
  const auto corner = rc::gen::map(
      rc::gen::pair(rc::gen::inRange(0, 12), rc::gen::inRange(0, 12)), [](std::pair<int, int> p) {
        return std::pair<double, double>(2.5 * p.first, 2.5 * p.second);
      });
  return rc::gen::map(
      rc::gen::mapcat(rc::gen::inRange<std::size_t>(3, 9),
                      [corner](std::size_t n) {
                        return rc::gen::container<std::vector<std::pair<double, double>>>(n,
                                                                                          corner);
                      }),
      [](std::vector<std::pair<double, double>> points) { return Polygon{points}; });
}

RC_GTEST_PROP(ChainBorder, NeverContradictsTheReference, ()) {
  int answered = 0;
  for (int plane = 0; plane < 20; ++plane) {
    std::vector<Polygon> polygons;
    const int count = *rc::gen::inRange(1, 4);
    for (int i = 0; i < count; ++i) polygons.push_back(*lattice_polygon());
    const auto area = quick(polygons);
    if (!area) continue;
    ++answered;
    const CleanBorder expected = reference(polygons);
    RC_ASSERT(same(*area, expected.area));
    // Corners may still meet in one point; nothing may cross.
    RC_ASSERT(expected.self_crossing_mm < kClear_mm);
  }
  RC_CLASSIFY(answered > 0);
}

// A star with a wavy outline, a hole of the same kind in it and an island in the hole, rounded to
// hundredths of a millimetre as exports do, so that level edges occur.
Polygon star(double cx, double cy, double scale, int corners, const std::vector<int>& waves) {
  Polygon polygon;
  for (int i = 0; i < corners; ++i) {
    const double t = 2.0 * std::numbers::pi * i / corners;
    const int wave = waves[static_cast<std::size_t>(i) % waves.size()];
    const double r = scale * (1.0 + 0.01 * wave);  // 0.9 .. 1.1 of the scale
    polygon.points.emplace_back(hundredths(cx + r * std::cos(t)), hundredths(cy + r * std::sin(t)));
  }
  return polygon;
}

RC_GTEST_PROP(ChainBorder, AnswersForNestedWavyOutlines, ()) {
  const auto waves = *rc::gen::container<std::vector<int>>(23, rc::gen::inRange(-10, 11));
  const int corners = *rc::gen::inRange(20, 120);
  std::vector<Polygon> polygons = {star(5, 7, 40, corners, waves), star(5, 7, 25, corners, waves),
                                   star(5, 7, 10, corners / 2, waves), star(100, 9, 20, 30, waves)};
  for (Polygon& polygon : polygons) {
    if (*rc::gen::arbitrary<bool>()) std::reverse(polygon.points.begin(), polygon.points.end());
    const auto turn = *rc::gen::inRange<std::size_t>(0, polygon.points.size());
    std::rotate(polygon.points.begin(), polygon.points.begin() + static_cast<std::ptrdiff_t>(turn),
                polygon.points.end());
  }
  const auto area = quick(polygons);
  RC_ASSERT(area.has_value());
  RC_ASSERT(same(*area, reference(polygons).area));
  double expected = 0.0;
  const double sign[4] = {1, -1, 1, 1};
  for (int i = 0; i < 4; ++i) expected += sign[i] * testing::area(polygons[i]);
  RC_ASSERT(std::abs(area_mm2(*area) - expected) < 1e-9);  // rounding: 1e-16 of 1e5 mm^2 of terms
}

}  // namespace
}  // namespace dosegate::geometry
