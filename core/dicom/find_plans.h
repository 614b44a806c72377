// A cohort in any folder layout -> which files belong to which plan, from headers alone: no contour and no dose
// value is read, so that ten thousand plans cost little time and memory.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/finding.h"
#include "base/progress.h"
#include "base/result.h"
#include "dicom/read_case.h"

namespace dosegate::dicom {

/// A plan, with all files that have a part in which of them are taken for it: read_plan_files() of them comes
/// to what read_cases() of the whole cohort would.
struct PlanFiles {
  std::string
      key;  ///< SOP Instance UID of the plan; the path of its first file where that is absent
  std::string patient_id, label, uid;  ///< of the plan, as written
  std::string patient_name;  ///< so that it can be kept out of what is said; never in messages
  std::string date;          ///< RTPlanDate (300A,0006); empty if unknown
  std::vector<std::string> files;       ///< sorted by path
  std::vector<std::string> plan_files;  ///< those that hold the plan: one, or copies of it
  bool shares_folder = false;           ///< plans of other patients lie in the plan's folder
  bool linked = false;  ///< the structure set it names and a dose that names it are among the files
  Findings findings;    ///< files beside them that cannot be read, and may belong to them
};

/// A file, or files, from which no plan comes though one should.
struct NoPlan {
  std::string path;
  std::string key;  ///< the same, printable, and once in a cohort
  Error error;      ///< why, and what to do
  bool unreadable = false;
};

struct FoundPlans {
  std::vector<PlanFiles> plans;  ///< by key
  std::vector<NoPlan>
      without;  ///< by path: files that cannot be read, and doses without their plan
  std::size_t structure_sets_unused = 0;  ///< that no plan was made on
  std::size_t other_files = 0;            ///< that are no RT plan, structure set or dose
};

/// Looks through files and folders (with all that is below them, links to folders not followed). A plan whose
/// links are all there is grouped by UIDs, wherever the files lie; one that lacks a link gets all files of its
/// patient, of which reading takes the only candidate or refuses. The result does not depend on the order of the
/// paths. Stages "looking" and "linking". Errors: NoInput, FileUnreadable (a path that is not there),
/// DictionaryMissing, Cancelled.
[[nodiscard]] Result<FoundPlans> find_plans(const std::vector<std::string>& paths,
                                            const StopRequested& stop = {});

/// The same for files that come and go: each is looked at once, and the plans among them can be asked for at any
/// time. Takes some hundred bytes of memory a file.
class PlanIndex {
 public:
  PlanIndex();
  PlanIndex(PlanIndex&&) noexcept;
  PlanIndex& operator=(PlanIndex&&) noexcept;
  ~PlanIndex();

  /// Looks at a file that is new or has changed. One that cannot be read is in FoundPlans::without.
  void look_at(const std::string& path);
  /// For a file that is gone, or that changes while we speak.
  void forget(const std::string& path);
  /// As find_plans() of those files.
  [[nodiscard]] FoundPlans plans() const;

 private:
  struct Files;
  std::unique_ptr<Files> files_;
};

/// Whether a file is an RT plan, structure set or dose whose place among others can be told. Errors: NotDicom and the
/// like, for what cannot be read; NoRtObjects.
[[nodiscard]] Result<void> check_object(const std::string& path);

/// What the files of one plan hold: an outcome with exactly one case, refused or not, and what was noticed while
/// reading. Errors: as read_cases().
[[nodiscard]] Result<ReadOutcome> read_plan_files(const PlanFiles& plan,
                                                  const StopRequested& stop = {});

}  // namespace dosegate::dicom
