#include "dvh/slab_raster.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace dosegate::dvh {
namespace {

using geometry::Edge;
using geometry::LevelEdge;
using geometry::Slab;

// A cell whose covered share differs from all or nothing by less is whole or empty: rounding.
constexpr double kRounding = 1e-12;

// Running integrals of one cell: of 1, a, b, aa, ab, bb over the covered part, in cell units.
struct Moments {
  double area = 0.0, a = 0.0, b = 0.0, aa = 0.0, ab = 0.0, bb = 0.0;
};

// What a border piece does to every cell on its left: integrals over b only.
struct Cover {
  double one = 0.0, b = 0.0, bb = 0.0;
};

class Raster {
 public:
  Raster(const Slab& slab, const FineAxis& u, const FineAxis& v)
      : slab_(slab), u_(u), v_(v), cells_(u.cells()), covers_(u.cells() + 1) {}

  std::vector<RasterRow> run() {
    std::vector<RasterRow> rows;
    std::size_t next = 0;
    std::vector<const Edge*> active;
    std::vector<const LevelEdge*> levels;
    for (const LevelEdge& level : slab_.levels()) levels.push_back(&level);
    for (std::size_t j = 0; j < v_.cells(); ++j) {
      const double bottom = v_.nodes[j];
      const double top = v_.nodes[j + 1];
      std::erase_if(active, [&](const Edge* e) { return e->v1 <= bottom; });
      for (; next < slab_.edges().size() && slab_.edges()[next].v0 < top; ++next) {
        if (slab_.edges()[next].v1 > bottom) active.push_back(&slab_.edges()[next]);
      }
      if (active.empty()) continue;
      RasterRow row;
      row.row = j;
      bottom_ = bottom;
      height_ = top - bottom;
      for (const Edge* e : active) add_edge(*e, top, row);
      for (const LevelEdge* level : levels) {
        if (level->v >= bottom && level->v <= top) add_level(*level, row);
      }
      collect(row);
      inside_nodes(active, row);
      rows.push_back(std::move(row));
    }
    return rows;
  }

 private:
  // The part of an edge within the row, cut at the cell borders along u.
  void add_edge(const Edge& e, double top, RasterRow& row) {
    const double slope = (e.u1 - e.u0) / (e.v1 - e.v0);
    const double v_lo = std::max(e.v0, bottom_);
    const double v_hi = std::min(e.v1, top);
    const double u_lo = v_lo == e.v0 ? e.u0 : e.u0 + slope * (v_lo - e.v0);
    const double u_hi = v_hi == e.v1 ? e.u1 : e.u0 + slope * (v_hi - e.v0);
    double u = u_lo;
    double v = v_lo;
    // The column left of the first node is -1, right of the last node is cells().
    auto column = column_of(u_lo, u_hi);
    const auto last = column_of(u_hi, u_lo);
    while (column != last) {
      const bool rightwards = column < last;
      const double border = u_.nodes[static_cast<std::size_t>(rightwards ? column + 1 : column)];
      double at = v_lo + (v_hi - v_lo) * ((border - u_lo) / (u_hi - u_lo));
      at = std::clamp(at, v, v_hi);
      piece(column, u, v, border, at, e.sign, row);
      u = border;
      v = at;
      column += rightwards ? 1 : -1;
    }
    piece(column, u, v, u_hi, v_hi, e.sign, row);
  }

  // Column of the cell that a piece which starts at `u` and heads for `towards` begins in.
  [[nodiscard]] std::ptrdiff_t column_of(double u, double towards) const {
    const auto& nodes = u_.nodes;
    const auto after = towards < u ? std::lower_bound(nodes.begin(), nodes.end(), u)
                                   : std::upper_bound(nodes.begin(), nodes.end(), u);
    return std::min(after - nodes.begin(), static_cast<std::ptrdiff_t>(nodes.size())) - 1;
  }

