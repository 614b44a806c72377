#include "validation/smooth_truth.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace dosegate::validation {
namespace {

using model::Vec3;

constexpr double kPi = std::numbers::pi;
constexpr double kMm3PerCc = 1000.0;
constexpr int kPanels = 200;
constexpr std::array<double, 4> kAt = {0.06943184420297371, 0.33000947820757187,
                                       0.66999052179242813, 0.93056815579702629};
constexpr std::array<double, 4> kWeight = {0.17392742256872693, 0.32607257743127307,
                                           0.32607257743127307, 0.17392742256872693};

// Part of the unit circle's area beyond u.
double segment(double u) {
  if (u >= 1.0) return 0.0;
  if (u <= -1.0) return kPi;
  return std::acos(u) - u * std::sqrt(1.0 - u * u);
}

// Integral over [lo, hi]; the places crowd towards both ends, where radii often end like a root.
template <class F>
double integral(double lo, double hi, F f) {
  double sum = 0.0;
  const double half = 0.5 * (hi - lo);
  for (int p = 0; p < kPanels; ++p) {
    for (std::size_t g = 0; g < kAt.size(); ++g) {
      const double angle = kPi * (p + kAt[g]) / kPanels;
      const double t = lo + half * (1.0 - std::cos(angle));
      sum += kWeight[g] * (kPi / kPanels) * half * std::sin(angle) * f(t);
    }
  }
  return sum;
}

class Discs {
 public:
  Discs(const SmoothPart& part, const LinearDose& dose) : part_(part) {
    // Stretching the solid is squeezing the dose.
    const Vec3 g = dose.gradient.cwiseProduct(part.stretch);
    stretch_ = part.stretch.prod();
    along_ = g.dot(part.axis);
    across_ = (g - along_ * part.axis).norm();
    if (across_ < 1e-12 * g.norm()) across_ = 0.0;
    at_centre_gy_ = dose.d0_gy + g.dot(part.centre);
  }

  [[nodiscard]] double middle_gy(double t) const { return at_centre_gy_ + along_ * t; }
  [[nodiscard]] double area(double t) const {
    const double r = part_.radius_mm(t);
    return kPi * r * r;
  }
  [[nodiscard]] double volume_cc() const {
    return cc(integral(part_.lo_mm, part_.hi_mm, [&](double t) { return area(t); }));
  }
  [[nodiscard]] double dose_volume() const {
    return cc(integral(part_.lo_mm, part_.hi_mm, [&](double t) { return area(t) * middle_gy(t); }));
  }
  [[nodiscard]] double volume_at_least(double x_gy) const {
    if (across_ == 0.0) {
      const double at = std::clamp((x_gy - at_centre_gy_) / along_, part_.lo_mm, part_.hi_mm);
      return along_ > 0.0 ? cc(integral(at, part_.hi_mm, [&](double t) { return area(t); }))
                          : cc(integral(part_.lo_mm, at, [&](double t) { return area(t); }));
    }
    return cc(integral(part_.lo_mm, part_.hi_mm, [&](double t) {
      const double r = part_.radius_mm(t);
      return r * r * segment((x_gy - middle_gy(t)) / (across_ * r));
    }));
  }
  [[nodiscard]] std::array<double, 2> range_gy() const {
    std::array<double, 2> range = {std::numeric_limits<double>::infinity(),
                                   -std::numeric_limits<double>::infinity()};
    constexpr int kSteps = 20000;
    for (int i = 0; i <= kSteps; ++i) {
      const double t =
          part_.lo_mm + (part_.hi_mm - part_.lo_mm) * 0.5 * (1.0 - std::cos(kPi * i / kSteps));
      const double reach = across_ * part_.radius_mm(t);
      range[0] = std::min(range[0], middle_gy(t) - reach);
      range[1] = std::max(range[1], middle_gy(t) + reach);
    }
    return range;
  }

 private:
  [[nodiscard]] double cc(double mm3) const { return stretch_ * mm3 / kMm3PerCc; }

  SmoothPart part_;
  double stretch_ = 1.0;
  double along_ = 0.0, across_ = 0.0, at_centre_gy_ = 0.0;
};

DrawnBody upright(const SmoothPart& part) {
  DrawnBody body;
  body.stacks[0] = {0.5 * (part.lo_mm + part.hi_mm), part.hi_mm - part.lo_mm, {{part.prism}}};
  return body;
}

class SmoothTruth final : public TruthCurve {
 public:
  SmoothTruth(const std::vector<SmoothPart>& parts, const LinearDose& dose) {
    min_gy = std::numeric_limits<double>::infinity();
    max_gy = -min_gy;
    double dose_volume = 0.0;
    for (const SmoothPart& part : parts) {
      if (!part.prism.empty()) {
        auto truth = linear_truth(upright(part), dose);
        dose_volume += part.sign * truth->mean_gy * truth->volume_cc;
        note(part.sign, truth->volume_cc, {truth->min_gy, truth->max_gy});
        prisms_.emplace_back(part.sign, std::move(truth));
        continue;
      }
      const Discs discs(part, dose);
      dose_volume += part.sign * discs.dose_volume();
      note(part.sign, discs.volume_cc(), discs.range_gy());
      discs_.emplace_back(part.sign, discs);
    }
    mean_gy = dose_volume / volume_cc;
  }

  [[nodiscard]] double volume_at_least(double x_gy) const override {
    double sum_cc = 0.0;
    for (const auto& [sign, discs] : discs_) sum_cc += sign * discs.volume_at_least(x_gy);
    for (const auto& [sign, prism] : prisms_) sum_cc += sign * prism->volume_at_least(x_gy);
    return sum_cc;
  }

 private:
  void note(double sign, double cc, const std::array<double, 2>& range_gy) {
    volume_cc += sign * cc;
    if (sign < 0.0) return;
    min_gy = std::min(min_gy, range_gy[0]);
    max_gy = std::max(max_gy, range_gy[1]);
  }

  std::vector<std::pair<double, Discs>> discs_;
  std::vector<std::pair<double, std::unique_ptr<TruthCurve>>> prisms_;
};

}  // namespace

SmoothPart smooth_ball(double radius_mm, const Vec3& centre) {
  SmoothPart part;
  part.centre = centre;
  part.lo_mm = -radius_mm;
  part.hi_mm = radius_mm;
  part.radius_mm = [=](double t) {
    return std::sqrt(std::max(0.0, radius_mm * radius_mm - t * t));
  };
  return part;
}

SmoothPart smooth_rod(double radius_mm, double lo_mm, double hi_mm, const Vec3& axis) {
  SmoothPart part;
  part.lo_mm = lo_mm;
  part.hi_mm = hi_mm;
  part.axis = axis;
  part.radius_mm = [=](double) { return radius_mm; };
  return part;
}

std::unique_ptr<TruthCurve> smooth_truth(const std::vector<SmoothPart>& parts,
                                         const LinearDose& dose) {
  return std::make_unique<SmoothTruth>(parts, dose);
}

}  // namespace dosegate::validation
