#include "dvh/dvh.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/result.h"

namespace dosegate::dvh {
namespace {

// The whole of the covered volume, to within the rounding of the percentage it was worked out from.
// Its D is the minimum and its DC the maximum themselves: read off the curve to within kVolumeRounding
// they would lie short of it, by hundredths of a Gy where a corner of the structure is the extreme.
constexpr double kWhole = 1.0 - 1e-12;

}  // namespace

std::optional<double> Dvh::mean_of(const std::function<double(double)>& f) const {
  if (!maximum_) return std::nullopt;
  constexpr double kAt = 0.21132486540518713;  // of Gauss' rule on 0..1: (1 - 1/sqrt(3)) / 2
  double sum = 0.0;
  double volume_cc = 0.0;
  const double lowest = minimum_->value();
  const double highest = maximum_->value();
  for (std::size_t i = 0; i + 1 < below_cc_.size() && continuous_cc_ > 0.0; ++i) {
    const double from = std::max(node(i), lowest);
    const double to = std::min(node(i + 1), highest);
    if (!(from < to)) continue;
    // The ends take what rounding left beyond them.
    const double below = from == lowest ? 0.0 : below_cc_[i];
    const double upto = to == highest ? continuous_cc_ : below_cc_[i + 1];
    const double cc = upto - below;
    if (cc <= 0.0) continue;
    const double width = to - from;
    sum += 0.5 * cc * (f(from + kAt * width) + f(to - kAt * width));
    volume_cc += cc;
  }
  for (const Atom& atom : atoms_) {
    sum += atom.volume_cc * f(atom.dose_gy);
    volume_cc += atom.volume_cc;
  }
  return volume_cc > 0.0 ? sum / volume_cc : f(lowest);  // no step between the extremes: one dose
}

double Dvh::continuous_below(double dose_gy) const {
  if (continuous_cc_ == 0.0 || dose_gy <= minimum_->value()) return 0.0;
  if (dose_gy > maximum_->value()) return continuous_cc_;
  const double position = (dose_gy - first_gy_) / step_gy_;
  const auto i = static_cast<std::size_t>(std::max(0.0, std::floor(position)));
  if (i + 1 >= below_cc_.size()) return continuous_cc_;
  const double part = position - static_cast<double>(i);
  return below_cc_[i] + (below_cc_[i + 1] - below_cc_[i]) * part;
}

double Dvh::atoms_below(double dose_gy) const {
  const auto at = std::lower_bound(atoms_.begin(), atoms_.end(), dose_gy,
                                   [](const Atom& a, double d) { return a.dose_gy < d; });
  if (at != atoms_.end()) return at->below_cc;
  return atoms_.empty() ? 0.0 : atoms_.back().below_cc + atoms_.back().volume_cc;
}

double Dvh::cold_including(double dose_gy) const {
  const auto at = std::lower_bound(atoms_.begin(), atoms_.end(), dose_gy,
                                   [](const Atom& a, double d) { return a.dose_gy < d; });
  const double here = at != atoms_.end() && at->dose_gy == dose_gy ? at->volume_cc : 0.0;
  return continuous_below(dose_gy) + atoms_below(dose_gy) + here;
}

Cc Dvh::volume_below(Gy dose) const {
  if (!maximum_) return Cc(0.0);
  if (dose > *maximum_) return covered_;
  const Cc below(
      std::min(covered_.value(), continuous_below(dose.value()) + atoms_below(dose.value())));
  // Rounded to the digits of the covered volume: only then do both parts add up to it to the last
  // bit.
  return covered_ - (covered_ - below);
}

Cc Dvh::volume_at_least(Gy dose) const {
  return covered_ - volume_below(dose);
}

namespace {

// Bisection on a condition that is false below some dose and true from there on; returns the first
// dose (to the last bit) at which it holds.
template <class Condition>
double first_dose(double low, double high, Condition holds) {
  if (holds(low)) return low;
  for (;;) {
    const double middle = low + 0.5 * (high - low);
    if (!(middle > low && middle < high)) return high;
    (holds(middle) ? high : low) = middle;
  }
}

}  // namespace

std::optional<Gy> Dvh::hottest(Cc volume) const {
  const Cc slack(kVolumeRounding * covered_.value());
  if (!maximum_ || !(volume.value() > 0.0) || volume > covered_ + slack) return std::nullopt;
  if (volume >= kWhole * covered_) return minimum_;
  // V(x) >= v fails from some dose on; the answer is the last one at which it still holds.
  const auto fails = [&](double x) { return volume_at_least(Gy(x)) + slack < volume; };
  if (!fails(maximum_->value())) return maximum_;
  const double first_failing = first_dose(minimum_->value(), maximum_->value(), fails);
  const double last_holding =
      std::nextafter(first_failing, -std::numeric_limits<double>::infinity());
  return Gy(std::max(last_holding, minimum_->value()));
}

std::optional<Gy> Dvh::coldest(Cc volume) const {
  const double slack = kVolumeRounding * covered_.value();
  if (!maximum_ || !(volume.value() > 0.0) || volume.value() > covered_.value() + slack) {
    return std::nullopt;
  }
  if (volume >= kWhole * covered_) return maximum_;
  return Gy(first_dose(minimum_->value(), maximum_->value(),
                       [&](double x) { return cold_including(x) + slack >= volume.value(); }));
}

std::vector<double> Dvh::cumulative_cc(Gy bin) const {
  require(bin.value() > 0.0, "DVH curve with a bin that is not positive");
  std::vector<double> curve;
  const double highest = maximum_ ? maximum_->value() : 0.0;
  // 35 bins of 0.01 Gy are 0.35 Gy to the last bit only as 35 / 100: a plateau at exactly a bin's
  // dose must count there.
  const double per_gy = 1.0 / bin.value();
  const bool whole = std::abs(per_gy - std::round(per_gy)) < 1e-9 * per_gy;
  for (std::size_t i = 0;; ++i) {
    const double x =
        whole ? static_cast<double>(i) / std::round(per_gy) : bin.value() * static_cast<double>(i);
    curve.push_back(volume_at_least(Gy(x)).value());
    if (x > highest) return curve;
  }
}

}  // namespace dosegate::dvh
