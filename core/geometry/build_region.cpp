#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "geometry/plane_stack.h"
#include "geometry/region.h"

namespace dosegate::geometry {
namespace {

// Each plane owns the space to the midpoints of its neighbours.
Region slab_reading(const PlaneStack& stack, EndCaps caps) {
  const double cap = caps == EndCaps::Half ? 0.5 * stack.nominal_spacing_mm : 0.0;
  const auto& planes = stack.planes;
  std::vector<Slab> slabs;
  slabs.reserve(planes.size());
  for (std::size_t i = 0; i < planes.size(); ++i) {
    const bool ends_below = i == 0 || stack.real_gap[i - 1];
    const bool ends_above = i + 1 == planes.size() || stack.real_gap[i];
    const double lo = ends_below ? planes[i].w - cap : 0.5 * (planes[i - 1].w + planes[i].w);
    const double hi = ends_above ? planes[i].w + cap : 0.5 * (planes[i].w + planes[i + 1].w);
    if (lo < hi)
      slabs.emplace_back(lo, hi, planes[i].area);  // alone and without caps: no thickness
  }
  return {stack.frame, std::move(slabs)};
}

}  // namespace

Result<BuiltRegion> build_region(const model::Roi& roi, const PlaneFrame& frame,
                                 const RegionOptions& options) {
  auto built = build_stack(survey(roi), frame, options.set_spacing_mm);
  if (!built) return tl::unexpected(built.error());
  const PlaneStack& stack = built->stack;
  Region region = slab_reading(stack, options.end_caps);
  if (region.empty()) {
    return fail(ErrorCode::RegionEmpty,
                fmt::format("The contours of ROI \"{}\" enclose no volume.", printable(roi.name)));
  }
  return BuiltRegion{std::move(region), std::move(built->findings), stack.nominal_spacing_mm,
                     static_cast<int>(stack.planes.size())};
}

}  // namespace dosegate::geometry
