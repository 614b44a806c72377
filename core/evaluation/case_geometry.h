// The regions of one case: each ROI built once, in whichever frame it is asked for.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "base/finding.h"
#include "geometry/arrangement.h"
#include "geometry/region.h"
#include "model/structure_set.h"

namespace dosegate::evaluation {

/// An expression over ROIs by index: what a structure expression became after its names were
/// matched.
struct RoiExpression {
  enum class Op { Roi, Union, Subtract, Intersect };
  Op op = Op::Roi;
  std::size_t roi = 0;  ///< for Roi: index into StructureSet::rois
  std::vector<RoiExpression> operands;
};

class CaseGeometry {
 public:
  /// `structures` must outlive the geometry.
  CaseGeometry(const model::StructureSet& structures, geometry::EndCaps caps);

  /// The solid of one ROI in its own frame, and what was noticed. May be called from several
  /// threads. Errors: those of contour_frame() and build_region().
  [[nodiscard]] Result<geometry::BuiltRegion> roi(std::size_t index) const;

  /// The solid of an expression, in the frame of its first ROI. Errors: as above; RegionEmpty if
  /// nothing is left; ContoursNotParallel if the ROIs are drawn in planes of different tilt.
  [[nodiscard]] Result<geometry::Region> region(const RoiExpression& expression) const;

 private:
  Result<geometry::BuiltRegion> build(std::size_t index, const geometry::PlaneFrame& frame) const;
  Result<geometry::Region> in_frame(const RoiExpression& expression,
                                    const geometry::PlaneFrame& frame) const;
  std::optional<double> set_spacing(const model::Vec3& w) const;

  const model::StructureSet& structures_;
  geometry::EndCaps caps_;
  mutable std::mutex mutex_;
  mutable std::vector<std::pair<model::Vec3, std::optional<double>>> spacings_;
};

}  // namespace dosegate::evaluation
