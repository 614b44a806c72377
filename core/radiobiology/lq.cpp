#include "radiobiology/lq.h"

#include <cmath>

#include "base/text.h"

namespace dosegate::radiobiology {
namespace {

// Written so that NaN is outside.
bool is_ratio(double gy) {
  return gy >= kSmallestRatioGy && gy <= kLargestRatioGy;
}

std::string number_text(double value) {
  return std::isfinite(value) ? shortest(value) : "not a finite number";
}

tl::unexpected<Error> too_few_fractions(int fractions) {
  return fail(ErrorCode::LqInvalid, "the number of fractions is " + std::to_string(fractions) +
                                        "; give a whole number of 1 or more");
}

}  // namespace

Result<LqModel> LqModel::create(int fractions, double alpha_beta_gy) {
  if (fractions < 1) return too_few_fractions(fractions);
  if (!is_ratio(alpha_beta_gy)) {
    return fail(ErrorCode::LqInvalid, "alpha/beta is " + number_text(alpha_beta_gy) +
                                          "; give a value from " + shortest(kSmallestRatioGy) +
                                          " to " + shortest(kLargestRatioGy) + " Gy");
  }
  return LqModel(fractions, alpha_beta_gy);
}

double LqModel::eqdx_gy(double dose_gy, double per_fraction_gy) const {
  require(is_ratio(per_fraction_gy), "EQDx: dose per fraction out of range");
  return bed_gy(dose_gy) / (1.0 + per_fraction_gy / alpha_beta_gy_);
}

double LqModel::dose_of_bed_gy(double bed_gy) const {
  if (bed_gy < 0.0) return bed_gy;
  // n ab (sqrt(1 + 4 B/(n ab)) - 1) / 2 without the difference of two nearly equal numbers.
  const double quadratic = 4.0 * bed_gy / (fractions_ * alpha_beta_gy_);
  return 2.0 * bed_gy / (1.0 + std::sqrt(1.0 + quadratic));
}

Result<Gy> isoeffective_dose(const LqModel& model, Gy dose, int other_fractions) {
  if (other_fractions < 1) return too_few_fractions(other_fractions);
  const Result<LqModel> other = LqModel::create(other_fractions, model.alpha_beta().value());
  if (!other) return tl::unexpected(other.error());
  return other->dose_of_bed(model.bed(dose));
}

}  // namespace dosegate::radiobiology
