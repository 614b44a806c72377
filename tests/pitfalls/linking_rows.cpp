// Several doses, plans and structure sets, and the references between them.
#include "pitfalls/pitfall_shapes.h"

namespace dosegate::pitfalls {
namespace {

using dicom_test::PlanSpec;
using dicom_test::StructureSpec;
using dicom_test::TempFolder;

// A dose of twice the standard values.
DoseSpec doubled(DoseSpec dose) {
  for (auto& value : dose.values) value *= 2;
  return dose;
}

StructureOutcome doubled_liver(const std::string& name) {
  StructureOutcome liver = standard_liver();
  liver.name = name;
  for (Expected& number : liver.numbers) {
    if (number.metric == "Volume[cc]") continue;
    number = is(number.metric, 2 * *number.value, 2 * number.tolerance);
  }
  return liver;
}

// A second file beside the standard dose.
void beside(Input& in, const std::function<void(DoseSpec&)>& change) {
  DoseSpec other = doubled(*in.dose);
  other.uid += ".9";
  change(other);
  in.more = [other](const TempFolder& folder) { write(other, folder / "other"); };
}

void two_plans(Input& in) {
  PlanSpec plan = *in.plan;
  plan.uid += ".9";
  plan.label = "plan B";
  DoseSpec dose = doubled(*in.dose);
  dose.uid += ".9";
  dose.plan_uid = plan.uid;
  in.more = [plan, dose](const TempFolder& folder) {
    write(plan, folder / "plan2");
    write(dose, folder / "dose2");
  };
}

Outcome two_plans_outcome() {
  StructureOutcome first = standard_liver();
  first.name = "plan A: Liver";
  return {{}, {first, doubled_liver("plan B: Liver")}, {}};
}

void beams_on_two_grids(Input& in) {
  const DoseSpec whole = *in.dose;
  in.dose.reset();
  in.more = [whole](const TempFolder& folder) {
    for (const int beam : {1, 2}) {
      DoseSpec spec = whole;
      Grid grid;
      if (beam == 2) grid.origin += Vec3(1.75, 0.5, 1.0);
      const double share = beam == 1 ? 0.25 : 0.75;
      grid.dose_gy = [share](const Vec3& p) { return share * standard_dose_gy(p); };
      put(grid, spec);
      spec.uid += "." + std::to_string(beam);
      spec.summation = "BEAM";
      spec.beams = {beam};
      write(spec, folder / ("beam" + std::to_string(beam)));
    }
  };
}

void second_set(Input& in) {
  StructureSpec other = *in.structures;
  other.uid += ".9";
  other.rois[0].name = "Other";
  in.more = [other](const TempFolder& folder) { write(other, folder / "other"); };
}

Outcome with_findings(Outcome outcome, std::set<FindingCode> findings) {
  outcome.findings = std::move(findings);
  return outcome;
}

std::vector<Row> several_rows() {
  Outcome beams = standard_outcome({FindingCode::DoseBeamsSummed, FindingCode::DoseBeamsResampled});
  for (Expected& number : beams.structures[0].numbers) number.tolerance += 2 * kDose_gy;
  return {
      {.id = "doses-plan-and-beam",
       .line = "Several RTDOSE for one plan: plan + beams",
       .input = "a BEAM dose of twice the values beside the PLAN dose",
       .derivation = "the PLAN dose alone",
       .make =
           [](Input& in) {
             beside(in, [](DoseSpec& dose) {
               dose.summation = "BEAM";
               dose.beams = {1};
             });
           },
       .outcome = standard_outcome({FindingCode::ObjectUnused})},
      {.id = "doses-two-grids",
       .line = "Several RTDOSE: same plan two grids",
       .input = "two PLAN doses with different values",
       .make = [](Input& in) { beside(in, [](DoseSpec&) {}); },
       .outcome = refusal(ErrorCode::DoseAmbiguous)},
      {.id = "doses-two-plans",
       .line = "Several RTDOSE: two plans",
       .input = "a second plan on the same structures with twice the dose, in one folder",
       .derivation = "each plan with its own dose",
       .make = two_plans,
       .outcome = two_plans_outcome()},
      {.id = "doses-same-file-twice",
       .line = "Several RTDOSE: duplicates of one SOP UID",
       .input = "a copy of the dose",
       .make =
           [](Input& in) {
             in.more = [](const TempFolder& folder) {
               dicom_test::write_bytes(folder / "copy", dicom_test::read_bytes(folder / "dose"));
             };
           },
       .outcome = standard_outcome({FindingCode::DuplicateObject})},
      {.id = "doses-one-uid",
       .line = "Several RTDOSE: duplicates of one SOP UID",
       .input = "two doses of different values under one UID",
       .make =
           [](Input& in) { beside(in, [](DoseSpec& dose) { dose.uid = dicom_test::kDoseUid; }); },
       .outcome =
           with_findings(refusal(ErrorCode::ObjectConflicting), {FindingCode::DuplicateObject})},
      {.id = "doses-beams-on-two-grids",
       .line = "DoseSummationType BEAM",
       .input = "0.25 and 0.75 of the dose on grids that are shifted against each other",
       .derivation = "interpolated onto one of them, exact for a linear dose",
       .make = beams_on_two_grids,
       .outcome = beams},
      {.id = "sets-two-named",
       .line = "several structure sets",
       .input = "two sets in one frame of reference; the plan names one",
       .make = second_set,
       .outcome = standard_outcome({FindingCode::ObjectUnused})},
      {.id = "sets-two-unnamed",
       .line = "several structure sets",
       .input = "two sets in one frame of reference; the plan names none",
       .make =
           [](Input& in) {
             second_set(in);
             in.plan->structures_uid = "";
           },
       .outcome =
           with_findings(refusal(ErrorCode::StructuresAmbiguous), {FindingCode::ObjectUnused})},
  };
}

std::vector<Row> reference_rows() {
  return {
      {.id = "reference-without-items",
       .line = "Referenced plan sequence present but with zero items",
       .input = "ReferencedRTPlanSequence of no items; there is one plan",
       .others = "dicompyler (crash)",
       .make =
           [](Input& in) {
             in.dose->plan_uid.reset();
             in.dose->edit = [](DcmDataset& data) {
               data.insertEmptyElement(DCM_ReferencedRTPlanSequence);
             };
           },
       .outcome = standard_outcome({FindingCode::ReferenceEmpty, FindingCode::LinkAssumed})},
      {.id = "reference-to-absent-plan",
       .line = "reference to absent plan",
       .input = "the dose names a plan that is not there, beside another plan",
       .make = [](Input& in) { in.dose->plan_uid = "1.2.3.99"; },
       .outcome = with_findings(refusal(ErrorCode::DoseMissing), {FindingCode::ObjectUnused})},
      {.id = "reference-to-absent-set",
       .line = "reference to absent structure set",
       .input = "the plan names a set that is not there; one set shares its frame of reference",
       .make = [](Input& in) { in.plan->structures_uid = "1.2.3.99"; },
       .outcome = standard_outcome({FindingCode::ReferenceEmpty, FindingCode::LinkAssumed})},
      {.id = "no-plan",
       .line = "reference to absent plan",
       .input = "no plan at all; the dose names the structure set",
       .make =
           [](Input& in) {
             in.plan.reset();
             in.dose->structures_uid = dicom_test::kStructuresUid;
           },
       .outcome = standard_outcome({FindingCode::ReferenceEmpty})},
      {.id = "dose-names-other-set",
       .line = "several structure sets",
       .input = "the dose names a structure set that is not there; the plan names the one that is",
       .derivation = "the plan's own reference holds",
       .make = [](Input& in) { in.dose->structures_uid = "1.2.3.99"; },
       .outcome = standard_outcome({FindingCode::ReferenceContradicts})},
      {.id = "beam-doses-contradict",
       .line = "fractions x fraction dose = prescription",
       .input = "BeamDose of 1 and 1.25 Gy in 25 fractions; 50 Gy are prescribed",
       .derivation = "56.25 Gy; the dose stands as it is",
       .make = [](Input& in) { in.plan->beams[1].dose_gy = "1.25"; },
       .outcome = standard_outcome({FindingCode::PrescriptionContradicts})},
      {.id = "beam-doses-rounded",
       .line = "fractions x fraction dose = prescription",
       .input = "BeamDose of 0.667 and 1.333 Gy in 25 fractions; 50 Gy are prescribed",
       .derivation = "written to three decimals",
       .make =
           [](Input& in) {
             in.plan->beams[0].dose_gy = "0.667";
             in.plan->beams[1].dose_gy = "1.333";
           },
       .outcome = standard_outcome()},
      {.id = "beam-dose-missing",
       .line = "fractions x fraction dose = prescription",
       .input = "one of two beams without BeamDose: nothing to hold against the prescription",
       .make = [](Input& in) { in.plan->beams[1].dose_gy = ""; },
       .outcome = standard_outcome()},
      {.id = "plan-not-approved",
       .line = "ApprovalStatus",
       .input = "UNAPPROVED",
       .make = [](Input& in) { in.plan->approval = "UNAPPROVED"; },
       .outcome = standard_outcome({FindingCode::PlanNotApproved})},
      {.id = "frame-of-dose-differs",
       .line = "FrameOfReference mismatch",
       .input = "the dose in another frame of reference",
       .others = "none of the engines notices",
       .make = [](Input& in) { in.dose->frame = "1.2.3.99"; },
       .outcome = refusal(ErrorCode::FrameOfReferenceMismatch)},
      {.id = "frame-of-set-differs",
       .line = "Structure set drawn on another CT (FoR)",
       .input = "every ROI in another frame of reference than plan and dose",
       .others = "none of the engines notices",
       .make = [](Input& in) { in.structures->rois[0].frame = "1.2.3.99"; },
       .outcome = refusal(ErrorCode::FrameOfReferenceMismatch)},
      {.id = "frame-of-dose-absent",
       .line = "FrameOfReference mismatch",
       .input = "the dose names no frame of reference; UIDs link it",
       .make = [](Input& in) { in.dose->frame = ""; },
       .outcome = standard_outcome({FindingCode::LinkAssumed})},
      {.id = "patient-differs",
       .line = "PatientID mismatch",
       .input = "the dose of another patient",
       .others = "none of the engines notices",
       .make = [](Input& in) { in.dose->patient_id = "P2"; },
       .outcome = refusal(ErrorCode::PatientMismatch)},
      {.id = "patient-absent",
       .line = "PatientID mismatch",
       .input = "the dose without PatientID",
       .make = [](Input& in) { in.dose->patient_id = ""; },
       .outcome = standard_outcome({FindingCode::PatientIdDiffers})},
      {.id = "ct-absent",
       .line = "CT absent; contours outside of CT",
       .input = "no CT, as in all rows",
       .derivation = "a CT is never read: contours stand in the patient's coordinates alone",
       .make = [](Input&) {},
       .outcome = standard_outcome()},
      {.id = "ct-present",
       .line = "CT absent",
       .input = "a CT image beside the RT objects",
       .make =
           [](Input& in) {
             DoseSpec ct = *in.dose;
             ct.uid += ".9";
             ct.edit = [](DcmDataset& data) {
               data.putAndInsertString(DCM_SOPClassUID, UID_CTImageStorage);
               data.putAndInsertString(DCM_Modality, "CT");
             };
             in.more = [ct](const TempFolder& folder) { write(ct, folder / "ct"); };
           },
       .outcome = standard_outcome({FindingCode::FileSkipped})},
  };
}

}  // namespace

std::vector<Row> linking_rows() {
  std::vector<Row> rows = several_rows();
  const std::vector<Row> more = reference_rows();
  rows.insert(rows.end(), more.begin(), more.end());
  return rows;
}

}  // namespace dosegate::pitfalls
