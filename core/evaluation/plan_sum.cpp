#include "evaluation/plan_sum.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "evaluation/common_options.h"
#include "geometry/resample.h"
#include "metrics/compute.h"

namespace dosegate::evaluation {
namespace {

using model::Case;
using model::DoseGrid;

constexpr double kSameLattice_mm = 1e-3;

std::string label_of(const Case& plan_case, std::size_t index) {
  const std::string label = plan_case.plan ? printable(plan_case.plan->label) : std::string();
  return label.empty() ? fmt::format("plan {}", index + 1) : label;
}

Result<void> check_plans(const std::vector<const Case*>& plans, const CourseOptions& options) {
  if (plans.size() < 2) {
    return fail(ErrorCode::SumImpossible, "A sum needs two plans or more; give them all.");
  }
  if (options.fractions) {
    return fail(
        ErrorCode::OptionInvalid,
        "A sum of plans takes the number of fractions from each plan; leave --fractions out.");
  }
  std::string frame;
  std::vector<std::string> uids;
  for (const Case* plan : plans) {
    if (!plan->structures) {
      return fail(ErrorCode::StructuresMissing,
                  "There are no structures; add the plan's RT Structure Set to the input.");
    }
    if (plan->patient_id != plans.front()->patient_id) {
      return fail(ErrorCode::SumImpossible,
                  "The plans are of different patients and cannot be added.");
    }
    if (plan->plan && !plan->plan->sop_instance_uid.empty()) {
      const std::string& uid = plan->plan->sop_instance_uid;
      if (std::find(uids.begin(), uids.end(), uid) != uids.end()) {
        return fail(ErrorCode::SumImpossible, "One plan was given twice, so it would count twice.");
      }
      uids.push_back(uid);
    }
    for (const model::Dose& dose : plan->doses) {
      if (frame.empty()) frame = dose.frame_of_reference_uid;
      if (!dose.frame_of_reference_uid.empty() && dose.frame_of_reference_uid == frame) continue;
      return fail(ErrorCode::SumImpossible,
                  "The plans' doses lie in different frames of reference, or one names none, so "
                  "they cannot be added without a registration.",
                  printable(dose.source));
    }
  }
  return {};
}

double voxel_mm3(const DoseGrid& grid) {
  double product = 1.0;
  for (int a = 0; a < 3; ++a) {
    const auto p = grid.positions(a);
    if (p.size() > 1) product *= p.back() / static_cast<double>(p.size() - 1);
  }
  return product;
}

// All parts onto the finest lattice, cut down to where each of them has a dose.
Result<void> onto_one_lattice(std::vector<SummedPart>& parts) {
  const auto finest =
      std::min_element(parts.begin(), parts.end(), [](const SummedPart& a, const SummedPart& b) {
        return voxel_mm3(a.grid) < voxel_mm3(b.grid);
      });
  DoseGrid lattice = finest->grid;
  for (SummedPart& part : parts) {
    if (part.grid.same_lattice(lattice, kSameLattice_mm)) continue;
    auto moved = geometry::resample_onto(part.grid, lattice);
    if (!moved) return tl::unexpected(moved.error());
    auto cut = geometry::crop_to(lattice, *moved);
    if (!cut) return tl::unexpected(cut.error());
    lattice = std::move(*cut);
    part.grid = std::move(*moved);
  }
  for (SummedPart& part : parts) {
    if (part.grid.same_lattice(lattice, kSameLattice_mm)) continue;
    auto cut = geometry::crop_to(part.grid, lattice);
    if (!cut) return tl::unexpected(cut.error());
    part.grid = std::move(*cut);
  }
  return {};
}

DoseGrid total_of(const std::vector<SummedPart>& parts) {
  DoseGrid sum = parts.front().grid;
  for (std::size_t i = 1; i < parts.size(); ++i) sum = sum.plus(parts[i].grid);
  return sum;
}

std::string summary(const std::vector<SummedPart>& parts) {
  std::string text;
  for (const SummedPart& part : parts) {
    text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", part.label,
                        part.fractions ? fmt::format("{} fractions", *part.fractions)
                                       : std::string("number of fractions unknown"));
  }
  return text;
}

// Names of the ROIs that the plan's prescription is for; none where the plan links it to no ROI.
std::set<std::string> prescribed_targets(const Case& plan) {
  std::set<std::string> names;
  for (const model::DoseReference& reference : plan.plan->dose_references) {
    if (reference.type != "TARGET" || !reference.roi_number ||
        reference.target_prescription_gy != plan.plan->prescription_gy) {
      continue;
    }
    for (const model::Roi& roi : plan.structures->rois) {
      if (roi.number == *reference.roi_number && !roi.name.empty()) names.insert(roi.name);
    }
  }
  return names;
}

// The whole's prescription, and what is to be said of it. Doses that are prescribed to different
// targets, a boost beside a first series elsewhere, are no dose that anybody prescribed in sum.
struct SumPrescription {
  std::optional<double> gy;
  std::string text;
};

SumPrescription prescription_of_sum(const std::vector<const Case*>& plans) {
  double total_gy = 0.0;
  std::vector<std::string> doses;
  std::set<std::string> common;
  for (std::size_t i = 0; i < plans.size(); ++i) {
    const Case& plan = *plans[i];
    if (!plan.plan || !plan.plan->prescription_gy) {
      return {
          {},
          fmt::format("prescriptions are not added, that of {} is not known", label_of(plan, i))};
    }
    total_gy += *plan.plan->prescription_gy;
    doses.push_back(shortest(*plan.plan->prescription_gy));
    const std::set<std::string> targets = prescribed_targets(plan);
    if (i == 0) common = targets;
    std::erase_if(common, [&](const std::string& name) { return !targets.contains(name); });
  }
  const std::string list = fmt::format("prescriptions of {} Gy", fmt::join(doses, " and "));
  if (common.empty()) {
    return {{}, list + " are not added, the plans do not name one ROI as the target of them all"};
  }
  return {total_gy, fmt::format("{} to one target ({}), {} Gy in sum", list,
                                printable(*common.begin()), shortest(total_gy))};
}

// What the first plan lends to the whole, and what all of them have.
Case describe(const std::vector<const Case*>& plans) {
  Case whole;
  whole.patient_id = plans.front()->patient_id;
  whole.structures = plans.front()->structures;
  whole.plan.emplace();
  whole.plan->patient_id = whole.patient_id;
  for (std::size_t i = 0; i < plans.size(); ++i) {
    const Case& plan = *plans[i];
    whole.plan->label += (i == 0 ? "" : " + ") + label_of(plan, i);
    if (plan.plan && i == 0) {
      whole.plan->patient_name = plan.plan->patient_name;
      whole.plan->study = plan.plan->study;
    }
    // Of several studies there is none that the sum belongs to.
    if (!plan.plan || plan.plan->study.uid != whole.plan->study.uid) whole.plan->study.uid.clear();
    for (const model::InputFile& input : plan.inputs) {
      const bool known = std::any_of(whole.inputs.begin(), whole.inputs.end(),
                                     [&](const auto& other) { return other.path == input.path; });
      if (!known) whole.inputs.push_back(input);
    }
    if (plan.patient_id.empty()) {
      add_once(whole.findings,
               {{FindingCode::LinkAssumed,
                 "Patient ID is empty, so the plans of the sum could not be compared by it; one "
                 "frame of reference is all that says they are one patient's.",
                 ""}});
    }
    add_once(whole.findings, plan.findings);
    const std::string& uid = plan.structures->sop_instance_uid;
    if (uid != whole.structures->sop_instance_uid) {
      whole.findings.push_back(
          {FindingCode::ReferenceContradicts,
           fmt::format(
               "{} was made on another structure set than {}; the structures of {} are used "
               "for the sum.",
               label_of(plan, i), label_of(*plans[0], 0), label_of(*plans[0], 0)),
           ""});
    }
  }
  std::sort(whole.inputs.begin(), whole.inputs.end(),
            [](const auto& a, const auto& b) { return a.path < b.path; });
  return whole;
}

// Every value of a grid converted.
Result<DoseGrid> on_basis(const DoseGrid& grid, int fractions, const metrics::Basis& basis) {
  std::vector<double> values_gy(grid.values().begin(), grid.values().end());
  for (double& value_gy : values_gy) {
    const auto converted = metrics::prescription_on_basis(value_gy, fractions, basis);
    if (!converted) return tl::unexpected(converted.error());
    value_gy = *converted;
  }
  model::GridGeometry geometry;
  geometry.origin = grid.origin();
  geometry.axes = grid.axes();
  for (int a = 0; a < 3; ++a) {
    const auto index = static_cast<std::size_t>(a);
    geometry.positions_mm[index].assign(grid.positions(a).begin(), grid.positions(a).end());
    geometry.single_depth_mm[index] = 2.0 * grid.margin_before(a);
  }
  return DoseGrid::create(std::move(geometry), std::move(values_gy));
}

// Doses that are each stated to be a total although they are one fraction: in sum they would meet every
// limit, and none of them has a prescription of its own to be held against.
Result<void> check_scale(const std::vector<const Case*>& plans, const PlanSum& sum,
                         const CourseOptions& options) {
  constexpr double kSame = 1.25;  // as for one plan: see course_dose.cpp
  const auto prescription_gy =
      options.prescription_gy ? options.prescription_gy : sum.whole.plan->prescription_gy;
  if (!prescription_gy || options.fraction_dose == FractionDose::Total) return {};
  const CaseGeometry geometry(*plans.front()->structures);
  double as_stated_gy = 0.0;
  double if_single_gy = 0.0;
  for (const SummedPart& part : sum.parts) {
    const auto target_gy = target_dose_gy(*plans.front(), geometry, part.grid);
    if (!target_gy || !part.fractions) return {};
    as_stated_gy += *target_gy;
    if_single_gy += *target_gy * *part.fractions;
  }
  const auto close = [&](double dose_gy) {
    return dose_gy < *prescription_gy * kSame && dose_gy * kSame > *prescription_gy;
  };
  if (close(as_stated_gy) || !close(if_single_gy)) return {};
  return fail(
      ErrorCode::FractionDoseUndecided,
      fmt::format(
          "The doses' medians in the targets add up to {} Gy; it is as doses of one fraction "
          "each that they fit the prescription of {} Gy. State what they hold, or say "
          "--fraction-dose total.",
          fixed(as_stated_gy, 2), shortest(*prescription_gy)));
}

}  // namespace

