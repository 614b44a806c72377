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

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "dvh/dvh.h"
#include "dvh/reading_dvhs.h"
#include "metrics/metric.h"

namespace dosegate::metrics {

/// What a dose is: physical doses may be converted to BED or EQD2, effective ones (RBE-weighted,
/// DoseType EFFECTIVE) never are.
enum class DoseKind { Physical, Effective };

/// The structure within which the volume of an isodose is taken.
struct Enclosure {
  /// Must outlive the context; null where there is none: then `reason` says why.
  const dvh::ReadingDvhs* dvhs = nullptr;
  std::string reason;
  /// What lies just beyond its border: an isodose that reaches it is cut off. Null: not looked at, for
  /// beyond the outline of the patient no volume counts.
  const dvh::Dvh* rim = nullptr;
};

struct MetricContext {
  std::optional<int> fractions;
  std::optional<double> prescription_gy;
  DoseKind dose_kind = DoseKind::Physical;
  /// By Metric::within, for CI, CN and GI. Their DVHs are of the same readings, in the same order, as
  /// those that a bracket is asked for with.
  std::map<std::string, Enclosure> enclosures = {};
  /// Every dose of the curve is taken times this, as if the plan had been scaled; the prescription is
  /// taken as it stands. Greater than 0.
  double dose_scale = 1.0;
  /// The dose of the Dvh is on this basis already (a sum of plans, each
  /// converted on its own): metrics on it are read off, metrics on another
  /// converted one have no value.
  std::optional<Basis> dose_basis = {};
  /// If not empty: why this dose cannot be converted, in a sentence.
  std::string no_conversion = {};
};

/// The basis that a metric's doses are converted to: its own, and for NTCP the
/// model's.
[[nodiscard]] Basis basis_of(const Metric& metric);

/// What makes a value uncertain, in the metric's unit.
struct Bracket {
  /// Standard error of our own integration; 0 for volumes, means and extremes, which are exact.
  double integration = 0.0;
  /// Size of the difference between the dose grid's trilinear dose and a smooth one (about 1/12 h^2
  /// times the second derivative along each axis, from the grid itself), taken to either side.
  double grid_bias = 0.0;
  /// The value under each other reading of the contours, in the order they were given; absent where
  /// it cannot be computed there.
  std::vector<std::optional<double>> readings;
  /// Fewer than 8 planes: the value if the planes had been drawn at another phase of the same
  /// spacing. For a ball cut by n planes the volume of the stack is off by -1/n^2 to 1/(2 n^2)
  /// (Euler-Maclaurin of its area pi (r^2 - w^2); for r/h = 1, 1.5, 2.5: -25..12.5, -11..5.6,
  /// -4..2 %). A single plane: from half to twice its volume.
  std::optional<double> phase_low, phase_high;
};

struct MetricValue {
  std::optional<double> value;  ///< absent if not computable or not decided by the covered part
  std::optional<double> low;   ///< the true value is at least this; absent: no lower bound is known
  std::optional<double> high;  ///< the true value is at most this; absent: no upper bound is known
  Unit unit = Unit::Gy;
  std::string reason;              ///< one sentence where value is absent; else empty
  std::optional<Bracket> bracket;  ///< what low and high are made of, where that was asked for
};

/// Never fails: what cannot be computed is a MetricValue without value and with the reason (volume
/// larger than the structure, number of fractions or prescription unknown, no dose, effective
/// dose, no structure that bounds an isodose).
[[nodiscard]] MetricValue compute_metric(const Metric& metric, const dvh::Dvh& dvh,
                                         const MetricContext& context);

/// The same with the bracket of the design, section 4.4: low and high become the envelope over the
/// readings, widened by the integration's error and the dose grid's, and by the planes' phase where
/// the structure has fewer than 8 `planes` (0: not known). Without a value the bounds are those of
/// compute_metric().
[[nodiscard]] MetricValue compute_bracketed(const Metric& metric, const dvh::ReadingDvhs& dvhs,
                                            int planes, const MetricContext& context);

/// True if no scale of a plan changes the metric: volumes, percents of a prescription that is scaled
/// with the dose, and the homogeneity of a physical dose.
[[nodiscard]] bool is_scale_free(const Metric& metric);
/// True if the metric only rises or only falls with the scale of a plan. CN, GI and the like are ratios
/// of what both grow.
[[nodiscard]] bool is_steady(const Metric& metric);

/// A prescription given in `fractions` equal fractions on the metric's basis (for reports).
/// Errors: those of LqModel::create().
[[nodiscard]] Result<double> prescription_on_basis(double prescription_gy, int fractions,
                                                   const Basis& basis);

}  // namespace dosegate::metrics
