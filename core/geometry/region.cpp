#include "geometry/region.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace dosegate::geometry {
namespace {

// A million-th of a cc: three orders below the smallest volume that any metric asks for, and far
// above what rounding leaves of two borders that coincide.
constexpr double kEmpty_cc = 1e-6;
constexpr double kMm3PerCc = 1000.0;

}  // namespace

double area_mm2(const Area& area) {
  double sum = 0.0;
  for (const Edge& e : area.edges) sum += e.sign * 0.5 * (e.u0 + e.u1) * (e.v1 - e.v0);
  return sum;
}

Region::Region(PlaneFrame frame, std::vector<Slab> slabs)
    : frame_(std::move(frame)), slabs_(std::move(slabs)) {
  std::erase_if(slabs_, [](const Slab& slab) { return slab.edges().empty(); });
  double volume_mm3 = 0.0;
  for (std::size_t i = 0; i < slabs_.size(); ++i) {
    const Slab& slab = slabs_[i];
    require(slab.w_lo < slab.w_hi, "a slab without thickness");
    require(i == 0 || slabs_[i - 1].w_hi <= slab.w_lo, "slabs that overlap or do not ascend");
    volume_mm3 += area_mm2(*slab.area) * (slab.w_hi - slab.w_lo);
  }
  volume_ = Cc(volume_mm3 / kMm3PerCc);
}

bool Region::empty() const {
  return !(volume_.value() > kEmpty_cc);
}

}  // namespace dosegate::geometry
