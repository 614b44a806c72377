#include "dvh/slab_raster.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "dvh/edge_walk.h"
#include "dvh/runs.h"

namespace dosegate::dvh {
namespace {

using geometry::Area;
using geometry::Edge;
using geometry::LevelEdge;

// A cell whose covered share differs from all or nothing by less is whole or empty: rounding.
constexpr double kRounding = 1e-12;

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

// Adds a covered stretch from 0 to `to`.
void add_to_side(double to, double sign, CoveredSide& side) {
  const double once = sign * to;
  side.zeroth += once;
  side.first += 0.5 * once * to;
  side.second += (1.0 / 3.0) * once * to * to;
}

// A side that is covered all over `whole` times on top of what the cell's own border says.
CoveredSide side_of(const CoveredSide& own, double whole) {
  return {own.zeroth + whole, own.first + 0.5 * whole, own.second + (1.0 / 3.0) * whole};
}

// Running integrals of a cell that some border touches.
struct Touched {
  double area = 0.0, a = 0.0, b = 0.0, aa = 0.0, ab = 0.0, bb = 0.0;  // over the covered part
  Cover cover;  // what its border does to all cells left of it
  CoveredSide bottom, top;
  std::int32_t last = -1;  // of its pieces of border
  bool noted = false;      // a border touches it that encloses nothing
};

}  // namespace

class RasterBuilder {
 public:
  RasterBuilder(const FineAxis& u, const FineAxis& v) : u_(u), v_(v) {}

  void take_mesh() {
    walk_.take_mesh(u_);
    per_height_.clear();
    for (std::size_t j = 0; j < v_.cells(); ++j) per_height_.push_back(1.0 / v_.width(j));
    stride_ = u_.cells() + 1;  // the last one is everything right of the mesh
    words_ = (stride_ + 63) / 64;
    slots_.assign(stride_ * v_.cells(), -1);
    marks_.assign(words_ * v_.cells(), 0);
  }

  void run(const Area& area, Raster& raster) {
    std::swap(result_, raster);
    fill(area);
    std::swap(result_, raster);
  }

  void border(const Area& area, std::size_t row, RowBorder& border) {
    border.pieces.clear();
    border.columns = {u_.cells() + 1, 0};
    const double bottom = v_.nodes[row];
    const double top = v_.nodes[row + 1];
    crossings_.clear();
    for (const Edge& e : area.edges) {
      if (e.v0 >= top) break;
      if (e.v1 <= bottom) continue;
      walk_.pieces(EdgeWalk::between(e, bottom, top), [&](const EdgePiece& p) {
        if (p.column < 0 || p.column >= static_cast<std::ptrdiff_t>(u_.cells())) return;
        const auto i = static_cast<std::size_t>(p.column);
        add_border(i,
                   {walk_.in_cell(i, p.u0), (p.v0 - bottom) * per_height_[row],
                    walk_.in_cell(i, p.u1), (p.v1 - bottom) * per_height_[row]},
                   border);
      });
      if (e.v0 <= bottom) {
        crossings_.push_back(e.u0 + (e.u1 - e.u0) * ((bottom - e.v0) / (e.v1 - e.v0)));
      }
    }
    for (const LevelEdge& level : area.levels) {
      if (level.v < bottom || level.v > top) continue;
      const double b = (level.v - bottom) * per_height_[row];
      const Run columns = walk_.columns_of(level);
      for (std::size_t i = columns.begin; i < columns.end; ++i) {
        add_border(i, {walk_.in_cell(i, level.u0), b, walk_.in_cell(i, level.u1), b}, border);
      }
    }
    inside_nodes(border);
  }

 private:
  static void add_border(std::size_t column, const BorderPiece& at, RowBorder& border) {
    border.pieces.push_back({column, at});
    border.columns.begin = std::min(border.columns.begin, column);
    border.columns.end = std::max(border.columns.end, column + 1);
  }

