#include "report/plot_axis.h"

#include <algorithm>
#include <cmath>

namespace dosegate::report {

DoseAxis dose_axis(double highest_gy) {
  constexpr double kTicks = 6.0;
  constexpr double kLeast_gy = 0.1;
  const double rough = std::max(highest_gy, kLeast_gy) / kTicks;
  const double decade = std::pow(10.0, std::floor(std::log10(rough)));
  double step_gy = 10.0 * decade;
  for (const double multiple : {5.0, 2.0, 1.0}) {
    if (multiple * decade >= rough) step_gy = multiple * decade;
  }
  return {step_gy * std::ceil(std::max(highest_gy, kLeast_gy) / step_gy), step_gy};
}

double dose_at(const PlotCurve& curve, double volume_pct) {
  for (std::size_t i = 1; i < curve.points.size(); ++i) {
    const PlotPoint &a = curve.points[i - 1], &b = curve.points[i];
    if (b.volume_pct > volume_pct) continue;
    const double fall_pct = a.volume_pct - b.volume_pct;
    const double share = fall_pct > 0.0 ? (a.volume_pct - volume_pct) / fall_pct : 0.0;
    return a.dose_gy + std::clamp(share, 0.0, 1.0) * (b.dose_gy - a.dose_gy);
  }
  return curve.points.empty() ? 0.0 : curve.points.back().dose_gy;
}

}  // namespace dosegate::report
