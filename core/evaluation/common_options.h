// What an evaluation and a set of DVHs have in common. Private to evaluation/.
#pragma once

#include "dvh/dvh.h"
#include "evaluation/evaluate.h"

namespace dosegate::evaluation {

void append(Findings& to, const Findings& from);
/// Those of `from` that `to` does not hold yet.
void add_once(Findings& to, const Findings& from);

/// What BED and EQD2 are computed with: the course's number of fractions; for a sum over several
/// plans, which was not given in this plan's fractions, only what the user said.
[[nodiscard]] std::optional<int> fractions_of_dose(const model::Case& plan_case,
                                                   const CourseOptions& options);

/// The case's files, and the alias and the context file if there are any.
[[nodiscard]] std::vector<model::InputFile> inputs_of(const model::Case& plan_case,
                                                      const EvaluationOptions& options);

[[nodiscard]] ReadingSettings settings_of(const EvaluationOptions& options);
/// That another reading than the default was used, if so.
[[nodiscard]] Findings settings_findings(const EvaluationOptions& options);

/// ExtrapolatedEqd2 where a structure gets more per fraction than the LQ model
/// is trusted for; for a sum of plans: where any of them may give it that much
/// (its own highest dose anywhere).
[[nodiscard]] Findings extrapolation_findings(const EvaluationOptions& options,
                                              std::optional<int> fractions, const dvh::Dvh& dvh,
                                              const std::string& structure);

/// `options` for the sum of `plans`. Errors: those of sum_plans().
[[nodiscard]] Result<EvaluationOptions> options_of_sum(const std::vector<const model::Case*>& plans,
                                                       const EvaluationOptions& options);

/// The context of the file and the one that was given, which holds where both
/// say something.
[[nodiscard]] protocol::Context merged_context(const EvaluationOptions& options);
/// That a file was used and what of it was not; each value that was given otherwise.
[[nodiscard]] Findings context_findings(const EvaluationOptions& options);
/// Errors: StructuresMissing, OptionInvalid.
[[nodiscard]] Result<void> check_options(const model::Case& plan_case,
                                         const EvaluationOptions& options);

}  // namespace dosegate::evaluation
