#include "dvh/slab_raster.h"

#include <algorithm>
#include <cmath>

#include "dvh/runs.h"

namespace dosegate::dvh {
namespace {

using geometry::Area;
using geometry::Edge;
using geometry::LevelEdge;

// A cell whose covered share differs from all or nothing by less is whole or empty: rounding.
constexpr double kRounding = 1e-12;

// Running integrals of one cell: of 1, a, b, aa, ab, bb over the covered part, in cell units.
struct Moments {
  double area = 0.0, a = 0.0, b = 0.0, aa = 0.0, ab = 0.0, bb = 0.0;
};

// What a border piece does to every cell on its left: integrals over b only.
struct Cover {
  double one = 0.0, b = 0.0, bb = 0.0;
  double bottom = 0.0, top = 0.0;  // of the two level sides: covered or not
  void operator+=(const Cover& other) {
    one += other.one;
    b += other.b;
    bb += other.bb;
    bottom += other.bottom;
    top += other.top;
  }
};

// Integrals of 1, a, aa over what of a level side is covered.
struct SideCover {
  double one = 0.0, a = 0.0, aa = 0.0;
  void add(double to, double sign) {
    one += sign * to;
    a += sign * 0.5 * to * to;
    aa += sign * (1.0 / 3.0) * to * to * to;
  }
};

struct Column {
  Moments moments;
  SideCover bottom, top;
  Cover cover;             // of all cells left of it
  std::int32_t last = -1;  // of its pieces of border
  bool touched = false;
};

CoveredSide side_of(double one, double first, double second) {
  if (one <= kRounding) return {};
  if (one >= 1.0 - kRounding) return {1.0, 0.5, 1.0};
  const double per_one = 1.0 / one;
  const double middle = std::clamp(first * per_one, 0.0, 1.0);
  return {one, middle, std::clamp(12.0 * (second * per_one - middle * middle), 0.0, 3.0)};
}

}  // namespace

class RasterBuilder {
 public:
  RasterBuilder(const FineAxis& u, const FineAxis& v) : u_(u), v_(v) {}

  void take_mesh() {
    columns_.assign(u_.cells() + 1, {});
    per_width_.clear();
    for (std::size_t i = 0; i < u_.cells(); ++i) per_width_.push_back(1.0 / u_.width(i));
  }

  void run(const Area& area, Raster& raster) {
    std::swap(result_, raster);
    fill(area);
    std::swap(result_, raster);
  }

 private:
  void fill(const Area& area) {
    result_.clear();
    active_.clear();
    levels_.clear();
    for (const LevelEdge& level : area.levels) levels_.push_back(&level);
    std::sort(levels_.begin(), levels_.end(),
              [](const LevelEdge* a, const LevelEdge* b) { return a->v < b->v; });
    result_.columns_ = {u_.cells() + 1, 0};
    std::size_t next = 0;
    std::size_t next_level = 0;
    if (area.edges.empty()) return;
    const std::ptrdiff_t first = v_.cell_of(area.edges.front().v0);
    for (auto j = static_cast<std::size_t>(std::max<std::ptrdiff_t>(first, 0)); j < v_.cells();
         ++j) {
      bottom_ = v_.nodes[j];
      top_ = v_.nodes[j + 1];
      per_height_ = 1.0 / (top_ - bottom_);
      std::erase_if(active_, [&](const Edge* e) { return e->v1 <= bottom_; });
      for (; next < area.edges.size() && area.edges[next].v0 < top_; ++next) {
        if (area.edges[next].v1 > bottom_) active_.push_back(&area.edges[next]);
      }
      // A level border on the line between two rows belongs to both.
      while (next_level < levels_.size() && levels_[next_level]->v < bottom_) ++next_level;
      if (active_.empty()) {
        if (next == area.edges.size()) break;
        continue;
      }
      row_border_ = result_.border_.size();
      for (const Edge* e : active_) add_edge(*e);
      for (std::size_t l = next_level; l < levels_.size() && levels_[l]->v <= top_; ++l) {
        add_level(*levels_[l]);
      }
      collect();
      inside_nodes();
      result_.rows_.push_back({j, end_of(result_.whole_), end_of(result_.partial_),
                               end_of(result_.border_), end_of(result_.nodes_)});
    }
    if (result_.columns_.end < result_.columns_.begin) result_.columns_ = {};
  }

  template <class T>
  static std::uint32_t end_of(const std::vector<T>& list) {
    return static_cast<std::uint32_t>(list.size());
  }

