// What a page for people says of a course beyond its numbers. Decides nothing. Private to evaluation/.
#pragma once

#include <optional>
#include <string>

#include "evaluation/evaluation.h"
#include "metrics/compute.h"
#include "model/case.h"
#include "protocol/guard.h"

namespace dosegate::evaluation {

/// Site and method of the prescription, as far as the context, the plan's dose references and its beams
/// state them.
[[nodiscard]] PrescriptionWords prescription_words(const model::Case& plan_case,
                                                   const protocol::Context& context);

/// What a dose belongs to.
enum class Course { OnePlan, SumOfPlans };

/// Why the dose of a curve cannot be converted to BED or EQD2, in a sentence; empty if it can be.
[[nodiscard]] std::string why_no_conversion(const metrics::MetricContext& context, Course course);

/// What `protocol` states for the organ that is the whole subject of a rule.
[[nodiscard]] std::optional<double> alpha_beta_of(const protocol::Protocol& protocol,
                                                  const protocol::StructureExpression& subject);

}  // namespace dosegate::evaluation
