// Rules and plan checks as a page shows them. Internal to the room.
#pragma once

#include "evaluation/evaluation.h"
#include "report/report_content.h"

namespace dosegate::report {

[[nodiscard]] ShownRule shown_rule(const evaluation::Evaluation& evaluation,
                                   const evaluation::RuleResult& rule);
[[nodiscard]] ShownCheck shown_check(const evaluation::Evaluation& evaluation,
                                     const evaluation::PlanCheckResult& check);

/// Where goal, variation and value lie: the axis begins at 0 and ends, at a round number, a little beyond the furthest of
/// them; a value further out than that lies at the end. Nothing where the limits do not lie above 0.
[[nodiscard]] std::optional<TierBar> tier_bar(const evaluation::TestResult& result);

}  // namespace dosegate::report
