// A region: the solid that a ROI's contours (or an expression over ROIs) stand for.
//
// Frame. A region lives in a frame of three perpendicular unit axes u, v, w in patient coordinates
// (LPS, mm): w is the common normal of the contour planes, u and v span the planes. Contours
// parallel to the patient's axes get the patient's axes themselves, so that axial regions share one
// frame.
//
// Solid. Slabs in the order of w; disjoint unless they carry weights (see Slab). Each slab is a
// prism: a plane area between two faces w_lo < w_hi. The area is given by signed edges, a form in
// which every integral over the area is a sum over edges, and which is closed under boolean
// operations:
//     area(f) = sum over edges of sign * integral from v0 to v1 of F(u(v), v) dv,   dF/du = f
// sign +1 where the area lies on the side of smaller u (a right border), -1 where it lies on the
// side of larger u (a left border). Edges never cross each other; they may touch.
//
// Laws (each is a test): the signed areas add up to the even-odd area of the contours; the order
// and the sense of rotation of contours do not matter; union and intersection commute; V(A - B) =
// V(A) - V(A & B); V(A + B) = V(A) + V(B) - V(A & B).
//
// What it does not do: it knows no dose, and it never looks at voxels.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/finding.h"
#include "base/result.h"
#include "base/units.h"
#include "geometry/reading.h"
#include "model/geometry_types.h"
#include "model/structure_set.h"

namespace dosegate::geometry {

struct RoiSurvey;

/// Orthonormal axes of a stack of planes; columns u, v, w. Coordinates along an axis are plain dot
/// products with the patient position, so the frame's origin is the patient's.
struct PlaneFrame {
  model::Mat3 axes = model::Mat3::Identity();
  [[nodiscard]] model::Vec3 to_frame(const model::Vec3& patient) const {
    return axes.transpose() * patient;
  }
};

/// A straight piece of border in a plane, mm; v0 < v1 always (level borders are kept apart).
struct Edge {
  double u0 = 0.0, v0 = 0.0, u1 = 0.0, v1 = 0.0;
  double sign = 1.0;  ///< +1 right border, -1 left border
};

/// A piece of border along u, at one v. It bounds no area integral, but a dose extreme can lie on
/// it.
struct LevelEdge {
  double v = 0.0, u0 = 0.0, u1 = 0.0;  ///< u0 < u1
};

/// The border of a plane area. Never changes once it is made: slabs of one plane, and the readings
/// of one ROI (slab, blend ...), share it.
struct Area {
  std::vector<Edge> edges;  ///< ascending in v0, then u0
  std::vector<LevelEdge> levels;
};

/// A prism between two faces. Its weight is the share of each point that belongs to the solid: 1
/// everywhere for the slab reading; for interpolated readings it runs linearly along w from
/// weight_lo at the lower face to weight_hi at the upper one (it can be negative there: a cubic
/// overshoots), and prisms of different planes lie in the same stretch of w, their weights adding
/// up to 1 where all of them contain a point.
struct Slab {
  double w_lo = 0.0, w_hi = 0.0;     ///< mm; w_lo < w_hi
  std::shared_ptr<const Area> area;  ///< never null
  double weight_lo = 1.0, weight_hi = 1.0;

  Slab(double lo, double hi, Area border, double weight_at_lo = 1.0, double weight_at_hi = 1.0)
      : w_lo(lo),
        w_hi(hi),
        area(std::make_shared<const Area>(std::move(border))),
        weight_lo(weight_at_lo),
        weight_hi(weight_at_hi) {}
  Slab(double lo, double hi, std::shared_ptr<const Area> border, double weight_at_lo = 1.0,
       double weight_at_hi = 1.0)
      : w_lo(lo),
        w_hi(hi),
        area(std::move(border)),
        weight_lo(weight_at_lo),
        weight_hi(weight_at_hi) {}

  [[nodiscard]] const std::vector<Edge>& edges() const { return area->edges; }
  [[nodiscard]] const std::vector<LevelEdge>& levels() const { return area->levels; }
};

class Region {
 public:
  /// `slabs` ascending in w_lo, and disjoint if all weigh 1 (InternalError otherwise); slabs
  /// without edges are dropped.
  Region(PlaneFrame frame, std::vector<Slab> slabs);

  [[nodiscard]] const PlaneFrame& frame() const { return frame_; }
  [[nodiscard]] const std::vector<Slab>& slabs() const { return slabs_; }
  /// Exact volume of the solid: area times thickness times mean weight.
  [[nodiscard]] Cc volume() const { return volume_; }
  /// True if nothing of measurable volume is left (below a millionth of a cc, the area of
  /// rounding).
  [[nodiscard]] bool empty() const;

 private:
  PlaneFrame frame_;
  std::vector<Slab> slabs_;
  Cc volume_;
};

/// Signed area of a border, mm^2.
[[nodiscard]] double area_mm2(const Area& area);

struct RegionOptions {
  EndCaps end_caps = EndCaps::Half;
  /// nominal_spacing_mm() of the whole structure set along the frame's w, for ROIs that cannot tell
  /// their own spacing.
  std::optional<double> set_spacing_mm;
  Interpolation interpolation = Interpolation::Slab;
};

/// A region and what was noticed while it was built.
struct BuiltRegion {
  Region region;
  Findings findings;
  /// Distance of neighbouring contour planes that was used, mm.
  double nominal_spacing_mm = 0.0;
  int planes = 0;  ///< number of contour planes
};

/// Nominal plane spacing of a whole structure set along normal `w`: the smallest distance between
/// neighbouring planes of a ROI that recurs, mm. Used where a ROI alone cannot tell.
[[nodiscard]] std::optional<double> nominal_spacing_mm(const model::StructureSet& structures,
                                                       const model::Vec3& w);
[[nodiscard]] std::optional<double> nominal_spacing_mm(std::span<const RoiSurvey> surveys,
                                                       const model::Vec3& w);

/// The frame of a ROI's planes: from its largest closed contour, snapped to the patient's axes
/// where nearer than 1e-4 rad. Errors: RegionEmpty if it has no closed contour with area.
/// ContoursNotPlanar if a closed contour has a coordinate that is not a finite number.
[[nodiscard]] Result<PlaneFrame> contour_frame(const model::Roi& roi);
[[nodiscard]] Result<PlaneFrame> contour_frame(const RoiSurvey& survey);

/// The solid of a ROI in `frame`: its planes as build_stack() finds them (plane_stack.h), filled by
/// the reading that the options name.
/// Errors: RegionEmpty, ContoursNotParallel, ContoursNotPlanar, SpacingUnknown.
[[nodiscard]] Result<BuiltRegion> build_region(const model::Roi& roi, const PlaneFrame& frame,
                                               const RegionOptions& options = {});

}  // namespace dosegate::geometry