  void piece(std::ptrdiff_t column, double u0, double v0, double u1, double v1, double sign,
             RasterRow& row) {
    if (column < 0) return;  // left of all cells: covers none of them
    const double b0 = (v0 - bottom_) / height_;
    const double b1 = (v1 - bottom_) / height_;
    const double db = b1 - b0;
    const auto i = static_cast<std::size_t>(column);
    if (i < cells_.size()) {
      const double width = u_.nodes[i + 1] - u_.nodes[i];
      const double a0 = std::clamp((u0 - u_.nodes[i]) / width, 0.0, 1.0);
      const double a1 = std::clamp((u1 - u_.nodes[i]) / width, 0.0, 1.0);
      row.border.push_back({i, a0, b0, a1, b1});
      // Two Gauss points integrate polynomials up to the third degree exactly, and a, b are linear
      // along the piece: all six integrands are of at most the third degree.
      constexpr double kGauss = 0.21132486540518711775;
      Moments& m = cells_[i];
      for (const double t : {kGauss, 1.0 - kGauss}) {
        const double a = a0 + (a1 - a0) * t;
        const double b = b0 + db * t;
        const double w = 0.5 * sign * db;
        m.area += w * a;
        m.a += w * 0.5 * a * a;
        m.aa += w * a * a * a / 3.0;
        m.b += w * a * b;
        m.ab += w * 0.5 * a * a * b;
        m.bb += w * a * b * b;
      }
    }
    Cover& cover = covers_[std::min(i, cells_.size())];
    cover.one += sign * db;
    cover.b += sign * 0.5 * (b1 * b1 - b0 * b0);
    cover.bb += sign * (b1 * b1 * b1 - b0 * b0 * b0) / 3.0;
    touched_begin_ = std::min(touched_begin_, std::min(i, cells_.size() - 1));
    touched_end_ = std::max(touched_end_, std::min(i + 1, cells_.size()));
  }

  void add_level(const LevelEdge& level, RasterRow& row) {
    const double b = (level.v - bottom_) / height_;
    const auto first = std::max<std::ptrdiff_t>(column_of(level.u0, level.u1), 0);
    const auto last = column_of(level.u1, level.u0);
    for (std::ptrdiff_t c = first; c <= last && c < static_cast<std::ptrdiff_t>(cells_.size());
         ++c) {
      const auto i = static_cast<std::size_t>(c);
      const double width = u_.nodes[i + 1] - u_.nodes[i];
      const double a0 = std::clamp((level.u0 - u_.nodes[i]) / width, 0.0, 1.0);
      const double a1 = std::clamp((level.u1 - u_.nodes[i]) / width, 0.0, 1.0);
      row.border.push_back({i, a0, b, a1, b});
    }
  }

  // Turns the running integrals of the row into whole and partial cells and clears them.
  void collect(RasterRow& row) {
    Cover cover = covers_[cells_.size()];
    covers_[cells_.size()] = {};
    const bool from_outside = std::abs(cover.one) > kRounding;
    const std::size_t end = from_outside ? cells_.size() : touched_end_;
    for (std::size_t i = end; i-- > 0;) {
      Moments m = cells_[i];
      m.area += cover.one;
      m.a += 0.5 * cover.one;
      m.aa += cover.one / 3.0;
      m.b += cover.b;
      m.ab += 0.5 * cover.b;
      m.bb += cover.bb;
      cover.one += covers_[i].one;
      cover.b += covers_[i].b;
      cover.bb += covers_[i].bb;
      cells_[i] = {};
      covers_[i] = {};
      add_cell(i, m, row);
      // Left of everything touched nothing can be covered any more.
      if (i <= touched_begin_ && std::abs(cover.one) <= kRounding) break;
    }
    std::reverse(row.partial.begin(), row.partial.end());
    std::reverse(row.whole.begin(), row.whole.end());
    touched_begin_ = cells_.size();
    touched_end_ = 0;
  }

  static void add_cell(std::size_t i, const Moments& m, RasterRow& row) {
    if (m.area <= kRounding) return;
    if (m.area >= 1.0 - kRounding) {
      if (!row.whole.empty() && row.whole.back().begin == i + 1) {
        row.whole.back().begin = i;
      } else {
        row.whole.push_back({i, i + 1});
      }
      return;
    }
    const double one = 1.0 / m.area;
    row.partial.push_back({i, m.area, m.a * one, m.b * one, m.aa * one, m.ab * one, m.bb * one});
  }

