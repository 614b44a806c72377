#include "dvh/curve_doubt.h"

#include <algorithm>
#include <cmath>

namespace dosegate::dvh {

double CurveDoubt::bias_at(Gy dose) const {
  if (bias_gy.empty()) return 0.0;
  const double at = step_gy > 0.0 ? std::floor((dose.value() - first_gy) / step_gy) : 0.0;
  const double last = static_cast<double>(bias_gy.size() - 1);
  return bias_gy[static_cast<std::size_t>(std::clamp(at, 0.0, last))];
}

Cc CurveDoubt::volume_error(const Dvh& dvh, Gy dose) const {
  // What of a cell a share can get wrong at the dose where it is worst, as a part of the cell: 0.06
  // for a triangle whose tip is the highest dose and that is taken as a uniform density of the same
  // mean and variance. Nearly all shares are far better, so this is an upper estimate.
  constexpr double kShape = 0.06;
  if (!(width_gy > 0.0) || !(piece_cc > 0.0)) return Cc(0.0);
  const Gy half(0.5 * width_gy);
  const double straddling_cc = std::max(
      piece_cc, (dvh.volume_at_least(dose - half) - dvh.volume_at_least(dose + half)).value());
  return Cc(kShape * std::sqrt(piece_cc * straddling_cc));
}

}  // namespace dosegate::dvh
