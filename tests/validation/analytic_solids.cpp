#include "validation/analytic_solids.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace dosegate::validation {
namespace {

constexpr double kPi = std::numbers::pi;
constexpr double kCornerEvery_mm = 0.3;

using model::Vec3;
using Polygons = std::vector<Polygon>;

double root(double x) {
  return std::sqrt(std::max(0.0, x));
}

IdealShape ball(double radius_mm, Point centre, double w_mm) {
  return {w_mm - radius_mm, w_mm + radius_mm, [=](double w) -> Polygons {
            const double r = root(radius_mm * radius_mm - (w - w_mm) * (w - w_mm));
            if (r < 1e-6) return {};
            return {ellipse(centre, r, r)};
          }};
}

// Section of a lying cone (axis along b, apex at b = radius) at distance w from its axis: within a
// hyperbola. Points crowd towards its tip, where it bends most.
Polygons cone_section(double radius_mm, double w) {
  const double tip = radius_mm - 2.0 * std::abs(w);
  const double length = tip + radius_mm;
  if (length < 1e-6) return {};
  const int steps = std::max(12, static_cast<int>(length / kCornerEvery_mm));
  Polygon right;
  for (int i = steps; i >= 0; --i) {
    const double t = static_cast<double>(i) / steps;
    const double b = tip - length * t * t;
    const double r = 0.5 * (radius_mm - b);
    right.push_back({root(r * r - w * w), b});
  }
  Polygon polygon = right;
  for (std::size_t i = right.size() - 1; i-- > 0;) polygon.push_back({-right[i][0], right[i][1]});
  return {polygon};
}

SmoothPart smooth_cone(double radius_mm, const Vec3& axis) {
  SmoothPart part = smooth_rod(radius_mm, -radius_mm, radius_mm, axis);
  part.radius_mm = [=](double t) { return 0.5 * (radius_mm - t); };
  return part;
}

}  // namespace

Polygon ellipse(Point centre, double semi_a, double semi_b, int corners) {
  if (corners == 0) {
    const double around = 2.0 * kPi * std::max(semi_a, semi_b) / kCornerEvery_mm;
    corners = std::clamp(static_cast<int>(around), 16, 400);
  }
  Polygon polygon;
  for (int i = 0; i < corners; ++i) {
    const double t = 2.0 * kPi * i / corners;
    polygon.push_back({centre[0] + semi_a * std::cos(t), centre[1] + semi_b * std::sin(t)});
  }
  return polygon;
}

Solid sphere(double radius_mm) {
  return {"sphere",
          radius_mm,
          Combination::Only,
          ball(radius_mm, {0, 0}, 0),
          {},
          {smooth_ball(radius_mm, Vec3::Zero())}};
}

Solid cylinder(double radius_mm, Axis axis) {
  if (axis == Axis::AlongW) {
    return {"cylinder",
            radius_mm,
            Combination::Only,
            {-radius_mm, radius_mm,
             [=](double) -> Polygons {
               return {ellipse({0, 0}, radius_mm, radius_mm)};
             }},
            {},
            {smooth_rod(radius_mm, -radius_mm, radius_mm, Vec3::UnitZ())}};
  }
  return {"cylinder across",
          radius_mm,
          Combination::Only,
          {-radius_mm, radius_mm,
           [=](double w) -> Polygons {
             const double a = root(radius_mm * radius_mm - w * w);
             if (a < 1e-6) return {};
             return {{{-a, -radius_mm}, {a, -radius_mm}, {a, radius_mm}, {-a, radius_mm}}};
           }},
          {},
          {smooth_rod(radius_mm, -radius_mm, radius_mm, Vec3::UnitY())}};
}

