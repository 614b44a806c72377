// The dose between two planes of cell borders along w, on the nodes of a mesh. Private to dvh/.
//
// Between two lattice planes the dose is linear in w. A sheet holds, for every node of the mesh in a
// range, the dose at the lower lattice plane and its change up to the upper one, so that the dose at
// any height between them is one product away.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "dvh/dose_lattice.h"
#include "dvh/fine_axis.h"
#include "dvh/shares.h"
#include "dvh/slab_raster.h"

namespace dosegate::dvh {

/// A stretch of w between two lattice planes, with the density along it already integrated: what of
/// it is inside counts `length_mm`, lies at `middle` on average, and is spread like an even stretch
/// of `depth`.
struct Stretch {
  double middle = 0.0;     ///< 0..1 between the two lattice planes
  double depth = 0.0;      ///< share of their distance
  double length_mm = 0.0;  ///< weighted; can be negative (readings are differences)
};

/// Doses at the nodes of a line along u: at the lower lattice plane, and their change up to the upper.
struct NodeLine {
  const double* lower_gy = nullptr;
  const double* rise_gy = nullptr;
};

class DoseSheet {
 public:
  DoseSheet(const DoseLattice& lattice, const FineAxis& u, const FineAxis& v)
      : lattice_(lattice), u_(u), v_(v) {}

  /// Fills the nodes of `rows` x `columns` cells between lattice planes `base` and `base` + 1, and
  /// the range of dose on each line between the heights `lo` and `hi` (0..1 between the planes).
  void fill(std::size_t base, Run rows, Run columns, double lo, double hi);

  struct Range {
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();
  };
  /// Bounds of the dose in a row of cells, between the two heights of fill().
  [[nodiscard]] Range row_range(std::size_t row) const;
  /// Bounds of the dose in one cell, between two heights: its eight corners.
  [[nodiscard]] Range cell_range(std::size_t row, std::size_t column, double lo, double hi) const;

  /// Shares of the cells `columns` of a row, all of them wholly inside; appended to `shares`.
  void whole(std::size_t row, Run columns, const Stretch& stretch, Shares& shares);
  /// Share of a part of a cell with its border, appended to `shares`.
  void partial(std::size_t row, const PartialCell& part, std::span<const BorderPiece> border,
               const Stretch& stretch, Shares& shares) const;

  /// True if the cell has dose at all its corners (false only where a lattice has holes).
  [[nodiscard]] bool covered(std::size_t row, std::size_t column) const;
  [[nodiscard]] bool has_holes() const { return lattice_.has_holes(); }

  /// Doses along the lower line of `row` from node `column` on.
  [[nodiscard]] NodeLine line(std::size_t row, std::size_t column) const {
    const std::size_t i = at(row, column);
    return {lower_gy_.data() + i, rise_gy_.data() + i};
  }

  /// Dose at a node of the lower line of `row`, at height t.
  [[nodiscard]] double node(std::size_t row, std::size_t column, double t) const {
    const std::size_t i = at(row, column);
    return lower_gy_[i] + t * rise_gy_[i];
  }

  /// Dose over a cell at one height: d00 + gu a + gv b + c a b, a and b in 0..1.
  struct Patch {
    double d00, gu, gv, c;
  };
  [[nodiscard]] Patch patch(std::size_t row, std::size_t column, double t) const;

 private:
  [[nodiscard]] std::size_t at(std::size_t row, std::size_t column) const {
    return (row - rows_.begin) * stride_ + (column - columns_.begin);
  }
  void fill_line(std::size_t row, double* lower, double* rise);

  const DoseLattice& lattice_;
  const FineAxis& u_;
  const FineAxis& v_;
  std::size_t base_ = 0, stride_ = 0;
  Run rows_, columns_;
  std::vector<double> lower_gy_, rise_gy_;
  std::vector<double> coarse_lower_gy_, coarse_rise_gy_;  // of one line, on the lattice's nodes
  std::vector<Range> line_range_;
  // Of the cells of one run: changes of the dose across a cell, the products of two axes, mean and
  // spread; whether the share is made of the two sides along u, and how far those move.
  struct Cells {
    std::vector<double> gu, gv, gw, uv, uw, vw, mean, spread2, along_u, off_u;
    std::vector<double> side_centre, side_width2;  // dose along left sides, and the last right one
    void resize(std::size_t n);
  };
  void measure(std::size_t row, Run columns, const Stretch& stretch);
  void add_across(std::size_t row, std::size_t column, std::size_t i, double cc,
                  const Stretch& stretch, Shares& shares) const;
  Cells run_;
};

}  // namespace dosegate::dvh
