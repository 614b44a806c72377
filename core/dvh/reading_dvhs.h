// A DVH with everything that its bracket is made of: the same structure under other readings of the
// contours, and the doubt of the curve itself.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "dvh/compute_dvh.h"
#include "dvh/curve_doubt.h"

namespace dosegate::dvh {

struct ReadingDvhs {
  Dvh value;  ///< the same as compute_dvh() of the region gives
  /// One for each other region; none where that has no volume. Made from `value` and the
  /// difference of the two regions, in cells that are not refined at the ends of the curve.
  /// Minimum and maximum of an interpolated reading are those of the part whose share is at least
  /// one half: its thinning edges are no outline.
  std::vector<std::optional<Dvh>> others;
  CurveDoubt doubt;
};

/// The region must not be empty (InternalError); all regions are of one frame.
[[nodiscard]] ReadingDvhs compute_reading_dvhs(const geometry::Region& region,
                                               std::span<const geometry::Region> others,
                                               const model::DoseGrid& grid,
                                               const DvhOptions& options = {});

}  // namespace dosegate::dvh
