// Arrays that a host hands over: what is said of them is checked against itself before a byte is read.
// Leaves the call with the reason where that fails.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "dosegate/dosegate.h"
#include "geometry/voxel_contours.h"
#include "model/dose_grid.h"

namespace dosegate::plugin {

using VoxelCounts = std::array<std::size_t, 3>;

/// A lattice of the header and what it says, checked. `what` begins the sentences: "The dose".
/// Refusals: GridInvalid.
struct HostLattice {
  geometry::VoxelLattice place;
  VoxelCounts size = {1, 1, 1};
  [[nodiscard]] std::size_t count() const { return size[0] * size[1] * size[2]; }
};
[[nodiscard]] HostLattice lattice_of(const dosegate_lattice& in, const std::string& what);
/// The same as what a dose grid is made from.
[[nodiscard]] model::GridGeometry grid_geometry(const HostLattice& lattice);

/// Voxels in memory that may be read, each through at().
class VoxelArray {
 public:
  /// Refusals: ArgumentInvalid for NULL, and for memory that is too small or, packed, not just right.
  VoxelArray(const void* values, std::uint64_t byte_count, const std::uint64_t (&stride_bytes)[3],
             const HostLattice& lattice, std::size_t element_bytes, const std::string& what);

  [[nodiscard]] const unsigned char* at(std::size_t i, std::size_t j, std::size_t k) const {
    return first_ + i * stride_[0] + j * stride_[1] + k * stride_[2];
  }

 private:
  const unsigned char* first_;
  std::array<std::uint64_t, 3> stride_{};
};

/// Values in Gy, axis 0 fastest. Refusals: ArgumentInvalid, DoseUnitsUnusable.
[[nodiscard]] std::vector<double> dose_values_gy(const dosegate_new_dose& in,
                                                 const HostLattice& lattice);

/// The smallest block that holds what is inside; RegionEmpty if nothing is. Refusals: ArgumentInvalid.
[[nodiscard]] geometry::VoxelBlock block_of(const dosegate_mask& in, const HostLattice& lattice,
                                            const std::string& what);
[[nodiscard]] geometry::VoxelBlock block_of(const dosegate_voxel_list& in,
                                            const HostLattice& lattice, const std::string& what);

}  // namespace dosegate::plugin
