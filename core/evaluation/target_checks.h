// What the targets are to each other and to the bowel: whether the smaller ones lie inside of the
// larger ones, what they were grown by, and where PTV and bowel overlap. Private to evaluation/.
//
// All of this is about contours as slabs, with the end caps in use: interpolated outlines have no
// border to measure from.
#pragma once

#include <vector>

#include "evaluation/case_geometry.h"
#include "evaluation/evaluation.h"

namespace dosegate::evaluation {

/// GTV in CTV, CTV in PTV, and GTV in PTV where there is no CTV. TargetLeavesTarget where more than
/// 0.03 cc and more than a thousandth of the smaller one lie outside; TargetsUnclear where that could
/// not be checked. No finding: each target that has a larger one lies inside of it, or there is no
/// pair of kinds to check.
[[nodiscard]] Findings nesting_findings(const model::StructureSet& structures,
                                        const CaseGeometry& geometry);

/// TargetMeetsBowel for each PTV and each bowel that overlap, with the volume. The bowel is what a
/// ROI is called after TG-263 (Bowel, Bowel_Small, Bowel_Large, Bag_Bowel, Colon, Duodenum), by the
/// names of `protocols` too.
[[nodiscard]] Findings bowel_findings(const model::StructureSet& structures,
                                      const CaseGeometry& geometry,
                                      const std::vector<protocol::Protocol>& protocols);

/// Holds measured margins against what a protocol asks. A margin agrees with a range if it lies
/// within it by the measurement's 0.5 mm, and across the contour planes by half their distance more:
/// nothing finer can be drawn there. NotApplicable where there are no two kinds of target to measure
/// between, Unknown where something could not be measured or paired; the reason holds all six
/// margins of every pair.
[[nodiscard]] PlanCheckResult hold_margins(const model::StructureSet& structures,
                                           const CaseGeometry& geometry,
                                           const protocol::Protocol& protocol,
                                           const protocol::MarginCheck& check);

}  // namespace dosegate::evaluation
