#include "geometry/contour_overlap.h"

#include <algorithm>

namespace dosegate::geometry {
namespace {

// Width of a sliver that the rounding of coordinates can leave (DS text of two decimals).
constexpr double kSliver_mm = 0.02;

}  // namespace

void ContourOverlap::pass(std::size_t contour) {
  const auto at = std::lower_bound(inside_.begin(), inside_.end(), contour);
  if (at != inside_.end() && *at == contour) {
    inside_.erase(at);
  } else {
    inside_.insert(at, contour);
  }
}

void ContourOverlap::stretch(double width_mm, double height_mm) {
  const auto add = [&](Extent& extent) {
    extent.area_mm2 += width_mm * height_mm;
    extent.height_mm += height_mm;
  };
  for (std::size_t i = 0; i < inside_.size(); ++i) {
    add(areas_[inside_[i]]);
    for (std::size_t j = i + 1; j < inside_.size(); ++j) add(shared_[{inside_[i], inside_[j]}]);
  }
}

// Whether a contour has more than slivers outside of what it shares: slivers of its whole border,
// which is about twice its height and twice its mean width long.
bool ContourOverlap::has_more(std::size_t contour, const Extent& shared) const {
  const Extent& whole = areas_[contour];
  const double border_mm = 2.0 * (whole.height_mm + whole.area_mm2 / whole.height_mm);
  return whole.area_mm2 - shared.area_mm2 > kSliver_mm * border_mm;
}

double ContourOverlap::depth_mm() const {
  double depth_mm = 0.0;
  for (const auto& [pair, shared] : shared_) {
    if (!has_more(pair.first, shared) || !has_more(pair.second, shared)) continue;
    depth_mm = std::max(depth_mm, std::min(shared.height_mm, shared.area_mm2 / shared.height_mm));
  }
  return depth_mm;
}

bool ContourOverlap::repeated() const {
  return std::any_of(shared_.begin(), shared_.end(), [&](const auto& entry) {
    const auto& [pair, shared] = entry;
    return !has_more(pair.first, shared) && !has_more(pair.second, shared);
  });
}

}  // namespace dosegate::geometry