Solid cone(double radius_mm, Axis axis) {
  if (axis == Axis::AlongW) {
    return {"cone",
            radius_mm,
            Combination::Only,
            {-radius_mm, radius_mm,
             [=](double w) -> Polygons {
               const double r = 0.5 * (radius_mm - w);
               if (r < 1e-6) return {};
               return {ellipse({0, 0}, r, r)};
             }},
            {},
            {smooth_cone(radius_mm, Vec3::UnitZ())}};
  }
  return {"cone across",
          radius_mm,
          Combination::Only,
          {-radius_mm, radius_mm, [=](double w) -> Polygons { return cone_section(radius_mm, w); }},
          {},
          {smooth_cone(radius_mm, Vec3::UnitY())}};
}

Solid box(double half_mm, double turn_rad) {
  const double a = half_mm;
  const double b = 0.8 * half_mm;
  const double c = std::cos(turn_rad);
  const double s = std::sin(turn_rad);
  Polygon corners;
  for (const auto& [x, y] : {Point{-a, -b}, Point{a, -b}, Point{a, b}, Point{-a, b}}) {
    corners.push_back({c * x - s * y, s * x + c * y});
  }
  SmoothPart upright;
  upright.prism = corners;
  upright.lo_mm = -1.2 * half_mm;
  upright.hi_mm = 1.2 * half_mm;
  return {turn_rad == 0.0 ? "box" : "turned box",
          1.2 * half_mm,
          Combination::Only,
          {-1.2 * half_mm, 1.2 * half_mm, [=](double) -> Polygons { return {corners}; }},
          {},
          {upright}};
}

Solid ellipsoid(double semi_mm) {
  const double height = 0.85 * semi_mm;
  SmoothPart smooth = smooth_ball(semi_mm, Vec3::Zero());
  smooth.stretch = Vec3(1.0, 0.7, 0.85);
  return {"ellipsoid",
          semi_mm,
          Combination::Only,
          {-height, height,
           [=](double w) -> Polygons {
             const double f = root(1.0 - w * w / (height * height));
             if (f < 1e-6) return {};
             return {ellipse({0, 0}, semi_mm * f, 0.7 * semi_mm * f)};
           }},
          {},
          {smooth}};
}

Solid shell(double radius_mm) {
  const IdealShape outer = ball(radius_mm, {0, 0}, 0);
  const IdealShape inner = ball(0.6 * radius_mm, {0, 0}, 0);
  SmoothPart hole = smooth_ball(0.6 * radius_mm, Vec3::Zero());
  hole.sign = -1.0;
  return {"shell",
          radius_mm,
          Combination::Only,
          {outer.lo_mm, outer.hi_mm,
           [=](double w) {
             Polygons polygons = outer.section(w);
             for (Polygon& p : inner.section(w)) polygons.push_back(std::move(p));
             return polygons;
           }},
          {},
          {smooth_ball(radius_mm, Vec3::Zero()), hole}};
}

Solid rod(double radius_mm, double half_length_mm, double hole_share) {
  SmoothPart hole =
      smooth_rod(hole_share * radius_mm, -half_length_mm, half_length_mm, Vec3::UnitZ());
  hole.sign = -1.0;
  std::vector<SmoothPart> parts = {
      smooth_rod(radius_mm, -half_length_mm, half_length_mm, Vec3::UnitZ())};
  if (hole_share > 0.0) parts.push_back(hole);
  return {hole_share > 0.0 ? "tube" : "rod",
          radius_mm,
          Combination::Only,
          {-half_length_mm, half_length_mm,
           [=](double) {
             Polygons polygons = {ellipse({0, 0}, radius_mm, radius_mm)};
             const double inner_mm = hole_share * radius_mm;
             if (inner_mm > 0.0) polygons.push_back(ellipse({0, 0}, inner_mm, inner_mm));
             return polygons;
           }},
          {},
          std::move(parts)};
}

