// The dose between the nodes of a lattice, written a second time for the validation suite, in the
// frame (a, b, w) of a drawn body (drawn_body.h).
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <vector>

#include "validation/analytic_doses.h"
#include "validation/drawn_body.h"

namespace dosegate::validation {

class TrilinearField {
 public:
  /// `lattice` must live as long as the field.
  TrilinearField(const DoseLatticeSpec& lattice, int w);

  /// Nodes along a, b, w (x = 0, 1, 2), mm.
  [[nodiscard]] const std::vector<double>& nodes(std::size_t x) const {
    return lattice_.nodes_mm[axis_[x]];
  }
  /// The cell of nodes i and i + 1 that holds `at` (the first or last one beyond the ends).
  [[nodiscard]] std::size_t cell(std::size_t x, double at) const;
  [[nodiscard]] double node_gy(std::size_t a, std::size_t b, std::size_t w) const;
  [[nodiscard]] double at_gy(double a, double b, double w) const;

 private:
  const DoseLatticeSpec& lattice_;
  std::array<std::size_t, 3> axis_;  // patient axis of a, b, w
};

/// The field along a line parallel to a, between two places.
class FieldLine {
 public:
  FieldLine(const TrilinearField& field, double b, double w, double from, double to);

  struct Piece {
    double middle_gy;         ///< in its middle, which is its mean
    double along_gy;          ///< change from its one end to the other
    double slope_b, slope_w;  ///< Gy/mm across the line, in its middle
  };
  /// Within one cell along a.
  [[nodiscard]] Piece piece(std::size_t cell, double from, double to) const;

 private:
  struct Node {
    double value, slope_b, slope_w;
  };
  const TrilinearField& field_;
  std::size_t first_;
  std::vector<Node> nodes_;
};

struct Extremes {
  double low_gy = std::numeric_limits<double>::infinity();
  double high_gy = -std::numeric_limits<double>::infinity();
};

/// Exact. A trilinear dose has no extreme inside a cell, nor inside a flat face, nor inside an
/// upright one (there its second derivatives have opposite signs or vanish): extremes lie on border
/// lines at faces and node planes (their ends, cuts by the lattice, turning points), or at nodes.
[[nodiscard]] Extremes field_extremes(const TrilinearField& field, const std::vector<Prism>& prisms,
                                      Combination combination);

}  // namespace dosegate::validation
