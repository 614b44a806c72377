// Which structure set a plan or dose was made on. Private to this room.
#pragma once

#include <string>
#include <vector>

#include "base/finding.h"
#include "base/result.h"
#include "dicom/rt_objects.h"

namespace dosegate::dicom {

/// What the other objects of a case say of their structure set.
struct StructureRequest {
  std::string path;  ///< of the plan, or of the dose where there is none
  /// Whose reference it is to name the structure set.
  enum class Asking { Plan, Dose } asking = Asking::Plan;
  std::string uid_in_plan;                 ///< the structure set that the plan names; may be empty
  std::vector<std::string> uids_in_doses;  ///< those that the doses name; may be empty
  std::string frame_of_reference_uid;      ///< of the plan, or else of the dose; may be empty
  /// Files that could not be read: what is named may be in one of them.
  std::size_t unreadable_files = 0;
};

struct StructureChoice {
  const StructureObject* set = nullptr;
  enum class By { Uid, Frame } by = By::Uid;
  Findings findings;
};

/// The set that the plan names; else the one that a dose names; else the only one in the same frame
/// of reference, unless the one that is named may be in a file that could not be read. Whatever
/// does not come from the plan's own reference, or from the dose where there is no plan, is a
/// finding. Errors: StructuresMissing, StructuresAmbiguous.
[[nodiscard]] Result<StructureChoice> choose_structures(const std::vector<StructureObject>& sets,
                                                        const StructureRequest& request);

}  // namespace dosegate::dicom
