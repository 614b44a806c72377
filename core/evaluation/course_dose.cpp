#include "evaluation/course_dose.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "dvh/compute_dvh.h"
#include "geometry/resample.h"

namespace dosegate::evaluation {
namespace {

using model::Case;
using model::Dose;
using model::DoseGrid;
using model::DoseSummation;

// Lattices whose voxels lie this close are one lattice (positions are written with a few decimals).
constexpr double kSameLattice_mm = 0.01;
// Beside a sealed source there are some 1e4 Gy; nothing that is computed from less overflows.
constexpr double kHighestDose_gy = 1e6;

// Indices of the ROIs that tell what dose the plan means to give: those that its target
// prescriptions name, else those of type PTV, CTV or GTV (the first of these types that occurs).
std::vector<std::size_t> target_rois(const Case& plan_case) {
  std::vector<std::size_t> targets;
  const auto& rois = plan_case.structures->rois;
  if (plan_case.plan) {
    for (const model::DoseReference& reference : plan_case.plan->dose_references) {
      if (reference.type != "TARGET" || !reference.roi_number) continue;
      for (std::size_t i = 0; i < rois.size(); ++i) {
        if (rois[i].number == *reference.roi_number) targets.push_back(i);
      }
    }
  }
  for (const std::string_view type : {"PTV", "CTV", "GTV"}) {
    if (!targets.empty()) break;
    for (std::size_t i = 0; i < rois.size(); ++i) {
      if (rois[i].interpreted_type == type) targets.push_back(i);
    }
  }
  return targets;
}

// What prescription and dose in the targets say of a dose's scale. Within a quarter of the
// prescription the targets' median is the prescription's: targets are planned to 95 to 130 % of it,
// and two fractions or more lie a factor of two apart.
struct Scale {
  bool fits_total = false, fits_one = false;
  /// A hundred times or a hundredth of it: Gy and cGy mixed up.
  bool fits_other_unit = false;
  double target_gy = 0.0, prescription_gy = 0.0;
};

std::optional<Scale> scale_of(const DoseGrid& grid, const Case& plan_case,
                              const CaseGeometry& geometry, const CourseOptions& options) {
  constexpr double kSame = 1.25;
  const auto fractions = fractions_of(plan_case, options);
  const auto prescription = prescription_of(plan_case, options);
  if (!prescription || !fractions) return std::nullopt;
  const auto target = target_dose_gy(plan_case, geometry, grid);
  if (!target || !(*target > 0.0)) return std::nullopt;
  const auto close = [&](double dose_gy) {
    return dose_gy < *prescription * kSame && dose_gy * kSame > *prescription;
  };
  constexpr double kcGyPerGy = 100.0;
  return Scale{close(*target), close(*target * *fractions),
               close(*target * kcGyPerGy) || close(*target / kcGyPerGy), *target, *prescription};
}

// One fraction's dose as the course's total. `why` is a whole clause for the finding.
Result<DoseGrid> times_fractions(const DoseGrid& grid, const Dose& dose,
                                 std::optional<int> fractions, std::string_view why,
                                 Findings& findings) {
  if (!fractions) {
    return fail(
        ErrorCode::FractionsUnknown,
        "The dose is that of one fraction and the number of fractions is not known; give it "
        "with --fractions.",
        dose.source);
  }
  findings.push_back({FindingCode::DoseFractionTimesN,
                      fmt::format("{} multiplied by {}.", why, *fractions), dose.source});
  return grid.scaled(static_cast<double>(*fractions));
}

// A dose that says it is the plan's total although its targets hold one fraction of the
// prescription: every limit would be met by a dose that is too low by the number of fractions.
Result<DoseGrid> check_total(DoseGrid grid, const Dose& dose, const Case& plan_case,
                             const CaseGeometry& geometry, const CourseOptions& options,
                             Findings& findings) {
  const auto fractions = fractions_of(plan_case, options);
  if (options.fraction_dose == FractionDose::Total || fractions == 1) return grid;
  if (options.fraction_dose == FractionDose::One) {
    return times_fractions(grid, dose, fractions, "As --fraction-dose one says:", findings);
  }
  const auto scale = scale_of(grid, plan_case, geometry, options);
  if (scale && !scale->fits_total && !scale->fits_one && scale->fits_other_unit &&
      options.undecided == UndecidedDose::Refuse) {
    return fail(
        ErrorCode::DoseUnitsUnusable,
        fmt::format("The targets' median dose of {} Gy and the prescription of {} Gy are a "
                    "factor of 100 apart, as if Gy and cGy were mixed up; state the right "
                    "unit, or say --fraction-dose total if both are right.",
                    fixed_beside(scale->target_gy, {0.0}, 2), shortest(scale->prescription_gy)),
        dose.source);
  }
  if (!scale || scale->fits_total || !scale->fits_one) return grid;
  std::string text = fmt::format(
      "The targets' median dose of {} Gy fits one of {} fractions of the prescription of {} Gy, "
      "not "
      "the total that the dose is said to be",
      fixed(scale->target_gy, 2), *fractions, shortest(scale->prescription_gy));
  if (options.undecided == UndecidedDose::TakeAsItStands) {
    findings.push_back({FindingCode::DoseFractionAsStands, text + ".", dose.source});
    return grid;
  }
  return fail(ErrorCode::FractionDoseUndecided,
              text + "; say --fraction-dose total or --fraction-dose one.", dose.source);
}

Result<DoseGrid> read_fraction_dose(DoseGrid grid, const Dose& dose, const Case& plan_case,
                                    const CaseGeometry& geometry, const CourseOptions& options,
                                    Findings& findings) {
  const auto fractions = fractions_of(plan_case, options);
  const auto times_n = [&] {
    return times_fractions(grid, dose, fractions,
                           "DoseSummationType FRACTION: taken as one fraction and", findings);
  };
  const auto as_total = [&](std::string why) {
    findings.push_back({FindingCode::DoseFractionAsTotal,
                        "DoseSummationType FRACTION: taken as the course total, " + why,
                        dose.source});
    return grid;
  };
  if (options.fraction_dose == FractionDose::Total)
    return as_total("as --fraction-dose total says.");
  if (options.fraction_dose == FractionDose::One) return times_n();
  if (!plan_case.plan && !fractions && options.undecided == UndecidedDose::TakeAsItStands) {
    findings.push_back({FindingCode::DoseFractionAsStands,
                        "DoseSummationType FRACTION and no plan to decide by: taken as it stands.",
                        dose.source});
    return grid;
  }
  if (fractions == 1) return as_total("there is one fraction only.");

  if (const auto scale = scale_of(grid, plan_case, geometry, options)) {
    if (scale->fits_total && !scale->fits_one) {
      return as_total(fmt::format("the targets' median of {} Gy fits the prescription of {} Gy.",
                                  fixed(scale->target_gy, 2), shortest(scale->prescription_gy)));
    }
    if (scale->fits_one && !scale->fits_total) return times_n();
  }
  return fail(
      ErrorCode::FractionDoseUndecided,
      "DoseSummationType (3004,000A) is FRACTION, and prescription and dose in the targets do "
      "not tell whether it holds the course total or one fraction; say --fraction-dose total or "
      "--fraction-dose one.",
      dose.source);
}

Result<DoseGrid> sum_of(const std::vector<Dose>& doses, Findings& findings) {
  DoseGrid sum = doses.front().grid;
  bool resampled = false;
  for (std::size_t i = 1; i < doses.size(); ++i) {
    const DoseGrid& next = doses[i].grid;
    if (sum.same_lattice(next, kSameLattice_mm)) {
      sum = sum.plus(next);
      continue;
    }
    resampled = true;
    // Onto the finer of the two lattices; what either does not cover is left out, not taken as 0
    // Gy.
    const bool keep = sum.values().size() >= next.values().size();
    const DoseGrid& fine = keep ? sum : next;
    const auto moved = geometry::resample_onto(keep ? next : sum, fine);
    if (!moved) return moved;
    const auto cut = geometry::crop_to(fine, *moved);
    if (!cut) return cut;
    sum = cut->plus(*moved);
  }
  findings.push_back({FindingCode::DoseBeamsSummed,
                      fmt::format("The plan's dose is the sum of {} BEAM doses.", doses.size()),
                      ""});
  if (resampled) {
    findings.push_back(
        {FindingCode::DoseBeamsResampled,
         "The BEAM doses lie on different grids; they were interpolated onto the finest "
         "one and added where all of them have a dose.",
         ""});
  }
  return sum;
}

// What the host said of its dose holds; options that say otherwise contradict it.
Result<void> check_stated(const Dose& dose, const CourseOptions& options) {
  if (!dose.stated_times) return {};
  if (options.fraction_dose == FractionDose::One) {
    return fail(ErrorCode::OptionInvalid,
                "The dose came with its own statement of what it holds; leave out that it is one "
                "fraction's.",
                dose.source);
  }
  if (*dose.stated_times > 1 && options.fractions && *options.fractions != *dose.stated_times) {
    return fail(
        ErrorCode::OptionInvalid,
        fmt::format("The dose of one fraction was multiplied by {} when it was handed over; "
                    "hand it over anew for {} fractions.",
                    *dose.stated_times, *options.fractions),
        dose.source);
  }
  return {};
}

}  // namespace

std::optional<double> target_dose_gy(const Case& plan_case, const CaseGeometry& geometry,
                                     const DoseGrid& grid) {
  std::optional<double> highest;
  if (!plan_case.structures) return highest;
  for (const std::size_t i : target_rois(plan_case)) {
    const auto built = geometry.roi(i);
    if (!built) continue;
    const dvh::Dvh dvh = dvh::compute_dvh(built->region, grid);
    if (const auto median = dvh.hottest(0.5 * dvh.volume())) {
      highest = std::max(highest.value_or(median->value()), median->value());
    }
  }
  return highest;
}

std::optional<int> fractions_of(const Case& plan_case, const CourseOptions& options) {
  if (options.fractions) return options.fractions;
  return plan_case.plan ? plan_case.plan->fractions : std::nullopt;
}

std::optional<double> prescription_of(const Case& plan_case, const CourseOptions& options) {
  if (options.prescription_gy) return options.prescription_gy;
  return plan_case.plan ? plan_case.plan->prescription_gy : std::nullopt;
}

Result<CourseDose> course_dose(const Case& plan_case, const CaseGeometry& geometry,
                               const CourseOptions& options) {
  if (plan_case.doses.empty()) {
    return fail(ErrorCode::DoseMissing, "There is no dose; add the plan's RT Dose to the input.");
  }
  for (const Dose& dose : plan_case.doses) {
    if (dose.type != model::DoseType::Error) continue;
    return fail(
        ErrorCode::TagInvalid,
        "DoseType is ERROR: this is a difference of doses, not a dose; export the plan's dose.",
        dose.source);
  }
  for (const Dose& dose : plan_case.doses) {
    if (auto checked = check_stated(dose, options); !checked)
      return tl::unexpected(checked.error());
  }
  Findings findings;
  auto grid = plan_case.doses.size() == 1 ? Result<DoseGrid>(plan_case.doses.front().grid)
                                          : sum_of(plan_case.doses, findings);
  if (!grid) return tl::unexpected(grid.error());
  const Dose& first = plan_case.doses.front();
  const auto read = first.summation == DoseSummation::Fraction ? read_fraction_dose : check_total;
  grid = read(std::move(*grid), first, plan_case, geometry, options, findings);
  if (!grid) return tl::unexpected(grid.error());
  if (grid->maximum_gy() > kHighestDose_gy) {
    return fail(ErrorCode::GridInvalid,
                fmt::format("The highest dose is {:.3g} Gy, more than any treatment gives; check "
                            "DoseGridScaling (3004,000E) and export the dose again.",
                            grid->maximum_gy()),
                first.source);
  }
  const bool effective =
      std::any_of(plan_case.doses.begin(), plan_case.doses.end(),
                  [](const Dose& dose) { return dose.type == model::DoseType::Effective; });
  return CourseDose{std::move(*grid),
                    effective ? metrics::DoseKind::Effective : metrics::DoseKind::Physical,
                    std::move(findings)};
}

}  // namespace dosegate::evaluation
