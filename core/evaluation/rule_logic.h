// From measured structures to one rule's result. Private to evaluation/.
#pragma once

#include "evaluation/evaluation.h"
#include "evaluation/measure.h"

namespace dosegate::evaluation {

/// `planes`: of the structure's contours, 0 if not known. Fills tests, outcome, verdict, branch and reason of `result` from the rule's condition.
void judge(RuleResult& result, const protocol::Rule& rule, const dvh::ReadingDvhs& dvhs, int planes,
           const metrics::MetricContext& context);

/// Whether a rule or a plan check applies. False: `verdict` NotApplicable; unknown: Unknown, or,
/// for an advisory one that only lacks context the user did not give, NotApplicable.
struct Applicability {
  bool applies = true;
  Verdict verdict = Verdict::Unknown;
  std::string reason;
};
[[nodiscard]] Applicability applicability(const std::optional<protocol::Guard>& guard,
                                          protocol::Level level, const protocol::PlanFacts& facts,
                                          const std::vector<protocol::ContextKey>& keys);

/// The worst of the required: FAIL, else UNKNOWN, else VARIATION, else PASS; UNKNOWN if none
/// applies.
[[nodiscard]] Verdict worst_required(const std::vector<Verdict>& required);

}  // namespace dosegate::evaluation
