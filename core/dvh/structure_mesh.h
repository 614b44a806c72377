// What the curves of one structure are made on. Private to dvh/.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "base/units.h"
#include "dvh/dose_lattice.h"
#include "dvh/layers.h"
#include "geometry/region.h"
#include "model/dose_grid.h"

namespace dosegate::dvh {

/// Cells for a region, measured by its thickness; no larger than `largest` if that is given
/// (InternalError if it is not positive). `box` holds all that will be asked of the mesh. Empty
/// where the box lies outside of the lattice.
[[nodiscard]] Mesh mesh_for(const geometry::Region& region, const DoseLattice& lattice,
                            const Box& box, std::optional<Mm> largest);

/// For a dose that is constant in each voxel: cells in which it is, and no share for several of them.
void keep_steps(Mesh& mesh);

[[nodiscard]] std::vector<SignedSlab> slabs_of(const geometry::Region& region);

/// Dose range of the curve: the whole grid's, which costs nothing to know, unless it is so wide that
/// its steps would suffer; then that of the box.
[[nodiscard]] std::pair<Gy, Gy> curve_range(const model::DoseGrid& grid, const DoseLattice& lattice,
                                            const Box& box);

}  // namespace dosegate::dvh