  // Between each two crossings of the row's lower line, ends included.
  void inside_nodes(RowBorder& border) {
    border.nodes.clear();
    std::sort(crossings_.begin(), crossings_.end());
    for (std::size_t i = 0; i + 1 < crossings_.size(); i += 2) {
      const auto begin = std::lower_bound(u_.nodes.begin(), u_.nodes.end(), crossings_[i]);
      const auto end = std::upper_bound(u_.nodes.begin(), u_.nodes.end(), crossings_[i + 1]);
      if (begin >= end) continue;
      const Run nodes{static_cast<std::size_t>(begin - u_.nodes.begin()),
                      static_cast<std::size_t>(end - u_.nodes.begin())};
      border.nodes.push_back(nodes);
      // The cells between the nodes: they are there even where none of them has an area.
      const std::size_t first = std::min(nodes.begin, u_.cells() - 1);
      border.columns.begin = std::min(border.columns.begin, first);
      border.columns.end = std::max({border.columns.end, first + 1, nodes.end - 1});
    }
  }

  struct LinkedPiece {
    BorderPiece at;
    std::int32_t before = -1;  // the one before it in the same cell
  };

  void fill(const Area& area) {
    result_.clear();
    result_.columns_ = {u_.cells() + 1, 0};
    touched_.clear();
    pieces_.clear();
    rows_ = {v_.cells(), 0};
    std::size_t row = 0;
    for (const Edge& e : area.edges) {
      while (row < v_.cells() && v_.nodes[row + 1] <= e.v0) ++row;
      if (row == v_.cells()) break;
      if (e.v1 > v_.nodes[0]) add_edge(e, row);
    }
    if (!area.levels.empty()) add_levels(area);
    for (std::size_t j = rows_.begin; j < rows_.end; ++j) {
      row_columns_ = {u_.cells() + 1, 0};
      if (!collect(j)) continue;
      result_.rows_.push_back({j, end_of(result_.whole_), end_of(result_.partial_), row_columns_});
      result_.columns_.begin = std::min(result_.columns_.begin, row_columns_.begin);
      result_.columns_.end = std::max(result_.columns_.end, row_columns_.end);
    }
    if (result_.columns_.end < result_.columns_.begin) result_.columns_ = {};
  }

  template <class T>
  static std::uint32_t end_of(const std::vector<T>& list) {
    return static_cast<std::uint32_t>(list.size());
  }

  // An edge, row by row from the one that it begins in.
  void add_edge(const Edge& e, std::size_t row) {
    do {
      const double bottom = v_.nodes[row];
      const double per_height = per_height_[row];
      const EdgePiece part = EdgeWalk::between(e, bottom, v_.nodes[row + 1]);
      const std::ptrdiff_t column = walk_.inside_one(part);
      if (column >= 0) {  // most
        add_in_cell(row, column, part, e.sign, bottom, per_height);
      } else {
        walk_.pieces(part, [&](const EdgePiece& p) {
          if (p.column >= 0) add_in_cell(row, p.column, p, e.sign, bottom, per_height);
        });
      }
      ++row;
    } while (row < v_.cells() && v_.nodes[row] < e.v1);
  }

