// A solid grown or shrunk by the same margin in every direction: all points within the margin of it,
// or all points that keep the margin to everything outside of it (Minkowski sum and difference with a
// ball).
//
// Method. The solid is a stack of prisms, so the distance to it splits into one within the plane and
// one along w. At the height w the grown solid is the union over all prisms of their outlines moved
// outwards by sqrt(m^2 - d^2), where d is the distance from w to the prism along w: an exact statement,
// spheres over the ends and edges included. (Shrunk: the outlines of all prisms, and the nothing
// between and beyond them, moved inwards by it.) Distances within the plane are exact at the nodes of
// a lattice; the moved outline is where their interpolation passes the margin.
//
// Approximation. The lattice is 0.5 mm fine (a 300th of the width of solids wider than 150 mm, a
// 40th of that of solids narrower than 20 mm). The outline is off by about an eighth of the step's
// square over the radius of curvature, which is 0.006 mm at a margin of 5 mm; at a sharp corner or
// between two parts that just meet by up to half a step, and what is thinner than a step may be lost.
// Along w the result is made of layers of at most 0.5 mm, cut wherever a prism of the solid begins,
// ends or comes within the margin; within a layer the outline is the mean one, so that volumes hold
// and a slanted border is off by half a layer at most.
#pragma once

#include "base/result.h"
#include "geometry/plane_stack.h"
#include "geometry/region.h"

namespace dosegate::geometry {

/// Largest margin that is computed, mm: nothing in a clinic is grown by more.
inline constexpr double kLargestMargin_mm = 50.0;

/// `solid`: slabs of weight 1, as read with Interpolation::Slab and prisms for end caps
/// (InternalError otherwise). The result owns its faces (PlaneStack::faces): every reading takes it
/// as it stands. Errors: NotComputable for a margin beyond kLargestMargin_mm; RegionEmpty where
/// shrinking leaves nothing.
[[nodiscard]] Result<PlaneStack> with_margin(const Region& solid, double margin_mm);

}  // namespace dosegate::geometry
