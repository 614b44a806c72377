#include "dvh/dvh_builder.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
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
// Ramps narrower than this become corners: what a ramp adds is far below a step's own error then,
// and three running sums would lose digits on it.
constexpr double kNarrowestRamp_steps = 16.0;
// Room for ramps that reach beyond the range, where the dose falls to nothing within a cell.
constexpr double kMargin_gy = 1.0;
// Parts of a curve add up to its volume but for rounding. More than this of it is a fault of ours,
// and no curve at all is better than a wrong one.
constexpr double kClosure = 1e-6;

// Turns point masses of the second and the third derivative back into the curve, node by node.
struct RunningSums {
  double value_cc = 0.0, slope = 0.0, bend = 0.0;
  void step(double corner, double bend_here) {
    value_cc += slope + 0.5 * bend;
    slope += bend + corner;
    bend += bend_here;
  }
};

// A step of the third derivative's integral. Shared among three nodes by Lagrange's weights, which
// keep a parabola: so the curve is exact at every node beyond them.
inline void bend_at(double position, double bend, double* bends) {
  const auto i = static_cast<std::int64_t>(position + 0.5);
  const double t = position - static_cast<double>(i);
  const double half = 0.5 * bend;
  const double even = half * t * t;
  const double odd = half * t;
  double* node = bends + i;
  node[-1] += even - odd;
  node[0] += bend - 2.0 * even;
  node[1] += even + odd;
}

}  // namespace

