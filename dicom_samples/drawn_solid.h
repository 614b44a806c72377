// The solid that drawn contours stand for, and solids taken off it, as layers between which nothing
// changes along z.
//
// Each plane owns the space to the midpoints of its neighbours and the two ends half a spacing:
// with even spacing that is half a spacing to both sides of every plane. In a plane the even-odd
// rule holds.
#pragma once

#include <vector>

#include "sample_contours.h"

namespace dosegate::samples {

/// A stretch of z through which the same contours hold.
struct Layer {
  double z_lo = 0.0, z_hi = 0.0;
  const DrawnPlane* base = nullptr;
  std::vector<const DrawnPlane*> taken_off;  ///< at most one of each subtracted ROI
};

/// `base` minus all of `taken_off`, as point sets; ascending in z. Keeps pointers to both.
[[nodiscard]] std::vector<Layer> layers_of(const DrawnRoi& base,
                                           const std::vector<const DrawnRoi*>& taken_off,
                                           double plane_spacing_mm);

struct Span {
  double from = 0.0, to = 0.0;
};

/// Where the line at height y lies inside the plane (even-odd), ascending in x.
[[nodiscard]] std::vector<Span> spans_at(const DrawnPlane& plane, double y);
/// Where it lies inside the layer: inside the base and in nothing that is taken off.
[[nodiscard]] std::vector<Span> spans_at(const Layer& layer, double y);

[[nodiscard]] bool inside(const DrawnPlane& plane, const Point2& p);

/// Even-odd area by the shoelace formula, for polygons that do not touch each other or nest.
[[nodiscard]] double shoelace_mm2(const DrawnPlane& plane);

}  // namespace dosegate::samples
