// Shares of the whole cells of a dose sheet (shares.h).
#include <algorithm>
#include <array>
#include <cmath>

#include "dvh/dose_sheet.h"
#include "dvh/ramps.h"

namespace dosegate::dvh {
namespace {

constexpr double kMm3PerCc = 1000.0;
// Cells that ramps do not stand for are halved until they do, or until nothing is left to tell.
constexpr int kMostHalvings = 2;
constexpr double kHalved_gy = 0.02;
// So are cells in which the dose changes by more: what ramps leave out is a part of that.
constexpr double kSteep2_gy2 = 10.0 * 10.0;
// Sides along u are shared by neighbours: u is preferred if the dose rises nearly as much along it.
constexpr double kAlongU = 0.8;

// Doses of a box at its corners: u fastest, then v, then w.
using Corners = std::array<double, 8>;

// Change along one axis on average, and how it changes along another.
double change(const Corners& d, std::size_t axis) {
  double sum = 0.0;
  for (std::size_t k = 0; k < d.size(); ++k) sum += (k & axis) != 0 ? d[k] : -d[k];
  return 0.25 * sum;
}

double product(const Corners& d, std::size_t first, std::size_t second) {
  double sum = 0.0;
  for (std::size_t k = 0; k < d.size(); ++k) {
    sum += ((k & first) != 0) == ((k & second) != 0) ? d[k] : -d[k];
  }
  return 0.5 * sum;
}

// The share of a box from its two ends along one axis: the dose changes by `g` along it, by b and c
// along the others; gb and gc are the products of its axis with theirs.
struct Across {
  double g, b, c, gb, gc;
  [[nodiscard]] bool stands() const {
    return std::abs(g) > kNarrowest_gy && std::abs(gb) + std::abs(gc) < kMostTwist * std::abs(g);
  }
  [[gnu::always_inline]] void add(double cc, double mean_gy, Shares& shares) const {
    const auto end = [&](double at) {
      return Ramp{mean_gy + at * g, length(b + at * gb, c + at * gc), 0.0};
    };
    add_pair(end(-0.5), end(0.5), g, cc, mean_gy, shares);
  }
};

// Half of a box along one axis.
Corners half_of(const Corners& d, std::size_t axis, bool upper) {
  Corners half{};
  for (std::size_t k = 0; k < d.size(); ++k) {
    const double middle = 0.5 * (d[k & ~axis] + d[k | axis]);
    half[k] = ((k & axis) != 0) == upper ? d[k] : middle;
  }
  return half;
}

// The share of a box in a trilinear dose, from pieces that can be told by ramps.
void add_halved(const Corners& d, double cc, int halvings, Shares& shares) {
  constexpr std::array<std::size_t, 3> kAxes = {1, 2, 4};
  std::array<double, 3> g{};
  for (std::size_t a = 0; a < 3; ++a) g[a] = change(d, kAxes[a]);
  // That of axes a and b stands at the third one's place.
  const std::array<double, 3> p = {product(d, 2, 4), product(d, 1, 4), product(d, 1, 2)};
  double mean = 0.0;
  for (const double corner : d) mean += 0.125 * corner;
  const double spread2 = g[0] * g[0] + g[1] * g[1] + g[2] * g[2] +
                         (p[0] * p[0] + p[1] * p[1] + p[2] * p[2]) * (1.0 / 12.0);
  std::size_t a = 0;
  for (std::size_t other = 1; other < 3; ++other) {
    if (std::abs(g[other]) > std::abs(g[a])) a = other;
  }
  const std::size_t b = (a + 1) % 3;
  const std::size_t c = (a + 2) % 3;
  const Across across{g[a], g[b], g[c], p[c], p[b]};
  if (across.stands() && (spread2 < kSteep2_gy2 || halvings == 0)) {
    across.add(cc, mean, shares);
    return;
  }
  if (halvings == 0 || spread2 < kHalved_gy * kHalved_gy) {
    add_uniform(cc, mean, spread2, shares);
    return;
  }
  for (std::size_t octant = 0; octant < 8; ++octant) {
    Corners part = d;
    for (const std::size_t axis : kAxes) part = half_of(part, axis, (octant & axis) != 0);
    add_halved(part, 0.125 * cc, halvings - 1, shares);
  }
}

}  // namespace

void DoseSheet::Nodes::resize(std::size_t n) {
  if (n <= centre.size()) return;
  for (std::vector<double>* v : {&centre, &along_v, &along_w, &vw}) v->resize(n);
}

// What the sides of the cells hold that stand on the nodes along u: mean dose, its changes along v
// and w, and their product.
void DoseSheet::measure(std::size_t row, Run columns, const Stretch& stretch) {
  const std::size_t below = at(row, columns.begin);
  const std::size_t above = at(row + 1, columns.begin);
  const double* __restrict lb = lower_gy_.data() + below;
  const double* __restrict rb = rise_gy_.data() + below;
  const double* __restrict la = lower_gy_.data() + above;
  const double* __restrict ra = rise_gy_.data() + above;
  const std::size_t n = columns.end - columns.begin + 1;
  nodes_.resize(n);
  const double t = stretch.middle;
  const double depth = stretch.depth;
  double* __restrict centre = nodes_.centre.data();
  double* __restrict along_v = nodes_.along_v.data();
  double* __restrict along_w = nodes_.along_w.data();
  double* __restrict vw = nodes_.vw.data();
  for (std::size_t i = 0; i < n; ++i) {
    const double d0 = lb[i] + t * rb[i];
    const double d1 = la[i] + t * ra[i];
    centre[i] = 0.5 * (d0 + d1);
    along_v[i] = d1 - d0;
    along_w[i] = depth * 0.5 * (rb[i] + ra[i]);
    vw[i] = depth * (ra[i] - rb[i]);
  }
}

// The cell right of a node. 12 times the variance of each term of a trilinear dose about the cell's
// middle: the linear terms are independent uniforms, a product of two has the variance c^2 / 144,
// that of all three is left out (c^2 / 1728).
inline DoseSheet::Cell DoseSheet::cell_of(std::size_t i) const {
  Cell c;
  c.gu = nodes_.centre[i + 1] - nodes_.centre[i];
  c.gv = 0.5 * (nodes_.along_v[i] + nodes_.along_v[i + 1]);
  c.gw = 0.5 * (nodes_.along_w[i] + nodes_.along_w[i + 1]);
  c.uv = nodes_.along_v[i + 1] - nodes_.along_v[i];
  c.uw = nodes_.along_w[i + 1] - nodes_.along_w[i];
  c.vw = 0.5 * (nodes_.vw[i] + nodes_.vw[i + 1]);
  c.mean = 0.5 * (nodes_.centre[i] + nodes_.centre[i + 1]);
  c.spread2 = (c.gu * c.gu + c.gv * c.gv) +
              (c.gw * c.gw + (c.uv * c.uv + c.uw * c.uw + c.vw * c.vw) * (1.0 / 12.0));
  return c;
}

// A cell whose share is not made of its sides along u.
inline void DoseSheet::add_across(std::size_t row, std::size_t column, const Cell& cell, double cc,
                                  const Stretch& stretch, Shares& shares) const {
  const bool v_steeper = std::abs(cell.gv) >= std::abs(cell.gw);
  const Across across{v_steeper ? cell.gv : cell.gw, cell.gu, v_steeper ? cell.gw : cell.gv,
                      v_steeper ? cell.uv : cell.uw, cell.vw};
  if (across.stands() && cell.spread2 <= kSteep2_gy2) {
    across.add(cc, cell.mean, shares);
  } else {
    add_odd(row, column, cell, cc, stretch, shares);
  }
}

// A cell in which the dose is even, or near an extreme or a saddle, or very steep.
void DoseSheet::add_odd(std::size_t row, std::size_t column, const Cell& cell, double cc,
                        const Stretch& stretch, Shares& shares) const {
  if (cell.spread2 == 0.0) {
    shares.atoms.push_back({cell.mean, cc});
  } else if (cell.spread2 < kHalved_gy * kHalved_gy) {
    add_uniform(cc, cell.mean, cell.spread2, shares);
  } else {
    Corners corners{};
    for (std::size_t k = 0; k < corners.size(); ++k) {
      const double height = stretch.middle + ((k & 4U) != 0 ? 0.5 : -0.5) * stretch.depth;
      corners[k] = node(row + ((k >> 1U) & 1U), column + (k & 1U), height);
    }
    add_halved(corners, cc, kMostHalvings, shares);
  }
}

// Where the dose rises along u in neighbours, the side between them is one ramp for both. `off` is
// how far the ramp lies from the side's middle (see add_pair()), for both the same: so the ramp of a
// side is known only when the next cell is.
class DoseSheet::SideRamps {
 public:
  SideRamps(const Nodes& nodes, std::vector<Ramp>& ramps) : nodes_(nodes), ramps_(ramps) {}

