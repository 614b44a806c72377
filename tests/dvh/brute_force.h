// A second, slow integration of a dose over a stack of polygons, for tests: it shares no code with
// the engine. Scan lines run across the engine's own (at fixed first in-plane coordinate), inside
// is decided crossing by crossing (even-odd), and the dose is interpolated here.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace dosegate::testing {

/// Dose on a rectilinear lattice along the patient axes: between nodes trilinear. The nodes include
/// the two ends of the covered range, where the outermost values are repeated.
struct Field {
  std::array<std::vector<double>, 3> nodes;  // with both ends: voxels + 2
  std::vector<double> values_gy;             // of the voxels, axis 0 fastest

  [[nodiscard]] double node_value(std::array<std::size_t, 3> n) const {
    std::size_t at = 0;
    for (std::size_t a = 3; a-- > 0;) {
      const std::size_t voxels = nodes[a].size() - 2;
      at = at * voxels + std::clamp<std::size_t>(n[a], 1, voxels) - 1;
    }
    return values_gy[at];
  }

  /// Weighted sum of the eight nodes around a point, which must be covered.
  [[nodiscard]] double at(const std::array<double, 3>& p) const {
    std::array<std::size_t, 3> base{};
    std::array<double, 3> part{};
    for (std::size_t a = 0; a < 3; ++a) {
      const auto& x = nodes[a];
      std::size_t i = 0;
      while (i + 2 < x.size() && x[i + 1] <= p[a]) ++i;
      base[a] = i;
      part[a] = std::clamp((p[a] - x[i]) / (x[i + 1] - x[i]), 0.0, 1.0);
    }
    double sum = 0.0;
    for (std::size_t corner = 0; corner < 8; ++corner) {
      double weight = 1.0;
      std::array<std::size_t, 3> n = base;
      for (std::size_t a = 0; a < 3; ++a) {
        const bool upper = ((corner >> a) & 1U) != 0;
        weight *= upper ? part[a] : 1.0 - part[a];
        n[a] += upper ? 1 : 0;
      }
      if (weight != 0.0) sum += weight * node_value(n);
    }
    return sum;
  }
};

using Point2 = std::pair<double, double>;

/// One prism: polygons (even-odd) in the plane of the patient axes a < b, from w0 to w1 along axis
/// w.
struct Prism {
  int w = 2;
  double w0 = 0.0, w1 = 0.0;
  std::vector<std::vector<Point2>> polygons;
  [[nodiscard]] std::size_t a() const { return w == 0 ? 1 : 0; }
  [[nodiscard]] std::size_t b() const { return w == 2 ? 1 : 2; }
  [[nodiscard]] std::array<double, 3> place(double pa, double pb, double pw) const {
    std::array<double, 3> p{};
    p[a()] = pa, p[b()] = pb, p[static_cast<std::size_t>(w)] = pw;
    return p;
  }
};

class BruteForce {
 public:
  struct Piece {
    double d0, d1, volume_cc;  // dose changes evenly from d0 to d1 over this volume
  };
  double volume_cc = 0.0, covered_cc = 0.0, mean_sum = 0.0, square_sum = 0.0;
  double lowest_gy = 1e300, highest_gy = -1e300;
  std::vector<Piece> pieces;

  BruteForce(const Field& field, const std::vector<Prism>& prisms, double step_mm)
      : field_(field), step_mm_(step_mm) {
    for (const Prism& prism : prisms) add(prism);
  }

  [[nodiscard]] double mean_gy() const { return mean_sum / covered_cc; }
  [[nodiscard]] double mean_square_gy2() const { return square_sum / covered_cc; }
  [[nodiscard]] double volume_at_least(double x) const {
    double sum = 0.0;
    for (const Piece& p : pieces) {
      const double lo = std::min(p.d0, p.d1);
      const double hi = std::max(p.d0, p.d1);
      if (lo >= x) {
        sum += p.volume_cc;
      } else if (hi > x) {
        sum += p.volume_cc * (hi - x) / (hi - lo);
      }
    }
    return sum;
  }

