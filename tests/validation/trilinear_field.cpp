#include "validation/trilinear_field.h"

#include <algorithm>
#include <cmath>

namespace dosegate::validation {

TrilinearField::TrilinearField(const DoseLatticeSpec& lattice, int w) : lattice_(lattice) {
  axis_ = {w == 0 ? 1U : 0U, w == 2 ? 1U : 2U, static_cast<std::size_t>(w)};
}

std::size_t TrilinearField::cell(std::size_t x, double at) const {
  const std::vector<double>& n = nodes(x);
  const auto above = std::upper_bound(n.begin(), n.end(), at) - n.begin();
  return static_cast<std::size_t>(
      std::clamp<std::ptrdiff_t>(above - 1, 0, static_cast<std::ptrdiff_t>(n.size()) - 2));
}

double TrilinearField::node_gy(std::size_t a, std::size_t b, std::size_t w) const {
  std::array<std::size_t, 3> at{};
  at[axis_[0]] = a;
  at[axis_[1]] = b;
  at[axis_[2]] = w;
  return lattice_.value(at[0], at[1], at[2]);
}

double TrilinearField::at_gy(double a, double b, double w) const {
  const FieldLine line(*this, b, w, a, a);
  return line.piece(cell(0, a), a, a).middle_gy;
}

FieldLine::FieldLine(const TrilinearField& field, double b, double w, double from, double to)
    : field_(field), first_(field.cell(0, from)) {
  const std::size_t j = field.cell(1, b);
  const std::size_t k = field.cell(2, w);
  const double db = field.nodes(1)[j + 1] - field.nodes(1)[j];
  const double dw = field.nodes(2)[k + 1] - field.nodes(2)[k];
  const double tb = (b - field.nodes(1)[j]) / db;
  const double tw = (w - field.nodes(2)[k]) / dw;
  for (std::size_t i = first_; i <= field.cell(0, to) + 1; ++i) {
    const double v00 = field.node_gy(i, j, k);
    const double v10 = field.node_gy(i, j + 1, k);
    const double v01 = field.node_gy(i, j, k + 1);
    const double v11 = field.node_gy(i, j + 1, k + 1);
    nodes_.push_back({(v00 * (1 - tb) + v10 * tb) * (1 - tw) + (v01 * (1 - tb) + v11 * tb) * tw,
                      ((v10 - v00) * (1 - tw) + (v11 - v01) * tw) / db,
                      ((v01 - v00) * (1 - tb) + (v11 - v10) * tb) / dw});
  }
}

FieldLine::Piece FieldLine::piece(std::size_t cell, double from, double to) const {
  const Node& p = nodes_[cell - first_];
  const Node& q = nodes_[cell - first_ + 1];
  const double start = field_.nodes(0)[cell];
  const double length = field_.nodes(0)[cell + 1] - start;
  const double t = (0.5 * (from + to) - start) / length;
  return {p.value + t * (q.value - p.value), (q.value - p.value) * (to - from) / length,
          p.slope_b + t * (q.slope_b - p.slope_b), p.slope_w + t * (q.slope_w - p.slope_w)};
}

namespace {

// Where along a border line (0..1) something may change: lattice lines and the other ROI's border.
std::vector<double> cuts_along(const TrilinearField& field, const std::vector<BorderLine>& lines,
                               const BorderLine& line, Combination combination) {
  std::vector<double> cuts = {0.0, 1.0};
  const Point d = {line.q[0] - line.p[0], line.q[1] - line.p[1]};
  for (std::size_t x = 0; x < 2; ++x) {
    const auto& nodes = field.nodes(x);
    const double lo = std::min(line.p[x], line.q[x]);
    const double hi = std::max(line.p[x], line.q[x]);
    auto n = std::upper_bound(nodes.begin(), nodes.end(), lo);
    for (; n != nodes.end() && *n < hi; ++n) cuts.push_back((*n - line.p[x]) / d[x]);
  }
  if (combination != Combination::Only) {
    for (const double t : crossings(line, lines)) cuts.push_back(t);
  }
  std::sort(cuts.begin(), cuts.end());
  return cuts;
}

// Inside one ROI by the even-odd rule.
bool inside_roi(const std::vector<BorderLine>& lines, std::size_t roi, const Point& p) {
  bool in = false;
  for (const BorderLine& l : lines) {
    if (l.roi != roi || (l.p[1] <= p[1]) == (l.q[1] <= p[1])) continue;
    const double t = (p[1] - l.p[1]) / (l.q[1] - l.p[1]);
    if (l.p[0] + t * (l.q[0] - l.p[0]) > p[0]) in = !in;
  }
  return in;
}

bool inside_body(const std::vector<BorderLine>& lines, Combination combination, const Point& p) {
  return inside(combination, {inside_roi(lines, 0, p), inside_roi(lines, 1, p)});
}

// A piece of one ROI's border is the body's border where the other ROI does not overrule it.
bool on_border(const std::vector<BorderLine>& lines, Combination combination,
               const BorderLine& line, const Point& p) {
  if (combination == Combination::Only) return true;
  const bool other = inside_roi(lines, 1 - line.roi, p);
  std::array<bool, 2> in{};
  in[1 - line.roi] = other;
  in[line.roi] = true;
  const bool one_side = inside(combination, in);
  in[line.roi] = false;
  return one_side != inside(combination, in);
}

void include(Extremes& extremes, double dose_gy) {
  extremes.low_gy = std::min(extremes.low_gy, dose_gy);
  extremes.high_gy = std::max(extremes.high_gy, dose_gy);
}

// The dose along a straight piece within a cell is quadratic: its ends and its turning point.
void include_piece(Extremes& extremes, const TrilinearField& field, const Point& p, const Point& q,
                   double w) {
  const double d0 = field.at_gy(p[0], p[1], w);
  const double d1 = field.at_gy(q[0], q[1], w);
  const double dm = field.at_gy(0.5 * (p[0] + q[0]), 0.5 * (p[1] + q[1]), w);
  include(extremes, d0);
  include(extremes, d1);
  const double bend = 2.0 * (d0 - 2.0 * dm + d1);  // d = d0 + slope t + bend t^2
  const double slope = d1 - d0 - bend;
  const double turn = -slope / (2.0 * bend);
  if (turn > 0.0 && turn < 1.0) include(extremes, d0 + turn * (slope + turn * bend));
}

void include_nodes(Extremes& extremes, const TrilinearField& field,
                   const std::vector<BorderLine>& lines, Combination combination,
                   const std::vector<double>& levels) {
  Point lo = lines[0].p;
  Point hi = lo;
  for (const BorderLine& l : lines) {
    for (std::size_t x = 0; x < 2; ++x) {
      lo[x] = std::min(lo[x], l.p[x]);
      hi[x] = std::max(hi[x], l.p[x]);
    }
  }
  for (const double b : field.nodes(1)) {
    if (b < lo[1] || b > hi[1]) continue;
    for (const double a : field.nodes(0)) {
      if (a < lo[0] || a > hi[0] || !inside_body(lines, combination, {a, b})) continue;
      for (const double w : levels) include(extremes, field.at_gy(a, b, w));
    }
  }
}

}  // namespace

Extremes field_extremes(const TrilinearField& field, const std::vector<Prism>& prisms,
                        Combination combination) {
  Extremes extremes;
  for (const Prism& prism : prisms) {
    const std::vector<BorderLine> lines = border_lines(prism);
    if (lines.empty()) continue;
    std::vector<double> levels = {prism.w0, prism.w1};
    for (const double w : field.nodes(2)) {
      if (w > prism.w0 && w < prism.w1) levels.push_back(w);
    }
    for (const BorderLine& line : lines) {
      const std::vector<double> cuts = cuts_along(field, lines, line, combination);
      const auto along = [&](double t) {
        return Point{line.p[0] + t * (line.q[0] - line.p[0]),
                     line.p[1] + t * (line.q[1] - line.p[1])};
      };
      for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
        if (!on_border(lines, combination, line, along(0.5 * (cuts[i] + cuts[i + 1])))) continue;
        for (const double w : levels)
          include_piece(extremes, field, along(cuts[i]), along(cuts[i + 1]), w);
      }
    }
    include_nodes(extremes, field, lines, combination, levels);
  }
  return extremes;
}

}  // namespace dosegate::validation
