#include "base/finding.h"

#include "base/result.h"

namespace dosegate {
inline namespace base {

const std::vector<FindingKind>& finding_kinds() {
  static const std::vector<FindingKind> kinds = {
      {FindingCode::FileSkipped, "file-skipped", Severity::Info,
       "a file that is not DICOM, or not an RT object, was left out"},
      {FindingCode::FileUnreadable, "file-unreadable", Severity::Error,
       "a file in a folder could not be read as DICOM"},
      {FindingCode::DuplicateObject, "duplicate-object", Severity::Warning,
       "the same SOP Instance UID came twice"},
      {FindingCode::MetaHeaderMissing, "meta-header-missing", Severity::Info,
       "no DICOM file meta header"},
      {FindingCode::ObjectUnused, "object-unused", Severity::Warning,
       "an RT object that belongs to no plan that is evaluated"},
      {FindingCode::LinkAssumed, "link-assumed", Severity::Warning,
       "a link between objects is absent; the only candidate was taken"},
      {FindingCode::ReferenceEmpty, "reference-empty", Severity::Warning,
       "a reference sequence without items, or to an absent object"},
      {FindingCode::ReferenceContradicts, "reference-contradicts", Severity::Warning,
       "two linked objects name different structure sets"},
      {FindingCode::PatientIdDiffers, "patient-id-differs", Severity::Error,
       "Patient ID differs between linked objects"},
      {FindingCode::SopClassMissing, "sop-class-missing", Severity::Warning,
       "no SOP Class UID; the object was recognised by its Modality"},
      {FindingCode::DoseTypeMissing, "dose-type-missing", Severity::Warning,
       "DoseType absent; taken as PHYSICAL"},
      {FindingCode::DoseTypeEffective, "dose-type-effective", Severity::Warning,
       "DoseType EFFECTIVE: never converted again"},
      {FindingCode::DoseSummationMissing, "dose-summation-missing", Severity::Warning,
       "DoseSummationType absent; taken as the plan's total"},
      {FindingCode::DoseFractionAsTotal, "dose-fraction-as-total", Severity::Warning,
       "DoseSummationType FRACTION, decided: course total"},
      {FindingCode::DoseFractionTimesN, "dose-fraction-times-n", Severity::Warning,
       "DoseSummationType FRACTION, decided: one fraction, multiplied"},
      {FindingCode::DoseFractionAsStands, "dose-fraction-as-stands", Severity::Warning,
       "DoseSummationType FRACTION, nothing to decide by; taken as it stands"},
      {FindingCode::DoseBeamsSummed, "dose-beams-summed", Severity::Info,
       "BEAM doses were added to the plan's dose"},
      {FindingCode::DoseBeamsResampled, "dose-beams-resampled", Severity::Warning,
       "BEAM doses on different grids were resampled onto one"},
      {FindingCode::DoseMultiPlan, "dose-multi-plan", Severity::Warning,
       "MULTI_PLAN dose: already a sum, per-plan fractions unknown"},
      {FindingCode::DoseNegative, "dose-negative", Severity::Warning, "negative dose values"},
      {FindingCode::DoseAllZero, "dose-all-zero", Severity::Error, "a dose without any dose"},
      {FindingCode::DoseOffsetsUneven, "dose-offsets-uneven", Severity::Warning,
       "GridFrameOffsetVector not uniform"},
      {FindingCode::DoseOffsetsAbsolute, "dose-offsets-absolute", Severity::Info,
       "GridFrameOffsetVector holds positions, not offsets"},
      {FindingCode::DoseOffsetsFirstNotZero, "dose-offsets-first-not-zero", Severity::Warning,
       "GridFrameOffsetVector starts neither at 0 nor at the image position"},
      {FindingCode::DoseThicknessContradicts, "dose-thickness-contradicts", Severity::Warning,
       "SliceThickness disagrees with the frame offsets"},
      {FindingCode::DoseFrameThicknessUsed, "dose-frame-thickness-used", Severity::Warning,
       "single-frame dose: SliceThickness used as its depth"},
      {FindingCode::DoseOrientationAdjusted, "dose-orientation-adjusted", Severity::Warning,
       "ImageOrientationPatient not quite orthonormal; made so"},
      {FindingCode::DoseBitsStored, "dose-bits-stored", Severity::Info,
       "BitsStored below BitsAllocated"},
      {FindingCode::DoseMaximumAtEdge, "dose-maximum-at-edge", Severity::Warning,
       "the hottest voxel lies on the grid's edge"},
      {FindingCode::DoseGridCoarse, "dose-grid-coarse", Severity::Warning,
       "the dose's voxels are further apart than accuracy was shown for"},
      {FindingCode::DosePlansSummed, "dose-plans-summed", Severity::Info,
       "the doses of several plans were added"},
      {FindingCode::TpsDvhUnusable, "tps-dvh-unusable", Severity::Warning,
       "a DVH of the planning system cannot be read or compared; it was left out"},
      {FindingCode::TpsDvhDoubtful, "tps-dvh-doubtful", Severity::Warning,
       "a DVH of the planning system contradicts itself; how it was taken is said"},
      {FindingCode::TpsDvhDiffers, "tps-dvh-differs", Severity::Warning,
       "a DVH of the planning system differs from ours"},
      {FindingCode::RoiWithoutContours, "roi-without-contours", Severity::Info,
       "a ROI with no contour at all"},
      {FindingCode::RoiContoursSkipped, "roi-contours-skipped", Severity::Warning,
       "points beside closed contours were left out"},
      {FindingCode::RoiOpenContoursSkipped, "roi-open-contours-skipped", Severity::Error,
       "open or unknown contours beside closed ones were left out; rules on the ROI are UNKNOWN"},
      {FindingCode::RoiContourDegenerate, "roi-contour-degenerate", Severity::Warning,
       "a contour of fewer than three points or without area was left out"},
      {FindingCode::RoiContourPointCount, "roi-contour-point-count", Severity::Warning,
       "NumberOfContourPoints disagrees with ContourData"},
      {FindingCode::RoiContourNonPlanar, "roi-contour-non-planar", Severity::Warning,
       "a closed contour's points lie off its plane by more than a tolerance"},
      {FindingCode::RoiNumberDuplicate, "roi-number-duplicate", Severity::Error,
       "two ROIs share one ROINumber"},
      {FindingCode::RoiNameDuplicate, "roi-name-duplicate", Severity::Warning,
       "two ROIs share one name"},
      {FindingCode::RoiNumberUnknown, "roi-number-unknown", Severity::Warning,
       "contours for a ROINumber that has no ROI"},
      {FindingCode::RoiContoursOverlap, "roi-contours-overlap", Severity::Warning,
       "contours of one plane cross or partly overlap (even-odd applied)"},
      {FindingCode::RoiContourRepeated, "roi-contour-repeated", Severity::Warning,
       "the same contour twice: even-odd leaves nothing"},
      {FindingCode::RoiGapBridged, "roi-gap-bridged", Severity::Warning,
       "one skipped plane was bridged"},
      {FindingCode::RoiGapCapped, "roi-gap-capped", Severity::Warning,
       "a gap inside the ROI was taken as real: separate pieces"},
      {FindingCode::RoiSpacingUneven, "roi-spacing-uneven", Severity::Info,
       "planes are not evenly spaced"},
      {FindingCode::RoiSinglePlane, "roi-single-plane", Severity::Warning,
       "one plane only: thickness taken from elsewhere"},
      {FindingCode::RoiPlanesMerged, "roi-planes-merged", Severity::Warning,
       "contour planes closer than a tolerance were taken as one"},
      {FindingCode::RoiContourDataInvalid, "roi-contour-data-invalid", Severity::Error,
       "a contour that cannot be read: the ROI keeps no contours at all"},
      {FindingCode::RoiContourOffset, "roi-contour-offset", Severity::Warning,
       "ContourOffsetVector moves a contour off its plane; it was not followed"},
      {FindingCode::RoiFrameDiffers, "roi-frame-differs", Severity::Error,
       "a ROI drawn in another frame of reference than the others: its contours were left out"},
      {FindingCode::FractionsMissing, "fractions-missing", Severity::Warning,
       "NumberOfFractionsPlanned absent or 0"},
      {FindingCode::FractionGroupsSeveral, "fraction-groups-several", Severity::Warning,
       "more than one fraction group"},
      {FindingCode::PrescriptionMissing, "prescription-missing", Severity::Warning,
       "no TargetPrescriptionDose"},
      {FindingCode::PrescriptionSeveral, "prescription-several", Severity::Warning,
       "several target prescriptions; the highest is the plan's"},
      {FindingCode::PrescriptionContradicts, "prescription-contradicts", Severity::Warning,
       "the number of fractions times the beams' doses is not the prescription"},
      {FindingCode::PlanNotApproved, "plan-not-approved", Severity::Info,
       "ApprovalStatus is not APPROVED"},
      {FindingCode::PlanIon, "plan-ion", Severity::Warning,
       "an ion plan: doses may already be RBE-weighted"},
      {FindingCode::StructureLeavesGrid, "structure-leaves-grid", Severity::Warning,
       "part of a structure has no dose"},
      {FindingCode::StructureMaximumAtEdge, "structure-maximum-at-edge", Severity::Warning,
       "a structure's highest dose lies at the grid's edge, where the dose still rises"},
      {FindingCode::DrawnDiffersFromExpression, "drawn-differs-from-expression", Severity::Warning,
       "a drawn Liver-GTV disagrees with Liver - GTV*"},
      {FindingCode::ExtrapolatedEqd2, "extrapolated-eqd2", Severity::Warning,
       "dose per fraction beyond the range in which LQ is trusted"},
      {FindingCode::TargetLeavesTarget, "target-leaves-target", Severity::Warning,
       "part of a target lies outside of the larger target around it"},
      {FindingCode::TargetsUnclear, "targets-unclear", Severity::Warning,
       "which target belongs to which cannot be told, or they cannot be compared"},
      {FindingCode::TargetMeetsBowel, "target-meets-bowel", Severity::Info,
       "a PTV and the bowel overlap"},
      {FindingCode::StructureDoubtful, "structure-doubtful", Severity::Warning,
       "a ROI that a glob took, or passed over, although its type or contours speak against it"},
      {FindingCode::ConventionNotDefault, "convention-not-default", Severity::Info,
       "numbers and verdicts were computed with another reading of the contours than the default"},
      {FindingCode::OptionOverrides, "option-overrides", Severity::Info,
       "a command-line value replaced one from the files"},
      {FindingCode::ContextFromFile, "context-from-file", Severity::Info,
       "context.yaml beside the plan was used"},
      {FindingCode::ProtocolDoubtful, "protocol-doubtful", Severity::Warning,
       "rules of a protocol file are likely to hold mistakes"},
      {FindingCode::IdentitiesReplaced, "identities-replaced", Severity::Info,
       "patient, plan, UIDs, paths and hashes of files were replaced by pseudonyms"},
  };
  return kinds;
}

namespace {

const FindingKind& kind_of(FindingCode code) {
  for (const FindingKind& kind : finding_kinds()) {
    if (kind.code == code) return kind;
  }
  throw InternalError("a FindingCode without a row in finding_kinds()");
}

}  // namespace

std::string_view finding_id(FindingCode code) {
  return kind_of(code).id;
}

Severity finding_severity(FindingCode code) {
  return kind_of(code).severity;
}

std::string_view severity_id(Severity severity) {
  switch (severity) {
    case Severity::Info:
      return "info";
    case Severity::Warning:
      return "warning";
    case Severity::Error:
      return "error";
  }
  throw InternalError("unknown severity");
}

}  // namespace base
}  // namespace dosegate
