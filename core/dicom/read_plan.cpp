#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/text.h"
#include "dicom/rt_objects.h"
#include "dicom/tags.h"

namespace dosegate::dicom {
namespace {

using model::Beam;
using model::DoseReference;
using model::Plan;

// What a fraction group says of one of its beams.
struct GroupBeam {
  std::optional<double> dose_gy;
  std::optional<double> meterset;
};

void read_fractions(const Attributes& root, Plan& plan, ObjectSource& source) {
  const std::vector<Attributes> groups = root.items(tag::kFractionGroups);
  if (groups.size() > 1) {
    source.findings.push_back(
        {FindingCode::FractionGroupsSeveral,
         fmt::format("The plan has {} fraction groups, so its number of "
                     "fractions is taken as unknown; state it with --fractions.",
                     groups.size()),
         place(source.file.path, tag::kFractionGroups)});
    return;
  }
  std::string what = "The plan has no fraction group";
  if (groups.size() == 1) {
    const Result<std::optional<int>> fractions = groups[0].integer(tag::kFractions);
    if (fractions && *fractions && **fractions > 0) {
      plan.fractions = **fractions;
      return;
    }
    const std::string text = printable(groups[0].text(tag::kFractions));
    what = text.empty() ? "NumberOfFractionsPlanned has no value"
                        : fmt::format("NumberOfFractionsPlanned is \"{}\"", text.substr(0, 40));
  }
  source.findings.push_back(
      {FindingCode::FractionsMissing,
       what + "; the number of fractions is unknown, state it with --fractions.",
       place(source.file.path, tag::kFractions)});
}

// Beam number -> what the fraction groups say of it.
Result<std::map<int, GroupBeam>> referenced_beams(const std::vector<Attributes>& groups) {
  std::map<int, GroupBeam> referenced;
  for (const Attributes& group : groups) {
    for (const Attributes& item : group.items(tag::kReferencedBeams)) {
      const auto number = item.integer(tag::kReferencedBeamNumber);
      if (!number) return tl::unexpected<Error>(number.error());
      if (!*number) continue;
      // Informative only: a beam dose that is no number is taken as not given.
      referenced[**number] = {item.number(tag::kBeamDose).value_or(std::nullopt),
                              item.number(tag::kBeamMeterset).value_or(std::nullopt)};
    }
  }
  return referenced;
}

Result<void> read_beams(const Attributes& root, Plan& plan) {
  const std::vector<Attributes> groups = root.items(tag::kFractionGroups);
  const auto referenced = referenced_beams(groups);
  if (!referenced) return tl::unexpected<Error>(referenced.error());
  std::set<int> described;
  for (const Attributes& item : root.items(plan.ion ? tag::kIonBeams : tag::kBeams)) {
    const auto number = item.integer(tag::kBeamNumber);
    if (!number) return tl::unexpected<Error>(number.error());
    if (!*number) continue;
    described.insert(**number);
    Beam beam;
    beam.number = **number;
    beam.name = item.name(tag::kBeamName);
    beam.delivery_type = item.code(tag::kDeliveryType);
    const auto in_group = referenced->find(beam.number);
    // Without any fraction group there is nothing to choose by: every beam counts.
    if (!groups.empty() && in_group == referenced->end()) continue;
    if (beam.delivery_type == "SETUP") continue;
    if (in_group != referenced->end()) {
      beam.dose_gy = in_group->second.dose_gy;
      beam.meterset = in_group->second.meterset;
    }
    plan.beams.push_back(std::move(beam));
  }
  // A beam that the group names and no sequence describes still has to be covered by the dose.
  for (const auto& [number, beam] : *referenced) {
    if (!described.contains(number))
      plan.beams.push_back({number, {}, {}, beam.dose_gy, beam.meterset});
  }
  std::stable_sort(plan.beams.begin(), plan.beams.end(),
                   [](const Beam& a, const Beam& b) { return a.number < b.number; });
  return {};
}

// The plan's prescription from its target references. A prescription that cannot be read makes the
// whole unknown: the highest of the others may be far too low.
void read_prescription(const Attributes& root, Plan& plan, ObjectSource& source) {
  std::set<double> prescriptions;
  std::string unreadable;
  for (const Attributes& item : root.items(tag::kDoseReferences)) {
    DoseReference reference;
    reference.type = item.code(tag::kDoseReferenceType);
    reference.structure_type = item.code(tag::kDoseReferenceStructure);
    reference.description = item.name(tag::kDoseReferenceDescription);
    reference.roi_number = item.integer(tag::kReferencedRoiNumber).value_or(std::nullopt);
    const auto prescription = item.number(tag::kTargetPrescription);
    if (!prescription) unreadable = prescription.error().text;
    if (prescription && *prescription && **prescription > 0.0) {
      reference.target_prescription_gy = **prescription;
      if (reference.type == "TARGET") prescriptions.insert(**prescription);
    }
    plan.dose_references.push_back(std::move(reference));
  }
  const std::string where = place(source.file.path, tag::kTargetPrescription);
  if (!unreadable.empty() || prescriptions.empty()) {
    source.findings.push_back({FindingCode::PrescriptionMissing,
                               unreadable.empty()
                                   ? "The plan states no prescribed dose for a target."
                                   : "The prescription is unknown: " + unreadable,
                               where});
    return;
  }
  plan.prescription_gy = *prescriptions.rbegin();
  if (prescriptions.size() == 1) return;
  std::string list;
  for (const double dose_gy : prescriptions) {
    list += (list.empty() ? "" : ", ") + shortest(dose_gy);
  }
  source.findings.push_back(
      {FindingCode::PrescriptionSeveral,
       fmt::format("The plan prescribes {} Gy to targets; the highest, {} Gy, is "
                   "taken as the plan's prescription.",
                   list, shortest(*plan.prescription_gy)),
       where});
}

// Fractions x fraction dose against the prescription, where the plan gives both: every treatment
// beam has a BeamDose (the dose at its specification point in one fraction). A sum of 0 says nothing.
void check_fraction_dose(const Plan& plan, ObjectSource& source) {
  constexpr double kRounding_gy = 0.005;  // fraction dose and prescription written to the cGy
  if (!plan.fractions || !plan.prescription_gy || plan.beams.empty()) return;
  double fraction_gy = 0.0;
  for (const Beam& beam : plan.beams) {
    if (!beam.dose_gy) return;
    fraction_gy += *beam.dose_gy;
  }
  if (!(fraction_gy > 0.0)) return;
  const double total_gy = *plan.fractions * fraction_gy;
  for (const DoseReference& reference : plan.dose_references) {
    // The point may be that of any of the plan's prescriptions.
    if (reference.type != "TARGET" || !reference.target_prescription_gy) continue;
    const double apart_gy = std::abs(total_gy - *reference.target_prescription_gy);
    if (apart_gy <= kRounding_gy * (*plan.fractions + 1)) return;
  }
  source.findings.push_back(
      {FindingCode::PrescriptionContradicts,
       fmt::format("{} fractions of {} Gy (BeamDose of {} beams) are {} Gy; the plan prescribes {} "
                   "Gy.",
                   *plan.fractions, fixed(fraction_gy, 3), plan.beams.size(), fixed(total_gy, 2),
                   shortest(*plan.prescription_gy)),
       place(source.file.path, tag::kBeamDose)});
}

void read_structure_reference(const Attributes& root, Plan& plan, ObjectSource& source) {
  if (!root.has(tag::kReferencedStructureSets)) return;
  for (const Attributes& item : root.items(tag::kReferencedStructureSets)) {
    if (plan.structure_set_uid.empty()) {
      plan.structure_set_uid = item.text(tag::kReferencedSopInstanceUid);
    }
  }
  if (!plan.structure_set_uid.empty()) return;
  source.findings.push_back(
      {FindingCode::ReferenceEmpty,
       "The plan's reference to its structure set is empty; it is treated as if "
       "it were not there.",
       place(source.file.path, tag::kReferencedStructureSets)});
}

model::Study read_study(const Attributes& root) {
  model::Study study;
  study.uid = root.text(tag::kStudyInstanceUid);
  study.date = root.text(tag::kStudyDate);
  study.time = root.text(tag::kStudyTime);
  study.id = root.name(tag::kStudyId);
  study.accession_number = root.name(tag::kAccessionNumber);
  study.patient_birth_date = root.text(tag::kPatientBirthDate);
  study.patient_sex = root.code(tag::kPatientSex);
  study.plan_date = root.text(tag::kPlanDate);
  study.plan_time = root.text(tag::kPlanTime);
  return study;
}

}  // namespace

Result<Plan> read_plan(const DicomFile& file, ObjectSource& source) {
  const Attributes root = file.root();
  Plan plan;
  plan.sop_instance_uid = source.file.sop_instance_uid;
  plan.label = root.name(tag::kPlanLabel);
  plan.name = root.name(tag::kPlanName);
  plan.date = root.text(tag::kPlanDate);
  plan.intent = root.code(tag::kPlanIntent);
  plan.approval_status = root.code(tag::kApprovalStatus);
  plan.patient_id = source.patient_id;
  plan.patient_name = root.name(tag::kPatientName);
  plan.ion = source.kind == ObjectKind::IonPlan;
  plan.study = read_study(root);
  read_fractions(root, plan, source);
  if (const Result<void> beams = read_beams(root, plan); !beams) {
    return tl::unexpected<Error>(beams.error());
  }
  read_prescription(root, plan, source);
  check_fraction_dose(plan, source);
  read_structure_reference(root, plan, source);
  if (plan.approval_status != "APPROVED") {
    source.findings.push_back(
        {FindingCode::PlanNotApproved,
         plan.approval_status.empty()
             ? std::string("The plan states no approval.")
             : fmt::format("The plan's approval status is {}.", printable(plan.approval_status)),
         place(source.file.path, tag::kApprovalStatus)});
  }
  if (plan.ion) {
    source.findings.push_back(
        {FindingCode::PlanIon,
         "This is an ion plan; its doses may already hold a biological weighting.",
         printable(source.file.path)});
  }
  return plan;
}

}  // namespace dosegate::dicom
