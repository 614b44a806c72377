#include "dvh/dose_sheet.h"

#include <algorithm>
#include <cmath>

namespace dosegate::dvh {

// Along w the dose is that at the lowest plane plus, for each lattice cell, the change across it
// times a function that runs from 0 to 1 over the cell. Mean and slope are those functions' own.
SheetSpan span_of(const std::vector<double>& nodes, std::size_t base, double lo, double hi) {
  SheetSpan span;
  span.base = base;
  while (base + span.cells + 1 < nodes.size() && nodes[base + span.cells] < hi) ++span.cells;
  if (span.cells == 1) {
    const double height = nodes[base + 1] - nodes[base];
    span.lo = (lo - nodes[base]) / height;
    span.hi = (hi - nodes[base]) / height;
    return span;
  }
  const double length = hi - lo;
  for (std::size_t k = 0; k < span.cells; ++k) {
    const double height = nodes[base + k + 1] - nodes[base + k];
    const double from = std::max(lo, nodes[base + k]);
    const double to = std::min(hi, nodes[base + k + 1]);
    // In parts of the length, from its middle: where the function rises, and what it rises from, by.
    const double a = (from - lo) / length - 0.5;
    const double b = (to - lo) / length - 0.5;
    const double at_a = (from - nodes[base + k]) / height;
    const double by = (to - from) / height;
    span.mean[k] = (b - a) * (at_a + 0.5 * by) + (0.5 - b) * (at_a + by);
    // Integrals of the function times the way from the middle; 12 is 1 over the variance of 0..1.
    const double rising = at_a * 0.5 * (b * b - a * a) + by * (b - a) * (a / 2.0 + (b - a) / 3.0);
    const double beyond = (at_a + by) * 0.5 * (0.25 - b * b);
    span.rise[k] = 12.0 * (rising + beyond);
    span.per_mm[k] = 1.0 / height;
    span.bent[k] = length * (0.5 + b) * (0.5 - b);
  }
  return span;
}

void DoseSheet::prepare(const SheetSpan& span, Run rows, Run columns, std::span<const Run> extent) {
  span_ = span;
  rows_ = rows;
  columns_ = columns;
  extent_ = extent;
  stride_ = columns.end - columns.begin + 1;
  const std::size_t lines = rows.end - rows.begin + 1;
  if (lower_gy_.size() < stride_ * lines) {
    lower_gy_.resize(stride_ * lines);
    rise_gy_.resize(stride_ * lines);
  }
  if (span.cells > 1 && bent_gy_.size() < lower_gy_.size()) bent_gy_.resize(lower_gy_.size());
  line_range_.resize(lines);
  most_bent_.assign(lines, 0.0);
  filled_.assign(lines, 0);
}

void DoseSheet::begin_row(std::size_t row) {
  for (const std::size_t line : {row - rows_.begin, row - rows_.begin + 1}) {
    if (filled_[line] == 0) fill_line(line, columns_of(line));
    filled_[line] = 1;
  }
}

// Of the rows on either side of a line.
Run DoseSheet::columns_of(std::size_t line) const {
  if (extent_.empty()) return columns_;
  const Run& below = extent_[line == 0 ? 0 : line - 1];
  const Run& above = extent_[std::min(line, extent_.size() - 1)];
  return {std::min(below.begin, above.begin), std::max(below.end, above.end)};
}

void DoseSheet::fill(const SheetSpan& span, Run rows, Run columns, std::span<const Run> extent) {
  prepare(span, rows, columns, extent);
  for (std::size_t line = 0; line <= rows.end - rows.begin; ++line) {
    const Run both = columns_of(line);
    if (both.begin < both.end) {
      fill_line(line, both);
    } else {
      line_range_[line] = {};
    }
  }
}

// Of the nodes of the lattice, at a height along v. Written as a + t (b - a) so that equal values stay
// equal to the last bit.
const double* DoseSheet::lattice_line(std::size_t row, std::size_t plane, Run nodes,
                                      std::vector<double>& out) const {
  const std::size_t jv = v_.base[row];
  const double tv = v_.part[row];
  const DoseLattice::Line at = lattice_.line(jv, plane);
  const DoseLattice::Line next = lattice_.line(jv + 1, plane);
  const std::size_t* offset = at.offset + nodes.begin;
  const std::size_t count = nodes.end - nodes.begin;
  const bool in_order = offset[count - 1] - offset[0] == count - 1;  // not at a grid's end
  if (in_order && tv == 0.0) return at.values + offset[0];
  if (out.size() < count) out.resize(count);
  double* __restrict to = out.data();
  if (!in_order) {
    for (std::size_t i = 0; i < count; ++i) {
      const double here = at.values[offset[i]];
      to[i] = tv == 0.0 ? here : here + tv * (next.values[offset[i]] - here);
    }
    return to;
  }
  const double* __restrict here = at.values + offset[0];
  const double* __restrict there = next.values + offset[0];
  for (std::size_t i = 0; i < count; ++i) to[i] = here[i] + tv * (there[i] - here[i]);
  return to;
}

// The straight line of each node, from the doses at the lattice planes.
void DoseSheet::take_straight(const PlaneLines& planes, std::size_t count, double* lower,
                              double* rise, double* bent) const {
  const double* __restrict first = planes[0];
  const double* __restrict second = planes[1];
  double* __restrict low = lower;
  double* __restrict up = rise;
  if (span_.cells == 1) {
    for (std::size_t i = 0; i < count; ++i) {
      low[i] = first[i];
      up[i] = second[i] - first[i];
    }
    return;
  }
  double* __restrict off = bent;
  {
    const double* __restrict third = planes[2];
    const double mean0 = span_.mean[0] - 0.5 * span_.rise[0];
    const double mean1 = span_.mean[1] - 0.5 * span_.rise[1];
    const double rise0 = span_.rise[0];
    const double rise1 = span_.rise[1];
    const double bend0 = span_.bent[0] * span_.per_mm[0];
    const double bend1 = span_.bent[0] * span_.per_mm[1];
    for (std::size_t i = 0; i < count; ++i) {
      const double d0 = second[i] - first[i];
      const double d1 = third[i] - second[i];
      low[i] = first[i] + (mean0 * d0 + mean1 * d1);
      up[i] = rise0 * d0 + rise1 * d1;
      off[i] = std::abs(bend1 * d1 - bend0 * d0);
    }
  }
  for (std::size_t k = 2; k < span_.cells; ++k) {
    const double* __restrict before = planes[k - 1];
    const double* __restrict here = planes[k];
    const double* __restrict next = planes[k + 1];
    const double mean1 = span_.mean[k] - 0.5 * span_.rise[k];
    const double rise1 = span_.rise[k];
    const double bend0 = span_.bent[k - 1] * span_.per_mm[k - 1];
    const double bend1 = span_.bent[k - 1] * span_.per_mm[k];
    for (std::size_t i = 0; i < count; ++i) {
      const double d = next[i] - here[i];
      low[i] += mean1 * d;
      up[i] += rise1 * d;
      off[i] += std::abs(bend1 * d - bend0 * (here[i] - before[i]));
    }
  }
}

void DoseSheet::fill_line(std::size_t line, Run columns) {
  const std::size_t row = rows_.begin + line;
  const std::size_t from = line * stride_ + (columns.begin - columns_.begin);
  const std::size_t fine = columns.end - columns.begin + 1;
  const bool same = u_.cells_are_lattice;  // nodes are the lattice's own
  const std::size_t first = u_.base[columns.begin];
  const std::size_t count = same ? fine : u_.base[columns.end] + 2 - first;
  PlaneLines planes{};
  for (std::size_t k = 0; k <= span_.cells; ++k) {
    std::vector<double>& own = plane_gy_[k];
    if (same) {
      planes[k] = lattice_line(row, span_.base + k, {first, first + count}, own);
      continue;
    }
    const double* coarse = lattice_line(row, span_.base + k, {first, first + count}, coarse_gy_);
    if (own.size() < fine) own.resize(fine);
    for (std::size_t i = 0; i < fine; ++i) {
      const std::size_t b = u_.base[columns.begin + i] - first;
      const double tu = u_.part[columns.begin + i];
      own[i] = coarse[b] + tu * (coarse[b + 1] - coarse[b]);
    }
    planes[k] = own.data();
  }
  take_straight(planes, fine, lower_gy_.data() + from, rise_gy_.data() + from,
                bent_gy_.data() + from);
  find_range(line, columns);
}

void DoseSheet::find_range(std::size_t line, Run columns) {
  const std::size_t from = line * stride_ + (columns.begin - columns_.begin);
  const std::size_t count = columns.end - columns.begin + 1;
  const double* lower = lower_gy_.data() + from;
  const double* rise = rise_gy_.data() + from;
  const double middle = 0.5 * (span_.lo + span_.hi);
  const double half = 0.5 * (span_.hi - span_.lo);
  // Two nodes at once: the longest chain of dependent steps is half as long.
  double low0 = std::numeric_limits<double>::infinity();
  double low1 = low0;
  double high0 = -low0;
  double high1 = high0;
  const auto smaller = [](double a, double b) { return a < b ? a : b; };
  const auto larger = [](double a, double b) { return a > b ? a : b; };
  std::size_t i = 0;
  for (; i + 1 < count; i += 2) {
    const double by0 = half * std::abs(rise[i]);
    const double by1 = half * std::abs(rise[i + 1]);
    const double at0 = lower[i] + middle * rise[i];
    const double at1 = lower[i + 1] + middle * rise[i + 1];
    low0 = smaller(at0 - by0, low0);
    low1 = smaller(at1 - by1, low1);
    high0 = larger(at0 + by0, high0);
    high1 = larger(at1 + by1, high1);
  }
  if (i < count) {
    const double at = lower[i] + middle * rise[i];
    const double by = half * std::abs(rise[i]);
    low0 = smaller(at - by, low0);
    high0 = larger(at + by, high0);
  }
  double bent = 0.0;
  if (span_.cells > 1) {
    const double* off = bent_gy_.data() + from;
    for (std::size_t k = 0; k < count; ++k) bent = larger(off[k], bent);
  }
  most_bent_[line] = bent;
  line_range_[line] = {smaller(low0, low1) - bent, larger(high0, high1) + bent};
}

bool DoseSheet::bent_cell(std::size_t at, double spread2_gy2) const {
  const double* below = bent_gy_.data() + at;
  const double* above = below + stride_;
  const double bent = std::max(std::max(below[0], below[1]), std::max(above[0], above[1]));
  return too_bent(bent, spread2_gy2);
}

bool DoseSheet::bent_block(std::size_t row, std::size_t column, std::size_t side,
                           double spread2_gy2) const {
  if (span_.cells == 1) return false;
  double bent = 0.0;
  for (std::size_t r = 0; r <= side; ++r) {
    if (most_bent_[row + r - rows_.begin] <= kBent_gy) continue;
    const double* line = bent_gy_.data() + at(row + r, column);
    for (std::size_t i = 0; i <= side; ++i) bent = std::max(bent, line[i]);
  }
  return too_bent(bent, spread2_gy2);
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
                               v_.base[row] + ((corner >> 1U) & 1U), span_.base + (corner >> 2U))) {
      return false;
    }
  }
  return true;
}

}  // namespace dosegate::dvh
