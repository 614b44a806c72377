// What a dose-volume histogram must be: the interface of every truth of the suite, and the numbers
// that are compared.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "validation/drawn_body.h"

namespace dosegate::validation {

/// A DVH that is known by other means than the engine. Units: Gy, cc.
class TruthCurve {
 public:
  TruthCurve() = default;
  TruthCurve(const TruthCurve&) = delete;
  TruthCurve& operator=(const TruthCurve&) = delete;
  virtual ~TruthCurve() = default;

  [[nodiscard]] virtual double volume_at_least(double x_gy) const = 0;

  /// Largest x with volume_at_least(x) >= volume_cc, to 1e-9 Gy, by bisection.
  [[nodiscard]] double hottest_gy(double volume_cc) const;

  double volume_cc = 0.0;
  double mean_gy = 0.0;
  double min_gy = 0.0;
  double max_gy = 0.0;
};

/// Dose d0 + gradient * (r - origin of the patient frame), Gy and Gy/mm.
struct LinearDose {
  double d0_gy = 0.0;
  model::Vec3 gradient = model::Vec3::Zero();
};

/// Closed form for a linear dose over a drawn body. In each prism, the chord of its section
/// perpendicular to the in-plane gradient is piecewise linear between the projections of the
/// corners; the area beyond a line is its integral, piecewise quadratic, and the volume beyond an
/// oblique plane one more integral, piecewise cubic. Exact to rounding, for any direction.
[[nodiscard]] std::unique_ptr<TruthCurve> linear_truth(const DrawnBody& body,
                                                       const LinearDose& dose);

}  // namespace dosegate::validation
