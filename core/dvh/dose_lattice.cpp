#include "dvh/dose_lattice.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace dosegate::dvh {
namespace {

using geometry::PlaneFrame;
using geometry::Region;
using model::DoseGrid;
using model::Vec3;

// A structure that ends exactly where the dose ends must not lose a sliver to rounding of positions
// written with three decimals.
constexpr double kEndTolerance_mm = 1e-3;
// Axes nearer than this are parallel: 0.5 micrometre over half a metre.
constexpr double kParallel = 1e-6;

// Where along an axis a coordinate falls: between node `at` and the next, `part` of the way.
struct Place {
  std::size_t at = 0;
  double part = 0.0;
};

std::optional<Place> place_on(const DoseGrid& grid, int a, double coordinate) {
  const auto p = grid.positions(a);
  if (coordinate < -grid.margin_before(a) - kEndTolerance_mm ||
      coordinate > p.back() + grid.margin_after(a) + kEndTolerance_mm) {
    return std::nullopt;
  }
  if (coordinate <= p.front()) return Place{0, 0.0};
  if (coordinate >= p.back()) return Place{p.size() - 1, 0.0};
  const auto next = std::upper_bound(p.begin(), p.end(), coordinate);
  const auto at = static_cast<std::size_t>(next - p.begin()) - 1;
  return Place{at, (coordinate - p[at]) / (p[at + 1] - p[at])};
}

}  // namespace

Box bounding_box(const Region& region) {
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  Box box{{kInfinite, kInfinite, kInfinite}, {-kInfinite, -kInfinite, -kInfinite}};
  require(!region.slabs().empty(), "bounding box of an empty region");
  for (const geometry::Slab& slab : region.slabs()) {
    for (const geometry::Edge& e : slab.edges()) {
      box.lo[0] = std::min({box.lo[0], e.u0, e.u1});
      box.hi[0] = std::max({box.hi[0], e.u0, e.u1});
      box.lo[1] = std::min(box.lo[1], e.v0);
      box.hi[1] = std::max(box.hi[1], e.v1);
    }
    box.lo[2] = std::min(box.lo[2], slab.w_lo);
    box.hi[2] = std::max(box.hi[2], slab.w_hi);
  }
  return box;
}

DoseLattice::DoseLattice(const DoseGrid& grid, const PlaneFrame& frame, const Box& box) {
  if (!align(grid, frame)) resample(grid, frame, box);
}

std::pair<Gy, Gy> DoseLattice::range_in(const Box& box) const {
  std::array<std::size_t, 3> first{};
  std::array<std::size_t, 3> end{};
  for (std::size_t a = 0; a < 3; ++a) {
    // Every node of every lattice cell that the box touches.
    const auto& nodes = axes_[a].nodes;
    const auto above = std::upper_bound(nodes.begin(), nodes.end(), box.lo[a]) - nodes.begin();
    const auto beyond = std::lower_bound(nodes.begin(), nodes.end(), box.hi[a]) - nodes.begin();
    first[a] = static_cast<std::size_t>(std::max<std::ptrdiff_t>(above - 1, 0));
    end[a] = std::min(static_cast<std::size_t>(beyond) + 1, nodes.size());
    if (first[a] >= end[a]) return {Gy(0.0), Gy(0.0)};
  }
  double low = value(first[0], first[1], first[2]);
  double high = low;
  for (std::size_t k = first[2]; k < end[2]; ++k) {
    for (std::size_t j = first[1]; j < end[1]; ++j) {
      for (std::size_t i = first[0]; i < end[0]; ++i) {
        const double dose_gy = value(i, j, k);
        low = std::min(low, dose_gy);
        high = std::max(high, dose_gy);
      }
    }
  }
  return {Gy(low), Gy(high)};
}

