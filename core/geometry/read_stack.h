// From a stack of plane borders to a solid, by one reading. Cheap: no border is touched, all readings
// of a stack share them.
//
// Each plane's border stands over one or more stretches of w with a share (weight) that runs
// linearly. Shares that are curved by definition (a rounded cap, a cubic) are cut into pieces, and
// each piece is the straight line with the curve's own mean and first moment (the least-squares line),
// so that volume, centre of mass, and the mean of a dose that is linear along w are exact whatever
// the number of pieces.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "geometry/plane_stack.h"
#include "geometry/reading.h"
#include "geometry/region.h"

namespace dosegate::geometry {

/// A stretch of w (mm) over which one plane of a stack stands with a share from weight_lo to
/// weight_hi, linear between; the two never differ in sign.
struct PlaneShare {
  double w_lo = 0.0, w_hi = 0.0;
  std::size_t plane = 0;
  double weight_lo = 1.0, weight_hi = 1.0;
};

/// The shares of all planes of a stack; ascending in w_lo, then w_hi, then plane.
[[nodiscard]] std::vector<PlaneShare> plane_shares(const PlaneStack& stack, const Reading& reading);

/// The solid that a stack stands for. Its slabs are disjoint for Interpolation::Slab.
[[nodiscard]] Region read_stack(const PlaneStack& stack, const Reading& reading);

/// The straight pieces of `weight`, a polynomial of degree 8 at most over 0..1 that stands for the
/// stretch w_lo..w_hi: `pieces` of equal length, cut where they change sign, without those that are
/// zero. Each goes to `take` as a share of `plane`.
void straight_pieces(PlaneShare stretch, int pieces, const std::function<double(double)>& weight,
                     const std::function<void(const PlaneShare&)>& take);

}  // namespace dosegate::geometry
