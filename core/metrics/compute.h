// Metric x Dvh -> value, with what volume without dose may do to it.
//
// A metric of a structure that is wholly covered by dose has a value, and low = value = high. Where
// part of the structure has no dose, that part may have received anything from 0 Gy up: there is no
// value, only the bounds that hold whatever the truth is. A bound that does not exist is absent.
// Nothing is rescaled to the covered part, and uncovered volume is never taken as 0 Gy or as
// spared.
//
// Exact meanings: design 4.3, facts 1.4. BED, EQD2 and EQDx are monotone maps of the dose axis, so
// a dose-volume metric is converted by mapping its dose; the mean is converted voxel by voxel,
// which needs only the mean and the mean square of the dose because the maps are quadratic.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "dvh/dvh.h"
#include "metrics/metric.h"

namespace dosegate::metrics {

/// What a dose is: physical doses may be converted to BED or EQD2, effective ones (RBE-weighted,
/// DoseType EFFECTIVE) never are.
enum class DoseKind { Physical, Effective };

struct MetricContext {
  std::optional<int> fractions;
  std::optional<double> prescription_gy;
  DoseKind dose_kind = DoseKind::Physical;
};

struct MetricValue {
  std::optional<double> value;  ///< absent if not computable or not decided by the covered part
  std::optional<double> low;   ///< the true value is at least this; absent: no lower bound is known
  std::optional<double> high;  ///< the true value is at most this; absent: no upper bound is known
  Unit unit = Unit::Gy;
  std::string reason;  ///< one sentence where value is absent; else empty
};

/// Never fails: what cannot be computed is a MetricValue without value and with the reason (volume
/// larger than the structure, number of fractions or prescription unknown, no dose, effective
/// dose).
[[nodiscard]] MetricValue compute_metric(const Metric& metric, const dvh::Dvh& dvh,
                                         const MetricContext& context);

/// A prescription given in `fractions` equal fractions on the metric's basis (for reports).
/// Errors: those of LqModel::create().
[[nodiscard]] Result<double> prescription_on_basis(double prescription_gy, int fractions,
                                                   const Basis& basis);

}  // namespace dosegate::metrics