bool DoseLattice::align(const DoseGrid& grid, const PlaneFrame& frame) {
  const std::array<std::size_t, 3> stride = {1, grid.size(0), grid.size(0) * grid.size(1)};
  std::array<bool, 3> taken = {false, false, false};
  std::array<Axis, 3> axes;  // kept only if all three fit
  for (int a = 0; a < 3; ++a) {
    const Vec3 direction = frame.axes.col(a);
    int match = -1;
    double sense = 1.0;
    for (int g = 0; g < 3; ++g) {
      const double along = direction.dot(grid.axis(g));
      if (!taken[static_cast<std::size_t>(g)] &&
          (direction * (along < 0 ? -1.0 : 1.0) - grid.axis(g)).norm() < kParallel) {
        match = g;
        sense = along < 0 ? -1.0 : 1.0;
      }
    }
    if (match < 0) return false;
    taken[static_cast<std::size_t>(match)] = true;
    const auto positions = grid.positions(match);
    const double origin = grid.origin().dot(direction);
    Axis axis;
    const auto add = [&](double position, std::size_t index) {
      axis.nodes.push_back(origin + sense * position);
      axis.offset.push_back(index * stride[static_cast<std::size_t>(match)]);
    };
    add(-grid.margin_before(match) - kEndTolerance_mm, 0);
    for (std::size_t i = 0; i < positions.size(); ++i) add(positions[i], i);
    add(positions.back() + grid.margin_after(match) + kEndTolerance_mm, positions.size() - 1);
    if (sense < 0.0) {
      std::reverse(axis.nodes.begin(), axis.nodes.end());
      std::reverse(axis.offset.begin(), axis.offset.end());
    }
    axes[static_cast<std::size_t>(a)] = std::move(axis);
  }
  axes_ = std::move(axes);
  data_ = grid.values().data();
  return true;
}

void DoseLattice::resample(const DoseGrid& grid, const PlaneFrame& frame, const Box& box) {
  // A third of the grid's smallest step: trilinear interpolation of the resampled values then
  // differs from the grid's own by about a ninth of the grid's own interpolation error.
  constexpr double kFiner = 3.0;
  double step = std::numeric_limits<double>::infinity();
  for (int a = 0; a < 3; ++a) {
    const auto p = grid.positions(a);
    for (std::size_t i = 1; i < p.size(); ++i) step = std::min(step, p[i] - p[i - 1]);
  }
  if (!std::isfinite(step)) step = 1.0;
  step /= kFiner;
  // A whole body on such a lattice would be gigabytes: there the step grows until it fits.
  constexpr double kMostNodes = 1.6e7;
  double size_mm3 = 1.0;
  for (std::size_t a = 0; a < 3; ++a) size_mm3 *= box.hi[a] - box.lo[a] + step;
  step = std::max(step, std::cbrt(size_mm3 / kMostNodes));
  std::size_t stride = 1;
  for (std::size_t a = 0; a < 3; ++a) {
    const auto count = static_cast<std::size_t>(std::ceil((box.hi[a] - box.lo[a]) / step)) + 2;
    for (std::size_t i = 0; i < count; ++i) {
      axes_[a].nodes.push_back(box.lo[a] - 0.5 * step + step * static_cast<double>(i));
      axes_[a].offset.push_back(i * stride);
    }
    stride *= count;
  }
  owned_.assign(stride, 0.0);
  covered_.assign(stride, 1);
  for (std::size_t k = 0; k < axes_[2].nodes.size(); ++k) {
    for (std::size_t j = 0; j < axes_[1].nodes.size(); ++j) {
      for (std::size_t i = 0; i < axes_[0].nodes.size(); ++i) {
        const Vec3 local(axes_[0].nodes[i], axes_[1].nodes[j], axes_[2].nodes[k]);
        const std::size_t at = axes_[0].offset[i] + axes_[1].offset[j] + axes_[2].offset[k];
        if (const auto dose = dose_at(grid, frame.axes * local)) {
          owned_[at] = *dose;
        } else {
          covered_[at] = 0;
        }
      }
    }
  }
  data_ = owned_.data();
}

std::optional<double> dose_at(const DoseGrid& grid, const Vec3& position) {
  const Vec3 local = grid.axes().transpose() * (position - grid.origin());
  std::array<Place, 3> place;
  for (int a = 0; a < 3; ++a) {
    const auto found = place_on(grid, a, local[a]);
    if (!found) return std::nullopt;
    place[static_cast<std::size_t>(a)] = *found;
  }
  const auto along = [&](std::size_t j, std::size_t k) {
    const double here = grid.value(place[0].at, j, k);
    if (place[0].part == 0.0) return here;
    return here + place[0].part * (grid.value(place[0].at + 1, j, k) - here);
  };
  const auto across = [&](std::size_t k) {
    const double here = along(place[1].at, k);
    if (place[1].part == 0.0) return here;
    return here + place[1].part * (along(place[1].at + 1, k) - here);
  };
  const double here = across(place[2].at);
  if (place[2].part == 0.0) return here;
  return here + place[2].part * (across(place[2].at + 1) - here);
}

}  // namespace dosegate::dvh
