// Dose grids onto one lattice, so that doses of several beams can be added.
#pragma once

#include <array>
#include <cstddef>

#include "base/result.h"
#include "model/dose_grid.h"

namespace dosegate::geometry {

/// `source`, interpolated trilinearly (ITK) at the voxel centres of `target`'s lattice, which is
/// first cut down to the voxels that lie within the outermost voxel centres of `source`: where the
/// source has no dose the result has no voxel, instead of a dose of 0 Gy. Errors:
/// GridsDoNotOverlap; GridInvalid if the axes of the two are not parallel or the source's voxels
/// are not evenly spaced (ITK's images are).
[[nodiscard]] Result<model::DoseGrid> resample_onto(const model::DoseGrid& source,
                                                    const model::DoseGrid& target);

/// The part of `grid` on exactly the voxels of `lattice`, which must be a block of its voxels
/// (GridInvalid otherwise).
[[nodiscard]] Result<model::DoseGrid> crop_to(const model::DoseGrid& grid,
                                              const model::DoseGrid& lattice);

/// Voxels first .. last of each axis, 0 .. 2.
struct LatticeBlock {
  std::array<std::size_t, 3> first{}, last{};
};

/// A block of `grid` with every distance between voxels cut evenly into `pieces`: at every point between
/// the block's outermost centres the dose is what it was, and so it is for half a voxel beyond those
/// that are the grid's own outermost ones.
[[nodiscard]] model::DoseGrid refined(const model::DoseGrid& grid, const LatticeBlock& block,
                                      std::size_t pieces);

}  // namespace dosegate::geometry
