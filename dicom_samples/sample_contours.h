// The solids as an observer draws them: closed polygons on axial planes, with the two decimals that
// the files carry. From here on the drawn polygons, not the solids, are what the files say.
#pragma once

#include <vector>

#include "sample_plans.h"
#include "sample_solids.h"

namespace dosegate::samples {

using Polygon = std::vector<Point2>;  ///< closed: the last point joins the first

struct DrawnPlane {
  double z = 0.0;
  std::vector<Polygon> polygons;  ///< filled by the even-odd rule
};

struct DrawnRoi {
  SampleRoi roi;
  std::vector<DrawnPlane> planes;  ///< ascending in z, one plane spacing apart, none left out
};

/// Throws std::runtime_error where a ROI would have a gap between its planes: the truth takes each
/// plane to own half a spacing to both sides, which is only right without gaps.
[[nodiscard]] std::vector<DrawnRoi> draw(const SamplePlan& plan);

}  // namespace dosegate::samples
