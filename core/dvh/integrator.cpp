#include "dvh/integrator.h"

#include <algorithm>
#include <cmath>

namespace dosegate::dvh {
namespace {

constexpr double kMm3PerCc = 1000.0;
}  // namespace

Integrator::Integrator(const DoseLattice& lattice, const Mesh& mesh)
    : lattice_(lattice),
      mesh_(mesh),
      layers_(lattice, mesh),
      sheet_(lattice, mesh.u, mesh.v),
      fine_(lattice),
      blocks_(mesh.u, mesh.v, lattice.has_holes() ? 1 : mesh.block_side) {}

void Integrator::add_whole(std::size_t row, const Segment& s, Run run) {
  if (!sheet_.has_holes()) {
    sheet_.whole(row, run, s.stretch, shares_);
    return;
  }
  for (std::size_t i = run.begin; i < run.end; ++i) {
    if (sheet_.covered(row, i)) sheet_.whole(row, {i, i + 1}, s.stretch, shares_);
  }
}

void Integrator::add_partial(std::size_t row, const Segment& s,
                             std::span<const PartialCell> cells) {
  for (const PartialCell& cell : cells) {
    if (sheet_.has_holes() && !sheet_.covered(row, cell.column)) continue;
    sheet_.partial(row, cell, s.raster->outline(cell), s.stretch, shares_);
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
  layers_.each_layer(slabs, [&](std::size_t, Layer& layer) {
    sheet_.fill(layer.base, layer.rows, layer.columns, layer.lo, layer.hi);
    deposit_layer(layer, builder);
  });
}

void Integrator::extremes(std::span<const SignedSlab> slabs, DvhBuilder& builder) {
  layers_.each_layer(slabs, [&](std::size_t, Layer& layer) {
    sheet_.fill(layer.base, layer.rows, layer.columns, layer.lo, layer.hi);
    layer_extremes(layer, builder);
  });
}

void Integrator::deposit_finely(std::span<const SignedSlab> slabs, DvhBuilder& builder) {
  bounds_.clear();
  ranges_.clear();
  layers_.each_layer(slabs, [&](std::size_t t, Layer& layer) {
    sheet_.fill(layer.base, layer.rows, layer.columns, layer.lo, layer.hi);
    bounds_.push_back({t, layer.rows, ranges_.size()});
    for (std::size_t row = layer.rows.begin; row < layer.rows.end; ++row) {
      ranges_.push_back(sheet_.row_range(row));
    }
    deposit_in_blocks(layer, builder);
    layer_extremes(layer, builder);
    const double area_mm2 = mesh_.u.width(layer.columns.begin) * mesh_.v.width(layer.rows.begin);
    largest_cell_cc_ = std::max(largest_cell_cc_,
                                area_mm2 * (layer.hi - layer.lo) * layer.distance_mm / kMm3PerCc);
  });
  refine_tails(slabs, builder);
}

void Integrator::layer_extremes(const Layer& layer, DvhBuilder& builder) {
  for (const Segment& s : layer.segments) {
    const auto& rows = s.raster->rows();
    for (std::size_t r = 0; r < rows.size(); ++r) {
      const DoseSheet::Range range = sheet_.row_range(rows[r].row);
      if (range.low < builder.lowest_gy() || range.high > builder.highest_gy()) {
        row_extremes(s, r, builder);
      }
    }
  }
}

void Integrator::row_extremes(const Segment& s, std::size_t r, DvhBuilder& builder) const {
  const std::size_t row = s.raster->rows()[r].row;
  for (const BorderPiece& piece : s.raster->border(r)) {
    if (sheet_.has_holes() && !sheet_.covered(row, piece.column)) continue;
    border_extremes(row, piece, s, builder);
  }
  if (!sheet_.has_holes()) {
    for (const Run& run : s.raster->nodes_below(r)) {
      for (std::size_t i = run.begin; i < run.end; ++i) {
        builder.include_extreme(sheet_.node(row, i, s.lo));
        builder.include_extreme(sheet_.node(row, i, s.hi));
      }
    }
    return;
  }
  // Nodes without dose hold no value: the corners of whole cells with dose stand in for the nodes.
  for (const Run& run : s.raster->whole(r)) {
    for (std::size_t i = run.begin; i < run.end; ++i) {
      if (!sheet_.covered(row, i)) continue;
      const DoseSheet::Range range = sheet_.cell_range(row, i, s.lo, s.hi);
      builder.include_extreme(range.low);
      builder.include_extreme(range.high);
    }
  }
}

// Along a straight piece of border the dose at either face is quadratic: its ends and, if it lies
// within, its turning point.
void Integrator::border_extremes(std::size_t row, const BorderPiece& piece, const Segment& s,
                                 DvhBuilder& builder) const {
  const DoseSheet::Range bounds = sheet_.cell_range(row, piece.column, s.lo, s.hi);
  if (bounds.low >= builder.lowest_gy() && bounds.high <= builder.highest_gy()) return;
  for (const double face : {s.lo, s.hi}) {
    const DoseSheet::Patch p = sheet_.patch(row, piece.column, face);
    const double da = piece.a1 - piece.a0;
    const double db = piece.b1 - piece.b0;
    const auto at = [&](double t) {
      const double a = piece.a0 + t * da;
      const double b = piece.b0 + t * db;
      return p.d00 + p.gu * a + p.gv * b + p.c * a * b;
    };
    builder.include_extreme(at(0.0));
    builder.include_extreme(at(1.0));
    const double curvature = 2.0 * p.c * da * db;
    if (curvature == 0.0) continue;
    const double slope = p.gu * da + p.gv * db + p.c * (piece.a0 * db + piece.b0 * da);
    const double turn = -slope / curvature;
    if (turn > 0.0 && turn < 1.0) builder.include_extreme(at(turn));
  }
}

}  // namespace dosegate::dvh