  // The part of an edge within the row, cut at the cell borders along u.
  void add_edge(const Edge& e) {
    double u_lo = e.u0, v_lo = e.v0, u_hi = e.u1, v_hi = e.v1;
    if (v_lo < bottom_ || v_hi > top_) {
      const double slope = (e.u1 - e.u0) / (e.v1 - e.v0);
      if (v_lo < bottom_) v_lo = bottom_, u_lo = e.u0 + slope * (v_lo - e.v0);
      if (v_hi > top_) v_hi = top_, u_hi = e.u0 + slope * (v_hi - e.v0);
    }
    const bool from_bottom = v_lo == bottom_;
    const bool to_top = v_hi == top_;
    const std::ptrdiff_t at_lo = u_.cell_of(u_lo);
    if (at_lo >= 0 && at_lo < static_cast<std::ptrdiff_t>(u_.cells())) {  // mostly within one cell
      const double left = u_.nodes[static_cast<std::size_t>(at_lo)];
      const double right = u_.nodes[static_cast<std::size_t>(at_lo) + 1];
      if (u_lo > left && u_hi > left && u_hi < right) {
        piece(at_lo, u_lo, v_lo, u_hi, v_hi, e.sign, from_bottom, to_top);
        return;
      }
    }
    // The column left of the first node is -1, right of the last node is cells().
    auto column = column_of(u_lo, u_hi);
    const auto last = column_of(u_hi, u_lo);
    double u = u_lo;
    double v = v_lo;
    bool starts = from_bottom;
    while (column != last) {
      const bool rightwards = column < last;
      const double border = u_.nodes[static_cast<std::size_t>(rightwards ? column + 1 : column)];
      double at = v_lo + (v_hi - v_lo) * ((border - u_lo) / (u_hi - u_lo));
      at = std::clamp(at, v, v_hi);
      piece(column, u, v, border, at, e.sign, starts, false);
      starts = false;
      u = border;
      v = at;
      column += rightwards ? 1 : -1;
    }
    piece(column, u, v, u_hi, v_hi, e.sign, starts, to_top);
  }

  // Column of the cell that a piece which starts at `u` and heads for `towards` begins in.
  [[nodiscard]] std::ptrdiff_t column_of(double u, double towards) const {
    const std::ptrdiff_t i = u_.cell_of(u);
    const auto cells = static_cast<std::ptrdiff_t>(u_.cells());
    if (towards < u && i >= 0) {  // a point on a cell's lower border heads into the cell below
      if (i == cells) return u > u_.nodes.back() ? cells : cells - 1;
      if (u == u_.nodes[static_cast<std::size_t>(i)]) return i - 1;
    }
    return i;
  }

  void touch(std::size_t i) {
    if (columns_[i].touched) return;
    columns_[i].touched = true;
    touched_.push_back(i);
  }

  // A piece of border in a column, behind those that the column has in this row.
  void link(std::size_t i, const BorderPiece& piece) {
    before_.push_back(columns_[i].last);
    columns_[i].last = static_cast<std::int32_t>(before_.size()) - 1;
    result_.border_.push_back(piece);
  }
  [[nodiscard]] const BorderPiece& linked(std::int32_t k) const {
    return result_.border_[row_border_ + static_cast<std::size_t>(k)];
  }

  void piece(std::ptrdiff_t column, double u0, double v0, double u1, double v1, double sign,
             bool from_bottom, bool to_top) {
    if (column < 0) return;  // left of all cells: covers none of them
    const double b0 = (v0 - bottom_) * per_height_;
    const double b1 = (v1 - bottom_) * per_height_;
    const double db = b1 - b0;
    const auto i = static_cast<std::size_t>(column);
    touch(i);
    Column& c = columns_[i];
    if (i < u_.cells()) {
      const double a0 = std::clamp((u0 - u_.nodes[i]) * per_width_[i], 0.0, 1.0);
      const double a1 = std::clamp((u1 - u_.nodes[i]) * per_width_[i], 0.0, 1.0);
      if (sign > 0.0) {
        link(i, {i, a0, b0, a1, b1});
      } else {
        link(i, {i, a1, b1, a0, b0});
      }
      // Integrals along the piece, on which a and b are linear: of the products of their middles,
      // with the terms that their half changes add.
      const double w = sign * db;
      const double am = 0.5 * (a0 + a1);
      const double bm = 0.5 * (b0 + b1);
      const double da = a1 - a0;
      const double da2 = da * da * (1.0 / 12.0);
      const double dadb = da * db * (1.0 / 12.0);
      const double a2 = am * am + da2;
      Moments& m = c.moments;
      m.area += w * am;
      m.a += 0.5 * w * a2;
      m.aa += w * am * (am * am + 3.0 * da2) * (1.0 / 3.0);
      m.b += w * (am * bm + dadb);
      m.ab += 0.5 * w * (bm * a2 + 2.0 * am * dadb);
      m.bb += w * (am * (bm * bm + db * db * (1.0 / 12.0)) + 2.0 * bm * dadb);
      if (from_bottom) c.bottom.add(a0, sign);
      if (to_top) c.top.add(a1, sign);
    }
    if (from_bottom) c.cover.bottom += sign;
    if (to_top) c.cover.top += sign;
    c.cover.one += sign * db;
    c.cover.b += sign * 0.5 * (b1 * b1 - b0 * b0);
    c.cover.bb += sign * (b1 * b1 * b1 - b0 * b0 * b0) * (1.0 / 3.0);
  }

