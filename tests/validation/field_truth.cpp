#include "validation/field_truth.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "validation/trilinear_field.h"

namespace dosegate::validation {
namespace {

constexpr double kMm3PerCc = 1000.0;

// Densities are gathered as the second derivative of the curve at nodes this share of the dose
// range apart; beyond the range room is left for densities that reach out by a strip's rounding.
constexpr std::size_t kNodes = 40000;
constexpr double kRoom_frac = 0.02;

// Between two crossings of a scan line.
struct Span {
  double from, to;
};

std::vector<Span> spans_at(const std::vector<BorderLine>& lines, Combination combination,
                           double b) {
  std::vector<std::pair<double, std::size_t>> crossings;
  for (const BorderLine& l : lines) {
    if ((l.p[1] <= b) == (l.q[1] <= b)) continue;
    const double t = (b - l.p[1]) / (l.q[1] - l.p[1]);
    crossings.emplace_back(l.p[0] + t * (l.q[0] - l.p[0]), l.roi);
  }
  std::sort(crossings.begin(), crossings.end());
  std::vector<Span> spans;
  std::array<bool, 2> in = {false, false};
  for (const auto& [at, roi] : crossings) {
    const bool before = inside(combination, in);
    in[roi] = !in[roi];
    const bool after = inside(combination, in);
    if (!before && after) spans.push_back({at, at});
    if (before && !after) spans.back().to = at;
  }
  return spans;
}

// [lo, hi] cut at `cuts` (ascending) and into pieces of at most `step`.
std::vector<double> subdivide(double lo, double hi, const std::vector<double>& cuts, double step) {
  std::vector<double> ends = {lo};
  for (const double c : cuts) {
    if (c > ends.back() + 1e-9 && c < hi - 1e-9) ends.push_back(c);
  }
  ends.push_back(hi);
  std::vector<double> fine = {lo};
  for (std::size_t i = 0; i + 1 < ends.size(); ++i) {
    const double pieces = std::max(1.0, std::ceil((ends[i + 1] - ends[i]) / step));
    for (double k = 1.0; k <= pieces; k += 1.0) {
      fine.push_back(ends[i] + (ends[i + 1] - ends[i]) * k / pieces);
    }
  }
  return fine;
}

class FieldTruth final : public TruthCurve {
 public:
  FieldTruth(const DrawnBody& body, const DoseLatticeSpec& lattice,
             const FieldTruthOptions& options)
      : field_(lattice, body.w), combination_(body.combination) {
    const std::vector<Prism> prisms = body.prisms();
    find_range(prisms);
    first_gy_ = min_gy - kRoom_frac * (max_gy - min_gy);
    per_gy_ = static_cast<double>(kNodes - 2) / ((1.0 + 2.0 * kRoom_frac) * (max_gy - min_gy));
    corners_.assign(kNodes, 0.0);
    row_mm_ = 0.5 * options.step_frac * (hi_[1] - lo_[1]);
    layer_mm_ = options.step_frac * (hi_[2] - lo_[2]);
    for (const Prism& prism : prisms) add(prism);
    mean_gy = dose_volume_ / volume_cc;
    double slope = 0.0;
    double below = 0.0;
    for (double& c : corners_) {  // into the curve: volume below the node
      const double corner = c;
      below += slope;
      slope += corner;
      c = below;
    }
  }

  [[nodiscard]] double volume_at_least(double x_gy) const override {
    if (x_gy <= min_gy) return volume_cc;
    if (x_gy > max_gy) return 0.0;
    const double position = (x_gy - first_gy_) * per_gy_;
    const auto i = std::min(static_cast<std::size_t>(position), kNodes - 2);
    const double part = position - static_cast<double>(i);
    return std::max(0.0, volume_cc - (corners_[i] + part * (corners_[i + 1] - corners_[i])));
  }

 private:
  void find_range(const std::vector<Prism>& prisms) {
    lo_.fill(std::numeric_limits<double>::infinity());
    hi_.fill(-lo_[0]);
    for (const Prism& prism : prisms) {
      const std::vector<BorderLine> lines = border_lines(prism);
      for (const BorderLine& l : lines) {
        for (std::size_t x = 0; x < 2; ++x) {
          lo_[x] = std::min(lo_[x], l.p[x]);
          hi_[x] = std::max(hi_[x], l.p[x]);
        }
      }
      if (lines.empty()) continue;
      lo_[2] = std::min(lo_[2], prism.w0);
      hi_[2] = std::max(hi_[2], prism.w1);
    }
    for (std::size_t x = 0; x < 3; ++x) {
      if (lo_[x] < field_.nodes(x).front() || hi_[x] > field_.nodes(x).back()) {
        throw std::logic_error("a drawn body reaches out of its dose grid");
      }
    }
    const Extremes extremes = field_extremes(field_, prisms, combination_);
    min_gy = extremes.low_gy;
    max_gy = extremes.high_gy;
  }

