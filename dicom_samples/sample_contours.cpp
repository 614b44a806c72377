#include "sample_contours.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

namespace dosegate::samples {
namespace {

/// The double nearest to the two-decimal text of `value`: what a reader gets back from the file.
double two_decimals(double value) {
  return std::round(value * 100.0) / 100.0;
}

/// Points at equal steps of the eccentric angle. The first point wanders from plane to plane, so
/// that vertices do not stand in columns.
Polygon trace(const Ellipse& ellipse, double chord_error_mm, int plane) {
  // Ramanujan's first approximation; good to far below a step here.
  const double a = ellipse.rx;
  const double b = ellipse.ry;
  const double perimeter =
      std::numbers::pi * (3.0 * (a + b) - std::sqrt((3.0 * a + b) * (a + 3.0 * b)));
  // A chord of length h leaves a circle of radius r by h^2 / 8r.
  const double step = std::max(0.9, std::sqrt(8.0 * std::min(a, b) * chord_error_mm));
  const int count = std::max(12, static_cast<int>(std::ceil(perimeter / step)));
  Polygon polygon;
  for (int i = 0; i < count; ++i) {
    const double t = 2.0 * std::numbers::pi * i / count + 0.37 * plane;
    polygon.push_back({two_decimals(ellipse.centre.x + a * std::cos(t)),
                       two_decimals(ellipse.centre.y + b * std::sin(t))});
  }
  return polygon;
}

void require_no_gaps(const DrawnRoi& drawn, double spacing_mm) {
  for (std::size_t i = 1; i < drawn.planes.size(); ++i) {
    if (std::abs(drawn.planes[i].z - drawn.planes[i - 1].z - spacing_mm) > 1e-9) {
      throw std::runtime_error("the planes of " + drawn.roi.name + " have a gap");
    }
  }
}

}  // namespace

std::vector<DrawnRoi> draw(const SamplePlan& plan) {
  // A smaller section is a speck that no observer would draw.
  constexpr double kSmallestSemiAxis = 1.5;  // mm
  constexpr int kPlanes = 60;                // to both sides of the middle
  std::vector<DrawnRoi> all;
  for (const auto& roi : plan.rois) {
    DrawnRoi drawn{roi, {}};
    for (int n = -kPlanes; n <= kPlanes; ++n) {
      DrawnPlane plane;
      plane.z = two_decimals(plan.plane_offset_mm + n * plan.plane_spacing_mm);
      for (const auto& solid : roi.solids) {
        const auto ellipse = solid.section(plane.z);
        if (ellipse && std::min(ellipse->rx, ellipse->ry) >= kSmallestSemiAxis) {
          plane.polygons.push_back(trace(*ellipse, roi.chord_error_mm, n));
        }
      }
      if (!plane.polygons.empty()) {
        drawn.planes.push_back(std::move(plane));
      }
    }
    require_no_gaps(drawn, plan.plane_spacing_mm);
    all.push_back(std::move(drawn));
  }
  return all;
}

}  // namespace dosegate::samples
