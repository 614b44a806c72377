// Several plans as one course: their doses added.
//
// Physical doses are added as they are. A dose on another basis (BED, EQD2, EQDx) is the sum of the
// plans' doses each converted at every voxel with the plan's own number of fractions: conversion does
// not commute with adding. All doses are brought onto one lattice first, the finest of them cut down
// to where every plan has a dose; further out the sum is unknown, not the dose of those that reach
// there. Between the voxels' centres it is each plan's dose that is interpolated, and that is converted:
// a converted dose is bent, and interpolated itself it would be too high.
//
// A plan whose number of fractions is not known, or whose dose is an effective one already, leaves
// the physical sum as it is and every converted one without a value, with that reason. The sum has no
// number of fractions of its own: rules that are bound to one are UNKNOWN.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "evaluation/course_dose.h"
#include "geometry/resample.h"
#include "metrics/metric.h"
#include "model/case.h"

namespace dosegate::evaluation {

/// One plan of a sum. All parts of a sum have one lattice.
struct SummedPart {
  std::string label;     ///< of its plan
  model::DoseGrid grid;  ///< total over the plan's fractions, Gy
  metrics::DoseKind kind = metrics::DoseKind::Physical;
  std::optional<int> fractions;
};

/// A sum and what it was made of.
struct PlanSum {
  /// What is evaluated: structures and patient of the first plan, the sum as its dose (MULTI_PLAN),
  /// the prescriptions' sum, no number of fractions. The prescription is absent if one of them is not
  /// known, or if the plans' dose references do not name one ROI as the target of all of them; which it
  /// was is said in the finding DosePlansSummed.
  model::Case whole;
  std::vector<SummedPart> parts;
};

/// Adds the doses of `plans` (two or more, none null). `options` hold for each plan, so that no number
/// of fractions can be given; a prescription that is given is the sum's. Errors: OptionInvalid;
/// SumImpossible for different patients, frames of reference that differ or are not named, or one plan
/// twice; those of course_dose() and of geometry::resample_onto().
[[nodiscard]] Result<PlanSum> sum_plans(const std::vector<const model::Case*>& plans,
                                        const CourseOptions& options);

/// The sum on a converted basis, at the voxels of `block` and at so many nodes from one to the next;
/// between these it is interpolated, by which it is too high by up to an eighth of the square of their
/// distance times the second derivative. Errors: FractionsUnknown, NotComputable (an effective dose);
/// the text names the plan.
[[nodiscard]] Result<model::DoseGrid> sum_on_basis(const PlanSum& sum, const metrics::Basis& basis,
                                                   const geometry::LatticeBlock& block,
                                                   std::size_t pieces);
/// The same at all voxels.
[[nodiscard]] Result<model::DoseGrid> sum_on_basis(const PlanSum& sum, const metrics::Basis& basis);

}  // namespace dosegate::evaluation
