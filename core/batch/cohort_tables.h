// What is made of a journal once every plan is in it: rules.csv, index.html, summary.json. Internal to the room.
#pragma once

#include <string>

#include "base/result.h"
#include "batch/journal.h"
#include "batch/run_batch.h"

namespace dosegate::batch {

inline constexpr const char* kSummaryName = "summary.json";
inline constexpr const char* kRulesName = "rules.csv";
inline constexpr const char* kPageName = "index.html";

/// Takes away what tells of a complete batch, before something is changed. Errors: FileUnwritable.
[[nodiscard]] Result<void> begin_tables(const std::string& out);

/// Writes the tables, ends the journal (Journal::finish) and writes the summary last. Errors: FileUnwritable.
[[nodiscard]] Result<BatchCounts> finish_tables(const std::string& out, Journal journal);

}  // namespace dosegate::batch