  void add_level(const LevelEdge& level) {
    const double b = (level.v - bottom_) * per_height_;
    const auto first = std::max<std::ptrdiff_t>(column_of(level.u0, level.u1), 0);
    const auto last =
        std::min(column_of(level.u1, level.u0), static_cast<std::ptrdiff_t>(u_.cells()) - 1);
    // On the lines between rows it is the covered sides that differ.
    const bool within = level.v > bottom_ && level.v < top_;
    const bool above = within && inside_above(level);
    for (std::ptrdiff_t c = first; c <= last; ++c) {
      const auto i = static_cast<std::size_t>(c);
      const double a0 = std::clamp((level.u0 - u_.nodes[i]) * per_width_[i], 0.0, 1.0);
      const double a1 = std::clamp((level.u1 - u_.nodes[i]) * per_width_[i], 0.0, 1.0);
      if (!within) {
        before_.push_back(-1);  // in no column's list: it bounds no area within the row
        result_.border_.push_back({i, a0, b, a1, b});
        note_columns(i, i + 1);
        continue;
      }
      touch(i);
      if (above) {
        link(i, {i, a0, b, a1, b});
      } else {
        link(i, {i, a1, b, a0, b});
      }
    }
  }

  // Whether the area lies above a level border within the row, or below.
  [[nodiscard]] bool inside_above(const LevelEdge& level) const {
    const double u = 0.5 * (level.u0 + level.u1);
    double winding = 0.0;
    for (const Edge* e : active_) {
      if (e->v0 > level.v || e->v1 <= level.v) continue;
      if (e->u0 + (e->u1 - e->u0) * ((level.v - e->v0) / (e->v1 - e->v0)) > u) winding += e->sign;
    }
    return winding > 0.5;
  }

  // Turns the running integrals of a row into whole and partial cells and clears them, from the
  // right: between two touched columns every cell is whole or none is.
  void collect() {
    std::sort(touched_.begin(), touched_.end());
    const auto first_whole = static_cast<std::ptrdiff_t>(result_.whole_.size());
    row_whole_ = result_.whole_.size();
    Cover cover;
    std::size_t right = u_.cells();  // all columns from here on are done
    for (std::size_t t = touched_.size(); t-- > 0;) {
      const std::size_t i = touched_[t];
      Column& column = columns_[i];
      if (i < u_.cells()) {
        if (i + 1 < right) add_untouched(i + 1, right, cover);
        add_cell(i, column, cover);
        right = i;
      }
      cover += column.cover;
      column = {};
    }
    if (right > 0) add_untouched(0, right, cover);
    touched_.clear();
    before_.clear();
    std::reverse(result_.whole_.begin() + first_whole, result_.whole_.end());
  }

  // Columns begin .. end - 1, which no border touches.
  void add_untouched(std::size_t begin, std::size_t end, const Cover& cover) {
    if (cover.one >= 1.0 - kRounding) {
      add_run(begin, end);
    } else if (cover.one > kRounding) {
      // The area begins or ends within the row, right of the mesh: covered over their whole width.
      for (std::size_t i = end; i-- > begin;) add_cell(i, {}, cover);
    }
  }

  void add_run(std::size_t begin, std::size_t end) {
    if (result_.whole_.size() > row_whole_ && result_.whole_.back().begin == end) {
      result_.whole_.back().begin = begin;
    } else {
      result_.whole_.push_back({begin, end});
    }
    note_columns(begin, end);
  }

