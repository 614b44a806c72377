// Exact coverage of a slab's area on a lattice of cells. Private to dvh/.
#pragma once

#include <cstddef>
#include <vector>

#include "geometry/region.h"

namespace dosegate::dvh {

/// Refinement of an axis: cell borders from `first` on, each with its place between two lattice
/// nodes.
struct FineAxis {
  std::vector<double> nodes;  ///< mm, strictly ascending; cells lie between neighbours
  std::vector<std::size_t>
      base;                  ///< lattice node at or before each fine node (never the last node)
  std::vector<double> part;  ///< 0..1 of the way from node `base` to `base + 1`
  [[nodiscard]] std::size_t cells() const { return nodes.size() - 1; }
};

/// Cells from the lattice cells that [lo, hi] touches, each cut evenly until no longer than
/// `cell_mm`. Empty (no nodes) where the range lies wholly outside of the lattice.
[[nodiscard]] FineAxis refine(const std::vector<double>& lattice, double lo, double hi,
                              double cell_mm);

/// Cells begin .. end - 1 of an axis, each cut evenly into `pieces`.
[[nodiscard]] FineAxis subdivide(const FineAxis& axis, std::size_t begin, std::size_t end,
                                 std::size_t pieces);

/// The covered part of one cell, in cell coordinates a, b in 0..1 along u, v.
struct PartialCell {
  std::size_t column = 0;
  double area = 0.0;                    ///< share of the cell, 0..1
  double a = 0.0, b = 0.0;              ///< centroid
  double aa = 0.0, ab = 0.0, bb = 0.0;  ///< means of a*a, a*b, b*b
};

/// A piece of border within one cell, in cell coordinates.
struct BorderPiece {
  std::size_t column = 0;
  double a0 = 0.0, b0 = 0.0, a1 = 0.0, b1 = 0.0;
};

/// Half-open range of columns or of nodes.
struct Run {
  std::size_t begin = 0, end = 0;
};

struct RasterRow {
  std::size_t row = 0;
  std::vector<Run> whole;            ///< runs of cells that are wholly inside
  std::vector<PartialCell> partial;  ///< ascending in column
  std::vector<BorderPiece> border;
  std::vector<Run> nodes_below;  ///< nodes inside the area on the row's lower line
};

/// Rows with anything in them, ascending. What lies outside of the axes' range is left out.
[[nodiscard]] std::vector<RasterRow> rasterise(const geometry::Slab& slab, const FineAxis& u,
                                               const FineAxis& v);

}  // namespace dosegate::dvh
