// How far the dose could be scaled before a verdict changes. Private to evaluation/.
//
// Scaled by k means: every dose of the plan and its prescription multiplied by k, the number of
// fractions unchanged: what renormalising the plan does. So a percent of the prescription does not
// change, a dose in Gy changes by k, EQD2 and BED by more than that, and a guard on rx or dpf may
// come to hold or cease to. The verdict at k is the one that the scaled plan would be given.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "dvh/dvh.h"
#include "evaluation/evaluation.h"
#include "evaluation/rule_logic.h"
#include "metrics/compute.h"

namespace dosegate::evaluation {

/// A verdict as a function of the scale. Constant between two neighbouring steps.
struct ScaledVerdict {
  /// Where something changes: between `below`, the last scale known before, and `above`, the first
  /// known after. They differ by rounding only.
  struct Step {
    double below = 0.0, above = 0.0;
  };

  std::string id;                     ///< of the rule or plan check; empty for the whole plan
  std::function<Verdict(double)> at;  ///< for scales within the range looked at
  std::vector<Step> steps;            ///< in any order; not all need change the verdict
  std::string reason;                 ///< one sentence if the steps cannot be found; else empty
};

/// What scaling is judged with. The references must outlive the ScaledVerdicts made from it.
struct ScalingContext {
  const metrics::MetricContext& metrics;
  const protocol::PlanFacts& facts;
};

/// True if scaling the plan can make the guard hold or cease to: it names rx or dpf.
[[nodiscard]] bool depends_on_dose(const std::optional<protocol::Guard>& guard);

/// A rule whose structure was measured: its verdict follows the dose.
[[nodiscard]] ScaledVerdict scaled_rule(const protocol::ProtocolRule& rule, const dvh::Dvh& dvh,
                                        const std::vector<protocol::ContextKey>& keys,
                                        const ScalingContext& context);

/// A rule that could not be measured: UNKNOWN at every scale at which it applies.
[[nodiscard]] ScaledVerdict scaled_rule(const protocol::ProtocolRule& rule,
                                        const std::vector<protocol::ContextKey>& keys,
                                        const ScalingContext& context);

[[nodiscard]] ScaledVerdict scaled_check(const protocol::Protocol& protocol,
                                         const protocol::PlanCheck& check,
                                         const ScalingContext& context);

/// The whole plan: the worst of each protocol's required parts, then the worst of the protocols.
/// `protocols`: the required parts of each.
[[nodiscard]] ScaledVerdict scaled_plan(const std::vector<std::vector<ScaledVerdict>>& protocols);

/// The nearest scales to either side of 1 at which the verdict changes. `parts` (the plan's, none for
/// a rule) are asked which of them changed there.
[[nodiscard]] Headroom headroom(const ScaledVerdict& verdict,
                                const std::vector<const ScaledVerdict*>& parts,
                                std::optional<double> prescription_gy);

}  // namespace dosegate::evaluation
