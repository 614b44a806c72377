// The cumulative DVHs as lines to draw, with the limits that lie on them.
//
// A curve is thinned to the points that it needs: linear between them it is nowhere further than kPlotError_pct from
// the curve at the bins of curve_bin(), and both sides of a step stay. Dose in Gy, volume in percent of the
// whole structure, so that a curve of a structure that leaves the dose begins below 100.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "evaluation/evaluation.h"

namespace dosegate::report {

/// Of the structure's volume; a tenth of what a read-out shows (0.1 %) leaves its last digit.
inline constexpr double kPlotError_pct = 0.01;

struct PlotPoint {
  double dose_gy = 0.0;
  double volume_pct = 0.0;
  bool operator==(const PlotPoint&) const = default;
};

/// A limit of a rule on the plane of the plot.
struct LimitMark {
  std::string rule;  ///< id
  std::string text;  ///< "liver: Mean[Gy] <= 18"
  double dose_gy = 0.0;
  /// Absent: of a mean dose, which no point of the curve shows; the mark stands at the dose alone.
  std::optional<double> volume_pct;
  bool upper = true;       ///< the curve is to stay below and left of it; else above and right
  bool variation = false;  ///< of the acceptable variation, not the goal
  /// Given: `dose_gy` is an EQD2 with this ratio, to be drawn on an axis of EQD2 alone.
  std::optional<double> eqd2_alpha_beta_gy;
  evaluation::Verdict outcome = evaluation::Verdict::Unknown;
};

enum class CurveUse {
  Judged,  ///< a rule that applies is held against it
  Target,  ///< of a target type, and not judged
  Other,
};

struct PlotCurve {
  std::string name;
  std::optional<int> roi_number;  ///< absent for a volume made of several ROIs
  CurveUse use = CurveUse::Other;
  double volume_cc = 0.0;
  std::optional<double> median_gy;  ///< absent where it is not known; for the order of a legend
  std::vector<PlotPoint> points;    ///< ascending in dose; from 0 Gy to where no volume is left
  std::vector<LimitMark> marks;
  double alpha_beta_gy = 10.0;  ///< for EQD2
  std::string alpha_beta_from;  ///< where the ratio comes from: "the protocol's for this organ"
};

struct PlotContent {
  std::vector<PlotCurve> curves;  ///< judged ones first, then targets, then others
  double highest_gy = 0.0;        ///< of all curves
  std::optional<double> prescription_gy;
  std::optional<int> fractions;  ///< by which a dose is converted to EQD2
  std::string no_conversion;     ///< why it cannot be, if so
};

[[nodiscard]] PlotContent plot_content(const evaluation::Evaluation& evaluation);

/// The points of a curve that has `volume_pct[i]` at `i` bins; see above. Keeps the first, the last, and those
/// at `kept_gy` (the next bin).
[[nodiscard]] std::vector<PlotPoint> thinned(const std::vector<double>& volume_pct, double bin_gy,
                                             const std::vector<double>& kept_gy);

}  // namespace dosegate::report