  // Nodes on the row's lower line that lie inside the area, borders included.
  void inside_nodes(const std::vector<const Edge*>& active, RasterRow& row) {
    crossings_.clear();
    for (const Edge* e : active) {
      if (e->v0 <= bottom_ && bottom_ < e->v1) {
        crossings_.push_back(e->u0 + (e->u1 - e->u0) * ((bottom_ - e->v0) / (e->v1 - e->v0)));
      }
    }
    std::sort(crossings_.begin(), crossings_.end());
    for (std::size_t i = 0; i + 1 < crossings_.size(); i += 2) {
      const auto begin = std::lower_bound(u_.nodes.begin(), u_.nodes.end(), crossings_[i]);
      const auto end = std::upper_bound(u_.nodes.begin(), u_.nodes.end(), crossings_[i + 1]);
      if (begin < end) {
        row.nodes_below.push_back({static_cast<std::size_t>(begin - u_.nodes.begin()),
                                   static_cast<std::size_t>(end - u_.nodes.begin())});
      }
    }
  }

  const Slab& slab_;
  const FineAxis& u_;
  const FineAxis& v_;
  double bottom_ = 0.0, height_ = 0.0;
  std::vector<Moments> cells_;
  std::vector<Cover> covers_;  // [i]: covers all cells left of column i
  std::vector<double> crossings_;
  std::size_t touched_begin_ = 0, touched_end_ = 0;
};

}  // namespace

FineAxis refine(const std::vector<double>& lattice, double lo, double hi, double cell_mm) {
  FineAxis fine;
  if (hi <= lattice.front() || lo >= lattice.back()) return fine;
  const auto first = std::upper_bound(lattice.begin(), lattice.end(), lo) - lattice.begin();
  std::size_t i = static_cast<std::size_t>(std::max<std::ptrdiff_t>(first - 1, 0));
  for (; i + 1 < lattice.size() && lattice[i] < hi; ++i) {
    const double length = lattice[i + 1] - lattice[i];
    const auto pieces = static_cast<std::size_t>(std::max(1.0, std::ceil(length / cell_mm)));
    for (std::size_t k = 0; k < pieces; ++k) {
      const double part = static_cast<double>(k) / static_cast<double>(pieces);
      fine.nodes.push_back(lattice[i] + length * part);
      fine.base.push_back(i);
      fine.part.push_back(part);
    }
  }
  fine.nodes.push_back(lattice[i]);
  fine.base.push_back(i - 1);
  fine.part.push_back(1.0);
  return fine;
}

FineAxis subdivide(const FineAxis& axis, std::size_t begin, std::size_t end, std::size_t pieces) {
  FineAxis fine;
  for (std::size_t i = begin; i < end; ++i) {
    const double length = axis.nodes[i + 1] - axis.nodes[i];
    // The end node of a lattice cell belongs to the next one, where its part is 0: here it is 1.
    const double end_part = axis.base[i + 1] == axis.base[i] ? axis.part[i + 1] : 1.0;
    for (std::size_t k = 0; k < pieces; ++k) {
      const double t = static_cast<double>(k) / static_cast<double>(pieces);
      fine.nodes.push_back(axis.nodes[i] + length * t);
      fine.base.push_back(axis.base[i]);
      fine.part.push_back(axis.part[i] + (end_part - axis.part[i]) * t);
    }
  }
  fine.nodes.push_back(axis.nodes[end]);
  fine.base.push_back(axis.base[end - 1]);
  fine.part.push_back(axis.base[end] == axis.base[end - 1] ? axis.part[end] : 1.0);
  return fine;
}

std::vector<RasterRow> rasterise(const Slab& slab, const FineAxis& u, const FineAxis& v) {
  return Raster(slab, u, v).run();
}

}  // namespace dosegate::dvh
