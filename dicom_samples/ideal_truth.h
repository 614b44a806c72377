// What the plan is meant to be: the smooth solids in the analytic dose, before anything was drawn,
// sampled or rounded. For orientation: it differs from the drawn truth by what drawing and sampling
// cost, up to a tenth of a Gy in a mean.
#pragma once

#include <vector>

#include "drawn_truth.h"
#include "sample_dose.h"
#include "sample_solids.h"
#include "weighted_doses.h"

namespace dosegate::samples {

struct IdealTruth {
  WeightedDoses doses;
  Extremes extremes;       ///< on the samples and on the border, not searched further
  double volume_cc = 0.0;  ///< closed form; for a difference, by quadrature
};

/// The union of `base` (solids that do not touch each other) minus all of `taken_off`, by midpoints
/// in height, in squared radius and in angle of the elliptic sections.
[[nodiscard]] IdealTruth integrate_ideal(const std::vector<Solid>& base,
                                         const std::vector<Solid>& taken_off,
                                         const DoseModel& model);

}  // namespace dosegate::samples
