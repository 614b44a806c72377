// A cohort: all plans in some folders -> a file for each and tables for all, with any number of workers, going on where
// it was interrupted. The same cohort gives the same bytes, however often it was interrupted and in whatever order the
// plans were checked.
//
// In the folder `out`: results.sqlite (journal.h), rules.csv, index.html, plans/NAME/result.json and the reports that
// were asked for, and summary.json, which is written last: where it is missing, the batch is not complete.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "base/result.h"
#include "batch/check_plan.h"
#include "batch/cohort.h"

namespace dosegate::batch {

struct BatchOptions {
  std::vector<std::string> roots;  ///< files and folders with all that is below them
  std::string out;                 ///< made if it is not there
  CheckSettings check;             ///< options.workers and options.stop are the batch's own
  /// All of `check` that a result depends on, one line each: for the record, and to tell whether a plan that was
  /// checked before would come out the same.
  std::string settings;
  unsigned workers = 0;            ///< plans at a time; 0 = as many as the machine has processors
  unsigned shard = 1, shards = 1;  ///< only the plans of this part (shard_of() in fingerprint.h)
  bool anew = false;               ///< check every plan, whatever was done before
};

/// What became of a plan; `row` has no rules, structures or findings where it was kept.
struct PlanDone {
  const CohortPlan* row = nullptr;
  bool kept = false;  ///< done before with the same inputs, protocols, options and version
};

/// All of them are called on the thread that runs the batch.
struct BatchHost {
  StopRequested
      stop;  ///< stages "looking", "linking" and "checking"; also asked while plans are checked
  std::function<void(const PlanDone&)> done;
};

/// How many plans; of `checked` the verdicts.
struct BatchCounts {
  std::size_t checked = 0, refused = 0, unreadable = 0;
  std::size_t pass = 0, variation = 0, fail = 0, unknown = 0;
  std::size_t kept = 0;     ///< of them: done before
  std::size_t removed = 0;  ///< that were done before and are not in the folders any more
  std::size_t structure_sets_unused = 0, other_files = 0;
  /// Counts one plan.
  void add(const CohortPlan& plan);
};

/// A plan that cannot be evaluated is a row with its reason and never stops the batch. Errors: NoInput,
/// FileUnreadable (a root that is not there), NoRtObjects (no plan and nothing that should have one),
/// FileUnwritable (a full disk, `out` in use by another batch or of another shard), Cancelled; then everything that was
/// done stands in the journal, and the same call goes on from there.
[[nodiscard]] Result<BatchCounts> run_batch(const BatchOptions& options, const BatchHost& host);

/// The parts of a batch that was split over machines -> one folder, with the same bytes as a batch that was not. Plans'
/// files are copied. Errors: FileUnreadable, OptionInvalid (parts of different batches, one that is not complete, missing or
/// given twice), FileUnwritable, Cancelled (stage "merging").
[[nodiscard]] Result<BatchCounts> merge_batches(const std::vector<std::string>& parts,
                                                const std::string& out, const BatchHost& host);

}  // namespace dosegate::batch
