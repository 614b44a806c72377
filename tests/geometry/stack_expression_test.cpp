// Laws of sets for expressions over stacks of planes, under every reading; and the slab reading
// against the direct combination of solids.
#include "geometry/stack_expression.h"

#include <gtest/gtest.h>
// gtest first: rapidcheck's header needs it.
#include <rapidcheck/gtest.h>

#include "geometry/read_stack.h"
#include "support/shapes.h"

namespace dosegate::geometry {
namespace {

using testing::Polygon;
using testing::rectangle;
using testing::Roi;
using testing::stack;

constexpr double kRounding_cc = 1e-9;  // volumes here are up to 100 cc

std::vector<Reading> all_readings() {
  std::vector<Reading> readings;
  for (const auto caps : {EndCaps::Half, EndCaps::None, EndCaps::Capped1_5, EndCaps::Rounded}) {
    for (const auto way : {Interpolation::Slab, Interpolation::Blend, Interpolation::Cubic})
      readings.push_back({caps, way});
  }
  return readings;
}

StackExpression one(const PlaneStack& stack) {
  return {&stack, Combine::Union, {}};
}

StackExpression join(const StackExpression& a, Combine operation, const StackExpression& b) {
  return {nullptr, operation, {a, b}};
}

Region read(const StackExpression& expression, const Reading& reading) {
  return ExpressionReader(expression).read(reading);
}

double cc(const StackExpression& expression, const Reading& reading) {
  return read(expression, reading).volume().value();
}

// Integral of w over the solid, in units of 1000 mm^4.
double moment(const StackExpression& expression, const Reading& reading) {
  double sum = 0.0;
  const Region region = read(expression, reading);
  for (const Slab& s : region.slabs()) {
    sum += area_mm2(*s.area) * (s.w_hi - s.w_lo) *
           (s.weight_lo * (2 * s.w_lo + s.w_hi) + s.weight_hi * (s.w_lo + 2 * s.w_hi)) / 6000.0;
  }
  return sum;
}

PlaneStack planes_of(const Roi& roi) {
  return build_stack(survey(roi), *contour_frame(roi), std::nullopt)->stack;
}

// A box on `count` planes.
PlaneStack box(double x0, double y0, double x1, double y1, double z0, double step, int count) {
  return planes_of(stack("box", z0, step, count,
                         [&](double) { return std::vector{rectangle(x0, y0, x1, y1)}; }));
}

rc::Gen<Polygon> any_polygon() {
  const auto corner = rc::gen::map(
      rc::gen::pair(rc::gen::inRange(0, 25), rc::gen::inRange(0, 25)), [](std::pair<int, int> p) {
        return std::pair<double, double>(2.5 * p.first, 2.5 * p.second);
      });
  return rc::gen::map(
      rc::gen::container<std::vector<std::pair<double, double>>>(5, corner),
      [](std::vector<std::pair<double, double>> points) { return Polygon{std::move(points)}; });
}

// Planes at the given heights, each with an outline of its own (which may cross itself or enclose
// nothing).
PlaneStack any_stack(const std::vector<double>& heights) {
  PlaneStack stack;
  stack.nominal_spacing_mm = 3.0;
  for (const double w : heights) {
    const Polygon polygon = *any_polygon();
    std::vector<InputEdge> edges;
    for (std::size_t i = 0; i < polygon.points.size(); ++i) {
      const auto& [u0, v0] = polygon.points[i];
      const auto& [u1, v1] = polygon.points[(i + 1) % polygon.points.size()];
      if (u0 != u1 || v0 != v1) edges.push_back({u0, v0, u1, v1, 0});
    }
    if (!stack.planes.empty()) stack.real_gap.push_back(w - stack.planes.back().w > 7.5);
    stack.planes.push_back({w, std::make_shared<const Area>(arrange(edges, Combine::Union).area)});
  }
  return stack;
}

// Some planes of a common list (which operands share), of another list, or with a real gap.
std::vector<double> any_heights() {
  static const std::vector<std::vector<double>> kLists = {
      {0, 3, 6, 9, 12, 15}, {3, 6, 9}, {6, 9, 12, 15, 18}, {1, 4, 6.5, 9.5}, {0, 3, 12, 15}, {7}};
  return kLists[*rc::gen::inRange<std::size_t>(0, kLists.size())];
}

RC_GTEST_PROP(StackExpression, KeepsTheLawsOfSetsUnderEveryReading, ()) {
  const PlaneStack sa = any_stack(any_heights());
  const PlaneStack sb = any_stack(any_heights());
  const PlaneStack sc = any_stack(any_heights());
  const auto a = one(sa), b = one(sb), c = one(sc);
  const auto unite = [](const auto& x, const auto& y) { return join(x, Combine::Union, y); };
  const auto minus = [](const auto& x, const auto& y) { return join(x, Combine::Subtract, y); };
  const auto both = [](const auto& x, const auto& y) { return join(x, Combine::Intersect, y); };
  const auto readings = all_readings();
  const Reading reading = readings[*rc::gen::inRange<std::size_t>(0, readings.size())];
  const auto near = [](double x, double y) { return std::abs(x - y) < kRounding_cc; };
  for (double (*measure)(const StackExpression&, const Reading&) : {cc, moment}) {
    const auto m = [&](const StackExpression& e) { return measure(e, reading); };
    RC_ASSERT(near(m(minus(a, b)), m(a) - m(both(a, b))));
    RC_ASSERT(near(m(unite(a, b)) + m(both(a, b)), m(a) + m(b)));
    RC_ASSERT(near(m(both(a, b)), m(both(b, a))));
    RC_ASSERT(near(m(unite(a, b)), m(unite(b, a))));
    RC_ASSERT(near(m(both(unite(a, b), c)), m(unite(both(a, c), both(b, c)))));
    RC_ASSERT(near(m(minus(a, unite(b, c))), m(both(minus(a, b), minus(a, c)))));
    RC_ASSERT(near(m(both(a, a)), m(a)));
    RC_ASSERT(near(m(minus(a, a)), 0.0));
  }
}

RC_GTEST_PROP(StackExpression, ReadAsSlabsIsTheCombinationOfTheSolids, ()) {
  const PlaneStack sa = any_stack(any_heights());
  const PlaneStack sb = any_stack(any_heights());
  const Reading reading = {*rc::gen::element(EndCaps::Half, EndCaps::None, EndCaps::Capped1_5),
                           Interpolation::Slab};
  const auto operation = *rc::gen::element(Combine::Union, Combine::Subtract, Combine::Intersect);
  const Region found = read(join(one(sa), operation, one(sb)), reading);
  const Region expected = combine(read_stack(sa, reading), read_stack(sb, reading), operation);
  for (double w = -3.0; w < 21.0; w += 0.1237) {  // off all faces, which lie on multiples of 1/4
    const auto area_at = [w](const Region& region) {
      double area = 0.0;
      for (const Slab& s : region.slabs()) {
        RC_ASSERT(s.weight_lo == 1.0);
        RC_ASSERT(s.weight_hi == 1.0);
        if (s.w_lo <= w && w < s.w_hi) area += area_mm2(*s.area);
      }
      return area;
    };
    // Rounding of sums over edges in two orders; areas are up to 3600 mm^2.
    RC_ASSERT(std::abs(area_at(found) - area_at(expected)) < 1e-9);
  }
}

TEST(StackExpression, SubtractsWhatIsDrawnOnOtherPlanes) {
  const PlaneStack liver = box(0, 0, 40, 40, 1.5, 3, 10);  // z 0..30 with caps
  const PlaneStack gtv = box(10, 10, 20, 20, 11, 2, 5);    // z 10..20, inside
  for (const auto way : {Interpolation::Slab, Interpolation::Blend, Interpolation::Cubic}) {
    const Reading reading = {EndCaps::Half, way};
    EXPECT_NEAR(cc(join(one(liver), Combine::Subtract, one(gtv)), reading), 47.0, kRounding_cc);
    EXPECT_NEAR(cc(join(one(liver), Combine::Intersect, one(gtv)), reading), 1.0, kRounding_cc);
    EXPECT_NEAR(cc(join(one(liver), Combine::Union, one(gtv)), reading), 48.0, kRounding_cc);
  }
}

TEST(StackExpression, SubtractsOnlyWhatLiesInside) {
  const PlaneStack liver = box(0, 0, 40, 40, 1.5, 3, 10);
  const PlaneStack gtv = box(35, 35, 45, 45, 26, 2, 5);  // 5 x 5 x 5 mm of it inside: z 25..30
  for (const auto way : {Interpolation::Slab, Interpolation::Blend, Interpolation::Cubic}) {
    EXPECT_NEAR(cc(join(one(liver), Combine::Subtract, one(gtv)), {EndCaps::Half, way}),
                48.0 - 0.125, kRounding_cc);
  }
}

TEST(StackExpression, LeavesNothingOfASolidMinusItsCover) {
  const PlaneStack inner = box(10, 10, 20, 20, 6, 3, 3);
  const PlaneStack outer = box(0, 0, 30, 30, 0, 3, 9);
  for (const Reading& reading : all_readings()) {
    const Region nothing = read(join(one(inner), Combine::Subtract, one(outer)), reading);
    EXPECT_TRUE(nothing.empty());
    EXPECT_TRUE(nothing.slabs().empty());
  }
}

TEST(StackExpression, CombinesSharedPlanesBeforeItInterpolates) {
  // Two neighbours whose common border steps aside by 10 mm from one plane to the next: on no plane do
  // they overlap, so no interpolation may say that they do between the planes.
  Roi left, right;
  left.contours = {testing::axial(rectangle(0, 0, 10, 10), 0),
                   testing::axial(rectangle(0, 0, 20, 10), 3)};
  right.contours = {testing::axial(rectangle(10, 0, 40, 10), 0),
                    testing::axial(rectangle(20, 0, 40, 10), 3)};
  const PlaneStack l = planes_of(left), r = planes_of(right);
  for (const Reading& reading : all_readings())
    EXPECT_TRUE(read(join(one(l), Combine::Intersect, one(r)), reading).slabs().empty());
  // Drawn on other planes, their shares multiply: between 0 and 3 the one fades as 1 - w/3 over x
  // 10..20 where the other, here 1 mm up, fades as well.
  for (auto& contour : right.contours) {
    for (auto& p : contour.points) p.z() += 1.0;
  }
  const PlaneStack up = planes_of(right);
  // Over x 10..20 (100 mm^2): left's share is w/3 on 0..3 and 1 on 3..4.5 (cap); right's is 1 on
  // -0.5..1 (cap) and (4 - w)/3 on 1..4. Integral of the product: on 0..1 of w/3: 1/6; on 1..3 of
  // w (4 - w)/9: (2 (9 - 1) - (27 - 1)/3)/9 = 22/27; on 3..4 of (4 - w)/3: 1/6.
  EXPECT_NEAR(cc(join(one(l), Combine::Intersect, one(up)), {EndCaps::Half, Interpolation::Blend}),
              100 * (1 / 6.0 + 22 / 27.0 + 1 / 6.0) / 1000, kRounding_cc);
}

TEST(StackExpression, SharesBordersBetweenReadings) {
  const PlaneStack a = box(0, 0, 40, 40, 0, 3, 10);
  const PlaneStack b = box(30, 30, 50, 50, 0, 3, 10);
  ExpressionReader reader(join(one(a), Combine::Subtract, one(b)));
  const Region slab = reader.read({EndCaps::Half, Interpolation::Slab});
  const Region blend = reader.read({EndCaps::None, Interpolation::Blend});
  for (const Slab& x : blend.slabs()) {
    EXPECT_TRUE(std::any_of(slab.slabs().begin(), slab.slabs().end(),
                            [&](const Slab& y) { return x.area == y.area; }));
  }
}

}  // namespace
}  // namespace dosegate::geometry
