#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "geometry/plane_stack.h"
#include "geometry/read_stack.h"
#include "geometry/region.h"

namespace dosegate::geometry {
Result<BuiltRegion> build_region(const model::Roi& roi, const PlaneFrame& frame,
                                 const RegionOptions& options) {
  auto built = build_stack(survey(roi), frame, options.set_spacing_mm);
  if (!built) return tl::unexpected(built.error());
  const PlaneStack& stack = built->stack;
  Region region = read_stack(stack, {options.end_caps, options.interpolation});
  if (region.empty()) {
    return fail(ErrorCode::RegionEmpty,
                fmt::format("The contours of ROI \"{}\" enclose no volume.", printable(roi.name)));
  }
  return BuiltRegion{std::move(region), std::move(built->findings), stack.nominal_spacing_mm,
                     static_cast<int>(stack.planes.size())};
}

}  // namespace dosegate::geometry