  void add_in_cell(std::size_t row, std::ptrdiff_t column, const EdgePiece& p, double sign,
                   double bottom, double per_height) {
    const double b0 = (p.v0 - bottom) * per_height;
    const double b1 = (p.v1 - bottom) * per_height;
    const auto i = static_cast<std::size_t>(column);
    Touched& c = touch(row, i);
    // Integrals along the piece, on which a and b are linear: of the products of their middles, with
    // the terms that their half changes add.
    const double db = b1 - b0;
    const double w = sign * db;
    const double bm = 0.5 * (b0 + b1);
    const double b2 = bm * bm + db * db * (1.0 / 12.0);
    c.cover.one += w;
    c.cover.b += w * bm;
    c.cover.bb += w * b2;
    if (p.from_bottom) c.cover.bottom += sign;
    if (p.to_top) c.cover.top += sign;
    if (i == u_.cells()) return;
    const double a0 = walk_.in_cell(i, p.u0);
    const double a1 = walk_.in_cell(i, p.u1);
    const double da = a1 - a0;
    const double am = 0.5 * (a0 + a1);
    const double da2 = da * da * (1.0 / 12.0);
    const double dadb = da * db * (1.0 / 12.0);
    const double a2 = am * am + da2;
    c.area += w * am;
    c.a += 0.5 * w * a2;
    c.b += w * (am * bm + dadb);
    c.aa += w * am * (a2 + 2.0 * da2) * (1.0 / 3.0);
    c.ab += 0.5 * w * (bm * a2 + 2.0 * am * dadb);
    c.bb += w * (am * b2 + 2.0 * bm * dadb);
    if (p.from_bottom) add_to_side(a0, sign, c.bottom);
    if (p.to_top) add_to_side(a1, sign, c.top);
    link(c, sign > 0.0 ? BorderPiece{a0, b0, a1, b1} : BorderPiece{a1, b1, a0, b0});
  }

  Touched& touch(std::size_t row, std::size_t column) {
    std::int32_t& slot = slots_[row * stride_ + column];
    if (slot < 0) {
      slot = static_cast<std::int32_t>(touched_.size());
      touched_.emplace_back();
      marks_[row * words_ + column / 64] |= std::uint64_t{1} << (column % 64);
      rows_.begin = std::min(rows_.begin, row);
      rows_.end = std::max(rows_.end, row + 1);
    }
    return touched_[static_cast<std::size_t>(slot)];
  }

  void link(Touched& c, const BorderPiece& piece) {
    pieces_.push_back({piece, c.last});
    c.last = static_cast<std::int32_t>(pieces_.size()) - 1;
  }

  void add_levels(const Area& area) {
    std::vector<const LevelEdge*> levels;
    for (const LevelEdge& level : area.levels) levels.push_back(&level);
    std::sort(levels.begin(), levels.end(),
              [](const LevelEdge* a, const LevelEdge* b) { return a->v < b->v; });
    std::vector<const Edge*> active;
    std::size_t next = 0;
    for (const LevelEdge* level : levels) {
      std::erase_if(active, [&](const Edge* e) { return e->v1 <= level->v; });
      for (; next < area.edges.size() && area.edges[next].v0 <= level->v; ++next) {
        if (area.edges[next].v1 > level->v) active.push_back(&area.edges[next]);
      }
      const std::ptrdiff_t j = v_.cell_of(level->v);
      const bool on_line =
          j >= 0 && level->v == v_.nodes[static_cast<std::size_t>(j)];  // belongs to both rows
      if (on_line && j > 0) note_level(*level, static_cast<std::size_t>(j) - 1);
      if (j < 0 || j == static_cast<std::ptrdiff_t>(v_.cells())) continue;
      if (on_line) {
        note_level(*level, static_cast<std::size_t>(j));
      } else {
        add_level(*level, static_cast<std::size_t>(j), lies_above(*level, active));
      }
    }
  }

  // On the lines between rows it is the covered sides that differ.
  void note_level(const LevelEdge& level, std::size_t row) {
    const Run columns = walk_.columns_of(level);
    for (std::size_t i = columns.begin; i < columns.end; ++i) touch(row, i).noted = true;
  }

  void add_level(const LevelEdge& level, std::size_t row, bool above) {
    const double b = (level.v - v_.nodes[row]) * per_height_[row];
    const Run columns = walk_.columns_of(level);
    for (std::size_t i = columns.begin; i < columns.end; ++i) {
      const double a0 = walk_.in_cell(i, level.u0);
      const double a1 = walk_.in_cell(i, level.u1);
      link(touch(row, i), above ? BorderPiece{a0, b, a1, b} : BorderPiece{a1, b, a0, b});
    }
  }

