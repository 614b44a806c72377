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

void Integrator::refine_tails(DvhBuilder& builder) {
  const double tail_cc =
      std::min(std::clamp(kTailShare * builder.deposited_cc(), kTailCells * largest_cell_cc_,
                          kMostTailCells * largest_cell_cc_),
               0.25 * builder.deposited_cc());
  if (!(tail_cc > 0.0)) return;
  std::tie(cold_gy_, hot_gy_) = builder.tails_gy(tail_cc);
  refined_ = 0;
  for (const KeptLayer& kept : kept_) {
    if (refined_ >= kMostRefined) return;  // between layers only: all pieces of a cell or none
    const Layer& layer = kept.layer;
    const auto beyond = [&](std::size_t row) {
      return in_tail(kept.ranges[row - layer.rows.begin]);
    };
    Run rows{mesh_.v.cells(), 0};
    for (std::size_t row = layer.rows.begin; row < layer.rows.end; ++row) {
      if (!beyond(row)) continue;
      rows.begin = std::min(rows.begin, row);
      rows.end = row + 1;
    }
    if (rows.begin >= rows.end) continue;
    // Whole bands, as they were when the blocks in them were found.
    const std::size_t side = blocks_.side();
    rows.begin = std::max(rows.begin / side * side, layer.rows.begin);
    rows.end = std::min((rows.end + side - 1) / side * side, layer.rows.end);
    begin_layer(layer, rows);
    refine_layer(layer, rows, beyond, builder);
  }
}

// `beyond` tells rows that can hold cells of a tail.
template <class Beyond>
void Integrator::refine_layer(const Layer& layer, Run rows, Beyond beyond, DvhBuilder& builder) {
  const Segment* even = segment_of_blocks(layer);
  RowParts parts(layer);
  for (Run band{rows.begin, rows.begin}; band.begin < rows.end; band.begin = band.end) {
    band = even == nullptr ? Run{band.begin, band.begin + 1} : band_at(band.begin, rows);
    bool any = false;
    for (std::size_t row = band.begin; row < band.end; ++row) any = any || beyond(row);
    if (!any) continue;
    each_in_band(
        parts, band, even,
        [&](std::size_t row, const Segment& s, Run run) {
          if (beyond(row)) refine_whole(layer, s, row, run, builder);
        },
        [&](std::size_t row, const Segment& s, std::span<const PartialCell> cells) {
          if (beyond(row)) refine_partial(layer, s, row, cells, builder);
        },
        [&](Run blocks) { refine_blocks(layer, *even, band, blocks, builder); });
  }
}

// The cells of `run` that lie in a tail.
void Integrator::find_tail(const Segment& s, std::size_t row, Run run, std::vector<Run>& tail) {
  tail.clear();
  const std::size_t nodes = run.end - run.begin + 1;
  tail_low_gy_.resize(nodes);
  tail_high_gy_.resize(nodes);
  const NodeLine below = sheet_.line(row, run.begin);
  const NodeLine above = sheet_.line(row + 1, run.begin);
  const auto smaller = [](double a, double b) { return a < b ? a : b; };
  const auto larger = [](double a, double b) { return a < b ? b : a; };
  for (std::size_t i = 0; i < nodes; ++i) {
    const double d0 = below.lower_gy[i] + s.lo * below.rise_gy[i];
    const double d1 = below.lower_gy[i] + s.hi * below.rise_gy[i];
    const double d2 = above.lower_gy[i] + s.lo * above.rise_gy[i];
    const double d3 = above.lower_gy[i] + s.hi * above.rise_gy[i];
    tail_low_gy_[i] = smaller(smaller(d0, d1), smaller(d2, d3));
    tail_high_gy_[i] = larger(larger(d0, d1), larger(d2, d3));
  }
  for (std::size_t i = 0; i + 1 < nodes; ++i) {
    const double low = smaller(tail_low_gy_[i], tail_low_gy_[i + 1]);
    const double high = larger(tail_high_gy_[i], tail_high_gy_[i + 1]);
    if (!in_tail({low, high})) continue;
    if (sheet_.has_holes() && !sheet_.covered(row, run.begin + i)) continue;
    append_cell(run.begin + i, tail);
  }
}

bool Integrator::in_tail(const DoseSheet::Range& range) const {
  return (range.high > hot_gy_ || range.low < cold_gy_) && range.high - range.low > kFlat_gy;
}

// A run's shares are joined with each other: all of them go, and what is not in the tail comes back.
void Integrator::refine_whole(const Layer& layer, const Segment& s, std::size_t row, Run run,
                              DvhBuilder& builder) {
  find_tail(s, row, run, tail_);
  if (tail_.empty()) return;
  shares_.clear();
  add_whole(row, s, run);
  shares_.negate();
  without({&run, 1}, tail_, [&](Run rest) { add_whole(row, s, rest); });
  builder.deposit(shares_);
  refine_cells(layer, s, row, Cover::Whole, builder);
}