Result<PlanSum> sum_plans(const std::vector<const Case*>& plans, const CourseOptions& options) {
  if (auto checked = check_plans(plans, options); !checked) {
    return tl::unexpected(checked.error());
  }
  PlanSum sum;
  sum.whole = describe(plans);
  const SumPrescription prescription = prescription_of_sum(plans);
  sum.whole.plan->prescription_gy = prescription.gy;
  CourseOptions of_each = options;
  of_each.prescription_gy.reset();  // a given one is that of the whole
  for (std::size_t i = 0; i < plans.size(); ++i) {
    auto course = course_dose(*plans[i], CaseGeometry(*plans[i]->structures), of_each);
    if (!course) return tl::unexpected(course.error());
    add_once(sum.whole.findings, course->findings);
    sum.parts.push_back({label_of(*plans[i], i), std::move(course->grid), course->kind,
                         fractions_of_dose(*plans[i], of_each)});
  }
  if (auto moved = onto_one_lattice(sum.parts); !moved) return tl::unexpected(moved.error());
  if (options.undecided == UndecidedDose::Refuse) {
    if (auto fits = check_scale(plans, sum, options); !fits) return tl::unexpected(fits.error());
  }
  const bool effective =
      std::any_of(sum.parts.begin(), sum.parts.end(),
                  [](const SummedPart& part) { return part.kind == metrics::DoseKind::Effective; });
  const model::Dose& first = plans.front()->doses.front();
  model::Dose dose{"",
                   first.source,
                   first.frame_of_reference_uid,
                   first.patient_id,
                   effective ? model::DoseType::Effective : model::DoseType::Physical,
                   model::DoseSummation::MultiPlan,
                   {},
                   {},
                   {},
                   "",
                   total_of(sum.parts)};
  sum.whole.doses.push_back(std::move(dose));
  sum.whole.findings.push_back({FindingCode::DosePlansSummed,
                                fmt::format("The doses of {} plans were added: {}; {}.",
                                            plans.size(), summary(sum.parts), prescription.text),
                                ""});
  return sum;
}

