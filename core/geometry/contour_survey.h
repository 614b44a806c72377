// What one look at a ROI's points tells of its contours. Every question that geometry asks of whole
// contours (area? finite? in which plane? how flat?) is answered from here, so that the points of a
// structure set are walked through once and not once a question. Patient coordinates (LPS, mm).
#pragma once

#include <vector>

#include "model/geometry_types.h"
#include "model/structure_set.h"

namespace dosegate::geometry {

struct ContourFacts {
  const model::Contour* contour = nullptr;  ///< never null
  /// Normal of the plane that the contour spans, its length an area in mm^2: the area vector, or,
  /// where loops of opposite sense cancel (a bow-tie), the widest triangle from its first point.
  /// Zero for points on one line and for fewer than three points.
  model::Vec3 spanned = model::Vec3::Zero();
  model::Vec3 lo = model::Vec3::Zero(), hi = model::Vec3::Zero();  ///< bounding box
  model::Vec3 sum = model::Vec3::Zero();                           ///< of all points
  bool closed = false;    ///< CLOSED_PLANAR or CLOSEDPLANAR_XOR
  bool finite = true;     ///< every coordinate is a number
  bool has_area = false;  ///< closed, finite, and its points do not lie on one line
};

/// The contours of one ROI, in the order of the file. Points into the ROI, which must outlive it.
struct RoiSurvey {
  const model::Roi* roi = nullptr;  ///< never null
  std::vector<ContourFacts> contours;
};

[[nodiscard]] RoiSurvey survey(const model::Roi& roi);

/// Mean height of a contour's points along the unit vector `w`, mm.
[[nodiscard]] double mean_height(const ContourFacts& facts, const model::Vec3& w);
/// Largest distance of a point from the plane of unit normal `w` through the contour's middle, mm.
[[nodiscard]] double off_plane(const ContourFacts& facts, const model::Vec3& w);

}  // namespace dosegate::geometry
