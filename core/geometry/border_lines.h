// Where straight lines cross a plane area. Private to geometry/.
#pragma once

#include <vector>

#include "geometry/region.h"

namespace dosegate::geometry {

struct Stretch {
  double lo = 0.0, hi = 0.0;  ///< mm; lo < hi
};

/// The parts of the line v = const (along u) within the area; ascending, apart from each other.
/// `v` should be no corner's (there an end may be off by rounding).
[[nodiscard]] std::vector<Stretch> along_u(const Area& area, double v);

/// The same for the line u = const, along v.
[[nodiscard]] std::vector<Stretch> along_v(const Area& area, double u);

}  // namespace dosegate::geometry
