// Whether a structure's highest dose is one that the dose grid's end made: then the true one may lie
// beyond. Private to evaluation/.
#pragma once

#include "dvh/dvh.h"
#include "geometry/region.h"
#include "model/dose_grid.h"

namespace dosegate::evaluation {

class GridEdge {
 public:
  /// `grid` must outlive this.
  explicit GridEdge(const model::DoseGrid& grid);

  /// True if the region reaches beyond the outermost voxel centres, its maximum (`dvh` is its curve)
  /// is reached there, and the dose rises towards that edge: it was cut off while it still rose.
  /// Axes of one voxel are left out, on them everything is edge.
  [[nodiscard]] bool cuts_maximum(const geometry::Region& region, const dvh::Dvh& dvh) const;

 private:
  const model::DoseGrid& grid_;
  double highest_gy_ = 0.0;  // of the outermost voxels
};

}  // namespace dosegate::evaluation
