// The contour planes of a ROI, and what lies between them. Private to geometry/.
#pragma once

#include <vector>

#include "base/finding.h"
#include "base/result.h"
#include "geometry/region.h"
#include "model/structure_set.h"

namespace dosegate::geometry {

/// Further than this off its plane a contour is not planar in any useful sense, mm (half a thin
/// slice).
inline constexpr double kNotPlanar_mm = 0.5;
/// A contour's points may lie this far off its plane without a word, mm: rounding of tilted
/// coordinates.
inline constexpr double kPlanar_mm = 0.01;

/// CLOSED_PLANAR or CLOSEDPLANAR_XOR.
[[nodiscard]] bool is_closed(const model::Contour& contour);
/// Closed, and its points do not lie on one line.
[[nodiscard]] bool has_area(const model::Contour& contour);
/// Normal of the plane that a contour spans (at least three points), its length an area in mm^2:
/// the area vector, or, where loops of opposite sense cancel (a bow-tie), the widest triangle from
/// its first point. Zero for points on one line.
[[nodiscard]] model::Vec3 spanned(const model::Contour& contour);
/// Largest distance of a point from the plane of unit normal `w` through the contour's middle, mm.
[[nodiscard]] double off_plane(const model::Contour& contour, const model::Vec3& w);

struct ContourPlane {
  double w = 0.0;  ///< mm along the normal
  std::vector<const model::Contour*> contours;
};

struct ContourPlanes {
  std::vector<ContourPlane> planes;  ///< ascending in w
  double largest_step_mm = 0.0;      ///< widest spread of contours that were taken as one plane
  double off_plane_mm = 0.0;         ///< largest distance of a point from its contour's plane
};

/// Contours with area, by plane along the unit normal `w`. Planes nearer than 0.05 mm are one.
[[nodiscard]] ContourPlanes group_planes(const model::Roi& roi, const model::Vec3& w);

struct Spacing {
  double nominal_mm = 0.0;
  Findings findings;
};

/// The spacing that end caps and gaps are measured by: the ROI's own recurring one where it can be
/// trusted, else the structure set's. Errors: SpacingUnknown.
[[nodiscard]] Result<Spacing> choose_spacing(const model::Roi& roi,
                                             const std::vector<ContourPlane>& planes,
                                             std::optional<double> set_spacing_mm);

struct Faces {
  double lo = 0.0, hi = 0.0;  ///< mm along the normal
};

/// Which stretch of w each plane owns; adds findings for bridged and capped gaps.
[[nodiscard]] std::vector<Faces> slab_faces(const model::Roi& roi,
                                            const std::vector<ContourPlane>& planes,
                                            const RegionOptions& options, double nominal_mm,
                                            Findings& findings);

}  // namespace dosegate::geometry