 private:
  // Four Gauss points are exact to degree seven, more than the squared dose has along a strip.
  static constexpr std::array<double, 4> kAt = {0.06943184420297371, 0.33000947820757187,
                                                0.66999052179242813, 0.93056815579702629};
  static constexpr std::array<double, 4> kWeight = {0.17392742256872693, 0.32607257743127307,
                                                    0.32607257743127307, 0.17392742256872693};
  static constexpr double kTwoPoints = 0.21132486540518712;

  struct Line {
    Point2 p, q;
  };

  void add(const Prism& prism) {
    std::vector<Line> lines;
    for (const auto& polygon : prism.polygons) {
      for (std::size_t i = 0; i < polygon.size(); ++i) {
        lines.push_back({polygon[i], polygon[(i + 1) % polygon.size()]});
      }
    }
    const std::vector<double> cuts = strips(prism, lines);
    // Stretches along w: between lattice planes, and what is beyond the grid.
    const auto& planes = field_.nodes[static_cast<std::size_t>(prism.w)];
    std::vector<double> levels = {prism.w0, prism.w1};
    for (const double z : planes) {
      if (z > prism.w0 && z < prism.w1) levels.push_back(z);
    }
    std::sort(levels.begin(), levels.end());
    for (std::size_t s = 0; s + 1 < cuts.size(); ++s) {
      if (!(cuts[s + 1] > cuts[s])) continue;
      for (std::size_t k = 0; k + 1 < levels.size(); ++k) {
        const bool inside = levels[k] >= planes.front() && levels[k + 1] <= planes.back();
        strip(prism, lines, {cuts[s], cuts[s + 1]}, {levels[k], levels[k + 1]}, inside);
      }
    }
    extremes(prism, lines, levels);
  }

