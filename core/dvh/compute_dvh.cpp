#include "dvh/compute_dvh.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/result.h"
#include "dvh/dose_lattice.h"
#include "dvh/slab_raster.h"

namespace dosegate::dvh {
namespace {

using geometry::Region;
using geometry::Slab;

constexpr double kMm3PerCc = 1000.0;

// A fixed number of cells a structure: the error of a share's shape falls with the square of the
// cell, and the time of all structures together stays the same whatever their size. 0.25 mm for 2
// cc, 0.7 mm for 50 cc, 2.3 mm for 1500 cc.
double default_cell_mm(double volume_cc) {
  constexpr double kAt2cc_mm = 0.25;
  constexpr double kSmallest_mm = 0.1;
  constexpr double kLargest_mm = 4.0;
  return std::clamp(kAt2cc_mm * std::cbrt(volume_cc / 2.0), kSmallest_mm, kLargest_mm);
}

// A stretch of w within one slab and between two lattice planes: here the dose is linear in w.
struct Layer {
  std::size_t base = 0;  // lattice plane below
  double middle = 0.0;   // 0..1 between the planes
  double depth = 0.0;    // share of the distance between the planes
  double depth_mm = 0.0;
};

std::vector<Layer> layers_of(const Slab& slab, const std::vector<double>& planes, double cell_mm) {
  std::vector<Layer> layers;
  for (std::size_t k = 0; k + 1 < planes.size(); ++k) {
    const double lo = std::max(slab.w_lo, planes[k]);
    const double hi = std::min(slab.w_hi, planes[k + 1]);
    if (!(lo < hi)) continue;
    const double distance = planes[k + 1] - planes[k];
    const auto pieces = static_cast<std::size_t>(std::max(1.0, std::ceil((hi - lo) / cell_mm)));
    const double step = (hi - lo) / static_cast<double>(pieces);
    for (std::size_t i = 0; i < pieces; ++i) {
      const double middle = lo + step * (static_cast<double>(i) + 0.5);
      layers.push_back({k, (middle - planes[k]) / distance, step / distance, step});
    }
  }
  return layers;
}

// The dose along one line of fine nodes, at the middle of a layer, and its change through the
// layer.
struct Line {
  std::vector<double> dose_gy;
  std::vector<double> rise_gy;
  std::size_t row = static_cast<std::size_t>(-1);
};

// Cells of one slab on one mesh: their share of the curve goes to an action, one cell after the
// other.
class CellWalk {
 public:
  CellWalk(const DoseLattice& lattice, const FineAxis& u, const FineAxis& v)
      : lattice_(lattice), u_(u), v_(v) {}

  /// A cell's share: mean and variance of its dose, Gy, and its volume, cc.
  struct Share {
    double mean, variance, volume_cc;
  };

  // Calls cell(row, column, share) for every cell, and after each row after_row(row).
  template <class OnCell, class OnRow>
  void walk(const std::vector<RasterRow>& rows, const Layer& layer, OnCell cell, OnRow after_row) {
    below_.row = above_.row = static_cast<std::size_t>(-1);
    for (const RasterRow& row : rows) {
      if (above_.row == row.row) {
        std::swap(below_, above_);
      } else {
        fill(below_, row.row, layer);
      }
      fill(above_, row.row + 1, layer);
      const double height = v_.nodes[row.row + 1] - v_.nodes[row.row];
      const double scale = height * layer.depth_mm / kMm3PerCc;
      for (const Run& run : row.whole) {
        for (std::size_t i = run.begin; i < run.end; ++i) {
          if (!covered(i, row.row, layer)) continue;
          cell(row.row, i, whole_cell(i, scale * (u_.nodes[i + 1] - u_.nodes[i])));
        }
      }
      for (const PartialCell& part : row.partial) {
        const std::size_t i = part.column;
        if (!covered(i, row.row, layer)) continue;
        cell(row.row, i, partial_cell(part, scale * part.area * (u_.nodes[i + 1] - u_.nodes[i])));
      }
      after_row(row);
    }
  }

  struct Range {
    double low, high;
  };
  // Bounds of the dose in a cell of the current row: its eight corners.
  [[nodiscard]] Range range(std::size_t i) const {
    Range r{below_.dose_gy[i], below_.dose_gy[i]};
    for (const Line* line : {&below_, &above_}) {
      for (const std::size_t k : {i, i + 1}) {
        const double half = 0.5 * std::abs(line->rise_gy[k]);
        r.low = std::min(r.low, line->dose_gy[k] - half);
        r.high = std::max(r.high, line->dose_gy[k] + half);
      }
    }
    return r;
  }

