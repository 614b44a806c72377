#include <algorithm>
#include <cmath>
#include <limits>

#include "validation/truth_curve.h"

namespace dosegate::validation {

double TruthCurve::hottest_gy(double volume) const {
  double lo = min_gy;
  double hi = max_gy;
  while (hi - lo > 1e-9) {
    const double middle = 0.5 * (lo + hi);
    if (middle <= lo || middle >= hi) break;
    (volume_at_least(middle) >= volume ? lo : hi) = middle;
  }
  return 0.5 * (lo + hi);
}

namespace {

constexpr double kMm3PerCc = 1000.0;

// A section seen along a direction n: how long the chord across it is at each s = n * r.
class Projection {
 public:
  Projection(const std::vector<BorderLine>& lines, Combination combination, Point n) : n_(n) {
    for (const BorderLine& l : lines) {
      Rotated r{along(l.p), across(l.p), along(l.q), across(l.q), l.roi};
      if (r.s0 > r.s1) std::swap(r.s0, r.s1), std::swap(r.t0, r.t1);
      lines_.push_back(r);
    }
    breakpoints();
    for (std::size_t i = 0; i + 1 < s_.size(); ++i) chords_.push_back(chord(i, combination));
    integrate();
  }

  [[nodiscard]] bool empty() const { return !(area_.empty() ? false : area_[0] > 0.0); }
  [[nodiscard]] double area() const { return area_.empty() ? 0.0 : area_[0]; }
  [[nodiscard]] double moment() const { return moment_; }  // integral of s over the area
  [[nodiscard]] double lowest() const { return lowest_; }
  [[nodiscard]] double highest() const { return highest_; }

  // Area beyond the line at s, and the integral of that area from s upwards.
  [[nodiscard]] std::array<double, 2> beyond(double s) const {
    if (s_.empty() || s >= s_.back()) return {0.0, 0.0};
    if (s <= s_.front()) return {area_[0], beyond_[0] + area_[0] * (s_.front() - s)};
    const auto i =
        static_cast<std::size_t>(std::upper_bound(s_.begin(), s_.end(), s) - s_.begin()) - 1;
    const double down = s_[i + 1] - s;
    const double slope = (chords_[i][0] - chords_[i][1]) / (s_[i + 1] - s_[i]);
    const double c1 = chords_[i][1];
    return {area_[i + 1] + down * (c1 + 0.5 * slope * down),
            beyond_[i + 1] + down * (area_[i + 1] + down * (0.5 * c1 + slope * down / 6.0))};
  }

 private:
  struct Rotated {
    double s0, t0, s1, t1;  // s0 <= s1
    std::size_t roi;
    [[nodiscard]] double at(double s) const { return t0 + (t1 - t0) * ((s - s0) / (s1 - s0)); }
  };
  [[nodiscard]] double along(const Point& p) const { return n_[0] * p[0] + n_[1] * p[1]; }
  [[nodiscard]] double across(const Point& p) const { return -n_[1] * p[0] + n_[0] * p[1]; }

  // Corners, and where lines of the two ROIs cross.
  void breakpoints() {
    for (const Rotated& l : lines_) s_.insert(s_.end(), {l.s0, l.s1});
    for (const Rotated& l : lines_) {
      if (l.roi != 0) continue;
      for (const Rotated& m : lines_) {
        const double lo = std::max(l.s0, m.s0);
        const double hi = std::min(l.s1, m.s1);
        if (m.roi != 1 || !(hi > lo)) continue;
        const double before = l.at(lo) - m.at(lo);
        const double after = l.at(hi) - m.at(hi);
        if (before * after < 0.0) s_.push_back(lo + (hi - lo) * (before / (before - after)));
      }
    }
    std::sort(s_.begin(), s_.end());
    s_.erase(std::unique(s_.begin(), s_.end()), s_.end());
  }

  // Chord just above s_[i] and just below s_[i + 1]; between two breakpoints no lines cross.
  [[nodiscard]] std::array<double, 2> chord(std::size_t i, Combination combination) const {
    struct Crossing {
      double middle, t0, t1;
      std::size_t roi;
    };
    std::vector<Crossing> crossings;
    const double lo = s_[i];
    const double hi = s_[i + 1];
    for (const Rotated& l : lines_) {
      if (l.s0 > lo || l.s1 < hi) continue;
      crossings.push_back({l.at(0.5 * (lo + hi)), l.at(lo), l.at(hi), l.roi});
    }
    std::sort(crossings.begin(), crossings.end(),
              [](const Crossing& a, const Crossing& b) { return a.middle < b.middle; });
    std::array<double, 2> sum = {0.0, 0.0};
    std::array<bool, 2> in = {false, false};
    for (const Crossing& c : crossings) {
      const bool before = inside(combination, in);
      in[c.roi] = !in[c.roi];
      const bool after = inside(combination, in);
      if (before == after) continue;
      sum[0] += before ? c.t0 : -c.t0;
      sum[1] += before ? c.t1 : -c.t1;
    }
    return sum;
  }

