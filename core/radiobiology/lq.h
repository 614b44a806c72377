// The linear-quadratic (LQ) model of fractionation: biologically effective dose (BED) and the dose
// that has the same effect when given in fractions of another size (EQD2, EQDx).
//
// All doses are totals over the course, in Gy, given in `fractions` equal fractions; a point that
// gets D in n fractions gets d = D/n each time. The conversion is meant for one point (voxel): it
// is convex, so the mean of converted doses is at least the conversion of the mean dose. Convert
// first, then average. Sums of plans: convert each with its own number of fractions, then add.
//
// Sources: J. F. Fowler, Br J Radiol 62 (1989) 679-694 (BED); S. M. Bentzen et al., Radiother Oncol
// 105 (2012) 266-268 (the names EQD2 and EQDX and their definition).
#pragma once

#include "base/result.h"
#include "base/units.h"

namespace dosegate::radiobiology {

/// Values that an alpha/beta ratio, or the fraction size of EQDx, may have, Gy. Published ratios
/// lie between about 0.5 and 30; what lies outside these bounds is a slip of the pen.
inline constexpr double kSmallestRatioGy = 0.1;
inline constexpr double kLargestRatioGy = 100.0;

/// Dose per fraction, Gy, beyond which a reader is warned that the LQ model is disputed there. The
/// house's bar, no limit of any source: a reason for a finding about the model, never for a refusal.
inline constexpr double kLqTrustedUpToGy = 10.0;

/// One fractionation schedule and one tissue: a number of fractions and an alpha/beta ratio.
///
/// Every conversion is strictly increasing in the dose, is 0 at 0, and is defined for all finite
/// doses. A negative dose (noise of a dose calculation) has no quadratic part: BED = D there, which
/// keeps the conversions increasing and smooth.
class LqModel {
 public:
  /// Errors: LqInvalid if fractions < 1, or if alpha/beta is not a number from kSmallestRatioGy to
  /// kLargestRatioGy.
  [[nodiscard]] static Result<LqModel> create(int fractions, double alpha_beta_gy);

  [[nodiscard]] int fractions() const { return fractions_; }
  [[nodiscard]] Gy alpha_beta() const { return Gy(alpha_beta_gy_); }

  /// BED = D (1 + d/ab), d = D/n.
  [[nodiscard]] double bed_gy(double dose_gy) const {
    if (dose_gy < 0.0) return dose_gy;
    return dose_gy * (1.0 + dose_gy / (fractions_ * alpha_beta_gy_));
  }
  /// EQDx = BED / (1 + x/ab): total dose of the same effect in fractions of x Gy.
  /// `per_fraction_gy` lies within kSmallestRatioGy .. kLargestRatioGy (InternalError otherwise;
  /// what a user wrote is checked where it is parsed).
  [[nodiscard]] double eqdx_gy(double dose_gy, double per_fraction_gy) const;
  /// EQD2 = BED / (1 + 2/ab) = D (d + ab) / (2 + ab).
  [[nodiscard]] double eqd2_gy(double dose_gy) const { return eqdx_gy(dose_gy, 2.0); }

  /// The dose that has this BED in this schedule, the inverse of bed_gy():
  /// D = n ab (sqrt(1 + 4 BED/(n ab)) - 1) / 2.
  [[nodiscard]] double dose_of_bed_gy(double bed_gy) const;

  /// The same with the unit in the type.
  [[nodiscard]] Gy bed(Gy dose) const { return Gy(bed_gy(dose.value())); }
  [[nodiscard]] Gy eqd2(Gy dose) const { return Gy(eqd2_gy(dose.value())); }
  [[nodiscard]] Gy eqdx(Gy dose, Gy per_fraction) const {
    return Gy(eqdx_gy(dose.value(), per_fraction.value()));
  }
  [[nodiscard]] Gy dose_of_bed(Gy bed) const { return Gy(dose_of_bed_gy(bed.value())); }

 private:
  LqModel(int fractions, double alpha_beta_gy)
      : fractions_(fractions), alpha_beta_gy_(alpha_beta_gy) {}

  int fractions_;
  double alpha_beta_gy_;
};

/// Total dose that in `other_fractions` fractions has the effect of `dose` in the model's schedule,
/// for the model's tissue. Errors: LqInvalid if other_fractions < 1.
[[nodiscard]] Result<Gy> isoeffective_dose(const LqModel& model, Gy dose, int other_fractions);

}  // namespace dosegate::radiobiology
