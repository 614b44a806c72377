// The pieces of an edge within the cells of a row. Private to dvh/.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "dvh/fine_axis.h"
#include "dvh/runs.h"
#include "geometry/region.h"

namespace dosegate::dvh {

/// What of an edge lies in one column of a row, mm. The column left of the first node is -1, right of
/// the last one the number of cells.
struct EdgePiece {
  std::ptrdiff_t column = 0;
  double u0 = 0.0, v0 = 0.0, u1 = 0.0, v1 = 0.0;
  bool from_bottom = false, to_top = false;  ///< begins, ends on the row's lower, upper line
};

class EdgeWalk {
 public:
  /// To be called before the rest and after a change of the mesh; `u` must outlive it.
  void take_mesh(const FineAxis& u) {
    u_ = &u;
    per_width_.clear();
    for (std::size_t i = 0; i < u.cells(); ++i) per_width_.push_back(1.0 / u.width(i));
  }

  /// A coordinate in a cell's own, 0..1; what lies beyond is moved to its border. A border itself is
  /// 0 or 1 to the last bit.
  [[nodiscard]] double in_cell(std::size_t i, double u) const {
    if (u >= u_->nodes[i + 1]) return 1.0;
    const double a = (u - u_->nodes[i]) * per_width_[i];
    return a > 0.0 ? a : 0.0;
  }

  /// What of an edge lies between two heights; some of it must. Without a column yet.
  [[nodiscard]] static EdgePiece between(const geometry::Edge& e, double bottom, double top) {
    EdgePiece p{0, e.u0, e.v0, e.u1, e.v1, false, false};
    if (p.v0 < bottom || p.v1 > top) {
      const double slope = (e.u1 - e.u0) / (e.v1 - e.v0);
      if (p.v0 < bottom) p.v0 = bottom, p.u0 = e.u0 + slope * (bottom - e.v0);
      if (p.v1 > top) p.v1 = top, p.u1 = e.u0 + slope * (top - e.v0);
    }
    p.from_bottom = p.v0 == bottom;
    p.to_top = p.v1 == top;
    return p;
  }

  /// The column that a piece lies within, off its borders; -1 if it does not.
  [[nodiscard]] std::ptrdiff_t inside_one(const EdgePiece& p) const {
    const std::ptrdiff_t i = u_->cell_of(p.u0);
    if (i < 0 || i >= static_cast<std::ptrdiff_t>(u_->cells())) return -1;
    const double* at = u_->nodes.data() + i;
    return p.u0 > at[0] && p.u1 > at[0] && p.u1 < at[1] ? i : -1;
  }

  /// Calls on_piece(EdgePiece) for each column that a piece lies in.
  template <class OnPiece>
  void pieces(const EdgePiece& whole, OnPiece on_piece) const {
    EdgePiece p = whole;
    p.column = column_of(whole.u0, whole.u1);
    const std::ptrdiff_t last = column_of(whole.u1, whole.u0);
    while (p.column != last) {
      const bool rightwards = p.column < last;
      const double border =
          u_->nodes[static_cast<std::size_t>(rightwards ? p.column + 1 : p.column)];
      const double at =
          whole.v0 + (whole.v1 - whole.v0) * ((border - whole.u0) / (whole.u1 - whole.u0));
      p.u1 = border;
      p.v1 = std::clamp(at, p.v0, whole.v1);
      p.to_top = false;
      on_piece(p);
      p.from_bottom = false;
      p.u0 = p.u1;
      p.v0 = p.v1;
      p.column += rightwards ? 1 : -1;
    }
    p.u1 = whole.u1;
    p.v1 = whole.v1;
    p.to_top = whole.to_top;
    on_piece(p);
  }

  /// Columns of the mesh that a level border lies in.
  [[nodiscard]] Run columns_of(const geometry::LevelEdge& level) const {
    const auto first = std::max<std::ptrdiff_t>(column_of(level.u0, level.u1), 0);
    const auto last =
        std::min(column_of(level.u1, level.u0), static_cast<std::ptrdiff_t>(u_->cells()) - 1);
    if (last < first) return {};
    return {static_cast<std::size_t>(first), static_cast<std::size_t>(last) + 1};
  }

 private:
  // Column of the cell that a piece which starts at `u` and heads for `towards` begins in.
  [[nodiscard]] std::ptrdiff_t column_of(double u, double towards) const {
    const std::ptrdiff_t i = u_->cell_of(u);
    const auto cells = static_cast<std::ptrdiff_t>(u_->cells());
    if (towards < u && i >= 0) {  // a point on a cell's lower border heads into the cell below
      if (i == cells) return u > u_->nodes.back() ? cells : cells - 1;
      if (u == u_->nodes[static_cast<std::size_t>(i)]) return i - 1;
    }
    return i;
  }

  const FineAxis* u_ = nullptr;
  std::vector<double> per_width_;
};

}  // namespace dosegate::dvh
