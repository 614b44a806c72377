// The dose axis of a DVH plot and where a curve crosses a volume: for every format that draws.
#pragma once

#include "report/plot_content.h"

namespace dosegate::report {

struct DoseAxis {
  double end_gy = 1.0, step_gy = 1.0;
};

/// From 0 to at least `highest_gy`, with about six ticks at 1, 2 or 5 times a power of ten.
[[nodiscard]] DoseAxis dose_axis(double highest_gy);

/// The dose at which a curve falls to `volume_pct`; its last point where it never does; 0 without points.
[[nodiscard]] double dose_at(const PlotCurve& curve, double volume_pct);

}  // namespace dosegate::report
