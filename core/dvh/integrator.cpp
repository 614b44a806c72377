#include "dvh/integrator.h"

#include <algorithm>
#include <cmath>

namespace dosegate::dvh {
namespace {

constexpr double kMm3PerCc = 1000.0;

std::span<const Run> extent_of(const Layer& layer, Run rows) {
  return std::span(layer.extent).subspan(rows.begin - layer.rows.begin, rows.end - rows.begin);
}

}  // namespace

Integrator::Integrator(const DoseLattice& lattice, const Mesh& mesh)
    : lattice_(lattice),
      mesh_(mesh),
      layers_(lattice, mesh),
      sheet_(lattice, mesh.u, mesh.v),
      piece_sheets_{DoseSheet(lattice, mesh.u, mesh.v), DoseSheet(lattice, mesh.u, mesh.v),
                    DoseSheet(lattice, mesh.u, mesh.v)},
      row_sheet_(lattice, mesh.u, mesh.v),
      fine_(lattice),
      blocks_(mesh.u, mesh.v, lattice.has_holes() ? 1 : mesh.block_side) {}

// `rows` of the layer.
void Integrator::begin_layer(const Layer& layer, Run rows) {
  layer_ = &layer;
  pieces_begun_ = false;
  piece_rows_ = rows;
  sheet_.fill(layer.span, rows, layer.columns, extent_of(layer, rows));
}

// What of the layer lies in the k-th of its lattice cells.
SheetSpan Integrator::piece_of(const Layer& layer, std::size_t k) const {
  if (layer.span.cells == 1) return layer.span;
  const auto& planes = lattice_.nodes(2);
  const std::size_t base = layer.span.base + k;
  return span_of(planes, base, std::max(layer.lo_mm, planes[base]),
                 std::min(layer.hi_mm, planes[base + 1]));
}

void Integrator::begin_pieces() {
  pieces_begun_ = true;
  const auto& planes = lattice_.nodes(2);
  for (std::size_t k = 0; k < layer_->span.cells; ++k) {
    const SheetSpan piece = piece_of(*layer_, k);
    const double length = piece.hi - piece.lo;
    piece_stretches_[k] = {0.5 * (piece.lo + piece.hi), length,
                           length * (planes[piece.base + 1] - planes[piece.base])};
    piece_sheets_[k].prepare(piece, piece_rows_, layer_->columns, extent_of(*layer_, piece_rows_));
  }
}

void Integrator::add_whole(std::size_t row, const Segment& s, Run run) {
  if (sheet_.has_holes()) {
    for (std::size_t i = run.begin; i < run.end; ++i) {
      if (sheet_.covered(row, i)) sheet_.whole(row, {i, i + 1}, s.stretch, shares_, bent_);
    }
    return;
  }
  bent_.clear();
  sheet_.whole(row, run, s.stretch, shares_, bent_);
  if (bent_.empty()) return;
  if (!pieces_begun_) begin_pieces();
  const std::vector<Run> bent = bent_;
  for (std::size_t k = 0; k < layer_->span.cells; ++k) {
    piece_sheets_[k].begin_row(row);
    for (const Run& cells : bent) {
      piece_sheets_[k].whole(row, cells, piece_stretches_[k], shares_, bent_);
    }
  }
}

void Integrator::add_partial(std::size_t row, const Segment& s,
                             std::span<const PartialCell> cells) {
  for (const PartialCell& cell : cells) {
    if (sheet_.has_holes() && !sheet_.covered(row, cell.column)) continue;
    if (sheet_.partial(row, cell, s.raster->outline(cell), s.stretch, shares_)) continue;
    if (!pieces_begun_) begin_pieces();
    for (std::size_t k = 0; k < layer_->span.cells; ++k) {
      piece_sheets_[k].begin_row(row);
      (void)piece_sheets_[k].partial(row, cell, s.raster->outline(cell), piece_stretches_[k],
                                     shares_);
    }
  }
}

void Integrator::deposit_layer(const Layer& layer, DvhBuilder& builder) {
  RowParts parts(layer);
  for (std::size_t row = layer.rows.begin; row < layer.rows.end; ++row) {
    shares_.clear();
    parts.each(
        row, [&](const Segment& s, Run run) { add_whole(row, s, run); },
        [&](const Segment& s, std::span<const PartialCell> cells) { add_partial(row, s, cells); });
    builder.deposit(shares_);
  }
}

// Where every cell of a layer is in one and the same segment, unless a border crosses it.
const Segment* Integrator::segment_of_blocks(const Layer& layer) const {
  if (!blocks_.any_size()) return nullptr;
  if (layer.merged && !layer.cancels) return &layer.common;
  return layer.segments.size() == 1 ? &layer.segments.front() : nullptr;
}

Run Integrator::band_at(std::size_t row, Run rows) const {
  const std::size_t side = blocks_.side();
  return {row, std::min((row / side + 1) * side, rows.end)};
}

void Integrator::deposit_in_blocks(const Layer& layer, DvhBuilder& builder) {
  const Segment* even = segment_of_blocks(layer);
  if (even == nullptr) return deposit_layer(layer, builder);
  RowParts parts(layer);
  for (std::size_t row = layer.rows.begin; row < layer.rows.end;) {
    const Run band = band_at(row, layer.rows);
    shares_.clear();
    each_in_band(
        parts, band, even, [&](std::size_t r, const Segment& s, Run run) { add_whole(r, s, run); },
        [&](std::size_t r, const Segment& s, std::span<const PartialCell> cells) {
          add_partial(r, s, cells);
        },
        [&](Run blocks) { blocks_.add(blocks, shares_); });
    builder.deposit(shares_);
    row = band.end;
  }
}

void Integrator::deposit(std::span<const SignedSlab> slabs, DvhBuilder& builder) {
  layers_.each_layer(slabs, [&](const Layer& layer) {
    begin_layer(layer);
    deposit_layer(layer, builder);
  });
}

// With the bounds of its rows, which begin_layer() has found.
void Integrator::keep(Layer&& layer) {
  KeptLayer& kept = kept_.emplace_back();
  kept.ranges.reserve(layer.extent.size());
  for (std::size_t row = layer.rows.begin; row < layer.rows.end; ++row) {
    kept.ranges.push_back(sheet_.row_range(row));
  }
  kept.layer = std::move(layer);
}

void Integrator::extremes(std::span<const SignedSlab> slabs, DvhBuilder& builder) {
  kept_.clear();
  layers_.each_layer(slabs, [&](Layer&& layer) {
    begin_layer(layer);
    keep(std::move(layer));
  });
  kept_extremes(builder);
}

void Integrator::deposit_finely(std::span<const SignedSlab> slabs, DvhBuilder& builder) {
  kept_.clear();
  layers_.each_layer(slabs, [&](Layer&& layer) {
    begin_layer(layer);
    deposit_in_blocks(layer, builder);
    const double area_mm2 = mesh_.u.width(layer.columns.begin) * mesh_.v.width(layer.rows.begin);
    largest_cell_cc_ =
        std::max(largest_cell_cc_, area_mm2 * (layer.hi_mm - layer.lo_mm) / kMm3PerCc);
    keep(std::move(layer));
  });
  kept_extremes(builder);
  refine_tails(builder);
}

// Rows are looked at only where their bounds lie beyond what has been found: first those that lie
// farthest out, which leave little to look at.
void Integrator::kept_extremes(DvhBuilder& builder) {
  const KeptLayer* lowest = nullptr;
  const KeptLayer* highest = nullptr;
  std::size_t low_row = 0;
  std::size_t high_row = 0;
  DoseSheet::Range all;
  for (const KeptLayer& kept : kept_) {
    for (std::size_t i = 0; i < kept.ranges.size(); ++i) {
      const DoseSheet::Range& range = kept.ranges[i];
      if (range.low < all.low) all.low = range.low, lowest = &kept, low_row = i;
      if (range.high > all.high) all.high = range.high, highest = &kept, high_row = i;
    }
  }
  if (lowest != nullptr) row_extremes(lowest->layer, lowest->layer.rows.begin + low_row, builder);
  if (highest != nullptr) {
    row_extremes(highest->layer, highest->layer.rows.begin + high_row, builder);
  }
  for (const KeptLayer& kept : kept_) {
    for (std::size_t i = 0; i < kept.ranges.size(); ++i) {
      const DoseSheet::Range& range = kept.ranges[i];
      if (range.low < builder.lowest_gy() || range.high > builder.highest_gy()) {
        row_extremes(kept.layer, kept.layer.rows.begin + i, builder);
      }
    }
  }
}

void Integrator::row_extremes(const Layer& layer, std::size_t row, DvhBuilder& builder) {
  for (const Segment& s : layer.segments) {
    const auto& rows = s.raster->rows();
    const auto at = std::lower_bound(rows.begin(), rows.end(), row,
                                     [](const Raster::Row& r, std::size_t j) { return r.row < j; });
    if (at == rows.end() || at->row != row) continue;
    layers_.border(s, row, border_);
    const Run columns{std::min(at->columns.begin, border_.columns.begin),
                      std::max(at->columns.end, border_.columns.end)};
    if (columns.begin >= columns.end) continue;
    for (std::size_t k = 0; k < layer.span.cells; ++k) {
      const bool across = layer.span.cells > 1;
      const SheetSpan piece = piece_of(layer, k);
      row_sheet_.fill(piece, {row, row + 1}, columns);
      segment_extremes(s, static_cast<std::size_t>(at - rows.begin()), across ? piece.lo : s.lo,
                       across ? piece.hi : s.hi, builder);
    }
  }
}

// Of border_ and the nodes within.
void Integrator::segment_extremes(const Segment& s, std::size_t r, double lo, double hi,
                                  DvhBuilder& builder) const {
  const std::size_t row = s.raster->rows()[r].row;
  for (const RowBorder::Piece& piece : border_.pieces) {
    if (row_sheet_.has_holes() && !row_sheet_.covered(row, piece.column)) continue;
    border_extremes(row, piece, lo, hi, builder);
  }
  if (!row_sheet_.has_holes()) {
    for (const Run& run : border_.nodes) {
      for (std::size_t i = run.begin; i < run.end; ++i) {
        builder.include_extreme(row_sheet_.node(row, i, lo));
        builder.include_extreme(row_sheet_.node(row, i, hi));
      }
    }
    return;
  }
  // Nodes without dose hold no value: the corners of whole cells with dose stand in for the nodes.
  for (const Run& run : s.raster->whole(r)) {
    for (std::size_t i = run.begin; i < run.end; ++i) {
      if (!row_sheet_.covered(row, i)) continue;
      const DoseSheet::Range range = row_sheet_.cell_range(row, i, lo, hi);
      builder.include_extreme(range.low);
      builder.include_extreme(range.high);
    }
  }
}

// Along a straight piece of border the dose at either face is quadratic: its ends and, if it lies
// within, its turning point.
void Integrator::border_extremes(std::size_t row, const RowBorder::Piece& piece, double lo,
                                 double hi, DvhBuilder& builder) const {
  const DoseSheet::Range bounds = row_sheet_.cell_range(row, piece.column, lo, hi);
  if (bounds.low >= builder.lowest_gy() && bounds.high <= builder.highest_gy()) return;
  for (const double face : {lo, hi}) {
    const DoseSheet::Patch p = row_sheet_.patch(row, piece.column, face);
    const double da = piece.at.a1 - piece.at.a0;
    const double db = piece.at.b1 - piece.at.b0;
    const auto at = [&](double t) {
      const double a = piece.at.a0 + t * da;
      const double b = piece.at.b0 + t * db;
      return p.d00 + p.gu * a + p.gv * b + p.c * a * b;
    };
    builder.include_extreme(at(0.0));
    builder.include_extreme(at(1.0));
    const double curvature = 2.0 * p.c * da * db;
    if (curvature == 0.0) continue;
    const double slope = p.gu * da + p.gv * db + p.c * (piece.at.a0 * db + piece.at.b0 * da);
    const double turn = -slope / curvature;
    if (turn > 0.0 && turn < 1.0) builder.include_extreme(at(turn));
  }
}

}  // namespace dosegate::dvh
