// Walks a region's cells and hands their shares to curves. Private to dvh/.
#pragma once

#include <span>
#include <vector>

#include "dvh/curve_doubt.h"
#include "dvh/dose_sheet.h"
#include "dvh/dvh_builder.h"
#include "dvh/layers.h"

namespace dosegate::dvh {

class Integrator {
 public:
  Integrator(const DoseLattice& lattice, const Mesh& mesh);

  /// Shares of all cells of `slabs` (sorted by w_lo) go to `builder`.
  void deposit(std::span<const SignedSlab> slabs, DvhBuilder& builder);
  /// Lowest and highest dose of the closed solid: border and nodes of slabs, at their faces and at
  /// lattice planes.
  void extremes(std::span<const SignedSlab> slabs, DvhBuilder& builder);
  /// Both at once, then the two ends of the curve again in finer cells.
  void deposit_finely(std::span<const SignedSlab> slabs, DvhBuilder& builder);

  /// From a sample of the cells of `slabs`, whose shares `builder` holds.
  [[nodiscard]] CurveDoubt doubt(std::span<const SignedSlab> slabs, const DvhBuilder& builder);

 private:
  // Whether cells are wholly inside or crossed by a border.
  enum class Cover { Whole, Partial };
  // What each row of a layer can hold at most.
  struct RowBounds {
    std::size_t layer = 0;
    Run rows;
    std::size_t first = 0;  // of its ranges in ranges_
  };

  void add_whole(std::size_t row, const Segment& segment, Run run);
  void add_partial(std::size_t row, const Segment& segment, std::span<const PartialCell> cells);
  void deposit_layer(const Layer& layer, DvhBuilder& builder);
  void layer_extremes(const Layer& layer, DvhBuilder& builder);
  void row_extremes(const Segment& segment, std::size_t r, DvhBuilder& builder) const;
  void border_extremes(std::size_t row, const BorderPiece& piece, const Segment& segment,
                       DvhBuilder& builder) const;

  void sample_row(const Layer& layer, RowParts& parts, std::size_t row, std::size_t stride,
                  std::vector<double>& bias_gy);
  [[nodiscard]] double grid_bias_gy(const Layer& layer, std::size_t row, std::size_t column) const;

  void refine_tails(std::span<const SignedSlab> slabs, DvhBuilder& builder);
  void refine_row(const Layer& layer, RowParts& parts, std::size_t row, DvhBuilder& builder);
  void refine_cells(const Layer& layer, const Segment& segment, std::size_t row, Cover cover,
                    DvhBuilder& builder);
  void fine_cells(const Layer& layer, const Segment& segment, std::size_t row, Run columns,
                  Cover cover, DvhBuilder& builder);

  const DoseLattice& lattice_;
  const Mesh& mesh_;
  Layers layers_;
  DoseSheet sheet_;
  Shares shares_;
  std::vector<RowBounds> bounds_;
  std::vector<DoseSheet::Range> ranges_;
  std::vector<Run> tail_;  // cells of one row that lie in a tail, ascending
  double cold_gy_ = 0.0, hot_gy_ = 0.0;
  std::size_t refined_ = 0;
  double largest_cell_cc_ = 0.0;
};

}  // namespace dosegate::dvh
