// Dose-volume histogram of a region: how much of its volume receives how much dose.
//
// The curve is not a list of bins. It is the sum of two parts:
// - a continuous part, known exactly at dose nodes 0.001 Gy apart (wider where the range is beyond
//   65 Gy) and linear between them;
// - atoms: volume that receives one and the same dose to the last bit (zero-dose tails, plateaus),
//   kept with that exact dose, so that a plateau at a limit is decided by the value in the file.
// Volume, mean, mean square, minimum and maximum are accumulated on their own, never read off the
// curve.
//
// Conventions (design 4.3, facts 1.4):
//   V(x) = volume with D >= x          cold(x) = volume with D < x
//   D(v) = largest x with V(x) >= v    DC(v)   = smallest x with volume(D <= x) >= v
//   V(x) + cold(x) = covered()
// All of them speak of the covered part. Volume without dose is `uncovered()`, never counted as 0
// Gy; what it may do to a metric is worked out in metrics/.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "base/units.h"

namespace dosegate::dvh {

class DvhBuilder;

class Dvh {
 public:
  /// Volume of the region, covered or not.
  [[nodiscard]] Cc volume() const { return volume_; }
  [[nodiscard]] Cc covered() const { return covered_; }
  [[nodiscard]] Cc uncovered() const { return uncovered_; }

  /// Over the covered part; absent if nothing is covered.
  [[nodiscard]] std::optional<Gy> minimum() const { return minimum_; }
  [[nodiscard]] std::optional<Gy> maximum() const { return maximum_; }
  [[nodiscard]] std::optional<Gy> mean() const { return mean_; }
  /// Mean of the squared dose, Gy^2 (to a few millionths of the dose range, squared): with it
  /// follow the means of BED and EQD2, which are quadratic in the dose. Absent if nothing is
  /// covered.
  [[nodiscard]] std::optional<double> mean_square_gy2() const { return mean_square_gy2_; }

  /// Covered volume with D >= dose.
  [[nodiscard]] Cc volume_at_least(Gy dose) const;
  /// Covered volume with D < dose.
  [[nodiscard]] Cc volume_below(Gy dose) const;
  /// Largest x with V(x) >= volume: the dose that the hottest `volume` receives at least.
  /// Absent if volume is not positive or exceeds the covered volume.
  [[nodiscard]] std::optional<Gy> hottest(Cc volume) const;
  /// Smallest x with volume(D <= x) >= volume: the highest dose in the coldest `volume`.
  /// Absent if volume is not positive or exceeds the covered volume.
  [[nodiscard]] std::optional<Gy> coldest(Cc volume) const;

  /// V(x) in cc at x = 0, bin, 2 bin ... up to the first bin beyond the maximum: the curve for
  /// display and for `dvh --json`. `bin` > 0.
  [[nodiscard]] std::vector<double> cumulative_cc(Gy bin) const;

 private:
  friend class DvhBuilder;
  struct Atom {
    double dose_gy = 0.0;
    double volume_cc = 0.0;
    double below_cc = 0.0;  // sum of all atoms of lower dose
  };
  Dvh() = default;
  [[nodiscard]] double continuous_below(double dose_gy) const;
  [[nodiscard]] double atoms_below(double dose_gy) const;
  [[nodiscard]] double cold_including(double dose_gy) const;
  [[nodiscard]] double node(std::size_t i) const {
    return first_gy_ + step_gy_ * static_cast<double>(i);
  }

  Cc volume_, covered_, uncovered_;
  std::optional<Gy> minimum_, maximum_, mean_;
  std::optional<double> mean_square_gy2_;
  double first_gy_ = 0.0, step_gy_ = 0.0;
  std::vector<double> below_cc_;  // continuous volume with D < node(i); never falls
  double continuous_cc_ = 0.0;
  std::vector<Atom> atoms_;  // ascending in dose
};

/// The doses of many cells, a column a quantity. Each is two uniform densities of half the volume:
/// one about `mean_gy` - `shift_gy`, `width_gy` - `skew_gy` wide, one about `mean_gy` + `shift_gy`,
/// `width_gy` + `skew_gy` wide. They are the changes of dose along the cell's steepest axis, at the
/// two Gauss points of the other axes: with that the shares of neighbours along the steepest axis
/// join without gap or overlap, also where the dose is bent.
struct CellDoses {
  std::vector<double> mean_gy, width_gy, shift_gy, skew_gy;
  std::vector<double> volume_cc;  ///< negative to take a deposit out again
  [[nodiscard]] std::size_t size() const { return mean_gy.size(); }
  void resize(std::size_t n) {
    mean_gy.resize(n);
    width_gy.resize(n);
    shift_gy.resize(n);
    skew_gy.resize(n);
    volume_cc.resize(n);
  }
};

/// Collects a Dvh. Deposits are uniform densities; each costs the same however wide it is: a
/// cumulative curve is piecewise linear, so its second derivative is two point masses a deposit,
/// and two running sums at the end turn all of them back into the curve.
class DvhBuilder {
 public:
  /// All deposits will lie within [low, high].
  DvhBuilder(Gy low, Gy high);
  /// True if a curve from low to high has its finest steps.
  [[nodiscard]] static bool keeps_step(Gy low, Gy high);

  /// `volume_cc` spread evenly over [centre - half_width, centre + half_width] Gy; variance_gy2 is
  /// that of the dose in the piece (for the mean square). half_width 0 makes an atom.
  void deposit(double centre_gy, double half_width_gy, double variance_gy2, double volume_cc);
  /// Many cells at once.
  void deposit(const CellDoses& cells);
  void include_extreme(double dose_gy) {
    if (dose_gy < lowest_gy_) lowest_gy_ = dose_gy;
    if (dose_gy > highest_gy_) highest_gy_ = dose_gy;
  }
  [[nodiscard]] double lowest_gy() const { return lowest_gy_; }
  [[nodiscard]] double highest_gy() const { return highest_gy_; }
  /// Extremes are those of what follows.
  void forget_extremes();
  [[nodiscard]] double deposited_cc() const { return volume_cc_; }

  /// Doses above and below which about `volume_cc` of what was deposited lies: {cold, hot}.
  [[nodiscard]] std::pair<double, double> tails_gy(double volume_cc) const;

  /// `volume`: exact volume of the whole region; what was not deposited is uncovered.
  [[nodiscard]] Dvh finish(Cc volume) &&;

 private:
  void add_corner(double position, double slope);
  void add_uniform(double lo, double hi, double volume_cc);
  void add_atom(double dose_gy, double volume_cc);

  double first_gy_ = 0.0, step_gy_ = 0.0, per_step_ = 0.0;
  double last_ = 0.0;            // highest position of a corner, in steps
  std::vector<double> corners_;  // second derivative at the nodes, cc per step
  std::vector<Dvh::Atom> atoms_;
  std::size_t last_atom_ = 0;
  double volume_cc_ = 0.0, dose_volume_ = 0.0, square_volume_ = 0.0;
  double lowest_gy_, highest_gy_;
};

}  // namespace dosegate::dvh
