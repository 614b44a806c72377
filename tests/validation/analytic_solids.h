// The bodies of the validation suite and their contours: cross-sections of ideal solids, as
// inscribed polygons.
//
// Frame: (a, b, w) about the solid's own centre, mm; see drawn_body.h.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "validation/drawn_body.h"
#include "validation/smooth_truth.h"

namespace dosegate::validation {

/// One ROI's ideal shape: what a plane at height w cuts out of it; nothing outside [lo, hi].
struct IdealShape {
  double lo_mm = 0.0, hi_mm = 0.0;
  std::function<std::vector<Polygon>(double w)> section;
};

struct Solid {
  std::string name;
  double size_mm = 12.0;  ///< half of its largest extent
  Combination combination = Combination::Only;
  IdealShape first;
  IdealShape second;  ///< none with Combination::Only
  /// The same solid as stacks of discs and prisms; empty where that cannot be said.
  std::vector<SmoothPart> smooth;
};

enum class Axis { AlongW, Across };

[[nodiscard]] Solid sphere(double radius_mm);
/// Diameter = height = 2 * radius.
[[nodiscard]] Solid cylinder(double radius_mm, Axis axis);
/// Base diameter = height = 2 * radius; the apex points to larger w (or b).
[[nodiscard]] Solid cone(double radius_mm, Axis axis);
/// Half edges 1, 0.8 and 1.2 times `half_mm` along a, b, w, turned by `turn_rad` about w.
[[nodiscard]] Solid box(double half_mm, double turn_rad);
/// Semi-axes 1, 0.7 and 0.85 times `semi_mm` along a, b, w.
[[nodiscard]] Solid ellipsoid(double semi_mm);
/// A sphere with a concentric hole of 0.6 times the radius.
[[nodiscard]] Solid shell(double radius_mm);
/// An upright cylinder of any length: in a dose that changes in the plane only, all its planes are off
/// alike and nothing averages out. With `hole_share` a tube whose hole has that share of the radius.
[[nodiscard]] Solid rod(double radius_mm, double half_length_mm, double hole_share);
/// A sphere and a smaller upright cylinder beside it, one ROI.
[[nodiscard]] Solid two_bodies(double radius_mm);
/// Two overlapping spheres as two ROIs: their union.
[[nodiscard]] Solid merged_spheres(double radius_mm);
/// The liver analogue of about 1534 cc: an ellipsoid minus two spheres (GTVs), one of them partly
/// outside the liver; the GTVs are one ROI.
[[nodiscard]] Solid liver_minus_gtv();

/// Draws `solid` around `centre` (a, b, w): planes at phase + k * spacing (absolute heights).
/// `second_spacing_mm` 0: the second ROI is drawn on the first one's planes.
struct Drawing {
  int w = 2;
  std::array<double, 3> centre_mm = {0.0, 0.0, 0.0};
  double phase_mm = 0.0;
  double spacing_mm = 1.0;
  double second_spacing_mm = 0.0;
};
[[nodiscard]] DrawnBody draw(const Solid& solid, const Drawing& drawing);

/// Polygon inscribed in an ellipse; `corners` 0: one about every 0.3 mm.
[[nodiscard]] Polygon ellipse(Point centre, double semi_a, double semi_b, int corners = 0);

}  // namespace dosegate::validation
