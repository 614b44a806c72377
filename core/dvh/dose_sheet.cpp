#include "dvh/dose_sheet.h"

#include <algorithm>
#include <cmath>

namespace dosegate::dvh {
namespace {

constexpr double kMm3PerCc = 1000.0;
// Neighbours whose doses together span no more may share one density: what its shape gets wrong is a
// few hundredths of that.
constexpr double kWidestShared_gy = 0.02;

// How much wider the change along the steepest axis is at the upper of the two Gauss points of the
// other axes: g is the change along the steepest axis, a and b those along the others, ga and gb the
// products of g's axis with theirs.
double skew_of(double g, double a, double b, double ga, double gb) {
  const double others2 = a * a + b * b;
  if (!(others2 > 0.0)) return 0.0;
  const double skew = (ga * a + gb * b) / std::sqrt(12.0 * others2);
  const double limited = std::clamp(skew, -std::abs(g), std::abs(g));
  return g < 0.0 ? -limited : limited;
}

}  // namespace

void DoseSheet::fill(std::size_t base, Run rows, Run columns, double lo, double hi) {
  base_ = base;
  rows_ = rows;
  columns_ = columns;
  stride_ = columns.end - columns.begin + 1;
  const std::size_t lines = rows.end - rows.begin + 1;
  lower_gy_.resize(stride_ * lines);
  rise_gy_.resize(stride_ * lines);
  line_range_.resize(lines);
  for (std::size_t j = 0; j < lines; ++j) {
    double* lower = lower_gy_.data() + j * stride_;
    double* rise = rise_gy_.data() + j * stride_;
    fill_line(rows.begin + j, lower, rise);
    // Both ends of a run of nodes at once: the longest chain of dependent steps is half as long.
    Range even;
    Range odd;
    const auto include = [&](Range& range, std::size_t i) {
      const double at_lo = lower[i] + lo * rise[i];
      const double at_hi = lower[i] + hi * rise[i];
      const double least = at_lo < at_hi ? at_lo : at_hi;
      const double most = at_lo < at_hi ? at_hi : at_lo;
      range.low = least < range.low ? least : range.low;
      range.high = most > range.high ? most : range.high;
    };
    std::size_t i = 0;
    for (; i + 1 < stride_; i += 2) {
      include(even, i);
      include(odd, i + 1);
    }
    if (i < stride_) include(even, i);
    line_range_[j] = {std::min(even.low, odd.low), std::max(even.high, odd.high)};
  }
}

// Trilinear interpolation, written as a + t (b - a) so that equal values stay equal to the last bit.
void DoseSheet::fill_line(std::size_t row, double* lower, double* rise) {
  const std::size_t jv = v_.base[row];
  const double tv = v_.part[row];
  const std::size_t first = u_.base[columns_.begin];
  const std::size_t last = u_.base[columns_.end] + 1;
  double* at_lower = lower;
  double* at_rise = rise;
  // Where every cell of the lattice is one of the mesh, nodes are the lattice's own.
  const bool same = u_.cells_are_lattice;
  if (!same) {
    coarse_lower_gy_.resize(last - first + 1);
    coarse_rise_gy_.resize(last - first + 1);
    at_lower = coarse_lower_gy_.data();
    at_rise = coarse_rise_gy_.data();
  }
  const std::size_t count = same ? stride_ : last - first + 1;
  const DoseLattice::Line lower0 = lattice_.line(jv, base_);
  const DoseLattice::Line upper0 = lattice_.line(jv, base_ + 1);
  const DoseLattice::Line lower1 = lattice_.line(jv + 1, base_);
  const DoseLattice::Line upper1 = lattice_.line(jv + 1, base_ + 1);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = lower0.offset[first + i];
    double low = lower0.values[at];
    double high = upper0.values[at];
    if (tv != 0.0) {
      low += tv * (lower1.values[at] - low);
      high += tv * (upper1.values[at] - high);
    }
    at_lower[i] = low;
    at_rise[i] = high - low;
  }
  if (same) return;
  for (std::size_t i = 0; i < stride_; ++i) {
    const std::size_t b = u_.base[columns_.begin + i] - first;
    const double tu = u_.part[columns_.begin + i];
    lower[i] = at_lower[b] + tu * (at_lower[b + 1] - at_lower[b]);
    rise[i] = at_rise[b] + tu * (at_rise[b + 1] - at_rise[b]);
  }
}

DoseSheet::Range DoseSheet::row_range(std::size_t row) const {
  const Range& below = line_range_[row - rows_.begin];
  const Range& above = line_range_[row - rows_.begin + 1];
  return {std::min(below.low, above.low), std::max(below.high, above.high)};
}

