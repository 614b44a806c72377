// How far the dose could be scaled before a verdict changes. Private to evaluation/.
//
// Scaled by k means: every dose of the plan and its prescription multiplied by k, the number of
// fractions unchanged: what renormalising the plan does. So a percent of the prescription does not
// change, a dose in Gy changes by k, EQD2 and BED by more than that, and a guard on rx or dpf may
// come to hold or cease to. The verdict at k is the one that the scaled plan would be given.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dvh/dvh.h"
#include "evaluation/evaluation.h"
#include "evaluation/rule_logic.h"
#include "metrics/compute.h"

namespace dosegate::evaluation {

/// A verdict as a function of the scale: pieces on which it does not change.
struct ScaledVerdict {
  /// Both ends belong to it; to its neighbours there is a gap of rounding only. A piece may be the point
  /// 1 alone. Where 1 is its end, 1 is its end exactly.
  struct Piece {
    double from = kLowestScale, to = kHighestScale;
    Verdict verdict = Verdict::Unknown;
  };

  std::string id;             ///< of the rule or plan check; empty for the whole plan
  std::vector<Piece> pieces;  ///< ascending, at least one; neighbours may have the same verdict
  std::string reason;  ///< one sentence where the pieces cannot be told, but for the one at 1

  /// Within the scales looked at.
  [[nodiscard]] Verdict at(double scale) const;
};

/// What scaling is judged with.
struct ScalingContext {
  const metrics::MetricContext& metrics;
  const protocol::PlanFacts& facts;
};

/// True if scaling the plan can make the guard hold or cease to: it names rx, dpf, bed or eqd2.
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
                                         const protocol::PlanFacts& facts);

/// The whole plan: the worst of each protocol's required parts, then the worst of the protocols.
/// `protocols`: the required parts of each.
[[nodiscard]] ScaledVerdict scaled_plan(const std::vector<std::vector<ScaledVerdict>>& protocols);

/// What lies to either side of 1. `parts` (the plan's, none for a rule) are asked which of them
/// changed, and whether what applies now still applies where the plan would pass.
[[nodiscard]] Headroom headroom(const ScaledVerdict& verdict,
                                const std::vector<const ScaledVerdict*>& parts,
                                std::optional<double> prescription_gy);

}  // namespace dosegate::evaluation
