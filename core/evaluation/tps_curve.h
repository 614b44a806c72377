// The DVHs that a planning system wrote, in our own terms: cumulative, in Gy, and of a known dose
// axis. The standard leaves open which dose of a bin a cumulative volume belongs to, systems write
// the statistics beside the curve in other units than they say, and RELATIVE may be a fraction or a
// percentage. Each of these is decided by what the numbers themselves say, over all DVHs of a file
// together, and said in a finding; where they say nothing, or contradict each other, the curve
// stands and the statistics are dropped.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/finding.h"
#include "model/case.h"

namespace dosegate::evaluation {

/// The dose of bin i, from lower edge e to upper edge e + w, that its cumulative volume belongs to.
enum class TpsDoseAxis { Lower, Centre, Upper };
[[nodiscard]] std::string_view to_text(TpsDoseAxis axis);  ///< "lower edge", "centre", "upper edge"

struct TpsCurve {
  std::size_t index = 0;  ///< into TpsDvhs::curves
  /// Ascending, from 0; share [i] of the volume (1 .. 0, never rising, the last one 0) has at least
  /// dose_gy[i]. Linear between points.
  std::vector<double> dose_gy, share;
  std::optional<double> volume_cc;  ///< absent where the volumes are percentages
  /// The dose that their first volume belongs to: where it is above 0, what receives less is no part
  /// of their curve.
  double begins_gy = 0.0;
  double curve_mean_gy = 0.0;
  double curve_maximum_gy = 0.0;  ///< highest dose at which the curve is not yet 0
  /// The statistics beside the curve, in Gy; absent where they are not given or do not belong to
  /// this curve.
  std::optional<double> stated_mean_gy, stated_maximum_gy;

  [[nodiscard]] double mean_gy() const { return stated_mean_gy.value_or(curve_mean_gy); }
  [[nodiscard]] double maximum_gy() const { return stated_maximum_gy.value_or(curve_maximum_gy); }
  /// Share of the volume with at least `dose`.
  [[nodiscard]] double share_at(double at_gy) const;
  /// Largest dose that at least this share (0 < share <= 1) of the volume receives, Gy.
  [[nodiscard]] double hottest_gy(double of_share) const;
};

struct TpsCurves {
  TpsDoseAxis axis = TpsDoseAxis::Lower;  ///< of all cumulative curves of the file
  std::vector<TpsCurve> curves;           ///< those that can be used, in the file's order
  Findings findings;
};

/// `prescription_gy`: the plan's, for statistics in percent of it.
[[nodiscard]] TpsCurves read_tps_curves(const model::Dose& dose,
                                        std::optional<double> prescription_gy);

}  // namespace dosegate::evaluation
