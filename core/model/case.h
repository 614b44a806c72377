// A case: one plan with the structures it was made on and the dose it gives, as read. Plain data;
// the links between the objects were checked by whoever built the case (dicom/ or the plugin).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/finding.h"
#include "model/dose_grid.h"
#include "model/structure_set.h"
#include "model/tps_dvh.h"

namespace dosegate::model {

/// DoseReferenceSequence (300A,0010), one item.
struct DoseReference {
  std::string type;            ///< DoseReferenceType: TARGET, ORGAN_AT_RISK
  std::string structure_type;  ///< DoseReferenceStructureType: POINT, VOLUME, COORDINATES, SITE
  std::string description;
  std::optional<int> roi_number;                 ///< ReferencedROINumber
  std::optional<double> target_prescription_gy;  ///< TargetPrescriptionDose (300A,0026)
};

/// A treatment beam of the plan's fraction group.
struct Beam {
  int number = 0;
  std::string name;
  std::string delivery_type;       ///< TREATMENT, SETUP ...; empty if not given
  std::optional<double> dose_gy;   ///< BeamDose (300A,0084)
  std::optional<double> meterset;  ///< BeamMeterset (300A,0086)
};

/// The study that a plan belongs to, with what files beside it must say alike: texts as its file has them, each
/// empty where that has no value. Nothing here was checked; whoever writes it does.
struct Study {
  std::string uid;                   ///< StudyInstanceUID (0020,000D)
  std::string date, time;            ///< StudyDate (0008,0020), StudyTime (0008,0030)
  std::string id;                    ///< StudyID (0020,0010)
  std::string accession_number;      ///< AccessionNumber (0008,0050)
  std::string patient_birth_date;    ///< PatientBirthDate (0010,0030)
  std::string patient_sex;           ///< PatientSex (0010,0040): M, F, O
  std::string plan_date, plan_time;  ///< RTPlanDate (300A,0006), RTPlanTime (300A,0007)
};

struct Plan {
  std::string sop_instance_uid;
  std::string label;            ///< RTPlanLabel (300A,0002)
  std::string name;             ///< RTPlanName (300A,0003)
  std::string date;             ///< RTPlanDate (300A,0006), as written (YYYYMMDD)
  std::string intent;           ///< PlanIntent
  std::string approval_status;  ///< ApprovalStatus (300E,0002), upper case
  std::string patient_id;
  std::string patient_name;  ///< for the report only: never in logs, findings or error texts
  bool ion = false;          ///< RT Ion Plan
  /// NumberOfFractionsPlanned (300A,0078) of the only, or of the first, fraction group; absent if
  /// 0.
  std::optional<int> fractions;
  std::vector<DoseReference> dose_references;
  std::vector<Beam> beams;  ///< those that the fraction group references; setup beams left out
  /// The plan's prescription: the highest TargetPrescriptionDose of its TARGET references, Gy.
  std::optional<double> prescription_gy;
  std::string structure_set_uid;  ///< ReferencedStructureSetSequence; empty if none
  Study study = {};
};

/// DoseType (3004,0004).
enum class DoseType { Physical, Effective, Error, Unknown };

/// DoseSummationType (3004,000A).
enum class DoseSummation { Plan, MultiPlan, Fraction, Beam, BeamSession, Other, Missing };

/// One RT Dose (or one grid handed over by a host).
struct Dose {
  std::string sop_instance_uid;
  std::string source;  ///< file path, for messages
  std::string frame_of_reference_uid;
  std::string patient_id;
  DoseType type = DoseType::Physical;
  DoseSummation summation = DoseSummation::Plan;
  std::vector<std::string> plan_uids;  ///< ReferencedRTPlanSequence
  std::vector<int> beam_numbers;       ///< ReferencedBeamSequence, for BEAM doses
  std::optional<int> fraction_group;   ///< ReferencedFractionGroupNumber
  std::string structure_set_uid;       ///< ReferencedStructureSetSequence (of DVHs); empty if none
  DoseGrid grid;
  /// From memory: by how many fractions the host's dose of one was multiplied; 1 if it was stated to be
  /// the course's. Absent for files, where it is worked out what they hold.
  std::optional<int> stated_times = {};
  TpsDvhs tps_dvhs = {};  ///< DVHSequence: the planning system's own DVHs; none for most doses
};

/// One file that was read, for the record in the result.
struct InputFile {
  std::string path;       ///< as the user gave it or as found below a given folder
  std::string sop_class;  ///< "RT Plan Storage", ...
  std::string sop_instance_uid;
  std::string sha256;  ///< of the whole file
  /// Where the object is filed: SeriesInstanceUID (0020,000E), StudyInstanceUID (0020,000D); may be empty.
  std::string series_uid = {}, study_uid = {};
};

/// Everything known of one plan. `doses` together make the plan's dose: one PLAN (or FRACTION,
/// MULTI_PLAN) dose, or all BEAMs of the plan. evaluation/ turns them into one grid.
struct Case {
  std::string patient_id;
  std::optional<Plan> plan;  ///< absent where only structures and dose were given
  std::optional<StructureSet> structures;
  std::vector<Dose> doses;
  std::vector<InputFile> inputs;  ///< the files of this case, sorted by path
  Findings findings;              ///< what reading and linking had to say about this case
};

}  // namespace dosegate::model