  // Extremes of the current row: grid nodes inside the area and the border.
  void extremes(const RasterRow& row, const Layer& layer, DvhBuilder& builder) const {
    for (const BorderPiece& piece : row.border) {
      if (covered(piece.column, row.row, layer)) border_extremes(piece, builder);
    }
    if (!lattice_.has_holes()) {
      for (const Run& run : row.nodes_below) {
        for (std::size_t i = run.begin; i < run.end; ++i) {
          extremes_at(below_.dose_gy[i], below_.rise_gy[i], builder);
        }
      }
      return;
    }
    // Nodes without dose hold no value: the corners of whole cells with dose stand in for the
    // nodes.
    for (const Run& run : row.whole) {
      for (std::size_t i = run.begin; i < run.end; ++i) {
        if (!covered(i, row.row, layer)) continue;
        const Range r = range(i);
        builder.include_extreme(r.low);
        builder.include_extreme(r.high);
      }
    }
  }

 private:
  // Trilinear interpolation, written as a + t (b - a) so that equal values stay equal to the last
  // bit.
  void fill(Line& line, std::size_t row, const Layer& layer) {
    const std::size_t jv = v_.base[row];
    const double tv = v_.part[row];
    const std::size_t first = u_.base.front();
    const std::size_t last = u_.base.back() + 1;
    base_dose_gy_.resize(last - first + 1);
    base_rise_gy_.resize(last - first + 1);
    for (std::size_t i = first; i <= last; ++i) {
      const double lower0 = lattice_.value(i, jv, layer.base);
      const double lower1 = lattice_.value(i, jv + 1, layer.base);
      const double upper0 = lattice_.value(i, jv, layer.base + 1);
      const double upper1 = lattice_.value(i, jv + 1, layer.base + 1);
      const double lower = lower0 + tv * (lower1 - lower0);
      const double upper = upper0 + tv * (upper1 - upper0);
      base_dose_gy_[i - first] = lower + layer.middle * (upper - lower);
      base_rise_gy_[i - first] = layer.depth * (upper - lower);
    }
    line.row = row;
    line.dose_gy.resize(u_.nodes.size());
    line.rise_gy.resize(u_.nodes.size());
    for (std::size_t i = 0; i < u_.nodes.size(); ++i) {
      const std::size_t b = u_.base[i] - first;
      line.dose_gy[i] = base_dose_gy_[b] + u_.part[i] * (base_dose_gy_[b + 1] - base_dose_gy_[b]);
      line.rise_gy[i] = base_rise_gy_[b] + u_.part[i] * (base_rise_gy_[b + 1] - base_rise_gy_[b]);
    }
  }

  [[nodiscard]] bool covered(std::size_t column, std::size_t row, const Layer& layer) const {
    if (!lattice_.has_holes()) return true;
    for (std::size_t corner = 0; corner < 8; ++corner) {
      if (!lattice_.node_covered(u_.base[column] + (corner & 1U),
                                 v_.base[row] + ((corner >> 1U) & 1U),
                                 layer.base + (corner >> 2U))) {
        return false;
      }
    }
    return true;
  }

  // Dose over a cell at the layer's middle: d00 + gu a + gv b + c a b, a and b in 0..1; through the
  // layer it changes by `rise`.
  struct Patch {
    double d00, gu, gv, c, rise;
  };
  [[nodiscard]] Patch patch(std::size_t i) const {
    const double d00 = below_.dose_gy[i];
    const double gu = below_.dose_gy[i + 1] - d00;
    const double gv = above_.dose_gy[i] - d00;
    const double c = (above_.dose_gy[i + 1] - above_.dose_gy[i]) - gu;
    const double rise = 0.25 * ((below_.rise_gy[i] + below_.rise_gy[i + 1]) +
                                (above_.rise_gy[i] + above_.rise_gy[i + 1]));
    return {d00, gu, gv, c, rise};
  }

  [[nodiscard]] Share whole_cell(std::size_t i, double volume_cc) const {
    const Patch p = patch(i);
    const double gu = p.gu + 0.5 * p.c;
    const double gv = p.gv + 0.5 * p.c;
    const double mean = p.d00 + 0.5 * p.gu + 0.5 * p.gv + 0.25 * p.c;
    // Three independent uniforms of widths gu, gv, rise, and the product term's own variance.
    const double variance = (gu * gu + gv * gv + p.rise * p.rise) / 12.0 + p.c * p.c / 144.0;
    return {mean, variance, volume_cc};
  }

