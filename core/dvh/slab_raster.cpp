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
};

struct Column {
  Moments moments;
  Cover cover;  // of all cells left of it
  bool touched = false;
};

}  // namespace

class RasterBuilder {
 public:
  RasterBuilder(const FineAxis& u, const FineAxis& v, std::size_t pieces)
      : pieces_(pieces),
        per_piece_(1.0 / static_cast<double>(pieces)),
        u_(subdivide(u, 0, u.cells(), pieces)),
        v_(subdivide(v, 0, v.cells(), pieces)),
        coarse_nodes_(u.nodes),
        columns_(u_.cells() + 1) {
    for (std::size_t i = 0; i < u_.cells(); ++i) per_width_.push_back(1.0 / u_.width(i));
  }

  Raster run(const Area& area) {
    result_ = {};
    active_.clear();
    levels_.clear();
    row_ = static_cast<std::size_t>(-1);
    for (const LevelEdge& level : area.levels) levels_.push_back(&level);
    std::sort(levels_.begin(), levels_.end(),
              [](const LevelEdge* a, const LevelEdge* b) { return a->v < b->v; });
    result_.columns_ = {coarse_nodes_.size(), 0};
    std::size_t next = 0;
    std::size_t next_level = 0;
    if (area.edges.empty()) return std::move(result_);
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
      if (j / pieces_ != row_) {
        flush_row();
        row_ = j / pieces_;
      }
      sub_row_ = j % pieces_;
      for (const Edge* e : active_) add_edge(*e);
      for (std::size_t l = next_level; l < levels_.size() && levels_[l]->v <= top_; ++l) {
        add_level(*levels_[l]);
      }
      collect();
      if (sub_row_ == 0) inside_nodes();
    }
    flush_row();
    if (result_.columns_.end < result_.columns_.begin) result_.columns_ = {};
    return std::move(result_);
  }

 private:
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
    const std::ptrdiff_t at_lo = u_.cell_of(u_lo);
    if (at_lo >= 0 && at_lo < static_cast<std::ptrdiff_t>(u_.cells())) {  // mostly within one cell
      const double left = u_.nodes[static_cast<std::size_t>(at_lo)];
      const double right = u_.nodes[static_cast<std::size_t>(at_lo) + 1];
      if (u_lo > left && u_hi > left && u_hi < right) {
        piece(at_lo, u_lo, v_lo, u_hi, v_hi, e.sign);
        return;
      }
    }
    // The column left of the first node is -1, right of the last node is cells().
    auto column = column_of(u_lo, u_hi);
    const auto last = column_of(u_hi, u_lo);
    double u = u_lo;
    double v = v_lo;
    while (column != last) {
      const bool rightwards = column < last;
      const double border = u_.nodes[static_cast<std::size_t>(rightwards ? column + 1 : column)];
      double at = v_lo + (v_hi - v_lo) * ((border - u_lo) / (u_hi - u_lo));
      at = std::clamp(at, v, v_hi);
      piece(column, u, v, border, at, e.sign);
      u = border;
      v = at;
      column += rightwards ? 1 : -1;
    }
    piece(column, u, v, u_hi, v_hi, e.sign);
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

  // In the coordinates of the whole cell.
  void add_border(std::size_t i, double a0, double b0, double a1, double b1) {
    const double a = static_cast<double>(i % pieces_);
    const double b = static_cast<double>(sub_row_);
    result_.border_.push_back({i / pieces_, (a + a0) * per_piece_, (b + b0) * per_piece_,
                               (a + a1) * per_piece_, (b + b1) * per_piece_});
    note_columns(i / pieces_, i / pieces_ + 1);  // also where it encloses nothing
  }

  void touch(std::size_t i) {
    if (columns_[i].touched) return;
    columns_[i].touched = true;
    touched_.push_back(i);
  }

  void piece(std::ptrdiff_t column, double u0, double v0, double u1, double v1, double sign) {
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
      add_border(i, a0, b0, a1, b1);
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
    }
    c.cover.one += sign * db;
    c.cover.b += sign * 0.5 * (b1 * b1 - b0 * b0);
    c.cover.bb += sign * (b1 * b1 * b1 - b0 * b0 * b0) * (1.0 / 3.0);
  }

  void add_level(const LevelEdge& level) {
    const double b = (level.v - bottom_) * per_height_;
    const auto first = std::max<std::ptrdiff_t>(column_of(level.u0, level.u1), 0);
    const auto last =
        std::min(column_of(level.u1, level.u0), static_cast<std::ptrdiff_t>(u_.cells()) - 1);
    for (std::ptrdiff_t c = first; c <= last; ++c) {
      const auto i = static_cast<std::size_t>(c);
      const double a0 = std::clamp((level.u0 - u_.nodes[i]) * per_width_[i], 0.0, 1.0);
      const double a1 = std::clamp((level.u1 - u_.nodes[i]) * per_width_[i], 0.0, 1.0);
      add_border(i, a0, b, a1, b);
    }
  }

  // Turns the running integrals of a row of pieces into whole and partial ones and clears them, from
  // the right: between two touched columns every piece is whole or none is.
  void collect() {
    std::sort(touched_.begin(), touched_.end());
    const auto first_whole = static_cast<std::ptrdiff_t>(fine_whole_.size());
    sub_rows_.push_back({sub_row_, fine_whole_.size(), fine_whole_.size()});
    Cover cover;
    std::size_t right = u_.cells();  // all columns from here on are done
    for (std::size_t t = touched_.size(); t-- > 0;) {
      const std::size_t i = touched_[t];
      Column& column = columns_[i];
      if (i < u_.cells()) {
        if (i + 1 < right) add_untouched(i + 1, right, cover);
        add_cell(i, column.moments, cover);
        right = i;
      }
      cover.one += column.cover.one;
      cover.b += column.cover.b;
      cover.bb += column.cover.bb;
      column = {};
    }
    if (right > 0) add_untouched(0, right, cover);
    touched_.clear();
    std::reverse(fine_whole_.begin() + first_whole, fine_whole_.end());
    sub_rows_.back().end = fine_whole_.size();
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
    if (fine_whole_.size() > sub_rows_.back().begin && fine_whole_.back().begin == end) {
      fine_whole_.back().begin = begin;
    } else {
      fine_whole_.push_back({begin, end});
    }
  }

  void add_cell(std::size_t i, Moments m, const Cover& cover) {
    m.area += cover.one;
    if (m.area <= kRounding) return;
    if (m.area >= 1.0 - kRounding) {
      add_run(i, i + 1);
      return;
    }
    m.a += 0.5 * cover.one;
    m.aa += cover.one * (1.0 / 3.0);
    m.b += cover.b;
    m.ab += 0.5 * cover.b;
    m.bb += cover.bb;
    // Of a sliver little but rounding is left in the moments: none of them may leave what any part
    // of a piece can have.
    const double one = 1.0 / m.area;
    const double a = std::clamp(m.a * one, 0.0, 1.0);
    const double b = std::clamp(m.b * one, 0.0, 1.0);
    const double aa = std::clamp(m.aa * one - a * a, 0.0, 0.25);
    const double bb = std::clamp(m.bb * one - b * b, 0.0, 0.25);
    const double most = std::sqrt(aa * bb);
    const double ab = std::clamp(m.ab * one - a * b, -most, most);
    const double square = per_piece_ * per_piece_;
    result_.partial_.push_back({i / pieces_, m.area * square,
                                (static_cast<double>(i % pieces_) + a) * per_piece_,
                                (static_cast<double>(sub_row_) + b) * per_piece_, aa * square,
                                ab * square, bb * square, 0.0});
    note_columns(i / pieces_, i / pieces_ + 1);
  }

  // One row of cells is complete: cells whose pieces are all whole are whole, the other whole pieces
  // stand for themselves.
  void flush_row() {
    if (sub_rows_.empty()) return;
    blocks_.clear();
    if (sub_rows_.size() == pieces_) {
      blocks_.assign(fine_whole_.begin(),
                     fine_whole_.begin() + static_cast<std::ptrdiff_t>(sub_rows_[0].end));
      for (std::size_t r = 1; r < sub_rows_.size() && !blocks_.empty(); ++r) {
        intersect(blocks_, sub_row(r), spare_);
        std::swap(blocks_, spare_);
      }
      for (Run& run : blocks_) {
        run = {(run.begin + pieces_ - 1) / pieces_, run.end / pieces_};
      }
      std::erase_if(blocks_, [](const Run& run) { return run.begin >= run.end; });
    }
    for (const Run& run : blocks_) {
      result_.whole_.push_back(run);
      note_columns(run.begin, run.end);
    }
    if (pieces_ > 1) {
      for (Run& run : blocks_) run = {run.begin * pieces_, run.end * pieces_};
      for (std::size_t r = 0; r < sub_rows_.size(); ++r) {
        without(sub_row(r), blocks_, [&](Run run) { add_boxes(run, sub_rows_[r].sub_row); });
      }
    }
    result_.rows_.push_back({row_, end_of(result_.whole_), end_of(result_.partial_),
                             end_of(result_.border_), end_of(result_.nodes_)});
    sub_rows_.clear();
    fine_whole_.clear();
  }

  void add_boxes(Run run, std::size_t sub_row) {
    const double square = per_piece_ * per_piece_;
    for (std::size_t i = run.begin; i < run.end; ++i) {
      result_.partial_.push_back({i / pieces_, square,
                                  (static_cast<double>(i % pieces_) + 0.5) * per_piece_,
                                  (static_cast<double>(sub_row) + 0.5) * per_piece_,
                                  square * (1.0 / 12.0), 0.0, square * (1.0 / 12.0), per_piece_});
    }
    note_columns(run.begin / pieces_, (run.end - 1) / pieces_ + 1);
  }

  [[nodiscard]] std::span<const Run> sub_row(std::size_t r) const {
    return {fine_whole_.data() + sub_rows_[r].begin, sub_rows_[r].end - sub_rows_[r].begin};
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
      const auto begin =
          std::lower_bound(coarse_nodes_.begin(), coarse_nodes_.end(), crossings_[i]);
      const auto end =
          std::upper_bound(coarse_nodes_.begin(), coarse_nodes_.end(), crossings_[i + 1]);
      if (begin < end) {
        result_.nodes_.push_back({static_cast<std::size_t>(begin - coarse_nodes_.begin()),
                                  static_cast<std::size_t>(end - coarse_nodes_.begin())});
        // The cells between the nodes: they are there even where none of them has an area.
        const std::size_t cells = coarse_nodes_.size() - 1;
        const std::size_t first = std::min(result_.nodes_.back().begin, cells - 1);
        note_columns(first, std::max(first + 1, result_.nodes_.back().end - 1));
      }
    }
  }

  struct SubRow {
    std::size_t sub_row = 0, begin = 0, end = 0;  // its runs in fine_whole_
  };
  std::size_t pieces_;
  double per_piece_;
  FineAxis u_, v_;  // of the pieces
  std::vector<double> coarse_nodes_;
  std::size_t row_ = static_cast<std::size_t>(-1), sub_row_ = 0;
  std::vector<SubRow> sub_rows_;
  std::vector<Run> fine_whole_, blocks_, spare_;
  double bottom_ = 0.0, top_ = 0.0, per_height_ = 0.0;
  std::vector<double> per_width_;
  std::vector<Column> columns_;  // the last one is everything right of the mesh
  std::vector<std::size_t> touched_;
  std::vector<const Edge*> active_;
  std::vector<const LevelEdge*> levels_;
  std::vector<double> crossings_;
  Raster result_;
};

Rasteriser::Rasteriser(const FineAxis& u, const FineAxis& v, std::size_t pieces)
    : builder_(std::make_unique<RasterBuilder>(u, v, pieces)) {}

Rasteriser::~Rasteriser() = default;

Raster Rasteriser::run(const Area& area) {
  return builder_->run(area);
}

}  // namespace dosegate::dvh
