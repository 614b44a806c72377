// Blocks of whole cells that one share stands for. Private to dvh/.
//
// In a large structure most cells lie far from the border, in a dose that over a few of them is
// little more than linear. A *band* is as many rows as a block is wide; of the columns that are
// whole in all of its rows, blocks of as many cells either way are tried.
//
// A block's share has the exact volume and mean dose of its cells. Along the axis that the dose
// rises along it lies between the exact mean doses of its two sides; where the dose is bent along
// that axis, the density between them changes evenly, by what the mean asks for. So a bend along the
// axis is told to first order. What must be small is what a parabola leaves of the dose along either
// axis (see stands()), and nothing is lost by the bend across: it does not move the sides' means.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "dvh/dose_sheet.h"
#include "dvh/fine_axis.h"
#include "dvh/runs.h"
#include "dvh/shares.h"

namespace dosegate::dvh {

class CellBlocks {
 public:
  /// Blocks of `side` x `side` cells of the mesh u x v, which must outlive it. Fewer than 2: none.
  CellBlocks(const FineAxis& u, const FineAxis& v, std::size_t side);

  [[nodiscard]] bool any_size() const { return side_ > 1; }
  /// Rows of a band; bands begin at multiples of it.
  [[nodiscard]] std::size_t side() const { return side_; }

  /// Looks for blocks in the band from row `first` on, among the columns `whole`, ascending.
  void find(const DoseSheet& sheet, std::size_t first, std::span<const Run> whole,
            const Stretch& stretch);
  void clear() { runs_.clear(), cells_.clear(); }

  /// Blocks side by side, ascending; block b holds columns b * side .. b * side + side - 1.
  [[nodiscard]] const std::vector<Run>& runs() const { return runs_; }
  /// The columns of all of them, ascending.
  [[nodiscard]] const std::vector<Run>& cells() const { return cells_; }
  [[nodiscard]] Run columns(Run blocks) const { return {blocks.begin * side_, blocks.end * side_}; }

  /// Shares of blocks side by side, appended to `shares`.
  void add(Run blocks, Shares& shares) const;

 private:
  // A side: mean dose, and 12 times the variance of the dose on it.
  struct Side {
    double centre_gy = 0.0, width2_gy2 = 0.0;
  };
  struct Block {
    double mean_gy = 0.0, spread_gy2 = 0.0;
    bool along_u = false;
    Side low, high;     // where lines along the axis begin and end
    double tilt = 0.0;  // how much of the density moves from one side to the other
  };
  void measure(const DoseSheet& sheet, std::size_t first, std::size_t column, std::size_t nodes);
  [[nodiscard]] bool nearly_parabolic(std::size_t at) const;
  [[nodiscard]] bool stands(const DoseSheet& sheet, std::size_t first, std::size_t block,
                            const Stretch& stretch, Block& out) const;
  [[nodiscard]] double mean_of_sums(const std::vector<double>& sums, std::size_t at) const;
  [[nodiscard]] double mean_of_line(const double* nodes) const;

  const FineAxis& u_;
  const FineAxis& v_;
  std::size_t side_;
  std::vector<char> even_columns_, even_rows_;  // of each block's place: are all cells equally wide
  std::size_t first_ = 0;                       // block that the lists begin with
  double cc_per_mm_ = 0.0;                      // of a block, by its width along u
  std::vector<Block> blocks_;
  // Of each node: the least and the largest second difference of the dose along u and v over the
  // band, and the sums of its doses, the first and the last line by half.
  std::vector<double> least_u_, most_u_, least_v_, most_v_, sum_lower_, sum_rise_;
  std::vector<Run> runs_, cells_;
};

}  // namespace dosegate::dvh
