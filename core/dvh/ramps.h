// What whole and partial cells build their shares of (shares.h). Private to dvh/.
#pragma once

#include <algorithm>
#include <cmath>

#include "dvh/shares.h"

namespace dosegate::dvh {

// Parts whose dose changes by less are taken as that wide.
inline constexpr double kNarrowest_gy = 1e-5;
// Ramps stand for a dose that rises along one axis all over the part. Where the change along that
// axis itself changes by more than this part of it, it may not: near an extreme or a saddle of the
// dose, and where it jumps from voxel to voxel.
inline constexpr double kMostTwist = 1.0;

// A uniform density: of a part that ramps do not stand for.
inline void add_uniform(double cc, double mean_gy, double spread_gy2, Shares& shares) {
  const double width = std::max(std::sqrt(spread_gy2), kNarrowest_gy);
  const double slope = cc / width;
  shares.ramps.push_back({mean_gy - 0.5 * width, 0.0, slope});
  shares.ramps.push_back({mean_gy + 0.5 * width, 0.0, -slope});
}

// Two ramps of a part across which the dose changes by `g` and is `mean_gy` on average. In a bent dose
// what lies between them has another mean, by the difference of their variances: both move by that.
inline void add_pair(Ramp low, Ramp high, double g, double cc, double mean_gy, Shares& shares) {
  const double off = mean_gy - 0.5 * (low.centre_gy + high.centre_gy) +
                     (low.width_gy * low.width_gy - high.width_gy * high.width_gy) / (24.0 * g);
  low.centre_gy += off;
  high.centre_gy += off;
  low.slope_cc_gy = cc / g;
  high.slope_cc_gy = -low.slope_cc_gy;
  shares.ramps.push_back(low);
  shares.ramps.push_back(high);
}

inline double length(double a, double b) {
  return std::sqrt(a * a + b * b);
}

}  // namespace dosegate::dvh
