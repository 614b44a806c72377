// Plan quality indices: ratios of two or three metrics. Private to metrics/; the definitions are for
// everyone.
//
// TV is the volume of the target (the structure that the metric is asked of), TV_ref its volume with
// at least the reference dose, V_ref that of the structure `within` which the isodose is taken.
//
//   CI = V_ref / TV                Conformity index of the RTOG (Shaw et al., Radiation Therapy
//                                  Oncology Group: radiosurgery quality assurance guidelines, Int J
//                                  Radiat Oncol Biol Phys 1993;27:1231). 1 is ideal, but an isodose
//                                  beside the target has it too; where nothing has the dose there is
//                                  none.
//   CN = TV_ref^2 / (TV V_ref)     Conformation number (van't Riet et al., Int J Radiat Oncol Biol
//                                  Phys 1997;37:731): coverage times selectivity, 1 is ideal, 0 a
//                                  complete miss. The conformity index of Paddick (J Neurosurg
//                                  2000;93 Suppl 3:219) is the same number.
//   HI = (D2% - D98%) / D50%       Homogeneity index of ICRU Report 83 (J ICRU 2010;10(1)); 0 is
//                                  ideal.
//   GI = V_ref/2 / V_ref           Gradient index (Paddick and Lippitz, J Neurosurg 2006;105
//                                  Suppl:194); V_ref/2 has at least half of the reference dose. Both
//                                  volumes are those within the enclosure, so other targets in it
//                                  count too.
//
// Where part of either structure has no dose, the index has bounds only, as every metric.
#pragma once

#include <optional>

#include "metrics/compute.h"

namespace dosegate::metrics {

/// The value of an index, or its bounds with the reason.
[[nodiscard]] MetricValue compute_index(const Metric& metric, const dvh::Dvh& dvh,
                                        const MetricContext& context);

/// What makes an index uncertain: the errors of its parts, added as if all pointed the same way. For
/// an index that has a `value`.
[[nodiscard]] Bracket index_bracket(const Metric& metric, const dvh::ReadingDvhs& dvhs, int planes,
                                    const MetricContext& context, double value);

/// The volume of a structure of few planes over the volume of its stack: least and most.
struct VolumePhase {
  double least = 1.0, most = 1.0;
};
/// Absent for 8 planes and more, and where their number is not known (0).
[[nodiscard]] std::optional<VolumePhase> volume_phase(int planes);

}  // namespace dosegate::metrics
