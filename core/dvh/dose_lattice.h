// A dose grid seen in a region's frame: nodes along u, v and w between which the dose is trilinear.
// Private to dvh/.
//
// The nodes are the voxel centres, with one more node at each end, half a voxel further out, that
// repeats the outermost value: that is the design's "constant for half a voxel beyond the outermost
// centres". Beyond the end nodes there is no dose.
//
// Where the grid's axes are parallel to the frame's (any order, any sense) the lattice points into
// the grid's own values. Otherwise the grid is resampled, trilinearly, onto a lattice in the
// region's frame that is finer than the grid; lattice nodes that lie outside of the grid are marked
// as without dose.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/units.h"
#include "geometry/region.h"
#include "model/dose_grid.h"

namespace dosegate::dvh {

struct Box {
  std::array<double, 3> lo{}, hi{};  ///< mm along u, v, w
};

/// Bounding box of a region in its own frame. The region must not be empty.
[[nodiscard]] Box bounding_box(const geometry::Region& region);

class DoseLattice {
 public:
  /// `grid` must outlive the lattice. `box` says where the lattice will be asked.
  DoseLattice(const model::DoseGrid& grid, const geometry::PlaneFrame& frame, const Box& box);

  /// Node positions along axis a (0 u, 1 v, 2 w), mm in the region's frame, strictly ascending.
  [[nodiscard]] const std::vector<double>& nodes(int a) const {
    return axes_[static_cast<std::size_t>(a)].nodes;
  }
  /// Gy at a node.
  [[nodiscard]] double value(std::size_t iu, std::size_t iv, std::size_t iw) const {
    return data_[axes_[0].offset[iu] + axes_[1].offset[iv] + axes_[2].offset[iw]];
  }
  /// A line of nodes along u: the value at node i is values[offset[i]].
  struct Line {
    const double* values;
    const std::size_t* offset;
  };
  [[nodiscard]] Line line(std::size_t iv, std::size_t iw) const {
    return {data_ + axes_[1].offset[iv] + axes_[2].offset[iw], axes_[0].offset.data()};
  }
  /// False where every node has a dose (the usual case, parallel axes).
  [[nodiscard]] bool has_holes() const { return !covered_.empty(); }
  [[nodiscard]] bool node_covered(std::size_t iu, std::size_t iv, std::size_t iw) const {
    return covered_.empty() ||
           covered_[axes_[0].offset[iu] + axes_[1].offset[iv] + axes_[2].offset[iw]] != 0;
  }
  /// Lowest and highest dose between the nodes that reach into `box`; 0 and 0 where none does. A hot
  /// voxel elsewhere in the grid must not widen the steps of this region's curve.
  [[nodiscard]] std::pair<Gy, Gy> range_in(const Box& box) const;

 private:
  struct Axis {
    std::vector<double> nodes;
    std::vector<std::size_t> offset;
  };
  bool align(const model::DoseGrid& grid, const geometry::PlaneFrame& frame);
  void resample(const model::DoseGrid& grid, const geometry::PlaneFrame& frame, const Box& box);

  std::array<Axis, 3> axes_;
  const double* data_ = nullptr;
  std::vector<double> owned_;
  std::vector<std::uint8_t> covered_;
};

/// Dose at a patient position by the rules above (trilinear, constant for half a voxel outside);
/// nothing where there is no dose. For points one by one; regions go through DoseLattice.
[[nodiscard]] std::optional<double> dose_at(const model::DoseGrid& grid,
                                            const model::Vec3& position);

}  // namespace dosegate::dvh