  void add(std::size_t i, double gu, double cc) {
    const double own = (width2(i) - width2(i + 1)) / (24.0 * gu);
    if (open_) {
      const double between = 0.5 * (own_ + own);
      end_cell(between);
      off_ = between;
    } else {
      pending_ = 0.0;
      off_ = own;
    }
    open_ = true;
    node_ = i;
    own_ = own;
    gu_ = gu;
    cc_ = cc;
  }
  void close() {
    if (!open_) return;
    end_cell(own_);
    ramp(node_ + 1, own_, -pending_);
    open_ = false;
  }

 private:
  [[nodiscard]] double width2(std::size_t i) const {
    return nodes_.along_v[i] * nodes_.along_v[i] + nodes_.along_w[i] * nodes_.along_w[i];
  }
  // The left side of the cell that was added last; its right side lies `off_right` from its middle.
  void end_cell(double off_right) {
    const double slope = cc_ / (gu_ + off_right - off_);
    ramp(node_, off_, slope - pending_);
    pending_ = slope;
  }
  void ramp(std::size_t i, double off, double slope) {
    ramps_.push_back({nodes_.centre[i] + off, std::sqrt(width2(i)), slope});
  }

  const Nodes& nodes_;
  std::vector<Ramp>& ramps_;
  bool open_ = false;
  std::size_t node_ = 0;
  double own_ = 0.0, off_ = 0.0, gu_ = 0.0, cc_ = 0.0, pending_ = 0.0;
};

void DoseSheet::whole(std::size_t row, Run columns, const Stretch& stretch, Shares& shares,
                      std::vector<Run>& bent) {
  measure(row, columns, stretch);
  const bool may_be_bent = span_.cells > 1 && line_may_be_bent(row);
  const std::size_t from = at(row, columns.begin);
  const double scale = v_.width(row) * stretch.length_mm / kMm3PerCc;
  const double* u = u_.nodes.data() + columns.begin;
  SideRamps sides(nodes_, shares.ramps);
  PartSums sums;
  for (std::size_t i = 0; i < columns.end - columns.begin; ++i) {
    const Cell cell = cell_of(i);
    if (may_be_bent && bent_cell(from + i, cell.spread2)) {
      sides.close();
      append_cell(columns.begin + i, bent);
      continue;
    }
    const double cc = scale * (u[i + 1] - u[i]);
    sums.add(cc, cell.mean, cell.spread2);
    const double size = std::abs(cell.gu);
    if (size >= kAlongU * std::abs(cell.gv) && size >= kAlongU * std::abs(cell.gw) &&
        size > kNarrowest_gy && cell.spread2 < kSteep2_gy2 &&
        std::abs(cell.uv) + std::abs(cell.uw) < kMostTwist * size) {
      sides.add(i, cell.gu, cc);
      continue;
    }
    sides.close();
    add_across(row, columns.begin + i, cell, cc, stretch, shares);
  }
  sides.close();
  shares.parts.add(sums);
}

}  // namespace dosegate::dvh