  // Everywhere where the integral along b stops being one polynomial of a.
  std::vector<double> strips(const Prism& prism, const std::vector<Line>& lines) const {
    std::vector<double> cuts;
    double lo = 1e300, hi = -1e300;
    for (const Line& l : lines) {
      cuts.push_back(l.p.first);
      lo = std::min(lo, l.p.first), hi = std::max(hi, l.p.first);
      for (const double b : field_.nodes[prism.b()]) {
        const double t = (b - l.p.second) / (l.q.second - l.p.second);
        if (t > 0 && t < 1) cuts.push_back(l.p.first + t * (l.q.first - l.p.first));
      }
    }
    for (const double a : field_.nodes[prism.a()]) {
      if (a > lo && a < hi) cuts.push_back(a);
    }
    for (std::size_t i = 0; i < lines.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        const double ax = lines[i].q.first - lines[i].p.first;
        const double ay = lines[i].q.second - lines[i].p.second;
        const double bx = lines[j].q.first - lines[j].p.first;
        const double by = lines[j].q.second - lines[j].p.second;
        const double det = ax * by - ay * bx;
        const double dx = lines[j].p.first - lines[i].p.first;
        const double dy = lines[j].p.second - lines[i].p.second;
        const double s = (dx * by - dy * bx) / det;
        const double t = (dx * ay - dy * ax) / det;
        if (s > 0 && s < 1 && t > 0 && t < 1) cuts.push_back(lines[i].p.first + s * ax);
      }
    }
    std::sort(cuts.begin(), cuts.end());
    return cuts;
  }

  // Crossings of the scan line at `a`, ascending: spans between the 1st and 2nd, 3rd and 4th ...
  static std::vector<double> crossings(const std::vector<Line>& lines, double a) {
    std::vector<double> at;
    for (const Line& l : lines) {
      if ((l.p.first <= a) == (l.q.first <= a)) continue;
      const double t = (a - l.p.first) / (l.q.first - l.p.first);
      at.push_back(l.p.second + t * (l.q.second - l.p.second));
    }
    std::sort(at.begin(), at.end());
    return at;
  }

  // Calls each(b0, b1, covered) for the parts of the scan line inside, cut at the lattice lines.
  template <class Each>
  void spans(const Prism& prism, const std::vector<Line>& lines, double a, Each each) const {
    const auto& across = field_.nodes[prism.a()];
    const auto& along = field_.nodes[prism.b()];
    const bool line_covered = a >= across.front() && a <= across.back();
    const std::vector<double> at = crossings(lines, a);
    for (std::size_t i = 0; i + 1 < at.size(); i += 2) {
      double from = at[i];
      for (std::size_t n = 0; n <= along.size(); ++n) {
        const double to = n < along.size() ? std::min(along[n], at[i + 1]) : at[i + 1];
        if (to <= from) continue;
        each(from, to, line_covered && n > 0 && n < along.size());
        from = to;
      }
    }
  }

  void strip(const Prism& prism, const std::vector<Line>& lines, Point2 cut, Point2 level,
             bool level_covered) {
    const double width = cut.second - cut.first;
    const double depth = level.second - level.first;
    for (std::size_t g = 0; g < 4; ++g) {
      const double a = cut.first + kAt[g] * width;
      const double weight = kWeight[g] * width * depth / 1000.0;
      spans(prism, lines, a, [&](double b0, double b1, bool covered) {
        volume_cc += weight * (b1 - b0);
        if (!covered || !level_covered) return;
        covered_cc += weight * (b1 - b0);
        for (const double tb : {kTwoPoints, 1 - kTwoPoints}) {
          for (const double tw : {kTwoPoints, 1 - kTwoPoints}) {
            const double d =
                field_.at(prism.place(a, b0 + tb * (b1 - b0), level.first + tw * depth));
            mean_sum += 0.25 * weight * (b1 - b0) * d;
            square_sum += 0.25 * weight * (b1 - b0) * d * d;
          }
        }
      });
    }
    if (!level_covered || step_mm_ <= 0.0) return;
    const auto across = static_cast<int>(std::ceil(width / step_mm_));
    const auto through = static_cast<int>(std::ceil(depth / step_mm_));
    const double volume = width / across * depth / through / 1000.0;
    for (int i = 0; i < across * through; ++i) {
      // Low-discrepancy places within each step: lines on a regular raster would all cross a level
      // of dose at once.
      ++samples_;
      const double a = cut.first + width * (i % across + fraction(0.7548776662466927)) / across;
      const double w = level.first + depth * (i / across + fraction(0.5698402909980532)) / through;
      spans(prism, lines, a, [&](double b0, double b1, bool covered) {
        if (!covered) return;
        pieces.push_back({field_.at(prism.place(a, b0, w)), field_.at(prism.place(a, b1, w)),
                          volume * (b1 - b0)});
      });
    }
  }

  [[nodiscard]] double fraction(double step) const {
    const double x = step * samples_;
    return x - std::floor(x);
  }

  // Doses at points that belong to the closed solid: on the border, and lattice nodes inside.
  void extremes(const Prism& prism, const std::vector<Line>& lines,
                const std::vector<double>& levels) {
    const auto note = [&](double a, double b) {
      for (const double w : levels) {
        const auto p = prism.place(a, b, w);
        bool covered = true;
        for (std::size_t x = 0; x < 3; ++x) {
          covered = covered && p[x] >= field_.nodes[x].front() && p[x] <= field_.nodes[x].back();
        }
        if (!covered) continue;
        const double d = field_.at(p);
        lowest_gy = std::min(lowest_gy, d), highest_gy = std::max(highest_gy, d);
      }
    };
    for (const double a : strips(prism, lines)) {
      // Just beside the cut: on it, crossings through vertices are ambiguous.
      for (const double beside : {a - 1e-7, a + 1e-7}) {
        spans(prism, lines, beside, [&](double b0, double b1, bool) {
          note(beside, b0);
          note(beside, b1);
        });
      }
    }
    for (const Piece& p : pieces) {
      lowest_gy = std::min({lowest_gy, p.d0, p.d1});
      highest_gy = std::max({highest_gy, p.d0, p.d1});
    }
  }

  const Field& field_;
  double step_mm_;
  double samples_ = 0.0;
};

}  // namespace dosegate::testing
