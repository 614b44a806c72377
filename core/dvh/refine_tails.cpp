// In the middle of a curve the shapes of very many shares average out. Its two ends are made of a
// few cells only: there each is taken out again and put back in pieces.
#include <algorithm>
#include <cmath>
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
  const auto take_out = [&] {
    for (double& cc : cells_.volume_cc) cc = -cc;
    builder.deposit(cells_);
  };
  parts.each(
      row,
      [&](const Segment& s, Run run) {
        // A run that reaches into a tail goes as a whole: its shares can be those of several cells.
        cells_.resize(0);
        tail_columns_.clear();
        for (std::size_t i = run.begin; i < run.end; ++i) {
          if (in_tail(s, i)) tail_columns_.push_back(i);
        }
        if (tail_columns_.empty()) return;
        if (mesh_.block == 1) {
          for (const std::size_t i : tail_columns_) add_whole(row, s, {i, i + 1}, 1);
          take_out();
        } else {
          add_whole(row, s, run, mesh_.block);
          take_out();
          cells_.resize(0);
          std::size_t from = run.begin;
          for (const std::size_t i : tail_columns_) {
            if (from < i) add_whole(row, s, {from, i}, mesh_.block);
            from = i + 1;
          }
          if (from < run.end) add_whole(row, s, {from, run.end}, mesh_.block);
          builder.deposit(cells_);
        }
        refine_cells(layer, s, row, Cover::Whole, builder);
      },
      [&](const Segment& s, std::span<const PartialCell> cells) {
        cells_.resize(0);
        tail_columns_.clear();
        for (const PartialCell& cell : cells) {
          if (!in_tail(s, cell.column)) continue;
          sheet_.partial(row, {&cell, 1}, s.stretch, cells_);
          tail_columns_.push_back(cell.column);
        }
        if (tail_columns_.empty()) return;
        take_out();
        refine_cells(layer, s, row, Cover::Partial, builder);
      });
}

// The collected cells of one row, in runs of neighbours. A cell is collected once for each of its
// pieces.
void Integrator::refine_cells(const Layer& layer, const Segment& segment, std::size_t row,
                              Cover cover, DvhBuilder& builder) {
  std::sort(tail_columns_.begin(), tail_columns_.end());
  tail_columns_.erase(std::unique(tail_columns_.begin(), tail_columns_.end()), tail_columns_.end());
  refined_ += tail_columns_.size();
  for (std::size_t i = 0; i < tail_columns_.size();) {
    std::size_t end = i + 1;
    while (end < tail_columns_.size() && tail_columns_[end] == tail_columns_[end - 1] + 1) ++end;
    fine_cells(layer, segment, row, {tail_columns_[i], tail_columns_[end - 1] + 1}, cover, builder);
    i = end;
  }
}

void Integrator::fine_cells(const Layer& layer, const Segment& segment, std::size_t row,
                            Run columns, Cover cover, DvhBuilder& builder) {
  tail_pieces_.clear();
  if (cover == Cover::Whole) {
    constexpr double kEdge = 1.0 / kPieces;
    for (std::size_t i = columns.begin; i < columns.end; ++i) {
      for (std::size_t k = 0; k < kPieces * kPieces; ++k) {
        tail_pieces_.push_back({i, kEdge * kEdge, (static_cast<double>(k % kPieces) + 0.5) * kEdge,
                                (static_cast<double>(k / kPieces) + 0.5) * kEdge,
                                kEdge * kEdge / 12.0, 0.0, kEdge * kEdge / 12.0, kEdge});
      }
    }
  } else {
    const FineAxis u = subdivide(mesh_.u, columns.begin, columns.end, 1);
    const FineAxis v = subdivide(mesh_.v, row, row + 1, 1);
    const Raster raster = Rasteriser(u, v, kPieces * mesh_.border_pieces).run(*segment.area);
    for (std::size_t r = 0; r < raster.rows().size(); ++r) {
      for (PartialCell cell : raster.partial(r)) {
        cell.column += columns.begin;
        tail_pieces_.push_back(cell);
      }
    }
  }
  cells_.resize(0);
  const double step = (segment.hi - segment.lo) / kPieces;
  const double weight_step = (segment.weight_hi - segment.weight_lo) / kPieces;
  for (std::size_t k = 0; k < kPieces; ++k) {
    Segment piece = segment;
    piece.lo = segment.lo + step * static_cast<double>(k);
    piece.hi = piece.lo + step;
    piece.weight_lo = segment.weight_lo + weight_step * static_cast<double>(k);
    piece.weight_hi = piece.weight_lo + weight_step;
    sheet_.partial(row, tail_pieces_, stretch_of(piece, layer.distance_mm), cells_);
  }
  builder.deposit(cells_);
}

}  // namespace dosegate::dvh