Solid two_bodies(double radius_mm) {
  const double r = 0.6 * radius_mm;
  const IdealShape left = ball(r, {-0.4 * radius_mm, 0.0}, 0);
  const double half = 0.35 * radius_mm;
  SmoothPart rod = smooth_rod(0.3 * radius_mm, -half, half, Vec3::UnitZ());
  rod.centre = radius_mm * Vec3(0.6, 0.1, 0.0);
  return {"two bodies",
          radius_mm,
          Combination::Only,
          {-r, r,
           [=](double w) {
             Polygons polygons = left.section(w);
             if (std::abs(w) <= half) {
               polygons.push_back(
                   ellipse({0.6 * radius_mm, 0.1 * radius_mm}, 0.3 * radius_mm, 0.3 * radius_mm));
             }
             return polygons;
           }},
          {},
          {smooth_ball(r, radius_mm * Vec3(-0.4, 0.0, 0.0)), rod}};
}

Solid merged_spheres(double radius_mm) {
  const Vec3 c0 = radius_mm * Vec3(-0.3, 0.1, -0.15);
  const Vec3 c1 = radius_mm * Vec3(0.4, -0.05, 0.25);
  const double r0 = 0.65 * radius_mm;
  const double r1 = 0.5 * radius_mm;
  // Both contain the lens: along the line of centres, discs of the smaller of both radii.
  const double apart = (c1 - c0).norm();
  SmoothPart lens;
  lens.sign = -1.0;
  lens.centre = c0;
  lens.axis = (c1 - c0) / apart;
  lens.lo_mm = apart - r1;
  lens.hi_mm = r0;
  lens.radius_mm = [=](double t) {
    return std::min(root(r0 * r0 - t * t), root(r1 * r1 - (t - apart) * (t - apart)));
  };
  return {"merged spheres",
          radius_mm,
          Combination::Union,
          ball(r0, {c0.x(), c0.y()}, c0.z()),
          ball(r1, {c1.x(), c1.y()}, c1.z()),
          {smooth_ball(r0, c0), smooth_ball(r1, c1), lens}};
}

Solid liver_minus_gtv() {
  // 4/3 pi times these semi-axes: 1602 cc. About 68 cc of the GTVs lie inside.
  constexpr double kA_mm = 85.0;
  constexpr double kB_mm = 60.0;
  constexpr double kW_mm = 75.0;
  const auto liver = [](double w) -> Polygons {
    const double f = root(1.0 - w * w / (kW_mm * kW_mm));
    if (f < 1e-6) return {};
    return {ellipse({0, 0}, kA_mm * f, kB_mm * f)};
  };
  const IdealShape deep = ball(22.0, {-35.0, 5.0}, 10.0);
  const IdealShape rim = ball(19.0, {62.0, -22.0}, -12.0);
  const auto gtvs = [=](double w) {
    Polygons polygons = deep.section(w);
    for (Polygon& p : rim.section(w)) polygons.push_back(std::move(p));
    return polygons;
  };
  return {"liver minus GTV",
          kA_mm,
          Combination::Minus,
          {-kW_mm, kW_mm, liver},
          {-31.0, 32.0, gtvs},  // from the foot of the one to the top of the other
          {}};
}

DrawnBody draw(const Solid& solid, const Drawing& drawing) {
  DrawnBody body;
  body.w = drawing.w;
  body.combination = solid.combination;
  const auto stack = [&](const IdealShape& shape, double spacing_mm) {
    const double up = drawing.centre_mm[2];
    return draw(shape.lo_mm + up, shape.hi_mm + up, drawing.phase_mm, spacing_mm, [&](double w) {
      Polygons polygons = shape.section(w - up);
      for (Polygon& polygon : polygons) {
        for (Point& p : polygon) p = {p[0] + drawing.centre_mm[0], p[1] + drawing.centre_mm[1]};
      }
      return polygons;
    });
  };
  body.stacks[0] = stack(solid.first, drawing.spacing_mm);
  if (solid.combination != Combination::Only) {
    const double own = drawing.second_spacing_mm;
    body.stacks[1] = stack(solid.second, own > 0.0 ? own : drawing.spacing_mm);
  }
  return body;
}

}  // namespace dosegate::validation
