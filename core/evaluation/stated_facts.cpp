#include "evaluation/stated_facts.h"

#include <fmt/format.h>

namespace dosegate::evaluation {
namespace {

// The target that the plan's prescription is for: the ROI's name, else what the reference says.
std::string target_of(const model::Case& plan_case) {
  const model::Plan& plan = *plan_case.plan;
  for (const model::DoseReference& reference : plan.dose_references) {
    const bool is_it = reference.type == "TARGET" && reference.target_prescription_gy &&
                       reference.target_prescription_gy == plan.prescription_gy;
    if (!is_it) continue;
    if (reference.roi_number && plan_case.structures) {
      for (const model::Roi& roi : plan_case.structures->rois) {
        if (roi.number == *reference.roi_number) return roi.name;
      }
    }
    if (!reference.description.empty()) return reference.description;
  }
  return {};
}

}  // namespace

PrescriptionWords prescription_words(const model::Case& plan_case,
                                     const protocol::Context& context) {
  PrescriptionWords words;
  if (const auto site = context.find("site"); site != context.end()) words.site = site->second;
  if (!plan_case.plan) return words;
  if (words.site.empty()) words.site = target_of(plan_case);
  const std::size_t beams = plan_case.plan->beams.size();
  if (beams > 0) {
    words.method = fmt::format("{}, {} beam{}", plan_case.plan->ion ? "ion beam" : "external beam",
                               beams, beams == 1 ? "" : "s");
  }
  return words;
}

std::string why_no_conversion(const metrics::MetricContext& context, Course course) {
  if (course == Course::SumOfPlans) {
    return "A sum of plans is converted at every voxel, each plan with its own number of "
           "fractions; "
           "a curve of the sum cannot be.";
  }
  if (context.dose_kind == metrics::DoseKind::Effective) {
    return "The dose is an effective one already and is never converted again.";
  }
  if (!context.fractions) return "The number of fractions is not known.";
  return {};
}

std::optional<double> alpha_beta_of(const protocol::Protocol& protocol,
                                    const protocol::StructureExpression& subject) {
  if (subject.op != protocol::StructureExpression::Op::Name) return std::nullopt;
  const protocol::StructureEntry* entry = protocol.find_structure(subject.name);
  return entry != nullptr ? entry->alpha_beta_gy : std::nullopt;
}

}  // namespace dosegate::evaluation
