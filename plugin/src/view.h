// Core values as the structs of the C header. `keep` stores a text and returns its pointer.
#pragma once

#include <functional>
#include <string>

#include "base/finding.h"
#include "dosegate/dosegate.h"
#include "evaluation/evaluation.h"

namespace dosegate::plugin {

using Keep = std::function<const char*(std::string)>;

/// "0.1.0", from the header's macros.
[[nodiscard]] const char* version_text();

[[nodiscard]] dosegate_finding finding_view(const Finding& finding, const Keep& keep);
[[nodiscard]] dosegate_evaluation_info evaluation_view(const evaluation::Evaluation& e,
                                                       const Keep& keep);
[[nodiscard]] dosegate_rule rule_view(const evaluation::Evaluation& e,
                                      const evaluation::RuleResult& rule, const Keep& keep);
[[nodiscard]] dosegate_plan_check plan_check_view(const evaluation::Evaluation& e,
                                                  const evaluation::PlanCheckResult& check,
                                                  const Keep& keep);

}  // namespace dosegate::plugin