  // Whether the area lies above a level border, or below.
  static bool lies_above(const LevelEdge& level, const std::vector<const Edge*>& active) {
    const double u = 0.5 * (level.u0 + level.u1);
    double winding = 0.0;
    for (const Edge* e : active) {
      if (e->u0 + (e->u1 - e->u0) * ((level.v - e->v0) / (e->v1 - e->v0)) > u) winding += e->sign;
    }
    return winding > 0.5;
  }

  // Turns the running integrals of a row into whole and partial cells and forgets them, from the
  // right: between two touched columns every cell is whole or none is. False if there are none.
  bool collect(std::size_t row) {
    const auto first_whole = static_cast<std::ptrdiff_t>(result_.whole_.size());
    row_whole_ = result_.whole_.size();
    Cover cover;
    bool any = false;
    std::size_t right = u_.cells();  // all columns from here on are done
    for (std::size_t word = words_; word-- > 0;) {
      std::uint64_t& marks = marks_[row * words_ + word];
      any = any || marks != 0;
      while (marks != 0) {
        const auto bit = static_cast<std::size_t>(63 - std::countl_zero(marks));
        marks ^= std::uint64_t{1} << bit;
        const std::size_t i = word * 64 + bit;
        std::int32_t& slot = slots_[row * stride_ + i];
        const Touched& cell = touched_[static_cast<std::size_t>(slot)];
        slot = -1;
        if (i < u_.cells()) {
          if (i + 1 < right) add_untouched(i + 1, right, cover);
          add_cell(i, cell, cover);
          right = i;
        }
        cover += cell.cover;
      }
    }
    if (right > 0) add_untouched(0, right, cover);
    std::reverse(result_.whole_.begin() + first_whole, result_.whole_.end());
    return any;
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
  void add_cell(std::size_t i, const Touched& m, const Cover& cover) {
    if (m.last >= 0 || m.noted) note_columns(i, i + 1);  // also if it encloses nothing
    const double area = m.area + cover.one;
    if (area <= kRounding) return;
    if (area >= 1.0 - kRounding) {
      add_run(i, i + 1);
      return;
    }
    note_columns(i, i + 1);
    PartialCell& cell = result_.partial_.emplace_back();
    cell.column = i;
    cell.area = area;
    // Of a sliver little but rounding is left in the moments: none of them may leave what any part
    // of a cell can have.
    const double one = 1.0 / area;
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
    const Cover& own = m.cover;
    cell.right = {cover.one, cover.b, cover.bb};
    cell.left = {cover.one + own.one, cover.b + own.b, cover.bb + own.bb};
    cell.bottom = side_of(m.bottom, cover.bottom);
    cell.top = side_of(m.top, cover.top);
    cell.outline_begin = end_of(result_.outline_);
    for (std::int32_t k = m.last; k >= 0;) {
      const LinkedPiece& piece = pieces_[static_cast<std::size_t>(k)];
      add_outline(piece.at, cell.outline_begin);
      k = piece.before;
    }
    cell.outline_end = end_of(result_.outline_);
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
    row_columns_.begin = std::min(row_columns_.begin, begin);
    row_columns_.end = std::max(row_columns_.end, end);
  }

  const FineAxis& u_;
  const FineAxis& v_;
  EdgeWalk walk_;
  std::vector<double> per_height_;
  std::size_t stride_ = 0, words_ = 0;  // of a row, in slots_ and in marks_
  std::vector<std::int32_t> slots_;     // of each cell its place in touched_; -1: none
  std::vector<std::uint64_t> marks_;    // a bit for each cell that has one
  std::vector<Touched> touched_;
  std::vector<LinkedPiece> pieces_;
  std::vector<double> crossings_;
  Run rows_;  // with touched cells
  Run row_columns_;
  std::size_t row_whole_ = 0;  // where the runs of the row begin
  double turned_ = 0.0;        // twice the area between the last piece of outline and the border
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

void Rasteriser::border(const Area& area, std::size_t row, RowBorder& border) {
  builder_->border(area, row, border);
}

void Rasteriser::take_mesh() {
  builder_->take_mesh();
}

}  // namespace dosegate::dvh
