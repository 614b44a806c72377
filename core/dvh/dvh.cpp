#include "dvh/dvh.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "base/result.h"

namespace dosegate::dvh {
namespace {

// Nodes this far apart make the linear piece between two of them invisible: a dose read off the
// curve is within 0.001 Gy of the exact one even where the curve bends between them.
constexpr double kStep_gy = 0.001;
constexpr std::size_t kMostNodes = std::size_t{1} << 16;
// Deposits narrower than this part of a step become that wide: the running sums would lose digits
// on steeper ones. A hundredth of 0.001 Gy, far below every bar.
constexpr double kNarrowest_steps = 1e-2;
// Volumes are sums of up to millions of terms: differences below this part of the region are
// rounding. So much uncovered volume is none, and a curve that reaches a volume to within it
// reaches it (a plateau of exactly half the structure has a D50%).
constexpr double kRounding = 1e-9;
// The whole of the covered volume, to within the rounding of the percentage it was worked out from.
// Its D is the minimum and its DC the maximum themselves: read off the curve to within kRounding
// they would lie short of it, by hundredths of a Gy where a corner of the structure is the extreme.
constexpr double kWhole = 1.0 - 1e-12;

}  // namespace

DvhBuilder::DvhBuilder(Gy low, Gy high)
    : lowest_gy_(std::numeric_limits<double>::infinity()),
      highest_gy_(-std::numeric_limits<double>::infinity()) {
  require(std::isfinite(low.value()) && std::isfinite(high.value()) && low <= high,
          "DVH of an impossible dose range");
  const double range = high.value() - low.value();
  step_gy_ = std::max(kStep_gy, range / static_cast<double>(kMostNodes));
  first_gy_ = step_gy_ * std::floor(low.value() / step_gy_);
  per_step_ = 1.0 / step_gy_;
  const double span = (high.value() - first_gy_) * per_step_;
  corners_.assign(static_cast<std::size_t>(std::ceil(span)) + 4, 0.0);
  last_ = static_cast<double>(corners_.size()) - 2.0;
}

void DvhBuilder::forget_extremes() {
  lowest_gy_ = std::numeric_limits<double>::infinity();
  highest_gy_ = -std::numeric_limits<double>::infinity();
}

bool DvhBuilder::keeps_step(Gy low, Gy high) {
  return high.value() - low.value() <= kStep_gy * static_cast<double>(kMostNodes);
}

// A corner of the cumulative curve between two nodes, shared between them so that the curve is
// exact at every node (it is linear on either side of the corner).
void DvhBuilder::add_corner(double position, double slope) {
  // Positions are never negative, so truncation is floor; std::floor is a library call on plain
  // x86-64.
  const auto i = static_cast<std::int64_t>(position);
  const double second = slope * (position - static_cast<double>(i));
  corners_[static_cast<std::size_t>(i)] += slope - second;
  corners_[static_cast<std::size_t>(i) + 1] += second;
}

void DvhBuilder::add_atom(double dose_gy, double volume_cc) {
  if (last_atom_ < atoms_.size() && atoms_[last_atom_].dose_gy == dose_gy) {
    atoms_[last_atom_].volume_cc += volume_cc;
    return;
  }
  const auto at = std::lower_bound(atoms_.begin(), atoms_.end(), dose_gy,
                                   [](const Dvh::Atom& a, double d) { return a.dose_gy < d; });
  last_atom_ = static_cast<std::size_t>(at - atoms_.begin());
  if (at != atoms_.end() && at->dose_gy == dose_gy) {
    at->volume_cc += volume_cc;
  } else {
    atoms_.insert(at, {dose_gy, volume_cc, 0.0});
  }
}

void DvhBuilder::deposit(double centre_gy, double half_width_gy, double variance_gy2,
                         double volume_cc) {
  volume_cc_ += volume_cc;
  dose_volume_ += centre_gy * volume_cc;
  square_volume_ += (centre_gy * centre_gy + variance_gy2) * volume_cc;
  if (half_width_gy == 0.0) {
    add_atom(centre_gy, volume_cc);
    return;
  }
  const double centre = (centre_gy - first_gy_) * per_step_;
  const double half = half_width_gy * per_step_;
  add_uniform(centre - half, centre + half, volume_cc);
}

// In steps. What reaches beyond the range is squeezed into it, and stays wide enough for the running
// sums.
void DvhBuilder::add_uniform(double lo, double hi, double volume_cc) {
  if (!(lo >= 0.0 && hi <= last_ && hi - lo >= kNarrowest_steps)) {
    require(std::isfinite(lo) && std::isfinite(hi), "a dose that is not a number");
    lo = std::min(std::max(lo, 0.0), last_ - kNarrowest_steps);
    hi = std::min(std::max(hi, lo + kNarrowest_steps), last_);
  }
  const double slope = volume_cc / (hi - lo);
  add_corner(lo, slope);
  add_corner(hi, -slope);
}

void DvhBuilder::deposit(const CellDoses& cells) {
  double sum_cc = 0.0;
  double first_moment = 0.0;
  double second_moment = 0.0;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const double mean = cells.mean_gy[i];
    const double width = cells.width_gy[i];
    const double shift = cells.shift_gy[i];
    const double skew = cells.skew_gy[i];
    const double cc = cells.volume_cc[i];
    sum_cc += cc;
    first_moment += mean * cc;
    second_moment +=
        (mean * mean + (width * width + skew * skew) * (1.0 / 12.0) + shift * shift) * cc;
    if (width == 0.0) {
      add_atom(mean, cc);
      continue;
    }
    const double centre = (mean - first_gy_) * per_step_;
    if (shift < kNarrowest_steps * step_gy_) {
      const double half = 0.5 * width * per_step_;
      add_uniform(centre - half, centre + half, cc);
      continue;
    }
    const double by = shift * per_step_;
    const double lower_half = 0.5 * (width - skew) * per_step_;
    const double upper_half = 0.5 * (width + skew) * per_step_;
    add_uniform(centre - by - lower_half, centre - by + lower_half, 0.5 * cc);
    add_uniform(centre + by - upper_half, centre + by + upper_half, 0.5 * cc);
  }
  volume_cc_ += sum_cc;
  dose_volume_ += first_moment;
  square_volume_ += second_moment;
}

