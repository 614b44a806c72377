#include "case_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/text.h"
#include "memory_arrays.h"
#include "wall.h"

namespace dosegate::plugin {
namespace {

constexpr const char* kSource = "dose from memory";

std::string text_of(const char* text) {
  return text == nullptr ? std::string() : std::string(text);
}

std::string upper(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

std::string titled(const model::Roi& roi) {
  return fmt::format("Structure \"{}\"", printable(roi.name));
}

model::DoseType type_of(const dosegate_new_dose& in) {
  require_argument(in.type == DOSEGATE_PHYSICAL_DOSE || in.type == DOSEGATE_EFFECTIVE_DOSE,
                   "It is not stated whether the dose is physical or effective.");
  return in.type == DOSEGATE_EFFECTIVE_DOSE ? model::DoseType::Effective
                                            : model::DoseType::Physical;
}

// By what the dose is to be multiplied to be that of the course.
int times(const dosegate_new_dose& in, const std::optional<int>& fractions) {
  require_argument(in.holds == DOSEGATE_COURSE_DOSE || in.holds == DOSEGATE_ONE_FRACTION_DOSE,
                   "It is not stated whether the dose is that of the course or of one fraction.");
  if (in.holds == DOSEGATE_COURSE_DOSE) return 1;
  if (!fractions) {
    refuse(Error{ErrorCode::FractionsUnknown,
                 "The dose is that of one fraction, and the case does not say how many there are.",
                 {}});
  }
  return *fractions;
}

void note_dose(const model::Dose& dose, Findings& findings) {
  const model::DoseGrid& grid = dose.grid;
  if (dose.type == model::DoseType::Effective) {
    findings.push_back({FindingCode::DoseTypeEffective,
                        "The dose is EFFECTIVE, already weighted for its biological effect; it is "
                        "never converted again.",
                        kSource});
  }
  if (grid.minimum_gy() < 0.0) {
    findings.push_back(
        {FindingCode::DoseNegative,
         fmt::format("The dose has negative values, down to {} Gy.", shortest(grid.minimum_gy())),
         kSource});
  }
  if (grid.minimum_gy() == 0.0 && grid.maximum_gy() == 0.0) {
    findings.push_back({FindingCode::DoseAllZero, "Every value of the dose is 0.", kSource});
  }
}

void check_counts(const dosegate_contours& in, const std::string& what) {
  // A structure that was not drawn is a fact that rules must see: it has no points and no lists.
  if (in.contour_count == 0 && in.point_count == 0) return;
  require_argument(in.contour_count > 0, "There are points, and no contour that they belong to.");
  require_argument(in.contour_points != nullptr, "The numbers of the contours' points are NULL.");
  std::size_t left = in.point_count;
  for (std::size_t c = 0; c < in.contour_count; ++c) {
    const std::size_t points = in.contour_points[c];
    if (points == 0) {
      refuse(DOSEGATE_ARGUMENT_INVALID, fmt::format("{}: contour {} has no point.", what, c));
    }
    if (points > left) {
      refuse(DOSEGATE_ARGUMENT_INVALID,
             fmt::format("{}: the contours have more points than the {} that are there.", what,
                         in.point_count));
    }
    left -= points;
  }
  if (left > 0) {
    refuse(DOSEGATE_ARGUMENT_INVALID,
           fmt::format("{}: the contours have {} points less than the {} that are there.", what,
                       left, in.point_count));
  }
  require_argument(in.points_mm != nullptr, "The points are NULL.");
}

// Voxels thinner than geometry can tell apart, along any axis.
HostLattice voxel_lattice(const dosegate_lattice& in, const std::string& what) {
  HostLattice lattice = lattice_of(in, what);
  if (lattice.place.spacing_mm.minCoeff() < geometry::kThinnestVoxel_mm) {
    refuse(Error{ErrorCode::GridInvalid,
                 fmt::format("{} has voxels of {} mm; they must be {} mm or more.", what,
                             shortest(lattice.place.spacing_mm.minCoeff()),
                             shortest(geometry::kThinnestVoxel_mm)),
                 {}});
  }
  return lattice;
}

template <class Voxels>
void fill_voxels(model::Roi& roi, const Voxels& in) {
  const HostLattice lattice = voxel_lattice(in.lattice, titled(roi));
  roi.from_voxels = true;
  roi.contours = geometry::voxel_contours(lattice.place, block_of(in, lattice, titled(roi)));
}

}  // namespace

CaseBuilder::CaseBuilder(const dosegate_new_case& in) {
  require_argument(in.fractions >= 0, "The number of fractions is negative.");
  require_argument(std::isfinite(in.prescription_gy) && in.prescription_gy >= 0.0,
                   "The prescription is negative or not a finite number.");
  case_.patient_id = text_of(in.patient_id);
  model::Plan& plan = case_.plan.emplace();
  plan.patient_id = case_.patient_id;
  plan.label = text_of(in.plan_label);
  plan.sop_instance_uid = text_of(in.plan_uid);
  if (in.fractions > 0) plan.fractions = in.fractions;
  if (in.prescription_gy > 0.0) plan.prescription_gy = in.prescription_gy;
  model::StructureSet& structures = case_.structures.emplace();
  structures.patient_id = case_.patient_id;
  structures.frame_of_reference_uid = text_of(in.frame_of_reference_uid);
}

void CaseBuilder::add_dose(const dosegate_new_dose& in) {
  require_argument(in.fractions >= 0, "The dose's number of fractions is negative.");
  const std::optional<int> given_in =
      in.fractions > 0 ? std::optional(in.fractions) : case_.plan->fractions;
  const model::DoseType type = type_of(in);
  const int fractions = times(in, given_in);
  const HostLattice lattice = lattice_of(in.lattice, "The dose");
  std::vector<double> values_gy = dose_values_gy(in, lattice);
  for (double& value : values_gy) value *= fractions;
  auto grid = unwrap(model::DoseGrid::create(grid_geometry(lattice), std::move(values_gy)));
  model::Dose dose{.sop_instance_uid = {},
                   .source = kSource,
                   .frame_of_reference_uid = case_.structures->frame_of_reference_uid,
                   .patient_id = case_.patient_id,
                   .type = type,
                   .plan_uids = {},
                   .beam_numbers = {},
                   .fraction_group = {},
                   .structure_set_uid = {},
                   .grid = std::move(grid),
                   .stated_times = fractions};
  if (in.holds == DOSEGATE_ONE_FRACTION_DOSE) {
    case_.findings.push_back(
        {FindingCode::DoseFractionTimesN,
         fmt::format("The dose is stated to be that of one fraction: multiplied by {}.", fractions),
         kSource});
  }
  note_dose(dose, case_.findings);
  dose_fractions_.push_back(given_in);
  dose_says_fractions_ = dose_says_fractions_ && in.fractions > 0;
  case_.doses.push_back(std::move(dose));
}

model::Roi CaseBuilder::roi(std::int32_t number, const dosegate_label& label) const {
  model::Roi roi;
  roi.number = number;
  roi.name = trim(text_of(label.name));
  roi.interpreted_type = upper(std::string(trim(text_of(label.interpreted_type))));
  require_argument(!roi.name.empty(), "A structure has no name.");
  const auto& rois = case_.structures->rois;
  const auto taken = std::find_if(rois.begin(), rois.end(),
                                  [&](const model::Roi& other) { return other.number == number; });
  if (taken != rois.end()) {
    refuse(DOSEGATE_ARGUMENT_INVALID,
           fmt::format("{} has the number {}, which is that of \"{}\" already.", titled(roi),
                       number, printable(taken->name)));
  }
  return roi;
}

void CaseBuilder::add_contours(const dosegate_contours& in) {
  model::Roi added = roi(in.number, in.label);
  check_counts(in, titled(added));
  const double* at = in.points_mm;
  for (std::size_t c = 0; c < in.contour_count; ++c) {
    model::Contour& contour = added.contours.emplace_back();
    contour.points.reserve(in.contour_points[c]);
    for (std::size_t p = 0; p < in.contour_points[c]; ++p, at += 3) {
      contour.points.emplace_back(at[0], at[1], at[2]);
      if (contour.points.back().allFinite()) continue;
      refuse(Error{
          ErrorCode::ContoursNotPlanar,
          fmt::format("{}: point {} of contour {} is not a finite number.", titled(added), p, c),
          {}});
    }
  }
  case_.structures->rois.push_back(std::move(added));
}

void CaseBuilder::add_mask(const dosegate_mask& in) {
  model::Roi added = roi(in.number, in.label);
  fill_voxels(added, in);
  case_.structures->rois.push_back(std::move(added));
}

void CaseBuilder::add_voxels(const dosegate_voxel_list& in) {
  model::Roi added = roi(in.number, in.label);
  fill_voxels(added, in);
  case_.structures->rois.push_back(std::move(added));
}

void CaseBuilder::note_what_is_missing() {
  const auto unknown = [](const std::optional<int>& fractions) { return !fractions; };
  if (std::any_of(dose_fractions_.begin(), dose_fractions_.end(), unknown)) {
    case_.findings.push_back(
        {FindingCode::FractionsMissing,
         "The number of fractions is unknown; state it with the case or in the options.", ""});
  }
  if (!case_.plan->prescription_gy) {
    case_.findings.push_back(
        {FindingCode::PrescriptionMissing, "The case states no prescription.", ""});
  }
  std::map<std::string, std::vector<int>> numbers;
  for (const model::Roi& roi : case_.structures->rois) numbers[roi.name].push_back(roi.number);
  for (const auto& [name, list] : numbers) {
    if (list.size() < 2) continue;
    case_.findings.push_back(
        {FindingCode::RoiNameDuplicate,
         fmt::format("ROIs {} share the name \"{}\".", fmt::join(list, ", "), printable(name)),
         ""});
  }
}

std::vector<model::Case> CaseBuilder::parts() const {
  std::vector<model::Case> parts;
  if (case_.doses.size() < 2) return parts;
  // One host's doses of one case lie in one space, named or not; those of another case do not.
  const std::string& frame = case_.structures->frame_of_reference_uid;
  const std::string common = frame.empty() ? fmt::format("case {}", next_generation()) : frame;
  const std::string label = case_.plan->label.empty() ? "" : case_.plan->label + ", ";
  for (std::size_t i = 0; i < case_.doses.size(); ++i) {
    model::Case part;  // no copy of the whole: that has every dose
    part.patient_id = case_.patient_id;
    part.plan = case_.plan;
    part.structures = case_.structures;
    part.findings = case_.findings;
    part.inputs = case_.inputs;
    part.doses = {case_.doses[i]};
    part.doses.front().frame_of_reference_uid = common;
    part.plan->label = fmt::format("{}dose {}", label, i + 1);
    part.plan->sop_instance_uid.clear();  // or one plan would seem to be added to itself
    part.plan->fractions = dose_fractions_[i];
    part.plan->prescription_gy.reset();
    parts.push_back(std::move(part));
  }
  return parts;
}

CaseBuilder::Made CaseBuilder::finish() {
  if (case_.doses.empty()) {
    refuse(Error{ErrorCode::DoseMissing, "The case has no dose; add it first.", {}});
  }
  if (case_.structures->rois.empty()) {
    refuse(Error{ErrorCode::StructuresMissing, "The case has no structure; add them first.", {}});
  }
  if (case_.doses.size() > 1 && case_.plan->fractions && !dose_says_fractions_) {
    refuse(DOSEGATE_ARGUMENT_INVALID,
           "A case of several doses needs the number of fractions of each of them: the case's own "
           "number does not tell how they share it. Doses that are given in the same fractions are "
           "one dose; hand over their sum.");
  }
  // What the only dose is given in is what the plan is given in.
  if (case_.doses.size() == 1) case_.plan->fractions = dose_fractions_.front();
  note_what_is_missing();
  const std::string& label = case_.plan->label;
  const std::string of_plan = label.empty() ? "" : fmt::format(" of plan \"{}\"", label);
  case_.inputs = {{"memory: dose" + of_plan, {}, {}, {}},
                  {"memory: structures" + of_plan, {}, {}, {}}};
  Made made{{}, parts()};
  if (!made.parts.empty()) case_.plan->fractions.reset();
  made.whole = std::move(case_);
  return made;
}

}  // namespace dosegate::plugin
