#include "dvh/compute_dvh.h"

#include <algorithm>
#include <cmath>

#include "base/result.h"
#include "dvh/dose_lattice.h"
#include "dvh/dvh_builder.h"
#include "dvh/integrator.h"
#include "dvh/structure_mesh.h"

namespace dosegate::dvh {
namespace {

using geometry::Region;
using geometry::Slab;

constexpr double kMm3PerCc = 1000.0;

// Thickness of the structure: its volume over its surface, a third of a ball's radius, half of a
// long cylinder's. Cells are measured by it: the error of the shares' shapes relative to the
// structure is then the same for all sizes.
double thickness_mm(const Region& region) {
  double side_mm2 = 0.0;
  double largest_mm2 = 0.0;
  for (const Slab& slab : region.slabs()) {
    double perimeter_mm = 0.0;
    for (const auto& e : slab.edges()) {
      const double du = e.u1 - e.u0;
      const double dv = e.v1 - e.v0;
      perimeter_mm += std::sqrt(du * du + dv * dv);
    }
    for (const auto& e : slab.levels()) perimeter_mm += e.u1 - e.u0;
    side_mm2 +=
        perimeter_mm * (slab.w_hi - slab.w_lo) * std::abs(0.5 * (slab.weight_lo + slab.weight_hi));
    largest_mm2 = std::max(largest_mm2, geometry::area_mm2(*slab.area));
  }
  return region.volume().value() * kMm3PerCc / (side_mm2 + 2.0 * largest_mm2);
}

double mean_width_mm(const FineAxis& axis) {
  return (axis.nodes.back() - axis.nodes.front()) / static_cast<double>(axis.cells());
}

// Blocks are measured as cells are, by the part of the structure that they make up. In small ones
// they would save next to nothing.
std::size_t block_side(const Mesh& mesh, double volume_mm3) {
  constexpr double kSmallest_mm3 = 3e5;
  constexpr double kFewestBlocks = 1.2e4;
  // Beyond it little is left to gain, and more of the dose is bent.
  constexpr double kLargest = 4.0;
  if (volume_mm3 < kSmallest_mm3) return 1;
  const double cell_mm3 = mean_width_mm(mesh.u) * mean_width_mm(mesh.v) * mean_width_mm(mesh.w);
  const double side = std::sqrt(volume_mm3 / (kFewestBlocks * cell_mm3));
  return static_cast<std::size_t>(std::clamp(side, 1.0, kLargest));
}

}  // namespace

Mesh mesh_for(const Region& region, const DoseLattice& lattice, const Box& box,
              std::optional<Mm> largest) {
  constexpr double kCellPerThickness = 0.5;
  constexpr double kSmallest_mm = 0.1;
  // The fewest cells of a structure, and how many times more the smaller ones have: those are where
  // a cell weighs most, and where it costs nothing.
  constexpr double kFewestCells = 1.2e4;
  constexpr double kSmall_mm3 = 1e5;
  constexpr double kMostTimes = 8.0;
  constexpr double kMostCells = 3e5;  // a thin wall of a large organ would need millions
  const double thick_mm = thickness_mm(region);
  const double volume_mm3 = region.volume().value() * kMm3PerCc;
  const double fewest =
      std::cbrt(volume_mm3 / (kFewestCells * std::clamp(kSmall_mm3 / volume_mm3, 1.0, kMostTimes)));
  const double most = std::cbrt(volume_mm3 / kMostCells);
  const double cell_mm =
      largest ? largest->value()
              : std::max({std::min(kCellPerThickness * thick_mm, fewest), most, kSmallest_mm});
  require(cell_mm > 0.0, "DVH with a cell size that is not positive");
  Mesh mesh{refine(lattice.nodes(0), box.lo[0], box.hi[0], cell_mm),
            refine(lattice.nodes(1), box.lo[1], box.hi[1], cell_mm),
            refine(lattice.nodes(2), box.lo[2], box.hi[2], cell_mm)};
  mesh.cell_mm = cell_mm;
  if (!largest && !mesh.empty()) mesh.block_side = block_side(mesh, volume_mm3);
  return mesh;
}

void keep_steps(Mesh& mesh) {
  mesh.at_planes = true;
  mesh.block_side = 1;
}

std::vector<SignedSlab> slabs_of(const Region& region) {
  std::vector<SignedSlab> slabs;
  for (const Slab& slab : region.slabs()) slabs.push_back({&slab, 1.0});
  return slabs;
}

// Dose range of the curve: the whole grid's, which costs nothing to know, unless it is so wide that
// its steps would suffer; then that of the region's box.
std::pair<Gy, Gy> curve_range(const model::DoseGrid& grid, const DoseLattice& lattice,
                              const Box& box) {
  const Gy low(grid.minimum_gy());
  const Gy high(grid.maximum_gy());
  return DvhBuilder::keeps_step(low, high) ? std::pair(low, high) : lattice.range_in(box);
}

Dvh compute_dvh(const Region& region, const model::DoseGrid& grid, const DvhOptions& options) {
  require(!region.empty(), "DVH of an empty region");
  const Box box = bounding_box(region);
  const DoseLattice lattice(grid, region.frame(), box);
  const auto [low, high] = curve_range(grid, lattice, box);
  DvhBuilder builder(low, high);
  Mesh mesh = mesh_for(region, lattice, box, options.cell);
  if (options.voxel_dose) keep_steps(mesh);
  if (!mesh.empty()) Integrator(lattice, mesh).deposit_finely(slabs_of(region), builder);
  if (options.voxel_dose) builder.keep_atoms_only();
  return std::move(builder).finish(region.volume());
}

}  // namespace dosegate::dvh
