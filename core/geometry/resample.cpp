#include "geometry/resample.h"

#include <itkImage.h>
#include <itkLinearInterpolateImageFunction.h>

#include <array>
#include <cmath>

namespace dosegate::geometry {
namespace {

using model::DoseGrid;
using model::GridGeometry;
using model::Vec3;
using Image = itk::Image<double, 3>;

// Positions written with three decimals: within a micrometre of each other they are the same.
constexpr double kSamePosition_mm = 1e-3;

bool evenly_spaced(const DoseGrid& grid) {
  for (int a = 0; a < 3; ++a) {
    const auto p = grid.positions(a);
    for (std::size_t i = 2; i < p.size(); ++i) {
      if (std::abs((p[i] - p[i - 1]) - (p[1] - p[0])) > kSamePosition_mm) return false;
    }
  }
  return true;
}

Image::Pointer to_itk(const DoseGrid& grid) {
  Image::SizeType size;
  Image::SpacingType spacing;
  Image::PointType origin;
  Image::DirectionType direction;
  for (unsigned a = 0; a < 3; ++a) {
    const auto p = grid.positions(static_cast<int>(a));
    size[a] = p.size();
    spacing[a] = p.size() > 1 ? p.back() / static_cast<double>(p.size() - 1) : 1.0;
    origin[a] = grid.origin()[static_cast<int>(a)];
    for (unsigned row = 0; row < 3; ++row) {
      direction[row][a] = grid.axis(static_cast<int>(a))[static_cast<int>(row)];
    }
  }
  auto image = Image::New();
  image->SetRegions(Image::RegionType(size));
  image->SetSpacing(spacing);
  image->SetOrigin(origin);
  image->SetDirection(direction);
  image->Allocate();
  std::copy(grid.values().begin(), grid.values().end(), image->GetBufferPointer());
  return image;
}

// A node of a finer axis: between two voxels, or on one of them.
struct Between {
  double position_mm = 0.0;
  std::size_t lower = 0, upper = 0;
  double part = 0.0;  // of the way from lower to upper
};

std::vector<Between> nodes_of(const DoseGrid& grid, int axis, std::size_t first, std::size_t last,
                              std::size_t pieces) {
  const auto p = grid.positions(axis);
  std::vector<Between> nodes;
  // Dose is constant for half a voxel beyond the outermost centre. A node with the same dose at two
  // thirds of the way has its own half distance as the rest of it.
  constexpr double kRim = 2.0 / 3.0;
  const bool several = p.size() > 1;
  if (several && first == 0) nodes.push_back({-kRim * grid.margin_before(axis), 0, 0, 0.0});
  for (std::size_t i = first; i < last; ++i) {
    for (std::size_t piece = 0; piece < pieces; ++piece) {
      const double part = static_cast<double>(piece) / static_cast<double>(pieces);
      nodes.push_back({std::lerp(p[i], p[i + 1], part), i, i + 1, part});
    }
  }
  nodes.push_back({p[last], last, last, 0.0});
  if (several && last + 1 == p.size()) {
    nodes.push_back({p[last] + kRim * grid.margin_after(axis), last, last, 0.0});
  }
  return nodes;
}

}  // namespace

Result<DoseGrid> resample_onto(const DoseGrid& source, const DoseGrid& target) {
  constexpr double kParallel = 1e-6;
  if ((source.axes() - target.axes()).cwiseAbs().maxCoeff() > kParallel) {
    return fail(
        ErrorCode::GridInvalid,
        "Two dose grids to be added are turned against each other; export the sum instead.");
  }
  if (!evenly_spaced(source)) {
    return fail(
        ErrorCode::GridInvalid,
        "A dose grid to be added to another has unevenly spaced voxels; export the sum instead.");
  }
  const Vec3 shift = target.axes().transpose() * (target.origin() - source.origin());
  GridGeometry lattice;
  lattice.axes = target.axes();
  std::array<std::size_t, 3> first{};
  Vec3 origin = Vec3::Zero();
  for (int a = 0; a < 3; ++a) {
    const auto index = static_cast<std::size_t>(a);
    const auto p = target.positions(a);
    std::vector<double>& kept = lattice.positions_mm[index];
    for (std::size_t i = 0; i < p.size(); ++i) {
      const double at = shift[a] + p[i];
      if (at < -kSamePosition_mm || at > source.positions(a).back() + kSamePosition_mm) continue;
      if (kept.empty()) first[index] = i;
      kept.push_back(p[i]);
    }
    if (kept.empty()) {
      return fail(ErrorCode::GridsDoNotOverlap,
                  "Two dose grids to be added have no voxel in common.");
    }
    origin[a] = kept.front();
    for (double& k : kept) k -= origin[a];
    // One voxel left of several: its depth is still that of the grid it was cut from.
    if (kept.size() == 1) lattice.single_depth_mm[index] = 2.0 * target.margin_before(a);
  }
  lattice.origin = target.origin() + target.axes() * origin;

  const auto image = to_itk(source);
  const auto interpolator = itk::LinearInterpolateImageFunction<Image, double>::New();
  interpolator->SetInputImage(image);
  std::vector<double> values;
  for (const double z : lattice.positions_mm[2]) {
    for (const double y : lattice.positions_mm[1]) {
      for (const double x : lattice.positions_mm[0]) {
        const Vec3 local = shift + origin + Vec3(x, y, z);
        itk::ContinuousIndex<double, 3> at;
        for (unsigned a = 0; a < 3; ++a) {
          const auto p = source.positions(static_cast<int>(a));
          const double step = p.size() > 1 ? p.back() / static_cast<double>(p.size() - 1) : 1.0;
          at[a] =
              std::clamp(local[static_cast<int>(a)] / step, 0.0, static_cast<double>(p.size() - 1));
        }
        values.push_back(interpolator->EvaluateAtContinuousIndex(at));
      }
    }
  }
  return DoseGrid::create(std::move(lattice), std::move(values));
}

Result<DoseGrid> crop_to(const DoseGrid& grid, const DoseGrid& lattice) {
  const Vec3 shift = grid.axes().transpose() * (lattice.origin() - grid.origin());
  GridGeometry geometry;
  geometry.origin = lattice.origin();
  geometry.axes = lattice.axes();
  std::array<std::size_t, 3> first{};
  for (int a = 0; a < 3; ++a) {
    const auto index = static_cast<std::size_t>(a);
    const auto wanted = lattice.positions(a);
    const auto p = grid.positions(a);
    std::size_t i = 0;
    while (i < p.size() && std::abs(p[i] - shift[a]) > kSamePosition_mm) ++i;
    first[index] = i;
    for (std::size_t k = 0; k < wanted.size(); ++k) {
      if (i + k >= p.size() || std::abs(p[i + k] - shift[a] - wanted[k]) > kSamePosition_mm) {
        return fail(ErrorCode::GridInvalid, "A dose grid is not a block of the other's voxels.");
      }
    }
    geometry.positions_mm[index].assign(wanted.begin(), wanted.end());
    geometry.single_depth_mm[index] = 2.0 * grid.margin_before(a);
  }
  std::vector<double> values;
  for (std::size_t k = 0; k < lattice.size(2); ++k) {
    for (std::size_t j = 0; j < lattice.size(1); ++j) {
      for (std::size_t i = 0; i < lattice.size(0); ++i) {
        values.push_back(grid.value(first[0] + i, first[1] + j, first[2] + k));
      }
    }
  }
  return DoseGrid::create(std::move(geometry), std::move(values));
}

DoseGrid refined(const DoseGrid& grid, const LatticeBlock& block, std::size_t pieces) {
  GridGeometry geometry;
  geometry.axes = grid.axes();
  std::array<std::vector<Between>, 3> nodes;
  Vec3 origin = Vec3::Zero();
  for (int a = 0; a < 3; ++a) {
    const auto index = static_cast<std::size_t>(a);
    nodes[index] = nodes_of(grid, a, block.first[index], block.last[index], pieces);
    std::vector<double>& positions = geometry.positions_mm[index];
    for (const Between& node : nodes[index]) positions.push_back(node.position_mm);
    origin[a] = positions.front();
    for (double& position : positions) position -= origin[a];
    geometry.single_depth_mm[index] = 2.0 * grid.margin_before(a);
  }
  geometry.origin = grid.origin() + grid.axes() * origin;
  std::vector<double> values;
  values.reserve(nodes[0].size() * nodes[1].size() * nodes[2].size());
  for (const Between& z : nodes[2]) {
    for (const Between& y : nodes[1]) {
      for (const Between& x : nodes[0]) {
        const auto along_x = [&](std::size_t j, std::size_t k) {
          return std::lerp(grid.value(x.lower, j, k), grid.value(x.upper, j, k), x.part);
        };
        const auto in_plane = [&](std::size_t k) {
          return std::lerp(along_x(y.lower, k), along_x(y.upper, k), y.part);
        };
        values.push_back(std::lerp(in_plane(z.lower), in_plane(z.upper), z.part));
      }
    }
  }
  auto made = DoseGrid::create(std::move(geometry), std::move(values));
  require(made.has_value(), "a grid between the voxels of a grid that is none");
  return std::move(*made);
}

}  // namespace dosegate::geometry
