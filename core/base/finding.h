// Findings: doubts and oddities that do not stop the work but that a person must be able to see.
// Each has a stable id ("dose-fraction-as-total"), a severity, one sentence, and a place.
// The table in finding.cpp is the complete list; every code is raised by at least one test.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dosegate {
inline namespace base {

enum class Severity {
  Info,     ///< worth knowing, changes nothing
  Warning,  ///< an assumption was made, or the input is odd: a person should look
  Error,    ///< part of the input was left out or could not be used
};

/// Every kind of finding. Ids and severities stand in finding.cpp.
enum class FindingCode : int {
  // reading files
  FileSkipped,           ///< a file that is not DICOM, or not an RT object, was left out
  FileUnreadable,        ///< a file in a folder could not be read as DICOM
  DuplicateObject,       ///< the same SOP Instance UID came twice
  MetaHeaderMissing,     ///< no DICOM file meta header
  ObjectUnused,          ///< an RT object that belongs to no plan that is evaluated
  LinkAssumed,           ///< a link between objects is absent; the only candidate was taken
  ReferenceEmpty,        ///< a reference sequence without items, or to an absent object
  ReferenceContradicts,  ///< two linked objects name different structure sets
  PatientIdDiffers,      ///< Patient ID differs between linked objects
  SopClassMissing,       ///< no SOP Class UID; the object was recognised by its Modality
  // dose
  DoseTypeMissing,       ///< DoseType absent; taken as PHYSICAL
  DoseTypeEffective,     ///< DoseType EFFECTIVE: never converted again
  DoseSummationMissing,  ///< DoseSummationType absent; taken as the plan's total
  DoseFractionAsTotal,   ///< DoseSummationType FRACTION, decided: course total
  DoseFractionTimesN,    ///< DoseSummationType FRACTION, decided: one fraction, multiplied
  DoseFractionAsStands,  ///< DoseSummationType FRACTION, nothing to decide by; taken as it stands
  DoseBeamsSummed,       ///< BEAM doses were added to the plan's dose
  DoseBeamsResampled,    ///< BEAM doses on different grids were resampled onto one
  DoseMultiPlan,         ///< MULTI_PLAN dose: already a sum, per-plan fractions unknown
  DoseNegative,          ///< negative dose values
  DoseAllZero,           ///< a dose without any dose
  DoseOffsetsUneven,     ///< GridFrameOffsetVector not uniform
  DoseOffsetsAbsolute,   ///< GridFrameOffsetVector holds positions, not offsets
  DoseOffsetsFirstNotZero,  ///< GridFrameOffsetVector starts neither at 0 nor at the image position
  DoseThicknessContradicts,  ///< SliceThickness disagrees with the frame offsets
  DoseFrameThicknessUsed,    ///< single-frame dose: SliceThickness used as its depth
  DoseOrientationAdjusted,   ///< ImageOrientationPatient not quite orthonormal; made so
  DoseBitsStored,            ///< BitsStored below BitsAllocated
  DoseMaximumAtEdge,         ///< the hottest voxel lies on the grid's edge
  DoseGridCoarse,            ///< voxels further apart than accuracy was shown for
  DosePlansSummed,           ///< the doses of several plans were added
  // the planning system's own DVHs
  TpsDvhUnusable,  ///< a DVH of the planning system cannot be read or compared; left out
  TpsDvhDoubtful,  ///< a DVH of the planning system contradicts itself; how it was taken is said
  TpsDvhDiffers,   ///< a DVH of the planning system differs from ours
  // structures
  RoiWithoutContours,      ///< a ROI with no contour at all
  RoiContoursSkipped,      ///< points beside closed contours were left out
  RoiOpenContoursSkipped,  ///< open or unknown contours beside closed ones were left out; rules on
                           ///< the ROI are UNKNOWN
  RoiContourDegenerate,    ///< a contour of fewer than three points or without area was left out
  RoiContourPointCount,    ///< NumberOfContourPoints disagrees with ContourData
  RoiContourNonPlanar,     ///< a closed contour's points lie off its plane by more than a tolerance
  RoiNumberDuplicate,      ///< two ROIs share one ROINumber
  RoiNameDuplicate,        ///< two ROIs share one name
  RoiNumberUnknown,        ///< contours for a ROINumber that has no ROI
  RoiContoursOverlap,      ///< contours of one plane cross or partly overlap (even-odd applied)
  RoiContourRepeated,      ///< the same contour twice: even-odd leaves nothing
  RoiGapBridged,           ///< one skipped plane was bridged
  RoiGapCapped,            ///< a gap inside the ROI was taken as real: separate pieces
  RoiSpacingUneven,        ///< planes are not evenly spaced
  RoiSinglePlane,          ///< one plane only: thickness taken from elsewhere
  RoiPlanesMerged,         ///< contour planes closer than a tolerance were taken as one
  RoiContourDataInvalid,   ///< a contour that cannot be read: the ROI keeps no contours at all
  RoiContourOffset,        ///< ContourOffsetVector moves a contour; it was not followed
  RoiFrameDiffers,  ///< a ROI drawn in another frame of reference than the others: contours left
                    ///< out
  // plan
  FractionsMissing,         ///< NumberOfFractionsPlanned absent or 0
  FractionGroupsSeveral,    ///< more than one fraction group
  PrescriptionMissing,      ///< no TargetPrescriptionDose
  PrescriptionSeveral,      ///< several target prescriptions; the highest is the plan's
  PrescriptionContradicts,  ///< fractions times the beams' doses are not the prescription
  PlanNotApproved,          ///< ApprovalStatus is not APPROVED
  PlanIon,                  ///< an ion plan: doses may already be RBE-weighted
  // evaluation
  StructureLeavesGrid,         ///< part of a structure has no dose
  StructureMaximumAtEdge,      ///< a structure's highest dose was cut off by the grid's edge
  DrawnDiffersFromExpression,  ///< a drawn Liver-GTV disagrees with Liver - GTV*
  ExtrapolatedEqd2,            ///< dose per fraction beyond the range in which LQ is trusted
  TargetLeavesTarget,          ///< part of a target lies outside of the larger target around it
  TargetsUnclear,              ///< which target belongs to which cannot be told, or not be measured
  TargetMeetsBowel,            ///< a PTV and the bowel overlap
  StructureDoubtful,     ///< a ROI that a glob took, or passed over, although its type or contours
                         ///< speak against it
  ConventionNotDefault,  ///< numbers and verdicts were computed with another reading than Dosegate's
  OptionOverrides,       ///< a command-line value replaced one from the files
  ContextFromFile,       ///< context.yaml beside the plan was used
  ProtocolDoubtful,      ///< a rule of a protocol file is likely to hold a mistake
  IdentitiesReplaced,    ///< patient, plan, UIDs, paths and hashes were replaced by pseudonyms
};

struct Finding {
  FindingCode code{};
  std::string text;   ///< one sentence with the numbers in it
  std::string where;  ///< file, tag, ROI name; may be empty
};

using Findings = std::vector<Finding>;

/// Stable id of a finding, kebab-case, as it stands in JSON.
[[nodiscard]] std::string_view finding_id(FindingCode code);
[[nodiscard]] Severity finding_severity(FindingCode code);
[[nodiscard]] std::string_view severity_id(Severity severity);  ///< "info", "warning", "error"

/// One row of the complete list of findings.
struct FindingKind {
  FindingCode code;
  std::string_view id;
  Severity severity;
  std::string_view meaning;  ///< for the documentation
};
[[nodiscard]] const std::vector<FindingKind>& finding_kinds();

}  // namespace base
}  // namespace dosegate
