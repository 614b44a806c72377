// Cell borders along one axis of the integration. Private to dvh/.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "dvh/runs.h"

namespace dosegate::dvh {

/// Refinement of an axis: cell borders from `first` on, each with its place between two lattice
/// nodes.
struct FineAxis {
  std::vector<double> nodes;  ///< mm, strictly ascending; cells lie between neighbours
  std::vector<std::size_t>
      base;                  ///< lattice node at or before each fine node (never the last node)
  std::vector<double> part;  ///< 0..1 of the way from node `base` to `base + 1`
  /// Each cell is a cell of the lattice, whole.
  bool cells_are_lattice = false;
  double cells_per_mm = 0.0;  ///< on average
  void finish();              ///< fills cells_per_mm
  [[nodiscard]] std::size_t cells() const { return nodes.size() - 1; }
  [[nodiscard]] double width(std::size_t cell) const { return nodes[cell + 1] - nodes[cell]; }

  /// The cell that holds `x`, with its lower border: -1 left of the first node, cells() from the
  /// last node on.
  [[nodiscard]] std::ptrdiff_t cell_of(double x) const {
    if (x < nodes.front()) return -1;
    if (x >= nodes.back()) return static_cast<std::ptrdiff_t>(cells());
    // Most axes are nearly even, so that the guess is at most a step or two off.
    auto i = static_cast<std::ptrdiff_t>((x - nodes.front()) * cells_per_mm);
    i = std::min(i, static_cast<std::ptrdiff_t>(cells()) - 1);
    const double* at = nodes.data() + i;
    for (; x < at[0]; --at) --i;
    for (; x >= at[1]; ++at) ++i;
    return i;
  }
};

/// Cells from the lattice cells that [lo, hi] touches, each cut evenly into the number of pieces
/// that comes nearest to `cell_mm`. Empty (no nodes) where the range lies wholly outside of the
/// lattice.
[[nodiscard]] FineAxis refine(const std::vector<double>& lattice, double lo, double hi,
                              double cell_mm);

/// Fills `fine` with cells begin .. end - 1 of an axis, each cut evenly into `pieces`.
void subdivide(const FineAxis& axis, std::size_t begin, std::size_t end, std::size_t pieces,
               FineAxis& fine);

}  // namespace dosegate::dvh