DoseSheet::Range DoseSheet::cell_range(std::size_t row, std::size_t column, double lo,
                                       double hi) const {
  Range range;
  for (const std::size_t j : {row, row + 1}) {
    for (const std::size_t i : {column, column + 1}) {
      for (const double t : {lo, hi}) {
        const double dose_gy = node(j, i, t);
        range.low = std::min(range.low, dose_gy);
        range.high = std::max(range.high, dose_gy);
      }
    }
  }
  return range;
}

// 12 times the variance of each term of a trilinear dose about the cell's middle: the linear terms
// are independent uniforms, a product of two has the variance c^2 / 144, that of all three is left
// out (c^2 / 1728).
void DoseSheet::whole(std::size_t row, Run columns, const Stretch& stretch, std::size_t block,
                      CellDoses& cells) {
  const std::size_t below = at(row, columns.begin);
  const std::size_t above = at(row + 1, columns.begin);
  const double* __restrict lb = lower_gy_.data() + below;
  const double* __restrict rb = rise_gy_.data() + below;
  const double* __restrict la = lower_gy_.data() + above;
  const double* __restrict ra = rise_gy_.data() + above;
  const std::size_t n = columns.end - columns.begin;
  mean_gy_.resize(n);
  widest2_.resize(n);
  all2_.resize(n);
  skew_.resize(n);
  double* __restrict mean = mean_gy_.data();
  double* __restrict widest2 = widest2_.data();
  double* __restrict all2 = all2_.data();
  double* __restrict skew = skew_.data();
  const double t = stretch.middle;
  const double depth = stretch.depth;
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
    const double u2 = gu * gu;
    const double v2 = gv * gv;
    const double w2 = gw * gw;
    const double products2 = (uv * uv + uw * uw + vw * vw) * (1.0 / 12.0);
    const double uv2 = u2 > v2 ? u2 : v2;
    const double rest2 = w2 > products2 ? w2 : products2;
    mean[i] = 0.25 * ((d00 + d10) + (d01 + d11));
    widest2[i] = uv2 > rest2 ? uv2 : rest2;
    all2[i] = (u2 + v2) + (w2 + products2);
    if (products2 >= widest2[i]) {
      skew[i] = 0.0;
    } else if (w2 > uv2) {
      skew[i] = skew_of(gw, gu, gv, uw, vw);
    } else {
      skew[i] = u2 > v2 ? skew_of(gu, gv, gw, uv, uw) : skew_of(gv, gu, gw, uv, vw);
    }
  }
  const double scale = v_.width(row) * stretch.length_mm / kMm3PerCc;
  const double* u = u_.nodes.data() + columns.begin;
  const std::size_t from = cells.size();
  cells.resize(from + n);
  if (block == 1) {
    for (std::size_t i = 0; i < n; ++i) {
      const double others2 = all2[i] - widest2[i];
      cells.mean_gy[from + i] = mean[i];
      cells.width_gy[from + i] = std::sqrt(widest2[i]);
      cells.shift_gy[from + i] = std::sqrt((others2 > 0.0 ? others2 : 0.0) * (1.0 / 12.0));
      cells.skew_gy[from + i] = skew[i];
      cells.volume_cc[from + i] = scale * (u[i + 1] - u[i]);
    }
    return;
  }
  std::size_t out = from;
  for (std::size_t i = 0; i < n;) {
    std::size_t end = std::min(i + block, n);
    // A plateau keeps its dose to the last bit, and a steep cell its own shape: they share with
    // nobody.
    for (std::size_t k = i; k < end; ++k) {
      const double off = mean[k] - mean[i];
      if (all2[k] == 0.0 || all2[k] + 12.0 * off * off > kWidestShared_gy * kWidestShared_gy) {
        end = std::max(i + 1, k);
      }
    }
    const double others2 = all2[i] - widest2[i];
    double mean_gy = mean[i];
    double width2 = widest2[i];
    double shift2 = (others2 > 0.0 ? others2 : 0.0) * (1.0 / 12.0);
    double width_mm = u[i + 1] - u[i];
    double skew_gy = skew[i];
    if (end > i + 1) {
      double first = 0.0, spread2 = 0.0;
      width_mm = 0.0;
      for (std::size_t k = i; k < end; ++k) {
        const double w = u[k + 1] - u[k];
        const double off = mean[k] - mean[i];
        width_mm += w;
        first += w * off;
        spread2 += w * (all2[k] + 12.0 * off * off);
      }
      const double off = first / width_mm;
      mean_gy += off;
      width2 = std::max(0.0, spread2 / width_mm - 12.0 * off * off);
      shift2 = 0.0;
      skew_gy = 0.0;
    }
    cells.mean_gy[out] = mean_gy;
    cells.width_gy[out] = std::sqrt(width2);
    cells.shift_gy[out] = std::sqrt(shift2);
    cells.skew_gy[out] = skew_gy;
    cells.volume_cc[out] = scale * width_mm;
    ++out;
    i = end;
  }
  cells.resize(out);
}

