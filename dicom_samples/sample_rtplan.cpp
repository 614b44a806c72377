#include <fmt/format.h>

#include "sample_files.h"

namespace dosegate::samples {
namespace {

int planning_target_number(const SamplePlan& plan) {
  for (const auto& roi : plan.rois) {
    if (roi.interpreted_type == "PTV") {
      return roi.number;
    }
  }
  return 0;
}

void put_prescription(Attributes& object, const SamplePlan& plan) {
  Attributes reference = object.item(DCM_DoseReferenceSequence);
  reference.text(DCM_DoseReferenceNumber, "1");
  reference.text(DCM_DoseReferenceUID, uid_for(plan.folder + "/dose reference"));
  reference.text(DCM_DoseReferenceStructureType, "VOLUME");
  reference.text(DCM_ReferencedROINumber, std::to_string(planning_target_number(plan)));
  reference.text(DCM_DoseReferenceDescription, "PTV");
  reference.text(DCM_DoseReferenceType, "TARGET");
  reference.text(DCM_TargetPrescriptionDose, fmt::format("{:.1f}", plan.prescription_gy));
}

void put_fractions(Attributes& object, const SamplePlan& plan) {
  Attributes group = object.item(DCM_FractionGroupSequence);
  group.text(DCM_FractionGroupNumber, "1");
  group.text(DCM_NumberOfFractionsPlanned, std::to_string(plan.fractions));
  group.text(DCM_NumberOfBeams, std::to_string(plan.gantry_deg.size()));
  group.text(DCM_NumberOfBrachyApplicationSetups, "0");
  for (std::size_t i = 0; i < plan.gantry_deg.size(); ++i) {
    Attributes beam = group.item(DCM_ReferencedBeamSequence);
    beam.text(DCM_BeamMeterset, "150.0");
    beam.text(DCM_ReferencedBeamNumber, std::to_string(i + 1));
  }
}

void put_jaw(Attributes& beam, const char* type) {
  Attributes jaw = beam.item(DCM_BeamLimitingDeviceSequence);
  jaw.text(DCM_RTBeamLimitingDeviceType, type);
  jaw.text(DCM_NumberOfLeafJawPairs, "1");
}

void put_control_points(Attributes& beam, const SamplePlan& plan, double gantry_deg) {
  Attributes first = beam.item(DCM_ControlPointSequence);
  first.text(DCM_ControlPointIndex, "0");
  first.text(DCM_NominalBeamEnergy, "6");
  for (const char* type : {"ASYMX", "ASYMY"}) {
    Attributes jaw = first.item(DCM_BeamLimitingDevicePositionSequence);
    jaw.text(DCM_RTBeamLimitingDeviceType, type);
    jaw.text(DCM_LeafJawPositions, "-50.0\\50.0");
  }
  first.text(DCM_GantryAngle, fmt::format("{:.1f}", gantry_deg));
  first.text(DCM_GantryRotationDirection, "NONE");
  first.text(DCM_BeamLimitingDeviceAngle, "0.0");
  first.text(DCM_BeamLimitingDeviceRotationDirection, "NONE");
  first.text(DCM_PatientSupportAngle, "0.0");
  first.text(DCM_PatientSupportRotationDirection, "NONE");
  first.text(DCM_TableTopEccentricAngle, "0.0");
  first.text(DCM_TableTopEccentricRotationDirection, "NONE");
  first.text(DCM_TableTopVerticalPosition, "");
  first.text(DCM_TableTopLongitudinalPosition, "");
  first.text(DCM_TableTopLateralPosition, "");
  const Point3& iso = plan.dose.targets.front().centre;
  first.text(DCM_IsocenterPosition, decimal_text({iso.x, iso.y, iso.z}, 1));
  first.text(DCM_CumulativeMetersetWeight, "0.0");
  Attributes last = beam.item(DCM_ControlPointSequence);
  last.text(DCM_ControlPointIndex, "1");
  last.text(DCM_CumulativeMetersetWeight, "1.0");
}

void put_beam(Attributes& object, const SamplePlan& plan, std::size_t index) {
  Attributes beam = object.item(DCM_BeamSequence);
  const double gantry_deg = plan.gantry_deg[index];
  beam.text(DCM_TreatmentMachineName, "SAMPLE");
  beam.text(DCM_PrimaryDosimeterUnit, "MU");
  beam.text(DCM_SourceAxisDistance, "1000.0");
  put_jaw(beam, "ASYMX");
  put_jaw(beam, "ASYMY");
  beam.text(DCM_BeamNumber, std::to_string(index + 1));
  beam.text(DCM_BeamName, fmt::format("G{:03.0f}", gantry_deg));
  beam.text(DCM_BeamType, "STATIC");
  beam.text(DCM_RadiationType, "PHOTON");
  beam.text(DCM_TreatmentDeliveryType, "TREATMENT");
  beam.text(DCM_NumberOfWedges, "0");
  beam.text(DCM_NumberOfCompensators, "0");
  beam.text(DCM_NumberOfBoli, "0");
  beam.text(DCM_NumberOfBlocks, "0");
  beam.text(DCM_FinalCumulativeMetersetWeight, "1.0");
  beam.text(DCM_NumberOfControlPoints, "2");
  put_control_points(beam, plan, gantry_deg);
  beam.text(DCM_ReferencedPatientSetupNumber, "1");
}

}  // namespace

void fill_rtplan(Attributes& object, const SamplePlan& plan) {
  const SampleUids uids = uids_of(plan);
  put_identity(object, plan, {UID_RTPlanStorage, uids.plan, "RTPLAN", 3});
  object.text(DCM_RTPlanLabel, plan.plan_label);
  object.text(DCM_RTPlanDate, "20260105");
  object.text(DCM_RTPlanTime, "120000");
  object.text(DCM_PlanIntent, "RESEARCH");
  object.text(DCM_RTPlanGeometry, "PATIENT");
  put_prescription(object, plan);
  put_fractions(object, plan);
  for (std::size_t i = 0; i < plan.gantry_deg.size(); ++i) {
    put_beam(object, plan, i);
  }
  const bool prone = plan.grid.orientation == GridSpec::Orientation::Prone;
  Attributes setup = object.item(DCM_PatientSetupSequence);
  setup.text(DCM_PatientPosition, prone ? "HFP" : "HFS");
  setup.text(DCM_PatientSetupNumber, "1");
  put_reference(object, DCM_ReferencedStructureSetSequence, UID_RTStructureSetStorage,
                uids.structures);
  object.text(DCM_ApprovalStatus, "UNAPPROVED");
}

}  // namespace dosegate::samples
