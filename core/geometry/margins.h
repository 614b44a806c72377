// How far one solid reaches beyond another along the patient's six directions: the margins that a
// target was grown by.
//
// Definition. Towards a direction d, look along every straight line parallel to d that meets both
// solids. Let a be where the line leaves the inner solid for the last time, going towards d. If the
// outer solid holds a, the line's margin is the way from a to where it leaves the outer solid; if not,
// it is minus the way back from a to where the outer solid ends before it, or minus the way to where it
// begins beyond it if it lies beyond only. The margin towards d is the
// value below which 5 % of these lines lie, each line weighted with the area that it stands for seen
// along d; the least of all lines is given beside it. (A line that meets the inner solid alone tells
// of another direction: there the inner one sticks out.)
//
// Why the low end of the lines. Grow a convex body by a box or an ellipsoid whose half axes are the
// margins: on the line that leaves the body where its border faces d, the margin is exactly the half
// axis; on lines that leave where the border is tilted it is larger for an ellipsoid (they cross the
// rim obliquely), and the same for a box. So the lower end is the half axis, and a place where less
// was given shows. (The distance to the nearest point of the outer border, which a distance map
// gives, is no margin along an axis: above the top of a narrow body that was grown by 5 mm to the
// sides and 12 mm upwards, the nearest border is the side's.) 5 % instead of the least keeps single
// steps of a drawn outline from deciding; on a sphere of 8 mm, grown by (5, 5, 12) mm, it adds 0.1 mm.
//
// Slabs. Both solids are what the reading says: across the contour planes they end at the faces of
// their slabs. Two structures on the same planes with the same end caps have margins that are whole
// numbers of planes there; a margin that is drawn on planes cannot be told more finely than the
// distance of the planes, which is not an error of this measurement.
#pragma once

#include <array>
#include <string_view>

#include "base/result.h"
#include "geometry/region.h"

namespace dosegate::geometry {

/// Directions of the patient (LPS): left is +x, posterior +y, superior +z.
enum class Direction { Left, Right, Anterior, Posterior, Superior, Inferior };
inline constexpr std::array<Direction, 6> kDirections = {Direction::Left,     Direction::Right,
                                                         Direction::Anterior, Direction::Posterior,
                                                         Direction::Superior, Direction::Inferior};
[[nodiscard]] std::string_view to_text(Direction direction);  ///< "left", "right" ...
[[nodiscard]] bool is_cranio_caudal(Direction direction);

struct DirectionMargin {
  double margin_mm = 0.0;  ///< 5 % of the lines have less; negative where the inner one sticks out
  double least_mm = 0.0;   ///< the least of all lines
  bool across_planes = false;  ///< the direction is the normal of the contour planes
};

/// In the order of kDirections.
using Margins = std::array<DirectionMargin, 6>;

/// Lines are 1 mm apart, wider in solids of more than 200 mm, closer in solids of less than 20 mm;
/// along a line the borders' crossings are exact. Errors: NotComputable if the common frame is not
/// that of the patient's axes, if a solid is empty or is weighted (an interpolated reading), or if no
/// line along some direction meets both.
[[nodiscard]] Result<Margins> measure_margins(const Region& inner, const Region& outer);

}  // namespace dosegate::geometry
