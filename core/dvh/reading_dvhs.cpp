#include "dvh/reading_dvhs.h"

#include <algorithm>

#include "base/result.h"
#include "dvh/dvh_builder.h"
#include "dvh/integrator.h"
#include "dvh/structure_mesh.h"

namespace dosegate::dvh {
namespace {

using geometry::Region;
using geometry::Slab;

bool same(const Slab& a, const Slab& b) {
  return a.area == b.area && a.w_lo == b.w_lo && a.w_hi == b.w_hi && a.weight_lo == b.weight_lo &&
         a.weight_hi == b.weight_hi;
}

// The slabs of `from` that `without` does not have.
void add_missing(const Region& from, const Region& without, double sign,
                 std::vector<SignedSlab>& slabs) {
  const auto& rest = without.slabs();
  std::size_t first = 0;
  for (const Slab& slab : from.slabs()) {
    while (first < rest.size() && rest[first].w_lo < slab.w_lo) ++first;
    bool found = false;
    for (std::size_t i = first; i < rest.size() && rest[i].w_lo == slab.w_lo && !found; ++i) {
      found = same(slab, rest[i]);
    }
    if (!found) slabs.push_back({&slab, sign});
  }
}

// What `other` has and `region` has not, less what `region` has and `other` has not.
std::vector<SignedSlab> difference(const Region& other, const Region& region) {
  std::vector<SignedSlab> slabs;
  add_missing(other, region, 1.0, slabs);
  add_missing(region, other, -1.0, slabs);
  std::stable_sort(slabs.begin(), slabs.end(), [](const SignedSlab& a, const SignedSlab& b) {
    return a.slab->w_lo < b.slab->w_lo;
  });
  return slabs;
}

// The part of a region of which at least half is inside, as plain prisms.
std::vector<Slab> solid_part(const Region& region) {
  std::vector<Slab> solid;
  for (const Slab& slab : region.slabs()) {
    const double lo = slab.weight_lo - 0.5;
    const double hi = slab.weight_hi - 0.5;
    if (lo < 0.0 && hi < 0.0) continue;
    double from = slab.w_lo;
    double to = slab.w_hi;
    const double turn = lo == hi ? from : from + (to - from) * (lo / (lo - hi));
    if (lo < 0.0) from = turn;
    if (hi < 0.0) to = turn;
    if (from < to) solid.emplace_back(from, to, slab.area);
  }
  std::stable_sort(solid.begin(), solid.end(),
                   [](const Slab& a, const Slab& b) { return a.w_lo < b.w_lo; });
  return solid;
}

Box box_of(const Region& region, std::span<const Region> others) {
  Box box = bounding_box(region);
  for (const Region& other : others) {
    if (other.slabs().empty()) continue;
    const Box more = bounding_box(other);
    for (std::size_t a = 0; a < 3; ++a) {
      box.lo[a] = std::min(box.lo[a], more.lo[a]);
      box.hi[a] = std::max(box.hi[a], more.hi[a]);
    }
  }
  return box;
}

// The cells of the region's own mesh, and as many more as the other readings reach into.
Mesh common_mesh(const Region& region, const DoseLattice& lattice, const Box& box,
                 std::optional<Mm> largest) {
  Mesh mesh = mesh_for(region, lattice, bounding_box(region), largest);
  if (mesh.empty()) return mesh;
  mesh.u = refine(lattice.nodes(0), box.lo[0], box.hi[0], mesh.cell_mm);
  mesh.v = refine(lattice.nodes(1), box.lo[1], box.hi[1], mesh.cell_mm);
  mesh.w = refine(lattice.nodes(2), box.lo[2], box.hi[2], mesh.cell_mm);
  return mesh;
}

}  // namespace

ReadingDvhs compute_reading_dvhs(const Region& region, std::span<const Region> others,
                                 const model::DoseGrid& grid, const DvhOptions& options) {
  require(!region.empty(), "DVH of an empty region");
  const Box box = box_of(region, others);
  const DoseLattice lattice(grid, region.frame(), box);
  const auto [low, high] = curve_range(grid, lattice, box);
  DvhBuilder builder(low, high);
  Mesh mesh = common_mesh(region, lattice, box, options.cell);
  if (options.voxel_dose) keep_steps(mesh);
  std::optional<Integrator> integrator;
  if (!mesh.empty()) {
    integrator.emplace(lattice, mesh);
    integrator->deposit_finely(slabs_of(region), builder);
  }
  if (options.voxel_dose) builder.keep_atoms_only();
  ReadingDvhs result{DvhBuilder(builder).finish(region.volume()), {}, {}};
  // Voxels of one dose have no cells to be unsure of, and steps between them no second derivative.
  if (integrator && !options.voxel_dose)
    result.doubt = integrator->doubt(slabs_of(region), builder);
  for (const Region& other : others) {
    if (other.empty()) {
      result.others.emplace_back();
      continue;
    }
    DvhBuilder changed(builder);
    if (integrator) {
      integrator->deposit(difference(other, region), changed);
      const std::vector<Slab> solid = solid_part(other);
      std::vector<SignedSlab> prisms;
      for (const Slab& slab : solid) prisms.push_back({&slab, 1.0});
      if (!options.voxel_dose || !changed.keep_atoms_only()) {
        changed.forget_extremes();
        integrator->extremes(prisms, changed);
      }
    }
    result.others.emplace_back(std::move(changed).finish(other.volume()));
  }
  return result;
}

}  // namespace dosegate::dvh
