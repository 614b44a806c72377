// From measured structures to one rule's result. Private to evaluation/.
#pragma once

#include <functional>

#include "evaluation/evaluation.h"
#include "evaluation/sum_dvhs.h"

namespace dosegate::evaluation {

/// What a metric of the rule's structure is computed from.
using InputOf = std::function<MetricInput(const metrics::Metric&)>;

/// `dvhs`: of the physical dose; `planes`: of the structure's contours, 0 if
/// not known. Fills tests, outcome, verdict, branch and reason of `result` from
/// the rule's condition.
void judge(RuleResult& result, const protocol::Rule& rule, const dvh::ReadingDvhs& dvhs, int planes,
           const InputOf& input_of);

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

/// Holds a plan check against the facts of a plan.
[[nodiscard]] PlanCheckResult hold(const protocol::Protocol& protocol,
                                   const protocol::PlanCheck& check,
                                   const protocol::PlanFacts& facts);

/// What a condition comes to on one DVH, without brackets and words: the outcome that judge() finds.
/// `test_outcome` gives each test's.
using TestOutcome = std::function<Outcome(const protocol::Test&)>;
[[nodiscard]] Outcome outcome_of(const protocol::Condition& condition,
                                 const TestOutcome& test_outcome);

/// The worst of the required: FAIL, else UNKNOWN, else VARIATION, else PASS; UNKNOWN if none
/// applies.
[[nodiscard]] Verdict worst_required(const std::vector<Verdict>& required);

}  // namespace dosegate::evaluation
