#include "dvh/dose_sheet.h"

#include <algorithm>
#include <cmath>

namespace dosegate::dvh {
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

DoseSheet::Patch DoseSheet::patch(std::size_t row, std::size_t column, double t) const {
  const double d00 = node(row, column, t);
  const double gu = node(row, column + 1, t) - d00;
  const double gv = node(row + 1, column, t) - d00;
  const double c = (node(row + 1, column + 1, t) - node(row + 1, column, t)) - gu;
  return {d00, gu, gv, c};
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