  void add(const Prism& prism) {
    const std::vector<BorderLine> lines = border_lines(prism);
    if (lines.empty()) return;
    std::vector<double> cuts = field_.nodes(1);
    double lo = lines[0].p[1];
    double hi = lo;
    for (const BorderLine& l : lines) {
      cuts.push_back(l.p[1]);
      lo = std::min(lo, l.p[1]);
      hi = std::max(hi, l.p[1]);
      if (combination_ == Combination::Only) continue;
      for (const double t : crossings(l, lines)) cuts.push_back(l.p[1] + t * (l.q[1] - l.p[1]));
    }
    std::sort(cuts.begin(), cuts.end());
    const std::vector<double> rows = subdivide(lo, hi, cuts, row_mm_);
    const std::vector<double> layers = subdivide(prism.w0, prism.w1, field_.nodes(2), layer_mm_);
    for (std::size_t j = 0; j + 1 < rows.size(); ++j) {
      const double b = 0.5 * (rows[j] + rows[j + 1]);
      const std::vector<Span> spans = spans_at(lines, combination_, b);
      if (spans.empty()) continue;
      for (std::size_t k = 0; k + 1 < layers.size(); ++k) {
        const Strip strip{rows[j + 1] - rows[j], layers[k + 1] - layers[k]};
        const FieldLine line(field_, b, 0.5 * (layers[k] + layers[k + 1]), spans.front().from,
                             spans.back().to);
        for (const Span& span : spans) add(line, span, strip);
      }
    }
  }

  struct Strip {
    double height, depth;  // along b and w
  };

  void add(const FieldLine& line, const Span& span, const Strip& strip) {
    const std::vector<double>& nodes = field_.nodes(0);
    std::size_t cell = field_.cell(0, span.from);
    for (double from = span.from; from < span.to; ++cell) {
      const double end = cell + 1 < nodes.size() - 1 ? nodes[cell + 1] : span.to;
      const double to = std::min(end, span.to);
      const FieldLine::Piece piece = line.piece(cell, from, to);
      const double volume = (to - from) * strip.height * strip.depth / kMm3PerCc;
      volume_cc += volume;
      dose_volume_ += volume * piece.middle_gy;
      deposit({piece.along_gy, piece.slope_b * strip.height, piece.slope_w * strip.depth},
              piece.middle_gy, volume);
      from = to;
    }
  }

  // Three independent uniform densities added up: the widest as it is, each of the others as the
  // two points that have its variance.
  void deposit(std::array<double, 3> widths, double middle_gy, double volume) {
    for (double& w : widths) w = std::abs(w);
    std::sort(widths.begin(), widths.end());
    const double two_points = 0.5 / std::sqrt(3.0);
    for (const double s : {-two_points, two_points}) {
      for (const double t : {-two_points, two_points}) {
        uniform(middle_gy + s * widths[0] + t * widths[1], widths[2], 0.25 * volume);
      }
    }
  }

  void uniform(double middle_gy, double width_gy, double volume) {
    const double width = std::max(width_gy * per_gy_, 1.0);  // at least one node's distance
    const double middle = (middle_gy - first_gy_) * per_gy_;
    corner(middle - 0.5 * width, volume / width);
    corner(middle + 0.5 * width, -volume / width);
  }

  void corner(double position, double slope) {
    const double at = std::clamp(position, 0.0, static_cast<double>(kNodes) - 1.001);
    const auto i = static_cast<std::size_t>(at);
    const double part = at - static_cast<double>(i);
    corners_[i] += slope * (1.0 - part);
    corners_[i + 1] += slope * part;
  }

  TrilinearField field_;
  Combination combination_;
  std::array<double, 3> lo_{}, hi_{};
  double row_mm_ = 0.0, layer_mm_ = 0.0;
  double first_gy_ = 0.0, per_gy_ = 0.0, dose_volume_ = 0.0;
  std::vector<double> corners_;
};

}  // namespace

std::unique_ptr<TruthCurve> field_truth(const DrawnBody& body, const DoseLatticeSpec& lattice,
                                        const FieldTruthOptions& options) {
  return std::make_unique<FieldTruth>(body, lattice, options);
}

}  // namespace dosegate::validation
