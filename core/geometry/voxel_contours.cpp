#include "geometry/voxel_contours.h"

#include <algorithm>
#include <cmath>

#include "base/result.h"

namespace dosegate::geometry {
namespace {

// A corner between voxels: (0, 0) is the outer corner of the layer's first voxel.
struct Corner {
  std::size_t u = 0, v = 0;
};

// The voxels of one layer, seen along two of the block's axes.
class Layer {
 public:
  Layer(const std::uint8_t* first, std::size_t columns, std::size_t rows, std::size_t column_step,
        std::size_t row_step)
      : first_(first),
        columns_(columns),
        rows_(rows),
        column_step_(column_step),
        row_step_(row_step) {}

  [[nodiscard]] std::size_t columns() const { return columns_; }
  [[nodiscard]] std::size_t rows() const { return rows_; }

  // False outside of the layer: `u` and `v` may be one step below 0, as the largest number.
  [[nodiscard]] bool inside(std::size_t u, std::size_t v) const {
    return u < columns_ && v < rows_ && first_[u * column_step_ + v * row_step_] != 0;
  }

  // Whether the face below voxel (u, v) is a border that has the body above it.
  [[nodiscard]] bool rises_from(std::size_t u, std::size_t v) const {
    return inside(u, v) && !inside(u, v - 1);
  }

 private:
  const std::uint8_t* first_;
  std::size_t columns_, rows_, column_step_, row_step_;
};

// Walks along the borders of a layer with the body on the left hand.
class Tracer {
 public:
  explicit Tracer(const Layer& layer)
      : layer_(layer), walked_(layer.columns() * layer.rows(), false) {}

  // Every outline has a face with the body above it; the lowest, leftmost of them begins at a corner.
  std::vector<std::vector<Corner>> run() {
    std::vector<std::vector<Corner>> outlines;
    for (std::size_t v = 0; v < layer_.rows(); ++v) {
      for (std::size_t u = 0; u < layer_.columns(); ++u) {
        if (layer_.rises_from(u, v) && !walked_[v * layer_.columns() + u]) {
          outlines.push_back(walk({u, v}));
        }
      }
    }
    return outlines;
  }

 private:
  enum Heading { East, North, West, South };

  std::vector<Corner> walk(Corner start) {
    std::vector<Corner> outline = {start};
    Corner at = start;
    Heading heading = East;
    while (true) {
      if (heading == East) walked_[at.v * layer_.columns() + at.u] = true;
      step(at, heading);
      const Heading next = turn(at, heading);
      // A corner where two voxels meet is passed twice, but only once towards the east from there.
      if (at.u == start.u && at.v == start.v && next == East) return outline;
      if (next != heading) outline.push_back(at);
      heading = next;
    }
  }

  static void step(Corner& at, Heading heading) {
    if (heading == East) ++at.u;
    if (heading == North) ++at.v;
    if (heading == West) --at.u;
    if (heading == South) --at.v;
  }

  // To the left where the body ends there, which keeps apart what meets at an edge only.
  [[nodiscard]] Heading turn(const Corner& at, Heading heading) const {
    const bool north_east = layer_.inside(at.u, at.v);
    const bool north_west = layer_.inside(at.u - 1, at.v);
    const bool south_west = layer_.inside(at.u - 1, at.v - 1);
    const bool south_east = layer_.inside(at.u, at.v - 1);
    switch (heading) {
      case East:
        return !north_east ? North : south_east ? South : East;
      case North:
        return !north_west ? West : north_east ? East : North;
      case West:
        return !south_west ? South : north_west ? North : West;
      case South:
        return !south_east ? East : south_west ? West : South;
    }
    throw InternalError("no such heading");
  }

  const Layer& layer_;
  std::vector<bool> walked_;  // the face below each voxel
};

int axis_nearest_z(const model::Mat3& axes) {
  int nearest = 0;
  for (int a = 1; a < 3; ++a) {
    if (std::abs(axes(2, a)) > std::abs(axes(2, nearest))) nearest = a;
  }
  return nearest;
}

}  // namespace

std::vector<model::Contour> voxel_contours(const VoxelLattice& lattice, const VoxelBlock& block) {
  const auto& size = block.size;
  require(block.inside.size() == size[0] * size[1] * size[2], "voxels of another size than stated");
  const std::array<std::size_t, 3> steps = {1, size[0], size[0] * size[1]};
  const auto w = static_cast<std::size_t>(axis_nearest_z(lattice.axes));
  const std::size_t u = w == 0 ? 1 : 0;
  const std::size_t v = w == 2 ? 1 : 2;
  // From the lattice's origin to `halves` half voxels beyond the centre of the block's first voxel.
  const auto along = [&](std::size_t axis, double halves) -> model::Vec3 {
    const auto a = static_cast<int>(axis);
    const double voxels = static_cast<double>(block.first[axis]) + 0.5 * halves;
    return lattice.axes.col(a) * (voxels * lattice.spacing_mm[a]);
  };
  std::vector<model::Contour> contours;
  for (std::size_t k = 0; k < size[w]; ++k) {
    const Layer layer(block.inside.data() + k * steps[w], size[u], size[v], steps[u], steps[v]);
    const model::Vec3 height = lattice.origin + along(w, 2.0 * static_cast<double>(k));
    for (const std::vector<Corner>& outline : Tracer(layer).run()) {
      model::Contour& contour = contours.emplace_back();
      contour.slab_thickness_mm = lattice.spacing_mm[static_cast<int>(w)];
      contour.points.reserve(outline.size());
      for (const Corner& corner : outline) {
        contour.points.push_back(height + along(u, 2.0 * static_cast<double>(corner.u) - 1.0) +
                                 along(v, 2.0 * static_cast<double>(corner.v) - 1.0));
      }
    }
  }
  return contours;
}

}  // namespace dosegate::geometry
