// How far a curve can be off by itself: the integration's own error, and what trilinear
// interpolation between the dose grid's voxels does to it. Estimates, made from a sample of the
// structure's cells; no bound.
//
// Integration. Only the *shape* of the cells' shares is approximated (compute_dvh.h), each by a few
// hundredths of its volume at the most, above and below alike; of N cells that hold a dose about
// sqrt(N) of that remains. Source: accuracy.md of the design, and tests/validation, which holds the
// estimate against known truths.
//
// Dose grid. Between voxels the dose is bent, and the chord lies off the arc: the trilinear dose
// exceeds a smooth one by 1/12 sum of h^2 d2D/dx^2 on average over a cell, h being the voxel
// distance (Taylor). The second differences of the grid itself give that number.
#pragma once

#include <vector>

#include "base/units.h"
#include "dvh/dvh.h"

namespace dosegate::dvh {

struct CurveDoubt {
  double piece_cc = 0.0;      ///< of the largest cells
  double width_gy = 0.0;      ///< root mean square of the dose's change over a cell
  double mean_bias_gy = 0.0;  ///< trilinear less smooth dose, mean over the structure
  double first_gy = 0.0, step_gy = 0.0;
  std::vector<double> bias_gy;  ///< the same among cells near a dose; bins from first_gy on

  /// Trilinear less smooth dose where the structure has about `dose`. 0 without samples.
  [[nodiscard]] double bias_at(Gy dose) const;
  /// Standard error of V(dose) by the integration.
  [[nodiscard]] Cc volume_error(const Dvh& dvh, Gy dose) const;
};

}  // namespace dosegate::dvh
