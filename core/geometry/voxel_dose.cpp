#include "geometry/voxel_dose.h"

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

namespace dosegate::geometry {
namespace {

using model::DoseGrid;

// Half of the distance of the two nodes at a face: in voxels of 1 mm 2e-6 of the volume along each
// axis, and still a million times what coordinates of half a metre can tell apart.
constexpr double kHalfStep_mm = 1e-6;
constexpr double kThinnest_mm = 0.01;

// Nodes along one axis, mm as positions(), and the voxel that each belongs to.
struct Nodes {
  std::vector<double> at_mm;
  std::vector<std::size_t> voxel;
  double thinnest_mm = std::numeric_limits<double>::infinity();
};

Nodes nodes_along(const DoseGrid& grid, int a) {
  const auto centres = grid.positions(a);
  Nodes nodes;
  const auto add = [&](double at_mm, std::size_t voxel) {
    nodes.at_mm.push_back(at_mm);
    nodes.voxel.push_back(voxel);
  };
  for (std::size_t i = 0; i < centres.size(); ++i) {
    const bool first = i == 0;
    const bool last = i + 1 == centres.size();
    const double from = first ? -grid.margin_before(a) : 0.5 * (centres[i - 1] + centres[i]);
    const double to =
        last ? centres[i] + grid.margin_after(a) : 0.5 * (centres[i] + centres[i + 1]);
    nodes.thinnest_mm = std::min(nodes.thinnest_mm, to - from);
    // A grid reaches half a step beyond its outermost nodes. Two of them close together at each end
    // make it end where the voxels end.
    if (first) add(from + kHalfStep_mm, i);
    add(from + (first ? 3.0 : 1.0) * kHalfStep_mm, i);
    add(to - (last ? 3.0 : 1.0) * kHalfStep_mm, i);
    if (last) add(to - kHalfStep_mm, i);
  }
  return nodes;
}

}  // namespace

Result<DoseGrid> voxel_dose(const DoseGrid& grid) {
  std::array<Nodes, 3> nodes;
  model::GridGeometry geometry;
  geometry.axes = grid.axes();
  geometry.origin = grid.origin();
  for (int a = 0; a < 3; ++a) {
    const auto axis = static_cast<std::size_t>(a);
    nodes[axis] = nodes_along(grid, a);
    if (!(nodes[axis].thinnest_mm > kThinnest_mm)) {
      return fail(
          ErrorCode::GridInvalid,
          "The dose has voxels that are too thin (or of unknown depth) to hold one dose each; "
          "interpolate between them.");
    }
    geometry.origin += grid.axis(a) * nodes[axis].at_mm.front();
    for (const double at_mm : nodes[axis].at_mm) {
      geometry.positions_mm[axis].push_back(at_mm - nodes[axis].at_mm.front());
    }
  }
  std::vector<double> values_gy;
  values_gy.reserve(nodes[0].voxel.size() * nodes[1].voxel.size() * nodes[2].voxel.size());
  for (const std::size_t k : nodes[2].voxel) {
    for (const std::size_t j : nodes[1].voxel) {
      for (const std::size_t i : nodes[0].voxel) values_gy.push_back(grid.value(i, j, k));
    }
  }
  return DoseGrid::create(std::move(geometry), std::move(values_gy));
}

}  // namespace dosegate::geometry
