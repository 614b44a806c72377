// What an exact evaluation of the files must give: the drawn prisms and the trilinear interpolation
// of the stored dose values, by brute force.
#pragma once

#include <vector>

#include "drawn_solid.h"
#include "sample_dose.h"
#include "weighted_doses.h"

namespace dosegate::samples {

struct IntegrationOptions {
  double step_mm = 0.1;  ///< largest piece, in each direction
  /// Pieces below this dose are left out, and places that hold nothing above it are passed over:
  /// for the hottest fraction of a cc, which needs far smaller pieces than a whole organ.
  double only_above_gy = 0.0;
};

/// Cuts every layer into sub-layers of at most a step, each into rows at most a step high that no
/// vertex interrupts, each row at its exact crossings, and what is left into pieces of at most a
/// step; takes the dose at the middle of each piece. The volume comes out exact for single ROIs.
[[nodiscard]] WeightedDoses integrate_drawn(const std::vector<Layer>& layers,
                                            const StoredDose& dose,
                                            const IntegrationOptions& options);

struct Extremes {
  double min_gy = 0.0, max_gy = 0.0;
};

/// Exact up to rounding. Between lattice planes the dose is linear in each coordinate alone, so
/// over the closed solid its extremes lie on a layer's face or a lattice plane in z, and there on a
/// lattice node inside the area or on its border; along a straight piece of border that no lattice
/// line cuts the dose is a parabola, whose ends and vertex are taken.
[[nodiscard]] Extremes extremes_drawn(const std::vector<Layer>& layers, const StoredDose& dose);

/// Throws std::runtime_error where a layer leaves the space that the lattice covers (half a voxel
/// beyond the outermost centres): the samples are meant to be fully covered.
void require_covered(const std::vector<Layer>& layers, const StoredDose& dose);

}  // namespace dosegate::samples
