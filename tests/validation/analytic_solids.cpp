#include "validation/analytic_solids.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace dosegate::validation {
namespace {

constexpr double kPi = std::numbers::pi;
constexpr double kCornerEvery_mm = 0.3;

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
  return {"sphere", radius_mm, Combination::Only, ball(radius_mm, {0, 0}, 0), {}};
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
            {}};
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
          {}};
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
            {}};
  }
  return {"cone across",
          radius_mm,
          Combination::Only,
          {-radius_mm, radius_mm, [=](double w) -> Polygons { return cone_section(radius_mm, w); }},
          {}};
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
  return {turn_rad == 0.0 ? "box" : "turned box",
          1.2 * half_mm,
          Combination::Only,
          {-1.2 * half_mm, 1.2 * half_mm, [=](double) -> Polygons { return {corners}; }},
          {}};
}

Solid ellipsoid(double semi_mm) {
  const double height = 0.85 * semi_mm;
  return {"ellipsoid",
          semi_mm,
          Combination::Only,
          {-height, height,
           [=](double w) -> Polygons {
             const double f = root(1.0 - w * w / (height * height));
             if (f < 1e-6) return {};
             return {ellipse({0, 0}, semi_mm * f, 0.7 * semi_mm * f)};
           }},
          {}};
}

Solid shell(double radius_mm) {
  const IdealShape outer = ball(radius_mm, {0, 0}, 0);
  const IdealShape inner = ball(0.6 * radius_mm, {0, 0}, 0);
  return {"shell",
          radius_mm,
          Combination::Only,
          {outer.lo_mm, outer.hi_mm,
           [=](double w) {
             Polygons polygons = outer.section(w);
             for (Polygon& hole : inner.section(w)) polygons.push_back(std::move(hole));
             return polygons;
           }},
          {}};
}

Solid two_bodies(double radius_mm) {
  const double r = 0.6 * radius_mm;
  const IdealShape left = ball(r, {-0.4 * radius_mm, 0.0}, 0);
  const double half = 0.35 * radius_mm;
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
          {}};
}

Solid merged_spheres(double radius_mm) {
  return {"merged spheres", radius_mm, Combination::Union,
          ball(0.65 * radius_mm, {-0.3 * radius_mm, 0.1 * radius_mm}, -0.15 * radius_mm),
          ball(0.5 * radius_mm, {0.4 * radius_mm, -0.05 * radius_mm}, 0.25 * radius_mm)};
}

Solid liver_minus_gtv() {
  const double a = 85.0;  // semi-axes, mm: 4/3 pi a b w = 1602 cc, the GTVs inside it about 68 cc
  const double b = 60.0;
  const double height = 75.0;
  const IdealShape liver = {-height, height, [=](double w) -> Polygons {
                              const double f = root(1.0 - w * w / (height * height));
                              if (f < 1e-6) return {};
                              return {ellipse({0, 0}, a * f, b * f)};
                            }};
  const IdealShape deep = ball(22.0, {-35.0, 5.0}, 10.0);
  const IdealShape rim = ball(19.0, {62.0, -22.0}, -12.0);
  return {"liver minus GTV", a, Combination::Minus, liver, {-31.0, 32.0, [=](double w) {
                                                              Polygons polygons = deep.section(w);
                                                              for (Polygon& p : rim.section(w))
                                                                polygons.push_back(std::move(p));
                                                              return polygons;
                                                            }}};
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
