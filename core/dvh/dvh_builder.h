// Makes curves out of deposits.
#pragma once

#include <utility>
#include <vector>

#include "base/units.h"
#include "dvh/dvh.h"
#include "dvh/shares.h"

namespace dosegate::dvh {

/// Collects a Dvh. A deposit costs the same however wide it is: the curve of a uniform density is
/// piecewise linear and that of a ramp (shares.h) piecewise quadratic, so the second or the third
/// derivative is a few point masses, and running sums at the end turn all of them back into the
/// curve.
class DvhBuilder {
 public:
  /// All deposits will lie within [low, high].
  DvhBuilder(Gy low, Gy high);
  /// True if a curve from low to high has its finest steps.
  [[nodiscard]] static bool keeps_step(Gy low, Gy high);

  /// `volume_cc` spread evenly over [centre - half_width, centre + half_width] Gy; variance_gy2 is
  /// that of the dose in the piece (for the mean square). half_width 0 makes an atom.
  void deposit(double centre_gy, double half_width_gy, double variance_gy2, double volume_cc);
  void deposit(const Shares& shares);
  void include_extreme(double dose_gy) {
    if (dose_gy < lowest_gy_) lowest_gy_ = dose_gy;
    if (dose_gy > highest_gy_) highest_gy_ = dose_gy;
  }
  [[nodiscard]] double lowest_gy() const { return lowest_gy_; }
  [[nodiscard]] double highest_gy() const { return highest_gy_; }
  /// For a dose that is constant in each voxel: what lies in the steps between voxels, a few millionths
  /// of the volume, goes to the voxels, so that a plateau at a limit is decided by its own dose; extremes
  /// are the lowest and the highest dose that a volume has which is more than rounding. False, and
  /// nothing done, where more than that is no atom.
  bool keep_atoms_only();
  /// Extremes are those of what follows.
  void forget_extremes();
  [[nodiscard]] double deposited_cc() const { return volume_cc_; }

  /// Doses above and below which about `volume_cc` of what was deposited lies: {cold, hot}.
  [[nodiscard]] std::pair<double, double> tails_gy(double volume_cc);

  /// `volume`: exact volume of the whole region; what was not deposited is uncovered. InternalError
  /// if the parts of the curve do not add up.
  [[nodiscard]] Dvh finish(Cc volume) &&;

 private:
  void add_corner(double position, double slope);
  void add_bend(double position, double bend);
  void add_ramp(double centre, double width, double slope);
  void add_uniform(double lo, double hi, double volume_cc);
  void add_atom(double dose_gy, double volume_cc);
  void settle_atoms();

  double first_gy_ = 0.0, step_gy_ = 0.0, per_step_ = 0.0;
  double last_ = 0.0;  // highest position of a corner or a bend, in steps; 1 is the lowest
  std::vector<double> corners_;        // second derivative at the nodes, cc per step
  std::vector<double> bends_;          // third derivative at the nodes, cc per step^2
  std::vector<Dvh::Atom> atoms_;       // ascending in dose, each dose once
  std::vector<Dvh::Atom> late_atoms_;  // in the order in which they came; see settle_atoms()
  std::size_t last_atom_ = 0;
  double volume_cc_ = 0.0, gross_cc_ = 0.0, dose_volume_ = 0.0, square_volume_ = 0.0;
  double lowest_gy_ = 0.0, highest_gy_ = 0.0;
};

}  // namespace dosegate::dvh
