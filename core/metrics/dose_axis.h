// The dose axis of a metric's basis. Private to metrics/.
#pragma once

#include <optional>

#include "base/result.h"
#include "metrics/compute.h"
#include "radiobiology/lq.h"

namespace dosegate::metrics {

/// Dose axis of a metric: physical Gy of the curve, times a scale, <-> the basis' Gy, both strictly
/// increasing and 0 at 0.
class DoseAxis {
 public:
  explicit DoseAxis(double scale) : scale_(scale) {}
  DoseAxis(const radiobiology::LqModel& model, const Basis& basis, double scale)
      : model_(model), basis_(basis), scale_(scale) {}

  [[nodiscard]] double from_physical(double dose_gy) const {
    const double scaled_gy = dose_gy * scale_;
    return model_ ? model_->bed_gy(scaled_gy) / per_bed() : scaled_gy;
  }
  [[nodiscard]] double to_physical(double dose_gy) const {
    return (model_ ? model_->dose_of_bed_gy(dose_gy * per_bed()) : dose_gy) / scale_;
  }
  // Mean of the mapped dose. BED is D + D^2 / (n ab), so its mean needs the mean square only.
  [[nodiscard]] double mean(double mean_gy, double mean_square_gy2) const {
    const double scaled_gy = mean_gy * scale_;
    if (!model_) return scaled_gy;
    const double quadratic =
        mean_square_gy2 * scale_ * scale_ / (model_->fractions() * model_->alpha_beta().value());
    return (scaled_gy + quadratic) / per_bed();
  }

 private:
  // BED of 1 Gy of this basis: 1 for BED, 1 + x/ab for EQDx.
  [[nodiscard]] double per_bed() const {
    switch (basis_.kind) {
      case BasisKind::Eqd2:
        return 1.0 + 2.0 / basis_.alpha_beta_gy;
      case BasisKind::Eqdx:
        return 1.0 + basis_.dose_per_fraction_gy / basis_.alpha_beta_gy;
      case BasisKind::Unstated:
      case BasisKind::Physical:
      case BasisKind::Bed:
        return 1.0;
    }
    throw InternalError("unknown basis");
  }

  std::optional<radiobiology::LqModel> model_;
  Basis basis_;
  double scale_ = 1.0;
};

/// Errors: NotComputable (an effective dose is never converted), FractionsUnknown, those of
/// LqModel::create().
[[nodiscard]] Result<DoseAxis> axis_for(const Basis& basis, const MetricContext& context);

}  // namespace dosegate::metrics
