#include "sample_dose.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace dosegate::samples {
namespace {

double logistic(double x) {
  return 1.0 / (1.0 + std::exp(x));
}

double target_share(const DoseModel::Target& target, const Point3& p) {
  // Rounds the cone that a plain distance would have at the centre.
  constexpr double kRounding = 4.0;  // mm^2
  const double x = p.x - target.centre.x;
  const double y = p.y - target.centre.y;
  const double z = (p.z - target.centre.z) / target.stretch;
  const double s = std::sqrt(x * x + y * y + z * z + kRounding);
  return logistic((s - target.radius_mm) / target.width_mm);
}

}  // namespace

double dose_gy(const DoseModel& model, const Point3& p) {
  double spared = 1.0;
  for (const auto& target : model.targets) {
    spared *= 1.0 - target_share(target, p);
  }
  const auto& bath = model.bath;
  const double x = (p.x - bath.centre.x) / bath.sigma_mm.x;
  const double y = (p.y - bath.centre.y) / bath.sigma_mm.y;
  const double z = (p.z - bath.centre.z) / bath.sigma_mm.z;
  const auto& g = model.gradient_gy_per_mm;
  return model.level_gy * (1.0 - spared) +
         bath.amplitude_gy * std::exp(-0.5 * (x * x + y * y + z * z)) + model.base_gy + g.x * p.x +
         g.y * p.y + g.z * p.z;
}

StoredDose store_dose(const DoseModel& model, const GridSpec& spec) {
  StoredDose dose;
  dose.spec = spec;
  const char* end = spec.scaling_text.data() + spec.scaling_text.size();
  std::from_chars(spec.scaling_text.data(), end, dose.scaling_gy);
  const double largest =
      spec.bits == 16 ? 65535.0 : double{std::numeric_limits<std::uint32_t>::max()};
  for (int k = 0; k < spec.count[2]; ++k) {
    for (int j = 0; j < spec.count[1]; ++j) {
      for (int i = 0; i < spec.count[0]; ++i) {
        const Point3 p{dose.centre_mm(0, i), dose.centre_mm(1, j), dose.centre_mm(2, k)};
        const double gy = dose_gy(model, p);
        const double units = std::round(gy / dose.scaling_gy);
        if (gy < 0.0 || units > largest) {
          throw std::runtime_error(
              fmt::format("{:.3f} Gy at ({}, {}, {}) mm cannot be stored", gy, p.x, p.y, p.z));
        }
        dose.raw.push_back(static_cast<std::uint32_t>(units));
      }
    }
  }
  return dose;
}

Between locate(const StoredDose& dose, int axis, double coordinate_mm) {
  const auto a = static_cast<std::size_t>(axis);
  const double t = (coordinate_mm - dose.spec.first_mm[a]) / dose.spec.spacing_mm[a];
  const double last = dose.spec.count[a] - 1;
  const double clamped = std::clamp(t, 0.0, last);
  const int index = std::min(static_cast<int>(clamped), dose.spec.count[a] - 2);
  return {index, clamped - index};
}

double interpolate_gy(const StoredDose& dose, const Point3& p) {
  const Between x = locate(dose, 0, p.x);
  const Between y = locate(dose, 1, p.y);
  const Between z = locate(dose, 2, p.z);
  double sum = 0.0;
  for (int corner = 0; corner < 8; ++corner) {
    const int dx = corner & 1;
    const int dy = (corner >> 1) & 1;
    const int dz = (corner >> 2) & 1;
    const double weight = (dx == 1 ? x.weight : 1.0 - x.weight) *
                          (dy == 1 ? y.weight : 1.0 - y.weight) *
                          (dz == 1 ? z.weight : 1.0 - z.weight);
    sum += weight * dose.value_gy(x.index + dx, y.index + dy, z.index + dz);
  }
  return sum;
}

}  // namespace dosegate::samples