  // `cover` is that of all border right of the cell.
  void add_cell(std::size_t i, const Column& column, const Cover& cover) {
    PartialCell cell;
    cell.column = i;
    if (column.last >= 0) note_columns(i, i + 1);  // also if it encloses nothing
    const Moments& m = column.moments;
    cell.area = m.area + cover.one;
    if (cell.area <= kRounding) return;
    if (cell.area >= 1.0 - kRounding) {
      add_run(i, i + 1);
      return;
    }
    note_columns(i, i + 1);
    // Of a sliver little but rounding is left in the moments: none of them may leave what any part
    // of a cell can have.
    const double one = 1.0 / cell.area;
    const double a = std::clamp((m.a + 0.5 * cover.one) * one, 0.0, 1.0);
    const double b = std::clamp((m.b + cover.b) * one, 0.0, 1.0);
    cell.a = a;
    cell.b = b;
    cell.aa = std::clamp((m.aa + cover.one * (1.0 / 3.0)) * one - a * a, 0.0, 0.25);
    cell.bb = std::clamp((m.bb + cover.bb) * one - b * b, 0.0, 0.25);
    cell.ab = (m.ab + 0.5 * cover.b) * one - a * b;
    if (cell.ab * cell.ab > cell.aa * cell.bb) {
      cell.ab = std::copysign(std::sqrt(cell.aa * cell.bb), cell.ab);
    }
    const Cover& own = column.cover;
    cell.right = side_of(cover.one, cover.b, cover.bb);
    cell.left = side_of(cover.one + own.one, cover.b + own.b, cover.bb + own.bb);
    const auto level = [](const SideCover& side, double whole) {
      return side_of(side.one + whole, side.a + 0.5 * whole, side.aa + (1.0 / 3.0) * whole);
    };
    cell.bottom = level(column.bottom, cover.bottom);
    cell.top = level(column.top, cover.top);
    cell.outline_begin = end_of(result_.outline_);
    for (std::int32_t k = column.last; k >= 0; k = before_[static_cast<std::size_t>(k)]) {
      add_outline(linked(k), cell.outline_begin);
    }
    cell.outline_end = end_of(result_.outline_);
    result_.partial_.push_back(cell);
  }

  // Joined with the piece before it if what lies between the two and the straight way is next to
  // nothing of the cell: that changes the share's shape only, not its volume and its mean.
  void add_outline(const BorderPiece& next, std::uint32_t begin) {
    constexpr double kJoined = 0.004;
    if (end_of(result_.outline_) > begin) {
      BorderPiece& last = result_.outline_.back();
      const bool goes_on = last.a1 == next.a0 && last.b1 == next.b0;
      const bool leads_up = next.a1 == last.a0 && next.b1 == last.b0;
      if (goes_on || leads_up) {
        const double turn =
            (last.a1 - last.a0) * (next.b1 - next.b0) - (last.b1 - last.b0) * (next.a1 - next.a0);
        turned_ += std::abs(turn);
        if (turned_ < kJoined) {
          if (goes_on) {
            last.a1 = next.a1, last.b1 = next.b1;
          } else {
            last.a0 = next.a0, last.b0 = next.b0;
          }
          return;
        }
      }
    }
    turned_ = 0.0;
    result_.outline_.push_back(next);
  }

  void note_columns(std::size_t begin, std::size_t end) {
    result_.columns_.begin = std::min(result_.columns_.begin, begin);
    result_.columns_.end = std::max(result_.columns_.end, end);
  }

  void inside_nodes() {
    crossings_.clear();
    for (const Edge* e : active_) {
      if (e->v0 <= bottom_ && bottom_ < e->v1) {
        crossings_.push_back(e->u0 + (e->u1 - e->u0) * ((bottom_ - e->v0) / (e->v1 - e->v0)));
      }
    }
    std::sort(crossings_.begin(), crossings_.end());
    for (std::size_t i = 0; i + 1 < crossings_.size(); i += 2) {
      const auto begin = std::lower_bound(u_.nodes.begin(), u_.nodes.end(), crossings_[i]);
      const auto end = std::upper_bound(u_.nodes.begin(), u_.nodes.end(), crossings_[i + 1]);
      if (begin < end) {
        result_.nodes_.push_back({static_cast<std::size_t>(begin - u_.nodes.begin()),
                                  static_cast<std::size_t>(end - u_.nodes.begin())});
        // The cells between the nodes: they are there even where none of them has an area.
        const std::size_t first = std::min(result_.nodes_.back().begin, u_.cells() - 1);
        note_columns(first, std::max(first + 1, result_.nodes_.back().end - 1));
      }
    }
  }

  const FineAxis& u_;
  const FineAxis& v_;
  double bottom_ = 0.0, top_ = 0.0, per_height_ = 0.0;
  std::size_t row_whole_ = 0;  // where the runs of the row begin
  double turned_ = 0.0;        // twice the area between the last piece of outline and the border
  std::vector<double> per_width_;
  std::vector<Column> columns_;  // the last one is everything right of the mesh
  std::vector<std::size_t> touched_;
  std::size_t row_border_ = 0;        // where the pieces of border of the row begin
  std::vector<std::int32_t> before_;  // of each of them: the one before it in the same column
  std::vector<const Edge*> active_;
  std::vector<const LevelEdge*> levels_;
  std::vector<double> crossings_;
  Raster result_;
};

Rasteriser::Rasteriser(const FineAxis& u, const FineAxis& v)
    : builder_(std::make_unique<RasterBuilder>(u, v)) {
  if (!u.nodes.empty()) take_mesh();
}

Rasteriser::~Rasteriser() = default;

void Rasteriser::run(const Area& area, Raster& raster) {
  builder_->run(area, raster);
}

void Rasteriser::take_mesh() {
  builder_->take_mesh();
}

}  // namespace dosegate::dvh
