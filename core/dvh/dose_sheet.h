// The dose over a stretch of w, on the nodes of a mesh. Private to dvh/.
//
// Between two lattice planes the dose is linear in w. A sheet of one lattice cell holds, for every
// node of the mesh in a range, the dose at the lower lattice plane and its change up to the upper
// one, so that the dose at any height between them is one product away.
//
// A slab seldom begins and ends at lattice planes. A sheet of a slab that reaches across some of them
// holds the straight line that fits the dose along w best: its mean is the dose's own. How far the
// dose lies from that line is known too: cells in which that is much are told in pieces.
#pragma once

#include <array>
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

/// The stretch of w that a sheet stands for.
struct SheetSpan {
  static constexpr std::size_t kMostCells = 3;
  std::size_t base = 0;       ///< lattice plane below
  std::size_t cells = 1;      ///< lattice cells that it reaches into
  double lo = 0.0, hi = 1.0;  ///< ends: of one cell 0..1 between its planes, else 0 and 1
  // Of more than one cell: what the change of the dose across each adds to the mean and to the rise
  // of the straight line; and of each plane within, what a change of slope there adds to `bent`.
  std::array<double, kMostCells> mean{}, rise{}, bent{};
  std::array<double, kMostCells> per_mm{};  // 1 / height of the cells
};

/// Of the lattice planes `nodes` and a stretch lo .. hi mm within them that reaches into at most
/// kMostCells.
[[nodiscard]] SheetSpan span_of(const std::vector<double>& nodes, std::size_t base, double lo,
                                double hi);

class DoseSheet {
 public:
  DoseSheet(const DoseLattice& lattice, const FineAxis& u, const FineAxis& v)
      : lattice_(lattice), u_(u), v_(v) {}

  /// Fills the nodes of `rows` x `columns` cells, of each row those in its `extent` (one for each
  /// row), and the range of dose on each line.
  void fill(const SheetSpan& span, Run rows, Run columns, std::span<const Run> extent);
  /// ... of all columns.
  void fill(const SheetSpan& span, Run rows, Run columns) { fill(span, rows, columns, {}); }
  /// The same, but lines are filled when begin_row() asks for them; `extent` must last so long.
  void prepare(const SheetSpan& span, Run rows, Run columns, std::span<const Run> extent);
  void begin_row(std::size_t row);

  struct Range {
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();
  };
  /// Bounds of the dose in the filled part of a row of cells, over the whole stretch.
  [[nodiscard]] Range row_range(std::size_t row) const;
  /// Bounds of the dose in one cell, between two heights: its eight corners.
  [[nodiscard]] Range cell_range(std::size_t row, std::size_t column, double lo, double hi) const;

  /// Shares of the cells `columns` of a row, all of them wholly inside; appended to `shares`. Cells
  /// in which the dose is too much bent along w have none, and are appended to `bent`.
  void whole(std::size_t row, Run columns, const Stretch& stretch, Shares& shares,
             std::vector<Run>& bent);
  /// Share of a part of a cell with its border, appended to `shares`; false, and no share, where the
  /// dose is too much bent along w.
  [[nodiscard]] bool partial(std::size_t row, const PartialCell& part,
                             std::span<const BorderPiece> border, const Stretch& stretch,
                             Shares& shares) const;
  /// Whether the dose is too much bent along w for one share of `side` x `side` cells.
  [[nodiscard]] bool bent_block(std::size_t row, std::size_t column, std::size_t side,
                                double spread2_gy2) const;

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
  void fill_line(std::size_t line, Run columns);
  [[nodiscard]] Run columns_of(std::size_t line) const;
  using PlaneLines = std::array<const double*, SheetSpan::kMostCells + 1>;
  [[nodiscard]] const double* lattice_line(std::size_t row, std::size_t plane, Run nodes,
                                           std::vector<double>& out) const;
  void take_straight(const PlaneLines& planes, std::size_t count, double* lower, double* rise,
                     double* bent) const;
  void find_range(std::size_t line, Run columns);
  [[nodiscard]] bool line_may_be_bent(std::size_t row) const {
    const std::size_t line = row - rows_.begin;
    return most_bent_[line] > kBent_gy || most_bent_[line + 1] > kBent_gy;
  }
  [[nodiscard]] bool bent_cell(std::size_t at, double spread2_gy2) const;
  [[nodiscard]] static bool too_bent(double bent_gy, double spread2_gy2) {
    return bent_gy > kBent_gy && bent_gy * bent_gy > kBentShare * kBentShare * spread2_gy2;
  }

  // Doses that lie nearer to the straight line are as good as on it, and so are those in a cell
  // whose whole dose changes by much more.
  static constexpr double kBent_gy = 0.005;
  static constexpr double kBentShare = 0.04;

  const DoseLattice& lattice_;
  const FineAxis& u_;
  const FineAxis& v_;
  SheetSpan span_;
  std::size_t stride_ = 0;
  Run rows_, columns_;
  std::vector<double> lower_gy_, rise_gy_;
  std::vector<double> bent_gy_;    // how far the dose may lie from the line; none with one cell
  std::vector<double> most_bent_;  // of each line
  std::array<std::vector<double>, SheetSpan::kMostCells + 1> plane_gy_;  // of one line
  std::vector<double> coarse_gy_;                                        // on the lattice's nodes
  std::vector<Range> line_range_;
  std::span<const Run> extent_;  // of each row; none: all columns
  std::vector<char> filled_;
  // Of the sides of the cells of one run that stand on its nodes.
  struct Nodes {
    std::vector<double> centre, along_v, along_w, vw;
    void resize(std::size_t n);
  };
  // Of a cell: changes of the dose across it, the products of two axes, mean and spread.
  struct Cell {
    double gu, gv, gw, uv, uw, vw, mean, spread2;
  };
  class SideRamps;
  void measure(std::size_t row, Run columns, const Stretch& stretch);
  [[nodiscard]] Cell cell_of(std::size_t i) const;
  void add_across(std::size_t row, std::size_t column, const Cell& cell, double cc,
                  const Stretch& stretch, Shares& shares) const;
  void add_odd(std::size_t row, std::size_t column, const Cell& cell, double cc,
               const Stretch& stretch, Shares& shares) const;
  Nodes nodes_;
};

}  // namespace dosegate::dvh