DoseSheet::Patch DoseSheet::patch(std::size_t row, std::size_t column, double t) const {
  const double d00 = node(row, column, t);
  const double gu = node(row, column + 1, t) - d00;
  const double gv = node(row + 1, column, t) - d00;
  const double c = (node(row + 1, column + 1, t) - node(row + 1, column, t)) - gu;
  return {d00, gu, gv, c};
}

void DoseSheet::partial(std::size_t row, std::span<const PartialCell> parts, const Stretch& stretch,
                        CellDoses& cells) const {
  const double scale = v_.width(row) * stretch.length_mm / kMm3PerCc;
  const double t = stretch.middle;
  const std::size_t from = cells.size();
  cells.resize(from + parts.size());
  const std::size_t row_below = at(row, columns_.begin);
  for (std::size_t n = 0; n < parts.size(); ++n) {
    const PartialCell& part = parts[n];
    const double* lb = lower_gy_.data() + row_below + (part.column - columns_.begin);
    const double* rb = rise_gy_.data() + row_below + (part.column - columns_.begin);
    const double* la = lb + stride_;
    const double* ra = rb + stride_;
    const double d00 = lb[0] + t * rb[0];
    const double du = (lb[1] + t * rb[1]) - d00;
    const double dv = (la[0] + t * ra[0]) - d00;
    const double c = ((la[1] + t * ra[1]) - (la[0] + t * ra[0])) - du;
    const double ru = rb[1] - rb[0];
    const double rv = ra[0] - rb[0];
    const double rc = (ra[1] - ra[0]) - ru;
    // Gradients at the centroid.
    const double gu = du + c * part.b;
    const double gv = dv + c * part.a;
    const double gw = stretch.depth * (rb[0] + ru * part.a + (rv + rc * part.a) * part.b);
    const double uw = stretch.depth * (ru + rc * part.b);
    const double vw = stretch.depth * (rv + rc * part.a);
    const double w2 =
        std::max(0.0, gw * gw + uw * uw * part.aa + 2.0 * uw * vw * part.ab + vw * vw * part.bb);
    cells.mean_gy[from + n] = d00 + du * part.a + dv * part.b + c * (part.a * part.b + part.ab);
    cells.volume_cc[from + n] = scale * u_.width(part.column) * part.area;
    double widest2 = 0.0;
    double others2 = 0.0;
    const double products2 = 12.0 * c * c * (part.aa * part.bb + part.ab * part.ab);
    double skew_gy = 0.0;
    if (part.box > 0.0) {
      const double u2 = gu * gu * (part.box * part.box);
      const double v2 = gv * gv * (part.box * part.box);
      widest2 = std::max(std::max(u2, v2), w2);
      others2 = std::max(0.0, (u2 + v2) + w2 + products2 - widest2);
      const double bu = gu * part.box;
      const double bv = gv * part.box;
      const double buv = c * part.box * part.box;
      const double buw = uw * part.box;
      const double bvw = vw * part.box;
      if (widest2 == w2) {
        skew_gy = skew_of(gw, bu, bv, buw, bvw);
      } else {
        skew_gy = u2 > v2 ? skew_of(bu, bv, gw, buv, buw) : skew_of(bv, bu, gw, buv, bvw);
      }
    } else {
      const double in_plane2 =
          12.0 * std::max(0.0, gu * gu * part.aa + 2.0 * gu * gv * part.ab + gv * gv * part.bb) +
          products2;
      // One of them alone keeps its width, two of like size become one: the shape is not known
      // better than that.
      widest2 = std::max(in_plane2, w2);
      others2 = std::min(in_plane2, w2);
    }
    cells.skew_gy[from + n] = skew_gy;
    cells.width_gy[from + n] = std::sqrt(widest2);
    cells.shift_gy[from + n] = std::sqrt(others2 * (1.0 / 12.0));
  }
}

bool DoseSheet::covered(std::size_t row, std::size_t column) const {
  for (std::size_t corner = 0; corner < 8; ++corner) {
    if (!lattice_.node_covered(u_.base[column] + (corner & 1U),
                               v_.base[row] + ((corner >> 1U) & 1U), base_ + (corner >> 2U))) {
      return false;
    }
  }
  return true;
}

}  // namespace dosegate::dvh