DvhBuilder::DvhBuilder(Gy low, Gy high) {
  forget_extremes();
  require(std::isfinite(low.value()) && std::isfinite(high.value()) && low <= high,
          "DVH of an impossible dose range");
  const double range = high.value() - low.value();
  step_gy_ = std::max(kStep_gy, range / static_cast<double>(kMostNodes));
  first_gy_ =
      step_gy_ * (std::floor(low.value() / step_gy_) - 1.0);  // room for a bend's node below
  per_step_ = 1.0 / step_gy_;
  const double span = (high.value() - first_gy_) * per_step_;
  corners_.assign(static_cast<std::size_t>(std::ceil(span)) + 4, 0.0);
  bends_.assign(corners_.size(), 0.0);
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

void DvhBuilder::add_bend(double position, double bend) {
  bend_at(position, bend, bends_.data());
}

void DvhBuilder::add_atom(double dose_gy, double volume_cc) {
  if (last_atom_ < atoms_.size() && atoms_[last_atom_].dose_gy == dose_gy) {
    atoms_[last_atom_].volume_cc += volume_cc;
    return;
  }
  // A dose has few atoms (beyond the beams, plateaus) unless it is constant in each voxel: then it has
  // as many as voxels, and putting each in its place would take the square of their number.
  constexpr std::size_t kFew = 1024;
  const auto at = std::lower_bound(atoms_.begin(), atoms_.end(), dose_gy,
                                   [](const Dvh::Atom& a, double d) { return a.dose_gy < d; });
  if (at != atoms_.end() && at->dose_gy == dose_gy) {
    last_atom_ = static_cast<std::size_t>(at - atoms_.begin());
    at->volume_cc += volume_cc;
  } else if (atoms_.size() < kFew) {
    last_atom_ = static_cast<std::size_t>(at - atoms_.begin());
    atoms_.insert(at, {dose_gy, volume_cc, 0.0});
  } else {
    late_atoms_.push_back({dose_gy, volume_cc, 0.0});
    if (late_atoms_.size() > std::max(kFew, atoms_.size() / 2)) settle_atoms();
  }
}

// Late atoms to their places, those of one dose added in the order in which they came.
void DvhBuilder::settle_atoms() {
  if (late_atoms_.empty()) return;
  const auto by_dose = [](const Dvh::Atom& a, const Dvh::Atom& b) { return a.dose_gy < b.dose_gy; };
  std::stable_sort(late_atoms_.begin(), late_atoms_.end(), by_dose);
  std::vector<Dvh::Atom> both;
  both.reserve(atoms_.size() + late_atoms_.size());
  std::merge(atoms_.begin(), atoms_.end(), late_atoms_.begin(), late_atoms_.end(),
             std::back_inserter(both), by_dose);  // equal ones: those of atoms_ first
  atoms_.clear();
  for (const Dvh::Atom& atom : both) {
    if (!atoms_.empty() && atoms_.back().dose_gy == atom.dose_gy) {
      atoms_.back().volume_cc += atom.volume_cc;
    } else {
      atoms_.push_back(atom);
    }
  }
  late_atoms_.clear();
  last_atom_ = atoms_.size();
}

void DvhBuilder::deposit(double centre_gy, double half_width_gy, double variance_gy2,
                         double volume_cc) {
  volume_cc_ += volume_cc;
  gross_cc_ += std::abs(volume_cc);
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
  if (!(lo >= 1.0 && hi <= last_ && hi - lo >= kNarrowest_steps)) {
    require(std::isfinite(lo) && std::isfinite(hi), "a dose that is not a number");
    lo = std::min(std::max(lo, 1.0), last_ - kNarrowest_steps);
    hi = std::min(std::max(hi, lo + kNarrowest_steps), last_);
  }
  const double slope = volume_cc / (hi - lo);
  add_corner(lo, slope);
  add_corner(hi, -slope);
}

void DvhBuilder::deposit(const Shares& shares) {
  require(std::isfinite(shares.parts.cc_gy), "a dose that is not a number");
  volume_cc_ += shares.parts.cc;
  gross_cc_ += shares.parts.gross_cc;
  dose_volume_ += shares.parts.cc_gy;
  square_volume_ += shares.parts.cc_gy2;
  for (const Shares::Atom& atom : shares.atoms) add_atom(atom.dose_gy, atom.volume_cc);
  double* bends = bends_.data();
  const double last = last_;
  for (const Ramp& ramp : shares.ramps) {
    const double centre = (ramp.centre_gy - first_gy_) * per_step_;
    const double width = ramp.width_gy * per_step_;
    const double slope = ramp.slope_cc_gy * step_gy_;
    const double lo = centre - 0.5 * width;
    const double hi = centre + 0.5 * width;
    if (lo >= 1.0 && hi <= last && width >= kNarrowestRamp_steps) {  // nearly all
      const double bend = slope / width;
      bend_at(lo, bend, bends);
      bend_at(hi, -bend, bends);
    } else {
      add_ramp(centre, width, slope);
    }
  }
}

// In steps. A ramp can reach a little beyond the doses it was made of, and so beyond the range. There
// it gets narrower about its centre; if that lies outside too, the volume that the part would lose
// (slope times distance) is put back where the range ends.
void DvhBuilder::add_ramp(double centre, double width, double slope) {
  if (!(centre - 0.5 * width >= 1.0 && centre + 0.5 * width <= last_)) {
    require(std::isfinite(centre) && std::isfinite(width), "a dose that is not a number");
    const double inside = std::min(std::max(centre, 1.0), last_);
    if (inside != centre) {
      const double at = std::min(inside, last_ - 1.0);
      add_corner(at, slope * (inside - centre));
      add_corner(at + 1.0, -slope * (inside - centre));
    }
    centre = inside;
    width = 2.0 * std::min({0.5 * width, centre - 1.0, last_ - centre});
  }
  if (width < kNarrowestRamp_steps) {
    add_corner(centre, slope);
    return;
  }
  const double bend = slope / width;
  add_bend(centre - 0.5 * width, bend);
  add_bend(centre + 0.5 * width, -bend);
}

bool DvhBuilder::keep_atoms_only() {
  settle_atoms();
  double atoms_cc = 0.0;
  for (const Dvh::Atom& atom : atoms_) atoms_cc += atom.volume_cc;
  // A grid that lies turned in the region's frame was interpolated again, and has hardly an atom.
  constexpr double kSteps = 1e-4;
  if (!(volume_cc_ > 0.0) || !(std::abs(volume_cc_ - atoms_cc) <= kSteps * volume_cc_))
    return false;
  forget_extremes();
  std::fill(corners_.begin(), corners_.end(), 0.0);
  std::fill(bends_.begin(), bends_.end(), 0.0);
  const double share = volume_cc_ / atoms_cc;
  dose_volume_ = 0.0;
  square_volume_ = 0.0;
  for (Dvh::Atom& atom : atoms_) {
    atom.volume_cc *= share;
    dose_volume_ += atom.dose_gy * atom.volume_cc;
    square_volume_ += atom.dose_gy * atom.dose_gy * atom.volume_cc;
    if (atom.volume_cc > kVolumeRounding * volume_cc_) include_extreme(atom.dose_gy);
  }
  return true;
}

std::pair<double, double> DvhBuilder::tails_gy(double volume_cc) {
  settle_atoms();
  // Derivatives -> volume, from either end. Atoms are steps of their own.
  double cold = highest_gy_;
  RunningSums below;
  std::size_t atom = 0;
  for (std::size_t i = 0; i < corners_.size(); ++i) {
    const double dose_gy = first_gy_ + step_gy_ * static_cast<double>(i);
    below.step(corners_[i], bends_[i]);
    for (; atom < atoms_.size() && atoms_[atom].dose_gy <= dose_gy; ++atom) {
      below.value_cc += atoms_[atom].volume_cc;
    }
    if (below.value_cc >= volume_cc) {
      cold = dose_gy;
      break;
    }
  }
  double hot = lowest_gy_;
  RunningSums above;
  atom = atoms_.size();
  for (std::size_t i = corners_.size(); i-- > 0;) {
    const double dose_gy = first_gy_ + step_gy_ * static_cast<double>(i);
    above.step(-corners_[i], bends_[i]);  // seen from above, corners turn the other way
    for (; atom > 0 && atoms_[atom - 1].dose_gy >= dose_gy; --atom) {
      above.value_cc += atoms_[atom - 1].volume_cc;
    }
    if (above.value_cc >= volume_cc) {
      hot = dose_gy;
      break;
    }
  }
  return {cold, hot};
}

Dvh DvhBuilder::finish(Cc volume) && {
  settle_atoms();
  Dvh dvh;
  dvh.volume_ = volume;
  const double missing = volume.value() - volume_cc_;
  dvh.uncovered_ = Cc(missing > kVolumeRounding * volume.value() ? missing : 0.0);
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
  RunningSums sums;
  double highest = 0.0;
  for (std::size_t i = 0; i < bends_.size(); ++i) {
    double& corner = dvh.below_cc_[i];
    sums.step(corner, bends_[i]);
    highest =
        std::clamp(sums.value_cc, highest, dvh.continuous_cc_);  // rounding must not make it fall
    corner = highest;
  }
  require(std::abs(sums.value_cc - (volume_cc_ - atoms_cc)) <= kClosure * gross_cc_,
          "the parts of a curve do not add up to its volume");
  return dvh;
}

}  // namespace dosegate::dvh
