// A ROI as a stack of plane borders: everything that all readings of it have in common. Making the
// borders is the work; what lies between the planes and beyond the end planes is decided afterwards
// (read_stack.h), as often as needed and at little cost.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/finding.h"
#include "base/result.h"
#include "geometry/contour_survey.h"
#include "geometry/region.h"

namespace dosegate::geometry {

struct StackPlane {
  double w = 0.0;                    ///< mm along the frame's w
  std::shared_ptr<const Area> area;  ///< never null; without edges where contours cancel
};

struct PlaneStack {
  PlaneFrame frame;
  std::vector<StackPlane> planes;  ///< ascending in w, at least one
  /// For each pair of neighbouring planes: the space between them is a real gap, and both sides
  /// end there.
  std::vector<bool> real_gap;
  double nominal_spacing_mm = 0.0;  ///< distance of neighbouring planes; end caps go by it
  /// Empty for what was drawn. A solid that was computed (structure_margin.h) or given as voxels
  /// says itself where its layers begin and end: plane i owns faces[i] to faces[i + 1], under every
  /// reading.
  std::vector<double> faces = {};
};

struct BuiltStack {
  std::string roi_name;
  PlaneStack stack;
  Findings findings;
};

/// The planes of a ROI in `frame`, by the rules of the design, section 4.1:
/// - closed planar contours only (points and open ones are left out, with a finding);
/// - even-odd rule over all contours of a plane; planes nearer than 0.05 mm are one;
/// - a gap of up to 1.5 nominal spacings is ordinary, of up to 2.5 a skipped plane (finding), a
///   longer one is real (finding);
/// - a single plane takes its thickness from its own slab thickness tag or from `set_spacing_mm`,
///   the structure set's nominal_spacing_mm() along the frame's w;
/// - a ROI that was given as voxels owns its layers' faces, with planes without border where there
///   is no layer.
/// Errors: RegionEmpty, ContoursNotParallel, ContoursNotPlanar, SpacingUnknown.
[[nodiscard]] Result<BuiltStack> build_stack(const RoiSurvey& survey, const PlaneFrame& frame,
                                             std::optional<double> set_spacing_mm);

}  // namespace dosegate::geometry
