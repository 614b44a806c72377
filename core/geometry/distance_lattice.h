// Signed distances to plane areas on a lattice, and the outlines where such a field is below zero.
// Private to geometry/.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "geometry/region.h"

namespace dosegate::geometry {

/// Equally spaced nodes in a plane, mm.
struct Lattice {
  double u0 = 0.0, v0 = 0.0, step = 1.0;
  std::size_t columns = 0, rows = 0;
  [[nodiscard]] double u(std::size_t i) const { return u0 + step * static_cast<double>(i); }
  [[nodiscard]] double v(std::size_t j) const { return v0 + step * static_cast<double>(j); }
  [[nodiscard]] std::size_t size() const { return columns * rows; }
};

/// One value a node, columns fastest.
using Field = std::vector<float>;

/// Distance to the area's border, mm, negative inside: exact (to a float) where it is at most
/// `band_mm`, and +-`band_mm` further away.
[[nodiscard]] Field signed_distance(const Area& area, const Lattice& lattice, double band_mm);

/// The border of where `field` is below 0, linear along the lattice's lines. The field must not be
/// below 0 on the lattice's rim (InternalError).
[[nodiscard]] Area below_zero(const Field& field, const Lattice& lattice);

}  // namespace dosegate::geometry