  [[nodiscard]] Share partial_cell(const PartialCell& cell, double volume_cc) const {
    const Patch p = patch(cell.column);
    const double mean = p.d00 + p.gu * cell.a + p.gv * cell.b + p.c * cell.ab;
    // Gradient at the centroid; the product term's own spread over part of a cell is of higher
    // order.
    const double gu = p.gu + p.c * cell.b;
    const double gv = p.gv + p.c * cell.a;
    const double in_plane = gu * gu * (cell.aa - cell.a * cell.a) +
                            2.0 * gu * gv * (cell.ab - cell.a * cell.b) +
                            gv * gv * (cell.bb - cell.b * cell.b);
    return {mean, std::max(0.0, in_plane) + p.rise * p.rise / 12.0, volume_cc};
  }

  static void extremes_at(double middle, double rise, DvhBuilder& builder) {
    const double half = 0.5 * std::abs(rise);
    builder.include_extreme(middle - half);
    builder.include_extreme(middle + half);
  }

  // Along a straight piece of border the dose at either face is quadratic: its ends and, if it lies
  // within, its turning point.
  void border_extremes(const BorderPiece& piece, DvhBuilder& builder) const {
    const std::size_t i = piece.column;
    const Range bounds = range(i);
    if (bounds.low >= builder.lowest_gy() && bounds.high <= builder.highest_gy())
      return;  // nothing new
    for (const double face : {-0.5, 0.5}) {
      const double d00 = below_.dose_gy[i] + face * below_.rise_gy[i];
      const double gu = below_.dose_gy[i + 1] + face * below_.rise_gy[i + 1] - d00;
      const double gv = above_.dose_gy[i] + face * above_.rise_gy[i] - d00;
      const double c = above_.dose_gy[i + 1] + face * above_.rise_gy[i + 1] - d00 - gu - gv;
      const double da = piece.a1 - piece.a0;
      const double db = piece.b1 - piece.b0;
      const auto at = [&](double t) {
        const double a = piece.a0 + t * da;
        const double b = piece.b0 + t * db;
        return d00 + gu * a + gv * b + c * a * b;
      };
      builder.include_extreme(at(0.0));
      builder.include_extreme(at(1.0));
      const double curvature = 2.0 * c * da * db;
      if (curvature == 0.0) continue;
      const double slope = gu * da + gv * db + c * (piece.a0 * db + piece.b0 * da);
      const double turn = -slope / curvature;
      if (turn > 0.0 && turn < 1.0) builder.include_extreme(at(turn));
    }
  }

  const DoseLattice& lattice_;
  const FineAxis& u_;
  const FineAxis& v_;
  Line below_, above_;
  std::vector<double> base_dose_gy_, base_rise_gy_;
};

void deposit(DvhBuilder& builder, const CellWalk::Share& share, double sign) {
  builder.deposit(share.mean, std::sqrt(3.0 * share.variance), share.variance,
                  sign * share.volume_cc);
}

DvhBuilder builder_for(const std::pair<Gy, Gy>& range) {
  return {range.first, range.second};
}

class Integrator {
 public:
  Integrator(const Region& region, const DoseLattice& lattice, double cell_mm, const Box& box)
      : region_(region),
        lattice_(lattice),
        cell_mm_(cell_mm),
        builder_(builder_for(lattice.range_in(box))) {
    u_ = refine(lattice.nodes(0), box.lo[0], box.hi[0], cell_mm);
    v_ = refine(lattice.nodes(1), box.lo[1], box.hi[1], cell_mm);
  }

  Dvh run() {
    if (!u_.nodes.empty() && !v_.nodes.empty()) {
      for (const Slab& slab : region_.slabs()) {
        rasters_.push_back(rasterise(slab, u_, v_));
        layers_.push_back(layers_of(slab, lattice_.nodes(2), cell_mm_));
        coarse(rasters_.back(), layers_.back());
      }
      refine_tails();
    }
    return std::move(builder_).finish(region_.volume());
  }

 private:
  void coarse(const std::vector<RasterRow>& rows, const std::vector<Layer>& layers) {
    CellWalk cells(lattice_, u_, v_);
    for (const Layer& layer : layers) {
      cells.walk(
          rows, layer,
          [&](std::size_t, std::size_t, const CellWalk::Share& share) {
            deposit(builder_, share, 1.0);
          },
          [&](const RasterRow& row) { cells.extremes(row, layer, builder_); });
      volume_of_cell_cc_ =
          std::max(volume_of_cell_cc_, layer.depth_mm * cell_area_mm2() / kMm3PerCc);
    }
  }

