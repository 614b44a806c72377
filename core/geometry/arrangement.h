// Plane arrangements: straight edges of one or two operands in, the clean signed border of a
// boolean combination out. Exact up to the rounding of crossing points; no tolerance decides what
// is inside.
//
// Method: horizontal strips between all vertices and all crossings. Inside a strip no two edges
// cross, so their order along u is fixed, and walking along that order toggles "inside A" and
// "inside B" (even-odd rule). Where the combination changes, the edge there is border. Edges that
// coincide are crossed together, so shared borders leave no slivers.
#pragma once

#include <span>
#include <vector>

#include "geometry/region.h"

namespace dosegate::geometry {

/// A piece of an operand's border, of any direction; level pieces (v0 == v1) are allowed.
struct InputEdge {
  double u0 = 0.0, v0 = 0.0, u1 = 0.0, v1 = 0.0;
  int operand = 0;          ///< 0 = A, 1 = B
  std::size_t contour = 0;  ///< which contour of its operand; looked at with one operand only
};

enum class Combine {
  Union,      ///< A or B
  Subtract,   ///< A and not B
  Intersect,  ///< A and B
};

struct CleanBorder {
  Area area;
  /// Largest depth to which two edges of the same operand cross each other, or two contours overlap
  /// that touch without crossing, mm: 0 for clean contours.
  double self_crossing_mm = 0.0;
  /// Two contours enclose the same area: under the even-odd rule nothing is left of it.
  bool repeated = false;
};

/// Border of `combine(A, B)`, where each operand is the even-odd area of its edges. With one
/// operand only, Union gives its clean border.
[[nodiscard]] CleanBorder arrange(std::span<const InputEdge> edges, Combine combine);

/// Boolean combination of two solids in one frame (InternalError if the frames differ by more than
/// rounding, or if a slab carries a weight). The slabs are cut at the faces of both. For solids
/// that are expressions over ROIs, stack_expression.h does the same for every reading.
[[nodiscard]] Region combine(const Region& a, const Region& b, Combine operation);

}  // namespace dosegate::geometry
