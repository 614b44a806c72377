// What a batch has done so far, in a file that survives whatever stops it: results.sqlite. Each plan is entered in
// one transaction once its reports are written, so that what is entered is done.
//
// Tables: meta, plans, inputs, outputs, rules, structures, findings (journal_tables.h documents the columns). While a
// batch runs the file is its own; a second batch in the same folder is refused.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "batch/cohort.h"

namespace dosegate::batch {

/// A file by its content.
struct HashedFile {
  std::string name;  ///< path of an input; name of an output in the plan's folder
  std::string sha256;
};

/// All that is entered of one plan.
struct JournalEntry {
  CohortPlan plan;
  std::string
      fingerprint;  ///< of all that the result depends on; the same: it need not be checked again
  std::vector<HashedFile> inputs, outputs;
};

/// What a batch is: results of another are never mixed with it.
struct BatchIdentity {
  std::string software_version;
  std::string settings;  ///< protocols with their SHA-256, options, formats: one line each
  std::string shard = "1/1";
};

class Journal {
 public:
  /// Opens the journal in the folder `out`, or begins one. Errors: FileUnwritable (also where another batch works in
  /// that folder, or the file is none of ours), with what to do.
  [[nodiscard]] static Result<Journal> open(const std::string& out);
  Journal(Journal&&) noexcept;
  Journal& operator=(Journal&&) noexcept;
  ~Journal();

  /// Absent in a new journal.
  [[nodiscard]] Result<std::optional<BatchIdentity>> identity() const;
  [[nodiscard]] Result<void> set_identity(const BatchIdentity& identity);

  /// How the plan of that key was entered, without its rules, structures and findings; absent: it was not.
  [[nodiscard]] Result<std::optional<JournalEntry>> find(const std::string& key) const;
  /// Enters a plan, instead of what was entered under its key.
  [[nodiscard]] Result<void> enter(const JournalEntry& entry);
  /// Removes a plan with all that belongs to it.
  [[nodiscard]] Result<void> remove(const std::string& key);
  [[nodiscard]] Result<std::vector<std::string>> keys() const;  ///< sorted

  /// Every plan in order of its key, whole, one at a time.
  [[nodiscard]] Result<void> each(
      const std::function<Result<void>(const JournalEntry&)>& take) const;

  /// Closes the journal and puts in its place the same with rows ordered by key: the same bytes for the same
  /// plans, whatever order and how many attempts they were entered in. Errors: FileUnwritable; then the journal is
  /// as it was.
  [[nodiscard]] static Result<void> finish(Journal journal);

 private:
  struct Open;
  explicit Journal(std::unique_ptr<Open> open);
  std::unique_ptr<Open> open_;
};

/// The name of the journal in its folder.
inline constexpr const char* kJournalName = "results.sqlite";

}  // namespace dosegate::batch