std::pair<double, double> DvhBuilder::tails_gy(double volume_cc) const {
  // Second derivative -> volume, from either end. Atoms are steps of their own.
  double cold = highest_gy_;
  double slope = 0.0;
  double below = 0.0;
  std::size_t atom = 0;
  for (std::size_t i = 0; i < corners_.size(); ++i) {
    const double dose_gy = first_gy_ + step_gy_ * static_cast<double>(i);
    below += slope;
    slope += corners_[i];
    for (; atom < atoms_.size() && atoms_[atom].dose_gy <= dose_gy; ++atom) {
      below += atoms_[atom].volume_cc;
    }
    if (below >= volume_cc) {
      cold = dose_gy;
      break;
    }
  }
  double hot = lowest_gy_;
  double above = 0.0;
  slope = 0.0;
  atom = atoms_.size();
  for (std::size_t i = corners_.size(); i-- > 0;) {
    const double dose_gy = first_gy_ + step_gy_ * static_cast<double>(i);
    above += slope;
    slope -= corners_[i];  // seen from above, the curve bends the other way
    for (; atom > 0 && atoms_[atom - 1].dose_gy >= dose_gy; --atom) {
      above += atoms_[atom - 1].volume_cc;
    }
    if (above >= volume_cc) {
      hot = dose_gy;
      break;
    }
  }
  return {cold, hot};
}

Dvh DvhBuilder::finish(Cc volume) && {
  Dvh dvh;
  dvh.volume_ = volume;
  const double missing = volume.value() - volume_cc_;
  dvh.uncovered_ = Cc(missing > kRounding * volume.value() ? missing : 0.0);
  dvh.covered_ = volume - dvh.uncovered_;
  if (volume_cc_ > 0.0) {
    dvh.minimum_ = Gy(lowest_gy_);
    dvh.maximum_ = Gy(highest_gy_);
    // Rounding of the sums must not carry the mean of a plateau beyond its extremes.
    dvh.mean_ = Gy(std::clamp(dose_volume_ / volume_cc_, lowest_gy_, highest_gy_));
    dvh.mean_square_gy2_ = square_volume_ / volume_cc_;
  }
  dvh.first_gy_ = first_gy_;
  dvh.step_gy_ = step_gy_;
  double atoms_cc = 0.0;
  for (Dvh::Atom& atom : atoms_) {
    atom.below_cc = atoms_cc;
    atoms_cc += atom.volume_cc;
  }
  dvh.atoms_ = std::move(atoms_);
  dvh.continuous_cc_ = std::max(0.0, volume_cc_ - atoms_cc);
  dvh.below_cc_ = std::move(corners_);
  double slope = 0.0;
  double value = 0.0;
  double highest = 0.0;
  for (double& corner : dvh.below_cc_) {
    value += slope;
    slope += corner;
    highest = std::clamp(value, highest, dvh.continuous_cc_);  // rounding must not make it fall
    corner = highest;
  }
  return dvh;
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
  const Cc slack(kRounding * covered_.value());
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
  const double slack = kRounding * covered_.value();
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