Result<DoseGrid> sum_on_basis(const PlanSum& sum, const metrics::Basis& basis,
                              const geometry::LatticeBlock& block, std::size_t pieces) {
  std::optional<DoseGrid> total;
  for (const SummedPart& part : sum.parts) {
    if (part.kind == metrics::DoseKind::Effective) {
      return fail(ErrorCode::NotComputable,
                  fmt::format("The dose of {} is already an effective one (DoseType EFFECTIVE) and "
                              "is not converted again.",
                              part.label));
    }
    if (!part.fractions) {
      return fail(ErrorCode::FractionsUnknown,
                  fmt::format("The number of fractions of {} is not known, so its dose cannot be "
                              "converted.",
                              part.label));
    }
    auto converted = on_basis(geometry::refined(part.grid, block, pieces), *part.fractions, basis);
    if (!converted) return tl::unexpected(converted.error());
    total = total ? total->plus(*converted) : std::move(*converted);
  }
  require(total.has_value(), "a sum of nothing");
  return std::move(*total);
}

Result<DoseGrid> sum_on_basis(const PlanSum& sum, const metrics::Basis& basis) {
  const DoseGrid& lattice = sum.parts.front().grid;
  const geometry::LatticeBlock all{{0, 0, 0},
                                   {lattice.size(0) - 1, lattice.size(1) - 1, lattice.size(2) - 1}};
  return sum_on_basis(sum, basis, all, 1);
}

}  // namespace dosegate::evaluation
