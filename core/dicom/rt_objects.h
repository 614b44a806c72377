// What was read of each RT object before the objects are linked to cases. Private to this room.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/finding.h"
#include "base/result.h"
#include "dicom/dicom_file.h"
#include "model/case.h"

namespace dosegate::dicom {

enum class ObjectKind { Plan, IonPlan, Structures, Dose };

/// "RT Plan Storage", "RT Ion Plan Storage", "RT Structure Set Storage", "RT Dose Storage".
[[nodiscard]] std::string sop_class_name(ObjectKind kind);

/// What every object has: where it came from and what it says of itself.
struct ObjectSource {
  model::InputFile file;
  ObjectKind kind{};
  std::string patient_id;
  std::string frame_of_reference_uid;  ///< empty if the object names none
  Findings findings;                   ///< about this file; they go with the object into its case
  /// Path of another file with the same SOP Instance UID and other content; empty if there is none.
  std::string conflicting_path;
};

struct PlanObject {
  ObjectSource source;
  Result<model::Plan> plan;
  std::string label;  ///< for the order of cases, even where the plan cannot be used
};

struct StructureObject {
  ObjectSource source;
  Result<model::StructureSet> structures;
};

/// A dose without its voxels: enough to link it. The grid is read once the dose is chosen.
struct DoseHeader {
  model::DoseType type = model::DoseType::Physical;
  model::DoseSummation summation = model::DoseSummation::Plan;
  std::string summation_text;  ///< as written, for messages
  std::vector<std::string> plan_uids;
  std::vector<int> beam_numbers;
  std::optional<int> fraction_group;
  std::string structure_set_uid;
};

struct DoseObject {
  ObjectSource source;
  DoseHeader header;
};

/// All objects of one call, each kind sorted by path.
struct RtObjects {
  std::vector<PlanObject> plans;
  std::vector<StructureObject> structures;
  std::vector<DoseObject> doses;
};

/// Reads a plan; oddities go to `source.findings`. Errors: TagInvalid.
[[nodiscard]] Result<model::Plan> read_plan(const DicomFile& file, ObjectSource& source);

/// Reads a structure set with all its contours. Also sets the source's frame of reference.
/// Errors: TagMissing, TagInvalid (a ROI without a usable number).
[[nodiscard]] Result<model::StructureSet> read_structures(const DicomFile& file,
                                                          ObjectSource& source);

/// Reads what links a dose to its plan. Errors: TagInvalid.
[[nodiscard]] Result<DoseHeader> read_dose_header(const DicomFile& file, ObjectSource& source);

/// A dose with its voxels, and what there is to say about them.
struct LoadedDose {
  model::Dose dose;
  Findings findings;
};

/// Loads the file of `object` again, now with its voxels. Errors: NotDicom, TagMissing, TagInvalid,
/// PixelDataUnusable, DoseUnitsUnusable, GeometryUnusable, GridInvalid.
[[nodiscard]] Result<LoadedDose> load_dose(const DoseObject& object);

}  // namespace dosegate::dicom
