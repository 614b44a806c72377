#include "ideal_truth.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace dosegate::samples {
namespace {

constexpr int kHeights = 300;
constexpr int kRadii = 80;
constexpr int kAngles = 240;

bool in_any(const std::vector<Solid>& solids, const Point3& p) {
  return std::any_of(solids.begin(), solids.end(), [&](const Solid& s) { return s.contains(p); });
}

Point3 point_on(const Ellipse& ellipse, double radius, double angle, double z) {
  return {ellipse.centre.x + ellipse.rx * radius * std::cos(angle),
          ellipse.centre.y + ellipse.ry * radius * std::sin(angle), z};
}

/// One section of `thickness` mm: its samples, and its border, which only the extremes see.
void add_section(const Ellipse& ellipse, double z, double thickness,
                 const std::vector<Solid>& taken_off, const DoseModel& model, IdealTruth& truth) {
  const double area = std::numbers::pi * ellipse.rx * ellipse.ry;
  const double volume = area * thickness / (kRadii * kAngles);
  for (int a = 0; a < kAngles; ++a) {
    const double angle = 2.0 * std::numbers::pi * (a + 0.5) / kAngles;
    for (int r = 0; r <= kRadii; ++r) {
      const bool border = r == kRadii;
      const double radius = border ? 1.0 : std::sqrt((r + 0.5) / kRadii);
      const Point3 p = point_on(ellipse, radius, angle, z);
      if (in_any(taken_off, p)) {
        continue;
      }
      const double gy = dose_gy(model, p);
      truth.extremes.min_gy = std::min(truth.extremes.min_gy, gy);
      truth.extremes.max_gy = std::max(truth.extremes.max_gy, gy);
      if (!border) {
        truth.doses.add(gy, volume);
      }
    }
  }
}

}  // namespace

IdealTruth integrate_ideal(const std::vector<Solid>& base, const std::vector<Solid>& taken_off,
                           const DoseModel& model) {
  IdealTruth truth;
  truth.extremes.min_gy = std::numeric_limits<double>::infinity();
  for (const auto& solid : base) {
    const auto [low, high] = solid.extent();
    const double thickness = (high - low) / kHeights;
    for (int h = 0; h < kHeights; ++h) {
      const double z = low + (h + 0.5) * thickness;
      if (const auto ellipse = solid.section(z)) {
        add_section(*ellipse, z, thickness, taken_off, model, truth);
      }
    }
    truth.volume_cc += solid.volume_cc();
  }
  if (!taken_off.empty()) {
    truth.volume_cc = truth.doses.volume_cc();
  }
  return truth;
}

}  // namespace dosegate::samples
