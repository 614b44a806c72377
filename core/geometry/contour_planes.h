// The contour planes of a ROI, and what lies between them. Private to geometry/.
#pragma once

#include <optional>
#include <vector>

#include "base/finding.h"
#include "base/result.h"
#include "geometry/contour_survey.h"
#include "model/structure_set.h"

namespace dosegate::geometry {

/// Further than this off its plane a contour is not planar in any useful sense, mm (half a thin
/// slice).
inline constexpr double kNotPlanar_mm = 0.5;
/// A contour's points may lie this far off its plane without a word, mm: rounding of tilted
/// coordinates.
inline constexpr double kPlanar_mm = 0.01;

/// Errors: ContoursNotPlanar if a closed contour has a coordinate that is not a finite number (to
/// leave it out would make the ROI smaller than drawn).
[[nodiscard]] Result<void> check_finite(const RoiSurvey& survey);

struct ContourPlane {
  double w = 0.0;  ///< mm along the normal
  std::vector<const ContourFacts*> contours;
};

struct ContourPlanes {
  std::vector<ContourPlane> planes;  ///< ascending in w
  double largest_step_mm = 0.0;      ///< widest spread of contours that were taken as one plane
  double off_plane_mm = 0.0;         ///< largest distance of a point from its contour's plane
};

/// Contours with area, by plane along the unit normal `w`. Planes nearer than 0.05 mm are one.
[[nodiscard]] ContourPlanes group_planes(const RoiSurvey& survey, const model::Vec3& w);

struct Spacing {
  double nominal_mm = 0.0;
  Findings findings;
};

/// The spacing that end caps and gaps are measured by: the ROI's own recurring one where it can be
/// trusted, else the structure set's. Errors: SpacingUnknown.
[[nodiscard]] Result<Spacing> choose_spacing(const model::Roi& roi,
                                             const std::vector<ContourPlane>& planes,
                                             std::optional<double> set_spacing_mm);

/// For each pair of neighbouring planes, whether the space between them is a real gap that ends the
/// solid on both sides; adds findings for gaps that were bridged and capped.
[[nodiscard]] std::vector<bool> real_gaps(const model::Roi& roi,
                                          const std::vector<ContourPlane>& planes,
                                          double nominal_mm, Findings& findings);

}  // namespace dosegate::geometry
