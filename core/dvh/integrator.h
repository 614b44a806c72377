// Walks a region's cells and hands their shares to curves. Private to dvh/.
#pragma once

#include <span>
#include <vector>

#include "dvh/cell_blocks.h"
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
  // A layer, and what each of its rows can hold at most.
  struct KeptLayer {
    Layer layer;
    std::vector<DoseSheet::Range> ranges;
  };

  void begin_layer(const Layer& layer, Run rows);
  void begin_layer(const Layer& layer) { begin_layer(layer, layer.rows); }
  [[nodiscard]] SheetSpan piece_of(const Layer& layer, std::size_t k) const;
  void begin_pieces();
  void keep(Layer&& layer);
  void add_whole(std::size_t row, const Segment& segment, Run run);
  void add_partial(std::size_t row, const Segment& segment, std::span<const PartialCell> cells);
  void deposit_layer(const Layer& layer, DvhBuilder& builder);
  void deposit_in_blocks(const Layer& layer, DvhBuilder& builder);
  [[nodiscard]] const Segment* segment_of_blocks(const Layer& layer) const;
  [[nodiscard]] Run band_at(std::size_t row, Run rows) const;
  template <class OnWhole, class OnPartial, class OnBlocks>
  void each_in_band(RowParts& parts, Run band, const Segment* even, OnWhole on_whole,
                    OnPartial on_partial, OnBlocks on_blocks);
  // Lowest and highest dose of what is kept, or of one row of it.
  void kept_extremes(DvhBuilder& builder);
  void row_extremes(const Layer& layer, std::size_t row, DvhBuilder& builder);
  void segment_extremes(const Segment& segment, std::size_t r, double lo, double hi,
                        DvhBuilder& builder) const;
  void border_extremes(std::size_t row, const RowBorder::Piece& piece, double lo, double hi,
                       DvhBuilder& builder) const;

  // Over sampled cells: volumes, and those times what they say, by dose and of all.
  struct DoubtSums {
    double first_gy = 0.0, step_gy = 0.0;
    std::vector<double> weight, weighted;
    double all = 0.0, all_bias = 0.0, all_width2 = 0.0;
    void add(double cc, double mean_gy, double spread_gy2, double bias_gy);
  };
  void sample_row(const Layer& layer, RowParts& parts, std::size_t row, std::size_t stride,
                  DoubtSums& sums);
  [[nodiscard]] double grid_bias_gy(const Layer& layer, std::size_t row, std::size_t column) const;

  void refine_tails(DvhBuilder& builder);
  template <class Beyond>
  void refine_layer(const Layer& layer, Run rows, Beyond beyond, DvhBuilder& builder);
  [[nodiscard]] bool in_tail(const DoseSheet::Range& range) const;
  void refine_whole(const Layer& layer, const Segment& segment, std::size_t row, Run run,
                    DvhBuilder& builder);
  void refine_partial(const Layer& layer, const Segment& segment, std::size_t row,
                      std::span<const PartialCell> cells, DvhBuilder& builder);
  void refine_blocks(const Layer& layer, const Segment& segment, Run band, Run blocks,
                     DvhBuilder& builder);
  void find_tail(const Segment& segment, std::size_t row, Run run, std::vector<Run>& tail);
  void refine_cells(const Layer& layer, const Segment& segment, std::size_t row, Cover cover,
                    DvhBuilder& builder);
  void fine_cells(const Layer& layer, const Segment& segment, std::size_t row, Run columns,
                  Cover cover, DvhBuilder& builder);
  void fine_shares(const Stretch& stretch, Run columns, Cover cover);

  const DoseLattice& lattice_;
  const Mesh& mesh_;
  Layers layers_;
  DoseSheet sheet_;
  Shares shares_;
  const Layer* layer_ = nullptr;  // that sheet_ is filled for
  // Its lattice cells one by one, for cells in which the dose is bent.
  std::array<DoseSheet, SheetSpan::kMostCells> piece_sheets_;
  std::array<Stretch, SheetSpan::kMostCells> piece_stretches_;
  Run piece_rows_;
  bool pieces_begun_ = false;
  std::vector<Run> bent_;  // cells of one run
  DoseSheet row_sheet_;    // of one row, for its extremes
  RowBorder border_;
  std::vector<KeptLayer> kept_;
  std::vector<Run> tail_;  // cells of one row that lie in a tail, ascending
  std::vector<double> tail_low_gy_, tail_high_gy_;
  // What finer cells are made with: kept, so that the many small pieces cost no memory of their own.
  struct FineCells {
    FineAxis u, v;
    DoseSheet sheet;
    Rasteriser rasteriser;
    Raster raster;
    std::vector<Run> bent;  // never any: its sheets are of one lattice cell
    explicit FineCells(const DoseLattice& lattice) : sheet(lattice, u, v), rasteriser(u, v) {}
  };
  FineCells fine_;
  CellBlocks blocks_;
  std::vector<std::vector<Run>> band_;       // runs of whole cells of each row of a band
  std::vector<std::vector<Run>> band_tail_;  // cells of each row that lie in a tail
  std::vector<Run> in_all_rows_, in_both_;
  double cold_gy_ = 0.0, hot_gy_ = 0.0;
  std::size_t refined_ = 0;
  double largest_cell_cc_ = 0.0;
};

// The parts of a band of rows, where whole cells of segment `even` may form blocks (null: they do
// not): on_whole(row, segment, run), on_partial(row, segment, cells), on_blocks(run of blocks_).
template <class OnWhole, class OnPartial, class OnBlocks>
void Integrator::each_in_band(RowParts& parts, Run band, const Segment* even, OnWhole on_whole,
                              OnPartial on_partial, OnBlocks on_blocks) {
  const std::size_t rows = band.end - band.begin;
  if (band_.size() < rows) band_.resize(rows);
  for (std::size_t row = band.begin; row < band.end; ++row) {
    std::vector<Run>& runs = band_[row - band.begin];
    runs.clear();
    parts.each(
        row,
        [&](const Segment& s, Run run) {
          if (&s == even) {
            runs.push_back(run);
          } else {
            on_whole(row, s, run);
          }
        },
        [&](const Segment& s, std::span<const PartialCell> cells) { on_partial(row, s, cells); });
  }
  if (even == nullptr) return;
  blocks_.clear();
  if (rows == blocks_.side()) {
    in_all_rows_ = band_[0];
    for (std::size_t r = 1; r < rows && !in_all_rows_.empty(); ++r) {
      intersect(in_all_rows_, band_[r], in_both_);
      std::swap(in_all_rows_, in_both_);
    }
    blocks_.find(sheet_, band.begin, in_all_rows_, even->stretch);
  }
  for (const Run& blocks : blocks_.runs()) on_blocks(blocks);
  for (std::size_t row = band.begin; row < band.end; ++row) {
    without(band_[row - band.begin], blocks_.cells(), [&](Run run) { on_whole(row, *even, run); });
  }
}

}  // namespace dosegate::dvh
