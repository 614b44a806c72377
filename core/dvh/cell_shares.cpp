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
  void add(double cc, double mean_gy, Shares& shares) const {
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

void DoseSheet::Cells::resize(std::size_t n) {
  if (n <= gu.size()) return;
  for (std::vector<double>* v : {&gu, &gv, &gw, &uv, &uw, &vw, &mean, &spread2, &along_u, &off_u}) {
    v->resize(n);
  }
  side_centre.resize(n + 1);
  side_width2.resize(n + 1);
}

// 12 times the variance of each term of a trilinear dose about the cell's middle: the linear terms
// are independent uniforms, a product of two has the variance c^2 / 144, that of all three is left
// out (c^2 / 1728).
void DoseSheet::measure(std::size_t row, Run columns, const Stretch& stretch) {
  const std::size_t below = at(row, columns.begin);
  const std::size_t above = at(row + 1, columns.begin);
  const double* __restrict lb = lower_gy_.data() + below;
  const double* __restrict rb = rise_gy_.data() + below;
  const double* __restrict la = lower_gy_.data() + above;
  const double* __restrict ra = rise_gy_.data() + above;
  const std::size_t n = columns.end - columns.begin;
  run_.resize(n);
  const double t = stretch.middle;
  const double depth = stretch.depth;
  double* __restrict gu_out = run_.gu.data();
  double* __restrict gv_out = run_.gv.data();
  double* __restrict gw_out = run_.gw.data();
  double* __restrict uv_out = run_.uv.data();
  double* __restrict uw_out = run_.uw.data();
  double* __restrict vw_out = run_.vw.data();
  double* __restrict mean = run_.mean.data();
  double* __restrict spread2 = run_.spread2.data();
  for (std::size_t i = 0; i < n; ++i) {
    const double d00 = lb[i] + t * rb[i];
    const double d10 = lb[i + 1] + t * rb[i + 1];
    const double d01 = la[i] + t * ra[i];
    const double d11 = la[i + 1] + t * ra[i + 1];
    const double gu = 0.5 * ((d10 - d00) + (d11 - d01));
    const double gv = 0.5 * ((d01 - d00) + (d11 - d10));
    const double uv = (d11 - d01) - (d10 - d00);
    const double gw = depth * 0.25 * ((rb[i] + rb[i + 1]) + (ra[i] + ra[i + 1]));
    const double uw = depth * 0.5 * ((rb[i + 1] - rb[i]) + (ra[i + 1] - ra[i]));
    const double vw = depth * 0.5 * ((ra[i] - rb[i]) + (ra[i + 1] - rb[i + 1]));
    gu_out[i] = gu;
    gv_out[i] = gv;
    gw_out[i] = gw;
    uv_out[i] = uv;
    uw_out[i] = uw;
    vw_out[i] = vw;
    mean[i] = 0.25 * ((d00 + d10) + (d01 + d11));
    spread2[i] = (gu * gu + gv * gv) + (gw * gw + (uv * uv + uw * uw + vw * vw) * (1.0 / 12.0));
  }
  double* __restrict centre = run_.side_centre.data();
  double* __restrict width2 = run_.side_width2.data();
  for (std::size_t i = 0; i <= n; ++i) {
    const double d0 = lb[i] + t * rb[i];
    const double d1 = la[i] + t * ra[i];
    const double rise = depth * 0.5 * (rb[i] + ra[i]);
    centre[i] = 0.5 * (d0 + d1);
    width2[i] = (d1 - d0) * (d1 - d0) + rise * rise;
  }
  double* __restrict along_u = run_.along_u.data();
  double* __restrict off_u = run_.off_u.data();
  for (std::size_t i = 0; i < n; ++i) {
    const double size = std::abs(gu_out[i]);
    const bool is_u = (size >= kAlongU * std::abs(gv_out[i])) &
                      (size >= kAlongU * std::abs(gw_out[i])) & (size > kNarrowest_gy) &
                      (spread2[i] < kSteep2_gy2) &
                      (std::abs(uv_out[i]) + std::abs(uw_out[i]) < kMostTwist * size);
    along_u[i] = is_u ? 1.0 : 0.0;
    off_u[i] = is_u ? (width2[i] - width2[i + 1]) / (24.0 * gu_out[i]) : 0.0;
  }
}

// A cell whose share is not made of its sides along u. `i` counts from the beginning of the run.
void DoseSheet::add_across(std::size_t row, std::size_t column, std::size_t i, double cc,
                           const Stretch& stretch, Shares& shares) const {
  const double mean = run_.mean[i];
  const double spread2 = run_.spread2[i];
  if (spread2 == 0.0) {
    shares.atoms.push_back({mean, cc});
    return;
  }
  const Across v{run_.gv[i], run_.gu[i], run_.gw[i], run_.uv[i], run_.vw[i]};
  const Across w{run_.gw[i], run_.gu[i], run_.gv[i], run_.uw[i], run_.vw[i]};
  const Across& steeper = std::abs(v.g) >= std::abs(w.g) ? v : w;
  if (steeper.stands() && spread2 <= kSteep2_gy2) {
    steeper.add(cc, mean, shares);
  } else if (spread2 < kHalved_gy * kHalved_gy) {
    add_uniform(cc, mean, spread2, shares);
  } else {
    Corners corners{};
    for (std::size_t k = 0; k < corners.size(); ++k) {
      const double height = stretch.middle + ((k & 4U) != 0 ? 0.5 : -0.5) * stretch.depth;
      corners[k] = node(row + ((k >> 1U) & 1U), column + (k & 1U), height);
    }
    add_halved(corners, cc, kMostHalvings, shares);
  }
}

void DoseSheet::whole(std::size_t row, Run columns, const Stretch& stretch, Shares& shares) {
  measure(row, columns, stretch);
  const std::size_t n = columns.end - columns.begin;
  const double scale = v_.width(row) * stretch.length_mm / kMm3PerCc;
  const double* u = u_.nodes.data() + columns.begin;
  const auto side = [&](std::size_t i, double off, double slope) {
    shares.ramps.push_back({run_.side_centre[i] + off, std::sqrt(run_.side_width2[i]), slope});
  };
  // Where the dose rises along u in neighbours, the side between them is one ramp for both. `off`
  // is how far the ramp lies from the side's middle (see add_pair()), for both the same.
  double pending = 0.0;
  double off = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    const double cc = scale * (u[i + 1] - u[i]);
    shares.parts.push_back({cc, run_.mean[i], run_.spread2[i]});
    if (run_.along_u[i] == 0.0) {
      add_across(row, columns.begin + i, i, cc, stretch, shares);
      continue;
    }
    if (pending == 0.0) off = run_.off_u[i];
    const bool joins = i + 1 < n && run_.along_u[i + 1] != 0.0;
    const double off_right = joins ? 0.5 * (run_.off_u[i] + run_.off_u[i + 1]) : run_.off_u[i];
    const double slope = cc / (run_.gu[i] + off_right - off);
    side(i, off, slope - pending);
    off = off_right;
    pending = slope;
    if (joins) continue;
    side(i + 1, off, -pending);
    pending = 0.0;
  }
}

}  // namespace dosegate::dvh
