// Truth of ideal solids under a linear dose: what the contours were drawn from, not what they mean.
// The difference to the drawn truth is the reading error, which no engine can avoid.
//
// Frame: (a, b, w) about the solid's own centre, mm.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "validation/truth_curve.h"

namespace dosegate::validation {

/// A stack of discs along an axis, or an upright prism, added or taken away.
struct SmoothPart {
  double sign = 1.0;
  model::Vec3 centre = model::Vec3::Zero();
  double lo_mm = 0.0, hi_mm = 0.0;  ///< along the axis, from the centre
  model::Vec3 axis = model::Vec3::UnitZ();
  std::function<double(double)> radius_mm;    ///< at a place along the axis
  model::Vec3 stretch = model::Vec3::Ones();  ///< of the whole part about the origin
  Polygon prism;                              ///< instead of discs, along w
};

[[nodiscard]] SmoothPart smooth_ball(double radius_mm, const model::Vec3& centre);
[[nodiscard]] SmoothPart smooth_rod(double radius_mm, double lo_mm, double hi_mm,
                                    const model::Vec3& axis);

/// `dose` in the frame (a, b, w). Discs: segments of circles in closed form, integrated along the
/// axis by Gauss' rule (relative error below 1e-6); prisms: closed form. Dmin and Dmax are those of
/// the parts that are added.
[[nodiscard]] std::unique_ptr<TruthCurve> smooth_truth(const std::vector<SmoothPart>& parts,
                                                       const LinearDose& dose);

}  // namespace dosegate::validation
