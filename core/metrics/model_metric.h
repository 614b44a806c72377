// gEUD, Veff and NTCP: means of a power of the dose. Private to metrics/.
#pragma once

#include <optional>

#include "dvh/dvh.h"
#include "metrics/compute.h"
#include "metrics/dose_axis.h"
#include "metrics/metric.h"

namespace dosegate::metrics {

[[nodiscard]] bool is_model_metric(MetricKind kind);

/// Veff is told up to here, in percent: a reference dose far below the dose is none.
inline constexpr double kMostVeff = 1e12;

/// In the metric's unit, with every dose lower by `shift_gy` and volume without dose at 0 Gy: a lower
/// bound where there is any. Absent if nothing has a dose. A Veff of kMostVeff is that or more.
[[nodiscard]] std::optional<double> model_value(const Metric& metric, const dvh::Dvh& dvh,
                                                const DoseAxis& axis, const MetricContext& context,
                                                double shift_gy);

}  // namespace dosegate::metrics
