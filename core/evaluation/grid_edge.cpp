#include "evaluation/grid_edge.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "dvh/compute_dvh.h"
#include "dvh/dose_lattice.h"

namespace dosegate::evaluation {
namespace {

using model::DoseGrid;
using model::Vec3;

// Maxima of one and the same dose, once interpolated in the whole grid and once in a layer of it,
// differ by rounding alone.
constexpr double kSame_gy = 1e-9;

enum class Side { First, Last };
constexpr std::array<std::pair<int, Side>, 6> kSides = {{{0, Side::First},
                                                         {0, Side::Last},
                                                         {1, Side::First},
                                                         {1, Side::Last},
                                                         {2, Side::First},
                                                         {2, Side::Last}}};

// Calls `use` with the index of every voxel of layer `at` of an axis.
template <class Use>
void each_in_layer(const DoseGrid& grid, int axis, std::size_t at, const Use& use) {
  std::array<std::size_t, 3> begin{};
  std::array<std::size_t, 3> end = {grid.size(0), grid.size(1), grid.size(2)};
  begin[static_cast<std::size_t>(axis)] = at;
  end[static_cast<std::size_t>(axis)] = at + 1;
  for (std::size_t k = begin[2]; k < end[2]; ++k) {
    for (std::size_t j = begin[1]; j < end[1]; ++j) {
      for (std::size_t i = begin[0]; i < end[0]; ++i) use(grid.index(i, j, k));
    }
  }
}

std::size_t outermost(const DoseGrid& grid, int axis, Side side) {
  return side == Side::First ? 0 : grid.size(axis) - 1;
}

// The half voxel beyond the outermost centres of a side, filled with the doses of layer `values_of`.
// There the dose is constant along the axis, so that one layer of voxels says all of it.
Result<DoseGrid> rim(const DoseGrid& grid, int axis, Side side, std::size_t values_of) {
  const auto a = static_cast<std::size_t>(axis);
  const double depth_mm = side == Side::First ? grid.margin_before(axis) : grid.margin_after(axis);
  const double centre_mm =
      side == Side::First ? -0.5 * depth_mm : grid.positions(axis).back() + 0.5 * depth_mm;
  model::GridGeometry geometry;
  geometry.origin = grid.origin() + centre_mm * grid.axis(axis);
  geometry.axes = grid.axes();
  for (int b = 0; b < 3; ++b) {
    const auto positions = grid.positions(b);
    geometry.positions_mm[static_cast<std::size_t>(b)] = {positions.begin(), positions.end()};
    geometry.single_depth_mm[static_cast<std::size_t>(b)] = 2.0 * grid.margin_before(b);
  }
  geometry.positions_mm[a] = {0.0};
  geometry.single_depth_mm[a] = depth_mm;
  std::vector<double> values_gy;
  each_in_layer(grid, axis, values_of,
                [&](std::size_t index) { values_gy.push_back(grid.values()[index]); });
  return DoseGrid::create(std::move(geometry), std::move(values_gy));
}

// Whether the region's bounding box reaches into the half voxel beyond the outermost centres.
bool reaches(const geometry::Region& region, const DoseGrid& grid, int axis, Side side) {
  const dvh::Box box = dvh::bounding_box(region);
  const Vec3 direction = region.frame().axes.transpose() * grid.axis(axis);
  double lowest_mm = -grid.origin().dot(grid.axis(axis));
  double highest_mm = lowest_mm;
  for (std::size_t b = 0; b < 3; ++b) {
    const double along = direction[static_cast<int>(b)];
    lowest_mm += along * (along < 0.0 ? box.hi[b] : box.lo[b]);
    highest_mm += along * (along < 0.0 ? box.lo[b] : box.hi[b]);
  }
  return side == Side::First ? lowest_mm < 0.0 : highest_mm > grid.positions(axis).back();
}

}  // namespace

GridEdge::GridEdge(const DoseGrid& grid)
    : grid_(grid), highest_gy_(-std::numeric_limits<double>::infinity()) {
  for (const auto& [axis, side] : kSides) {
    if (grid.size(axis) < 2) continue;
    each_in_layer(grid, axis, outermost(grid, axis, side), [&](std::size_t index) {
      highest_gy_ = std::max(highest_gy_, grid.values()[index]);
    });
  }
}

bool GridEdge::cuts_maximum(const geometry::Region& region, const dvh::Dvh& dvh) const {
  if (!dvh.maximum() || !(dvh.maximum()->value() > 0.0)) return false;
  const double least_gy = dvh.maximum()->value() - kSame_gy;
  if (highest_gy_ < least_gy) return false;  // the usual case: no voxel of the edge is that hot
  for (const auto& [axis, side] : kSides) {
    if (grid_.size(axis) < 2 || !reaches(region, grid_, axis, side)) continue;
    const std::size_t outer = outermost(grid_, axis, side);
    const std::size_t inner = side == Side::First ? outer + 1 : outer - 1;
    const auto highest_in_rim = [&](std::size_t values_of) {
      const auto grid = rim(grid_, axis, side, values_of);
      require(grid.has_value(), "a layer of a dose grid is a dose grid");
      const auto maximum = dvh::compute_dvh(region, *grid).maximum();
      return maximum ? maximum->value() : -std::numeric_limits<double>::infinity();
    };
    if (highest_in_rim(outer) < least_gy) continue;
    if (highest_in_rim(inner) < least_gy) return true;
  }
  return false;
}

}  // namespace dosegate::evaluation
