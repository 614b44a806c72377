// Finding, measuring and comparing the structures of a planning system's DVHs. Private to
// evaluation/.
#pragma once

#include <vector>

#include "evaluation/compare_tps.h"
#include "evaluation/evaluate.h"
#include "evaluation/measure.h"
#include "evaluation/tps_curve.h"

namespace dosegate::evaluation {

/// The numbers and differences of one comparison; names and readings are the caller's.
[[nodiscard]] TpsComparison compare_curves(const dvh::Dvh& ours, const TpsCurve& theirs);

/// Adds what `dvh` says by the reading `name`, and, where a part of it receives less dose than their
/// curve begins at (or none), what it says without that part.
void add_reading(std::string_view name, const dvh::Dvh& dvh, double begins_gy,
                 TpsComparison& comparison);

/// Sets `nearest` and `explanation` from the readings.
void choose_nearest(TpsComparison& comparison);

/// TpsDvhDiffers, with all numbers.
[[nodiscard]] Finding tps_difference_finding(const TpsComparison& comparison);

/// What was measured already, so that it is not measured again.
struct MeasuredStructures {
  const std::vector<RoiExpression>& expressions;
  const std::vector<Measured>& measured;
};

/// One comparison for each DVH of the case's dose that can be compared, in the file's order; what
/// cannot, and what differs, goes to `findings`. `course_grid`: what ours was measured on. Errors:
/// Cancelled.
[[nodiscard]] Result<TpsComparisons> compare_tps_dvhs(const model::Case& plan_case,
                                                      const MeasuredStructures& known,
                                                      const model::DoseGrid& course_grid,
                                                      const EvaluationOptions& options,
                                                      Findings& findings);

}  // namespace dosegate::evaluation
