#include "dvh/cell_blocks.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "dvh/ramps.h"

namespace dosegate::dvh {
namespace {

constexpr double kMm3PerCc = 1000.0;
// How far a dose in a block may lie from a parabola's, and how far that may lie from a straight line.
constexpr double kOff_gy = 0.01;
constexpr double kBend_gy = 0.05;
// Of the change along a block's axis: how much of the density a bend may move, and how much the
// change itself may vary across the block.
constexpr double kMostTilt = 0.35;
constexpr double kMostBlockTwist = 0.2;
// Sides along u are shared by neighbours: u is preferred if the dose rises nearly as much along it.
constexpr double kAlongU = 0.8;
// Blocks in which the dose changes by less gain nothing from a shape, and those in which it changes
// by more are left to their cells.
constexpr double kFlat_gy = 0.02;
constexpr double kSteep2_gy2 = 10.0 * 10.0;
// Cells whose widths differ by less are equally wide: voxel distances are written as decimals.
constexpr double kEven = 1e-6;

// Whether the cells of each block's place are equally wide.
std::vector<char> even_places(const FineAxis& axis, std::size_t side) {
  std::vector<char> even;
  for (std::size_t begin = 0; begin + side <= axis.cells(); begin += side) {
    const double width = axis.width(begin);
    bool all = true;
    for (std::size_t i = begin; i < begin + side; ++i) {
      all = all && std::abs(axis.width(i) - width) <= kEven * width;
    }
    even.push_back(all ? 1 : 0);
  }
  return even;
}

double smaller(double a, double b) {
  return a < b ? a : b;
}
double larger(double a, double b) {
  return a < b ? b : a;
}

// Widens least .. most by the second differences of three lines of nodes at both lattice planes.
void widen(const NodeLine& a, const NodeLine& b, const NodeLine& c, std::size_t n,
           double* __restrict least, double* __restrict most) {
  for (std::size_t i = 0; i < n; ++i) {
    const double lower = (a.lower_gy[i] - b.lower_gy[i]) + (c.lower_gy[i] - b.lower_gy[i]);
    const double rise = (a.rise_gy[i] - b.rise_gy[i]) + (c.rise_gy[i] - b.rise_gy[i]);
    const double upper = lower + rise;
    least[i] = smaller(least[i], smaller(lower, upper));
    most[i] = larger(most[i], larger(lower, upper));
  }
}

NodeLine moved(const NodeLine& line, std::size_t by) {
  return {line.lower_gy + by, line.rise_gy + by};
}

}  // namespace

CellBlocks::CellBlocks(const FineAxis& u, const FineAxis& v, std::size_t side)
    : u_(u), v_(v), side_(side) {
  if (!any_size()) return;
  even_columns_ = even_places(u, side);
  even_rows_ = even_places(v, side);
}

void CellBlocks::find(const DoseSheet& sheet, std::size_t first, std::span<const Run> whole,
                      const Stretch& stretch) {
  clear();
  const std::size_t band = first / side_;
  if (band >= even_rows_.size() || even_rows_[band] == 0) return;
  const auto places = [&](const Run& run) {
    return Run{(run.begin + side_ - 1) / side_, std::min(run.end / side_, even_columns_.size())};
  };
  std::size_t begin = even_columns_.size();
  std::size_t end = 0;
  for (const Run& run : whole) {
    const Run place = places(run);
    if (place.begin >= place.end) continue;
    begin = std::min(begin, place.begin);
    end = std::max(end, place.end);
  }
  if (begin >= end) return;
  first_ = begin;
  cc_per_mm_ = (v_.nodes[first + side_] - v_.nodes[first]) * stretch.length_mm / kMm3PerCc;
  measure(sheet, first, begin * side_, (end - begin) * side_ + 1);
  blocks_.resize(end - begin);
  for (const Run& run : whole) {
    const Run place = places(run);
    for (std::size_t block = place.begin; block < place.end; ++block) {
      if (even_columns_[block] == 0 || !nearly_parabolic((block - begin) * side_)) continue;
      if (stands(sheet, first, block, stretch, blocks_[block - begin])) append_cell(block, runs_);
    }
  }
  for (const Run& run : runs_) cells_.push_back(columns(run));
}

void CellBlocks::measure(const DoseSheet& sheet, std::size_t first, std::size_t column,
                         std::size_t nodes) {
  for (std::vector<double>* list :
       {&least_u_, &most_u_, &least_v_, &most_v_, &sum_lower_, &sum_rise_}) {
    list->resize(nodes);
  }
  std::fill(sum_lower_.begin(), sum_lower_.end(), 0.0);
  std::fill(sum_rise_.begin(), sum_rise_.end(), 0.0);
  for (std::vector<double>* list : {&least_u_, &least_v_}) {
    std::fill(list->begin(), list->end(), std::numeric_limits<double>::infinity());
  }
  for (std::vector<double>* list : {&most_u_, &most_v_}) {
    std::fill(list->begin(), list->end(), -std::numeric_limits<double>::infinity());
  }
  double* __restrict sum_lower = sum_lower_.data();
  double* __restrict sum_rise = sum_rise_.data();
  for (std::size_t r = 0; r <= side_; ++r) {
    const NodeLine line = sheet.line(first + r, column);
    const bool outer = r == 0 || r == side_;
    const double weight = outer ? 0.5 : 1.0;
    for (std::size_t i = 0; i < nodes; ++i) {
      sum_lower[i] += weight * line.lower_gy[i];
      sum_rise[i] += weight * line.rise_gy[i];
    }
    widen(line, moved(line, 1), moved(line, 2), nodes - 2, least_u_.data() + 1, most_u_.data() + 1);
    if (outer) continue;
    widen(sheet.line(first + r - 1, column), line, sheet.line(first + r + 1, column), nodes,
          least_v_.data(), most_v_.data());
  }
}

// Along a line of n cells whose second differences are at most s, the dose lies within n^2 / 8 s of
// the chord between its ends; if they differ by at most s, within n^2 / 16 s of a parabola's.
bool CellBlocks::nearly_parabolic(std::size_t at) const {
  double least_u = least_u_[at + 1];
  double most_u = most_u_[at + 1];
  for (std::size_t i = at + 2; i < at + side_; ++i) {
    least_u = smaller(least_u, least_u_[i]);
    most_u = larger(most_u, most_u_[i]);
  }
  double least_v = least_v_[at];
  double most_v = most_v_[at];
  for (std::size_t i = at + 1; i <= at + side_; ++i) {
    least_v = smaller(least_v, least_v_[i]);
    most_v = larger(most_v, most_v_[i]);
  }
  const double n2 = static_cast<double>(side_ * side_);
  const double bend = larger(larger(most_u, -least_u), larger(most_v, -least_v));
  return n2 * (1.0 / 16.0) * ((most_u - least_u) + (most_v - least_v)) <= kOff_gy &&
         n2 * (1.0 / 8.0) * bend <= kBend_gy;
}

double CellBlocks::mean_of_sums(const std::vector<double>& sums, std::size_t at) const {
  return mean_of_line(sums.data() + at) / static_cast<double>(side_);
}

double CellBlocks::mean_of_line(const double* nodes) const {
  double sum = 0.5 * (nodes[0] + nodes[side_]);
  for (std::size_t i = 1; i < side_; ++i) sum += nodes[i];
  return sum / static_cast<double>(side_);
}

bool CellBlocks::stands(const DoseSheet& sheet, std::size_t first, std::size_t block,
                        const Stretch& stretch, Block& out) const {
  const std::size_t at = (block - first_) * side_;
  const double t = stretch.middle;
  const double depth = stretch.depth;
  const auto dose = [&](double lower, double rise) { return lower + t * rise; };
  const NodeLine below = sheet.line(first, block * side_);
  const NodeLine above = sheet.line(first + side_, block * side_);
  const double rise = mean_of_sums(sum_rise_, at);
  const double mean = dose(mean_of_sums(sum_lower_, at), rise);
  // Mean doses of the sides, exact: cells are equally wide.
  const auto side_u = [&](std::size_t i) {
    return dose(sum_lower_[i], sum_rise_[i]) / static_cast<double>(side_);
  };
  const auto side_v = [&](const NodeLine& line) {
    return dose(mean_of_line(line.lower_gy), mean_of_line(line.rise_gy));
  };
  const double left = side_u(at);
  const double right = side_u(at + side_);
  const double bottom = side_v(below);
  const double top = side_v(above);
  const double gu = right - left;
  const double gv = top - bottom;
  const double gw = depth * rise;
  // At the corners 00, 10, 01, 11.
  const std::array<double, 4> r = {depth * below.rise_gy[0], depth * below.rise_gy[side_],
                                   depth * above.rise_gy[0], depth * above.rise_gy[side_]};
  const std::array<double, 4> d = {
      dose(below.lower_gy[0], below.rise_gy[0]), dose(below.lower_gy[side_], below.rise_gy[side_]),
      dose(above.lower_gy[0], above.rise_gy[0]), dose(above.lower_gy[side_], above.rise_gy[side_])};
  const double uv = (d[3] - d[2]) - (d[1] - d[0]);
  const double uw = 0.5 * ((r[1] - r[0]) + (r[3] - r[2]));
  const double vw = 0.5 * ((r[2] - r[0]) + (r[3] - r[1]));
  const double bend_u = 6.0 * (0.5 * (left + right) - mean);
  const double bend_v = 6.0 * (0.5 * (bottom + top) - mean);
  out.mean_gy = mean;
  // 12 times the variances: of a - 1/2 it is 1, of the product of two such 1/12, of its square 1/15.
  out.spread_gy2 = gu * gu + gv * gv + gw * gw + (uv * uv + uw * uw + vw * vw) * (1.0 / 12.0) +
                   (bend_u * bend_u + bend_v * bend_v) * (1.0 / 15.0);
  if (out.spread_gy2 > kSteep2_gy2 || out.spread_gy2 < kFlat_gy * kFlat_gy) return false;
  if (sheet.bent_block(first, block * side_, side_, out.spread_gy2)) return false;
  out.along_u = std::abs(gu) >= kAlongU * std::abs(gv) && std::abs(gu) >= kAlongU * std::abs(gw);
  const auto square = [](double x) { return x * x; };
  double g = gu;
  double twist = std::abs(uv) + std::abs(uw);
  if (out.along_u) {
    out.low = {left, square(d[2] - d[0]) + square(0.5 * (r[0] + r[2]))};
    out.high = {right, square(d[3] - d[1]) + square(0.5 * (r[1] + r[3]))};
  } else if (std::abs(gv) >= std::abs(gw)) {
    g = gv;
    twist = std::abs(uv) + std::abs(vw);
    out.low = {bottom, square(d[1] - d[0]) + square(0.5 * (r[0] + r[1]))};
    out.high = {top, square(d[3] - d[2]) + square(0.5 * (r[2] + r[3]))};
  } else {
    g = gw;
    twist = std::abs(uw) + std::abs(vw);
    out.low = {mean - 0.5 * gw, square(gu - 0.5 * uw) + square(gv - 0.5 * vw)};
    out.high = {mean + 0.5 * gw, square(gu + 0.5 * uw) + square(gv + 0.5 * vw)};
  }
  const double off = mean - 0.5 * (out.low.centre_gy + out.high.centre_gy) +
                     (out.low.width2_gy2 - out.high.width2_gy2) / (24.0 * g);
  out.tilt = 6.0 * off / g;
  return twist <= kMostBlockTwist * std::abs(g) && std::abs(out.tilt) <= kMostTilt;
}

// Between its sides the density runs evenly from p (1 - tilt) to p (1 + tilt), p = cc / g. Its slope
// begins at the low side with the first, ends at the high side with the second, and changes by their
// difference along the whole way: three ramps, whose volume is cc, and whose mean is the block's for
// tilt = 6 off / g, off being how far the mean lies from the middle between the sides (the integrals
// of the three; see add_pair() for the sides' different widths).
void CellBlocks::add(Run blocks, Shares& shares) const {
  const auto ramp = [&](const Side& side, double slope) {
    shares.ramps.push_back({side.centre_gy, std::sqrt(side.width2_gy2), slope});
  };
  double pending = 0.0;  // of the side shared with the block before
  for (std::size_t b = blocks.begin; b < blocks.end; ++b) {
    const Block& block = blocks_[b - first_];
    const double cc = cc_per_mm_ * (u_.nodes[(b + 1) * side_] - u_.nodes[b * side_]);
    shares.parts.add(cc, block.mean_gy, block.spread_gy2);
    const double g = block.high.centre_gy - block.low.centre_gy;
    const double density = cc / g;
    const double first = density * (1.0 - block.tilt);
    const double last = density * (1.0 + block.tilt);
    ramp(block.low, first - pending);
    const double width2 = g * g + 0.5 * (block.low.width2_gy2 + block.high.width2_gy2);
    ramp({0.5 * (block.low.centre_gy + block.high.centre_gy), width2}, last - first);
    const bool joins = block.along_u && b + 1 < blocks.end && blocks_[b + 1 - first_].along_u;
    pending = joins ? last : 0.0;
    if (!joins) ramp(block.high, -last);
  }
}

}  // namespace dosegate::dvh