void Integrator::refine_partial(const Layer& layer, const Segment& s, std::size_t row,
                                std::span<const PartialCell> cells, DvhBuilder& builder) {
  shares_.clear();
  tail_.clear();
  for (auto at = cells.rbegin(); at != cells.rend(); ++at) {  // to ascend
    const PartialCell& cell = *at;
    if (sheet_.has_holes() && !sheet_.covered(row, cell.column)) continue;
    if (!in_tail(sheet_.cell_range(row, cell.column, s.lo, s.hi))) continue;
    append_cell(cell.column, tail_);
    add_partial(row, s, {&cell, 1});
  }
  if (tail_.empty()) return;
  shares_.negate();
  builder.deposit(shares_);
  refine_cells(layer, s, row, Cover::Partial, builder);
}

// So are those of blocks side by side: blocks without cells in a tail come back as they were, those
// with some cell by cell.
void Integrator::refine_blocks(const Layer& layer, const Segment& s, Run band, Run blocks,
                               DvhBuilder& builder) {
  const Run columns = blocks_.columns(blocks);
  const std::size_t side = blocks_.side();
  band_tail_.resize(side);
  std::vector<char> touched(blocks.end - blocks.begin, 0);
  bool any = false;
  for (std::size_t r = 0; r < side; ++r) {
    find_tail(s, band.begin + r, columns, band_tail_[r]);
    for (const Run& run : band_tail_[r]) {
      any = true;
      for (std::size_t b = run.begin / side; b <= (run.end - 1) / side; ++b) {
        touched[b - blocks.begin] = 1;
      }
    }
  }
  if (!any) return;
  shares_.clear();
  blocks_.add(blocks, shares_);
  shares_.negate();
  for (Run same{blocks.begin, blocks.begin}; same.begin < blocks.end; same.begin = same.end) {
    const char is_touched = touched[same.begin - blocks.begin];
    while (same.end < blocks.end && touched[same.end - blocks.begin] == is_touched) ++same.end;
    if (is_touched == 0) {
      blocks_.add(same, shares_);
      continue;
    }
    const Run cells = blocks_.columns(same);
    for (std::size_t r = 0; r < side; ++r) {
      tail_.clear();
      intersect({&cells, 1}, band_tail_[r], tail_);
      without({&cells, 1}, tail_, [&](Run rest) { add_whole(band.begin + r, s, rest); });
    }
  }
  builder.deposit(shares_);
  for (std::size_t r = 0; r < side; ++r) {
    tail_ = band_tail_[r];
    refine_cells(layer, s, band.begin + r, Cover::Whole, builder);
  }
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
  auto& [u, v, sheet, rasteriser, raster, bent] = fine_;
  (void)bent;
  subdivide(mesh_.u, columns.begin, columns.end, kPieces, u);
  subdivide(mesh_.v, row, row + 1, kPieces, v);
  if (cover == Cover::Partial) {
    rasteriser.take_mesh();
    rasteriser.run(*segment.area, raster);
  }
  shares_.clear();
  const auto& planes = lattice_.nodes(2);
  const bool across = layer.span.cells > 1;
  for (std::size_t k = 0; k < layer.span.cells; ++k) {
    const SheetSpan cell = piece_of(layer, k);
    sheet.fill(cell, {0, v.cells()}, {0, u.cells()});
    // The pieces of a slab are about as thick in each of the lattice cells that it reaches into.
    const double distance = planes[cell.base + 1] - planes[cell.base];
    Segment whole = segment;
    double pieces = kPieces;
    if (across) {
      whole.lo = cell.lo;
      whole.hi = cell.hi;
      pieces = std::ceil(pieces * (cell.hi - cell.lo) * distance / layer.distance_mm);
    }
    const double step = (whole.hi - whole.lo) / pieces;
    const double weight_step = (whole.weight_hi - whole.weight_lo) / pieces;
    for (double at = 0.0; at < pieces; ++at) {
      Segment piece = whole;
      piece.lo = whole.lo + step * at;
      piece.hi = piece.lo + step;
      piece.weight_lo = whole.weight_lo + weight_step * at;
      piece.weight_hi = piece.weight_lo + weight_step;
      fine_shares(stretch_of(piece, distance), {0, u.cells()}, cover);
    }
  }
  builder.deposit(shares_);
}

// Of the finer cells within what is covered, over a stretch of w.
void Integrator::fine_shares(const Stretch& stretch, Run columns, Cover cover) {
  auto& [u, v, sheet, rasteriser, raster, bent] = fine_;
  if (cover == Cover::Whole) {
    for (std::size_t r = 0; r < v.cells(); ++r) sheet.whole(r, columns, stretch, shares_, bent);
    return;
  }
  for (std::size_t r = 0; r < raster.rows().size(); ++r) {
    const std::size_t at = raster.rows()[r].row;
    for (const Run& run : raster.whole(r)) sheet.whole(at, run, stretch, shares_, bent);
    for (const PartialCell& cell : raster.partial(r)) {
      (void)sheet.partial(at, cell, raster.outline(cell), stretch, shares_);
    }
  }
}

}  // namespace dosegate::dvh
