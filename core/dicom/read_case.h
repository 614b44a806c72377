// DICOM files -> cases. The only room that knows DCMTK, and only its .cpp files do.
//
// Files are recognised by SOP class, never by name or ending, and linked by UID: plan -> structure
// set, dose -> plan, all in one frame of reference. Several plans become several cases. Where a
// link is absent and only one candidate exists, it is taken, with a finding; where several exist,
// the case is refused. Reading stays at the level of single attributes (not DCMTK's dcmrt classes,
// whose value checks refuse files that clinics have), with bounded read lengths, so that a hostile
// length allocates nothing.
#pragma once

#include <string>
#include <vector>

#include "base/finding.h"
#include "base/progress.h"
#include "base/result.h"
#include "model/case.h"

namespace dosegate::dicom {

/// What came out of a set of files and folders.
struct ReadOutcome {
  /// One entry a plan (sorted by plan label, then SOP Instance UID), or one for structures and dose
  /// without a plan. A refused case is an Error that names the file, the tag and the remedy.
  std::vector<Result<model::Case>> cases;
  /// What does not belong to one case: files left out, duplicates, unused objects.
  Findings findings;
};

/// What the caller needs of a case; a case that lacks it is refused with the reason.
struct ReadOptions {
  enum class Need {
    StructuresAndDose,  ///< for `check` and `dvh`
    Nothing,            ///< for `inspect`: whatever is there
  };
  Need need = Need::StructuresAndDose;
  /// Stages "looking" (at each file's first attributes) and "reading" (the RT files). May be empty.
  StopRequested stop = {};
  /// Paths of plan files: only these plans become cases, and nothing is said of what belongs to others. Empty: all.
  std::vector<std::string> only_plans = {};
};

/// Reads `paths` (files, or folders with all that is below them, links to folders not followed).
/// A path that the user named himself must be DICOM (NotDicom otherwise); in folders other files
/// are left out with a finding. The result does not depend on the order of the paths or of the
/// folder. Errors: NoInput, NotDicom, NoRtObjects, DictionaryMissing, Cancelled.
[[nodiscard]] Result<ReadOutcome> read_cases(const std::vector<std::string>& paths,
                                             const ReadOptions& options = {});

}  // namespace dosegate::dicom
