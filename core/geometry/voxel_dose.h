// A dose that is one value throughout each voxel, as a grid that is interpolated like any other.
#pragma once

#include "model/dose_grid.h"

namespace dosegate::geometry {

/// A grid whose trilinear interpolation is, in every voxel of `grid`, the voxel's value: two nodes
/// stand at each face between voxels, so close that the step between them takes less than 1e-5 of
/// the volume. It covers what `grid` covers. Eight times the memory. Errors (GridInvalid): a voxel
/// thinner than 0.01 mm.
[[nodiscard]] Result<model::DoseGrid> voxel_dose(const model::DoseGrid& grid);

}  // namespace dosegate::geometry