  [[nodiscard]] double cell_area_mm2() const {
    return (u_.nodes.back() - u_.nodes.front()) / static_cast<double>(u_.cells()) *
           (v_.nodes.back() - v_.nodes.front()) / static_cast<double>(v_.cells());
  }

  // In the middle of the curve the shapes of very many shares average out. Its two ends are made of
  // a few cells only: there each is taken out again and put back in pieces.
  void refine_tails() {
    constexpr double kTailCells =
        200.0;  // cells in a tail: 1/sqrt(200) of a cell's own error remains
    const Dvh first = DvhBuilder(builder_).finish(region_.volume());
    const Cc tail(std::min(kTailCells * volume_of_cell_cc_, 0.25 * first.covered().value()));
    const auto hot = first.hottest(tail);
    const auto cold = first.coldest(tail);
    if (!hot || !cold) return;
    for (std::size_t s = 0; s < rasters_.size(); ++s) {
      for (const Layer& layer : layers_[s]) refine_layer(s, layer, hot->value(), cold->value());
    }
  }

  void refine_layer(std::size_t s, const Layer& layer, double hot_gy, double cold_gy) {
    CellWalk cells(lattice_, u_, v_);
    std::vector<std::size_t> columns;
    cells.walk(
        rasters_[s], layer,
        [&](std::size_t, std::size_t column, const CellWalk::Share& share) {
          if (refined_ > kMostRefined) return;
          const CellWalk::Range range = cells.range(column);
          if (!(range.high > hot_gy || range.low < cold_gy) || !(range.high > range.low)) return;
          deposit(builder_, share, -1.0);
          columns.push_back(column);
        },
        [&](const RasterRow& row) {
          refined_ += columns.size();
          if (!columns.empty()) fine_row(region_.slabs()[s], row.row, layer, columns);
          columns.clear();
        });
  }

  // The cells `columns` of one row of one layer, each in kPieces^3 pieces.
  void fine_row(const Slab& slab, std::size_t row, const Layer& layer,
                std::vector<std::size_t>& columns) {
    constexpr std::size_t kPieces = 5;
    std::sort(columns.begin(), columns.end());
    for (std::size_t begin = 0; begin < columns.size();) {  // runs of neighbours
      std::size_t end = begin + 1;
      while (end < columns.size() && columns[end] == columns[end - 1] + 1) ++end;
      const FineAxis u = subdivide(u_, columns[begin], columns[end - 1] + 1, kPieces);
      const FineAxis v = subdivide(v_, row, row + 1, kPieces);
      const std::vector<RasterRow> rows = rasterise(slab, u, v);
      CellWalk cells(lattice_, u, v);
      for (std::size_t k = 0; k < kPieces; ++k) {
        Layer part = layer;
        part.depth = layer.depth / kPieces;
        part.depth_mm = layer.depth_mm / kPieces;
        part.middle = layer.middle + layer.depth * ((static_cast<double>(k) + 0.5) / kPieces - 0.5);
        cells.walk(
            rows, part,
            [&](std::size_t, std::size_t, const CellWalk::Share& share) {
              deposit(builder_, share, 1.0);
            },
            [](const RasterRow&) {});
      }
      begin = end;
    }
  }

  const Region& region_;
  const DoseLattice& lattice_;
  double cell_mm_;
  DvhBuilder builder_;
  FineAxis u_, v_;
  std::vector<std::vector<RasterRow>> rasters_;
  std::vector<std::vector<Layer>> layers_;
  // In a dose that is nearly the same everywhere almost every cell lies at an end of the curve, and
  // none of them matters.
  static constexpr std::size_t kMostRefined = 20000;
  double volume_of_cell_cc_ = 0.0;
  std::size_t refined_ = 0;
};

}  // namespace

Dvh compute_dvh(const Region& region, const model::DoseGrid& grid, const DvhOptions& options) {
  require(!region.empty(), "DVH of an empty region");
  const double cell_mm =
      options.cell ? options.cell->value() : default_cell_mm(region.volume().value());
  require(cell_mm > 0.0, "DVH with a cell size that is not positive");
  const Box box = bounding_box(region);
  const DoseLattice lattice(grid, region.frame(), box);
  return Integrator(region, lattice, cell_mm, box).run();
}

}  // namespace dosegate::dvh
