// The doses of a case -> the one dose of the course, total Gy.
//
// DoseSummationType FRACTION is ambiguous in the wild: the standard means the dose of a whole
// fraction group, some systems write one single fraction. It is decided by the plan's prescription
// against the dose in its targets, and said in a finding; where that does not decide, the user
// must.
#pragma once

#include <optional>

#include "base/finding.h"
#include "base/result.h"
#include "evaluation/case_geometry.h"
#include "metrics/compute.h"
#include "model/case.h"

namespace dosegate::evaluation {

/// What a dose of DoseSummationType FRACTION holds.
enum class FractionDose {
  Auto,   ///< decide by the prescription
  Total,  ///< the course total
  One,    ///< one fraction: multiply by the number of fractions
};

/// What to do with a FRACTION dose where no plan and no number of fractions is there to decide by.
enum class UndecidedDose {
  Refuse,          ///< no verdict may hang on it (default)
  TakeAsItStands,  ///< with a finding: for curves and metrics alone
};

struct CourseOptions {
  FractionDose fraction_dose = FractionDose::Auto;
  UndecidedDose undecided = UndecidedDose::Refuse;
  std::optional<int> fractions;           ///< instead of the plan's
  std::optional<double> prescription_gy;  ///< instead of the plan's
};

struct CourseDose {
  model::DoseGrid grid;  ///< total over the course, Gy
  metrics::DoseKind kind = metrics::DoseKind::Physical;
  Findings findings;
};

/// The number of fractions and the prescription that hold: the option's, else the plan's.
[[nodiscard]] std::optional<int> fractions_of(const model::Case& plan_case,
                                              const CourseOptions& options);
[[nodiscard]] std::optional<double> prescription_of(const model::Case& plan_case,
                                                    const CourseOptions& options);

/// Median dose of the hottest target that `plan_case` prescribes to or names by its type, Gy; absent
/// where there is none.
[[nodiscard]] std::optional<double> target_dose_gy(const model::Case& plan_case,
                                                   const CaseGeometry& geometry,
                                                   const model::DoseGrid& grid);

/// Errors: DoseMissing, TagInvalid (DoseType ERROR), FractionDoseUndecided, FractionsUnknown (one
/// fraction of an unknown number), and those of geometry::resample_onto().
[[nodiscard]] Result<CourseDose> course_dose(const model::Case& plan_case,
                                             const CaseGeometry& geometry,
                                             const CourseOptions& options);

}  // namespace dosegate::evaluation
