// Region x DoseGrid -> Dvh: exact integration of the design, section 4.
//
// The region is cut into the cells of a lattice that refines the dose grid in the plane: at every node
// of the grid, and further until cells are small against the structure's thickness; along w at every
// slab face, and at the grid's nodes too unless the dose is little bent there (dose_sheet.h). The
// cells that make the two ends of the curve are cut finer. Of each cell that the border crosses,
// area, first and second moments of the covered part are integrated exactly along the border; whole
// cells need no integration. Within a cell the dose is trilinear:
// - volume and mean dose are exact to rounding, for any shape and any grid;
// - a cell's share of the curve is made from the doses along its own outline (shares.h): exact where
//   the dose is linear in the plane and does not change along w, fitted to the exact volume and mean
//   where it is bent. The shape that this leaves is the approximation;
// - far inside a large structure one share can stand for several cells side by side, with their exact
//   volume and mean (cell_blocks.h);
// - minimum and maximum come from the border (end points and turning points within each cell) and
//   the grid's nodes inside, at slab faces and grid planes: never from a point outside.
// Where the grid is turned against the region, it is resampled first (dose_lattice.h), and all of
// this holds for the resampled dose.
#pragma once

#include <optional>

#include "base/units.h"
#include "dvh/dvh.h"
#include "geometry/region.h"
#include "model/dose_grid.h"

namespace dosegate::dvh {

struct DvhOptions {
  /// Upper bound of a cell's edge, mm (> 0). Default: chosen from the region's volume, so that
  /// every structure is made of roughly as many cells.
  std::optional<Mm> cell;
  /// The grid is geometry::voxel_dose()'s: minimum and maximum are then the doses of the voxels that
  /// the region has a part of, whatever stands between two voxels at its border.
  bool voxel_dose = false;
};

/// The region must not be empty (InternalError). Volume without dose becomes Dvh::uncovered().
[[nodiscard]] Dvh compute_dvh(const geometry::Region& region, const model::DoseGrid& grid,
                              const DvhOptions& options = {});

}  // namespace dosegate::dvh