  void integrate() {
    area_.assign(s_.size(), 0.0);
    beyond_.assign(s_.size(), 0.0);
    for (std::size_t i = chords_.size(); i-- > 0;) {
      const double h = s_[i + 1] - s_[i];
      const auto [c0, c1] = chords_[i];
      area_[i] = area_[i + 1] + 0.5 * h * (c0 + c1);
      beyond_[i] = beyond_[i + 1] + h * (area_[i + 1] + h * (c0 + 2.0 * c1) / 6.0);
      moment_ += h / 6.0 * (s_[i] * (2.0 * c0 + c1) + s_[i + 1] * (c0 + 2.0 * c1));
      // Rounding leaves chords of 1e-14 mm where there is nothing.
      if (std::max(c0, c1) < 1e-9) continue;
      lowest_ = s_[i];
      if (highest_ < s_[i + 1]) highest_ = s_[i + 1];
    }
  }

  Point n_;
  std::vector<Rotated> lines_;
  std::vector<double> s_, area_, beyond_;
  std::vector<std::array<double, 2>> chords_;
  double moment_ = 0.0;
  double lowest_ = std::numeric_limits<double>::infinity();
  double highest_ = -std::numeric_limits<double>::infinity();
};

class LinearTruth final : public TruthCurve {
 public:
  LinearTruth(const DrawnBody& body, const LinearDose& dose)
      : d0_gy_(dose.d0_gy), along_w_(dose.gradient[body.w]) {
    const Point g = {dose.gradient[static_cast<int>(body.a())],
                     dose.gradient[static_cast<int>(body.b())]};
    in_plane_ = std::hypot(g[0], g[1]);
    const Point n = in_plane_ > 0.0 ? Point{g[0] / in_plane_, g[1] / in_plane_} : Point{1.0, 0.0};
    min_gy = std::numeric_limits<double>::infinity();
    max_gy = -min_gy;
    double dose_volume = 0.0;
    for (const Prism& prism : body.prisms()) {
      Slice slice{prism.w0, prism.w1, Projection(border_lines(prism), body.combination, n)};
      const Projection& p = slice.projection;
      if (p.empty()) continue;
      const double depth = prism.w1 - prism.w0;
      volume_cc += p.area() * depth / kMm3PerCc;
      dose_volume +=
          depth / kMm3PerCc *
          ((d0_gy_ + along_w_ * 0.5 * (prism.w0 + prism.w1)) * p.area() + in_plane_ * p.moment());
      for (const double w : {prism.w0, prism.w1}) {
        min_gy = std::min(min_gy, d0_gy_ + along_w_ * w + in_plane_ * p.lowest());
        max_gy = std::max(max_gy, d0_gy_ + along_w_ * w + in_plane_ * p.highest());
      }
      slices_.push_back(std::move(slice));
    }
    mean_gy = dose_volume / volume_cc;
  }

  [[nodiscard]] double volume_at_least(double x_gy) const override {
    double sum_mm3 = 0.0;
    for (const Slice& slice : slices_) sum_mm3 += at_least(slice, x_gy);
    return sum_mm3 / kMm3PerCc;
  }

 private:
  struct Slice {
    double w0, w1;
    Projection projection;
  };

  [[nodiscard]] double at_least(const Slice& slice, double x_gy) const {
    const Projection& p = slice.projection;
    if (in_plane_ == 0.0) {
      const double w = (x_gy - d0_gy_) / along_w_;
      const double depth = along_w_ > 0.0 ? slice.w1 - std::clamp(w, slice.w0, slice.w1)
                                          : std::clamp(w, slice.w0, slice.w1) - slice.w0;
      return p.area() * depth;
    }
    const auto line = [&](double w) { return (x_gy - d0_gy_ - along_w_ * w) / in_plane_; };
    if (along_w_ == 0.0) return p.beyond(line(0.0))[0] * (slice.w1 - slice.w0);
    // Integral over w of the area beyond line(w), with s as the variable.
    return in_plane_ / along_w_ * (p.beyond(line(slice.w1))[1] - p.beyond(line(slice.w0))[1]);
  }

  double d0_gy_;
  double along_w_;
  double in_plane_ = 0.0;
  std::vector<Slice> slices_;
};

}  // namespace

std::unique_ptr<TruthCurve> linear_truth(const DrawnBody& body, const LinearDose& dose) {
  return std::make_unique<LinearTruth>(body, dose);
}

}  // namespace dosegate::validation
