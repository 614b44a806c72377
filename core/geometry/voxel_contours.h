// Voxels -> contours that stand for exactly these voxels.
//
// A host that has no contours but a mask means a body of boxes. Each layer of voxels becomes the
// outlines of its voxels, which run along voxel faces with a corner wherever they turn; even-odd over
// them is the layer. With Roi::from_voxels set, plane_stack.h gives each layer its own two faces, so
// that the solid is the union of the boxes, to the rounding of coordinates.
//
// Frame: the lattice's own axes in patient coordinates (LPS, mm), which may point anywhere.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/geometry_types.h"
#include "model/structure_set.h"

namespace dosegate::geometry {

/// A lattice of evenly spaced voxels without end.
struct VoxelLattice {
  model::Vec3 origin = model::Vec3::Zero();      ///< centre of voxel (0, 0, 0), mm
  model::Mat3 axes = model::Mat3::Identity();    ///< column a = direction of index a; orthonormal
  model::Vec3 spacing_mm = model::Vec3::Ones();  ///< centre to centre; all > kThinnestVoxel_mm
};

/// Thinner voxels than this could be taken for one layer where planes are told apart, mm.
inline constexpr double kThinnestVoxel_mm = 0.1;

/// Part of a lattice and which of its voxels belong to a structure.
struct VoxelBlock {
  std::array<std::size_t, 3> first = {0, 0, 0};  ///< indices of its first voxel
  std::array<std::size_t, 3> size = {0, 0, 0};
  std::vector<std::uint8_t> inside;  ///< axis 0 fastest, then 1; not 0 = inside
};

/// The outlines of the voxels inside, layer by layer along the axis that is nearest to the patient's
/// z (the first such), each with its layer's thickness; empty if no voxel is inside. Voxels that meet
/// at an edge only have outlines of their own, or one that passes there twice; a hole is an outline of
/// its own. InternalError if `inside` has another size than the block.
[[nodiscard]] std::vector<model::Contour> voxel_contours(const VoxelLattice& lattice,
                                                         const VoxelBlock& block);

}  // namespace dosegate::geometry
