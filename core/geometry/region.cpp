#include "geometry/region.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>
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
  const bool weighted = std::any_of(slabs_.begin(), slabs_.end(), [](const Slab& slab) {
    return slab.weight_lo != 1.0 || slab.weight_hi != 1.0;
  });
  std::unordered_map<const Area*, double> areas_mm2;  // weighted slabs share borders
  double volume_mm3 = 0.0;
  for (std::size_t i = 0; i < slabs_.size(); ++i) {
    const Slab& slab = slabs_[i];
    require(slab.w_lo < slab.w_hi, "a slab without thickness");
    require(i == 0 || (weighted ? slabs_[i - 1].w_lo : slabs_[i - 1].w_hi) <= slab.w_lo,
            "slabs that overlap or do not ascend");
    const double weight = 0.5 * (slab.weight_lo + slab.weight_hi);
    const auto [known, fresh] = areas_mm2.try_emplace(slab.area.get(), 0.0);
    if (fresh) known->second = area_mm2(*slab.area);
    volume_mm3 += known->second * (slab.w_hi - slab.w_lo) * weight;
  }
  volume_ = Cc(volume_mm3 / kMm3PerCc);
}

bool Region::empty() const {
  return !(volume_.value() > kEmpty_cc);
}

}  // namespace dosegate::geometry
