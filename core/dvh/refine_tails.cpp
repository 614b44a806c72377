// In the middle of a curve the shapes of very many shares average out. Its two ends are made of a
// few cells only: there each is taken out again and put back in pieces.
#include <algorithm>
#include <cmath>
#include <ranges>
#include <tuple>

#include "dvh/integrator.h"

namespace dosegate::dvh {
namespace {

// Cells in a tail: beyond them what remains of one cell's shape is a small part of the tail.
constexpr double kTailCells = 64.0;
// ... of a small structure: its D2% and D98% lie in them.
constexpr double kTailShare = 0.022;
constexpr double kMostTailCells = 260.0;
constexpr std::size_t kPieces = 3;  // along each axis
// In a dose that is nearly the same everywhere almost every cell lies at an end of the curve, and
// none of them matters: cells whose dose changes by less stay as they are.
constexpr double kFlat_gy = 0.1;
constexpr std::size_t kMostRefined = 20000;

}  // namespace

void Integrator::refine_tails(std::span<const SignedSlab> slabs, DvhBuilder& builder) {
  const double tail_cc =
      std::min(std::clamp(kTailShare * builder.deposited_cc(), kTailCells * largest_cell_cc_,
                          kMostTailCells * largest_cell_cc_),
               0.25 * builder.deposited_cc());
  if (!(tail_cc > 0.0)) return;
  std::tie(cold_gy_, hot_gy_) = builder.tails_gy(tail_cc);
  const auto beyond = [&](const DoseSheet::Range& range) {
    return (range.high > hot_gy_ || range.low < cold_gy_) && range.high - range.low > kFlat_gy;
  };
  refined_ = 0;
  std::size_t from = 0;
  for (const RowBounds& bounds : bounds_) {
    if (refined_ >= kMostRefined) return;  // between layers only: all pieces of a cell or none
    const auto range = [&](std::size_t row) {
      return ranges_[bounds.first + row - bounds.rows.begin];
    };
    Run rows{mesh_.v.cells(), 0};
    for (std::size_t row = bounds.rows.begin; row < bounds.rows.end; ++row) {
      if (!beyond(range(row))) continue;
      rows.begin = std::min(rows.begin, row);
      rows.end = row + 1;
    }
    if (rows.begin >= rows.end) continue;
    const Layer layer = layers_.layer_of(bounds.layer, slabs, from);
    sheet_.fill(layer.base, rows, layer.columns, layer.lo, layer.hi);
    RowParts parts(layer);
    for (std::size_t row = rows.begin; row < rows.end; ++row) {
      if (beyond(range(row))) refine_row(layer, parts, row, builder);
    }
  }
}

void Integrator::refine_row(const Layer& layer, RowParts& parts, std::size_t row,
                            DvhBuilder& builder) {
  const auto in_tail = [&](const Segment& s, std::size_t column) {
    if (sheet_.has_holes() && !sheet_.covered(row, column)) return false;
    const DoseSheet::Range range = sheet_.cell_range(row, column, s.lo, s.hi);
    return (range.high > hot_gy_ || range.low < cold_gy_) && range.high - range.low > kFlat_gy;
  };
  parts.each(
      row,
      [&](const Segment& s, Run run) {
        tail_.clear();
        for (std::size_t i = run.begin; i < run.end; ++i) {
          if (in_tail(s, i)) append_cell(i, tail_);
        }
        if (tail_.empty()) return;
        // The run's shares are joined with each other: all of them go, and what is not in the tail
        // comes back.
        shares_.clear();
        add_whole(row, s, run);
        shares_.negate();
        without({&run, 1}, tail_, [&](Run rest) { add_whole(row, s, rest); });
        builder.deposit(shares_);
        refine_cells(layer, s, row, Cover::Whole, builder);
      },
      [&](const Segment& s, std::span<const PartialCell> cells) {
        shares_.clear();
        tail_.clear();
        for (const PartialCell& cell : std::views::reverse(cells)) {  // to ascend
          if (!in_tail(s, cell.column)) continue;
          append_cell(cell.column, tail_);
          add_partial(row, s, {&cell, 1});
        }
        if (tail_.empty()) return;
        shares_.negate();
        builder.deposit(shares_);
        refine_cells(layer, s, row, Cover::Partial, builder);
      });
}

// Finer shares of the tail's cells of one row.
void Integrator::refine_cells(const Layer& layer, const Segment& segment, std::size_t row,
                              Cover cover, DvhBuilder& builder) {
  for (const Run& run : tail_) {
    refined_ += run.end - run.begin;
    fine_cells(layer, segment, row, run, cover, builder);
  }
}

void Integrator::fine_cells(const Layer& layer, const Segment& segment, std::size_t row,
                            Run columns, Cover cover, DvhBuilder& builder) {
  const FineAxis u = subdivide(mesh_.u, columns.begin, columns.end, kPieces);
  const FineAxis v = subdivide(mesh_.v, row, row + 1, kPieces);
  DoseSheet sheet(lattice_, u, v);
  sheet.fill(layer.base, {0, v.cells()}, {0, u.cells()}, segment.lo, segment.hi);
  Raster raster;
  if (cover == Cover::Partial) raster = Rasteriser(u, v).run(*segment.area);
  shares_.clear();
  const double step = (segment.hi - segment.lo) / kPieces;
  const double weight_step = (segment.weight_hi - segment.weight_lo) / kPieces;
  for (std::size_t k = 0; k < kPieces; ++k) {
    Segment piece = segment;
    piece.lo = segment.lo + step * static_cast<double>(k);
    piece.hi = piece.lo + step;
    piece.weight_lo = segment.weight_lo + weight_step * static_cast<double>(k);
    piece.weight_hi = piece.weight_lo + weight_step;
    const Stretch stretch = stretch_of(piece, layer.distance_mm);
    if (cover == Cover::Whole) {
      for (std::size_t r = 0; r < v.cells(); ++r) sheet.whole(r, {0, u.cells()}, stretch, shares_);
      continue;
    }
    for (std::size_t r = 0; r < raster.rows().size(); ++r) {
      const std::size_t at = raster.rows()[r].row;
      for (const Run& run : raster.whole(r)) sheet.whole(at, run, stretch, shares_);
      for (const PartialCell& cell : raster.partial(r)) {
        sheet.partial(at, cell, raster.outline(cell), stretch, shares_);
      }
    }
  }
  builder.deposit(shares_);
}

}  // namespace dosegate::dvh
