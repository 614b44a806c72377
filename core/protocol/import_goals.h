// Goals as other systems keep them -> a protocol file. A table (CSV with a header row) or lines
// `structure :: limit`; see field_test.h for what a limit may look like and goal_columns.h for the
// columns.
//
// Lenient in spelling only. Every assumption is a note; what has more than one meaning is refused, with
// all such rows told of at once, and then nothing is imported. The file that comes out is read and
// looked through (lint.h) before it is given. Its limits are as good as the table they came from: each
// rule says so in its note, and none is marked as verified.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace dosegate::protocol {

struct ImportNote {
  int line = 0;      ///< of the imported file; 0: the file as a whole
  std::string code;  ///< "assumption", "left-out", or that of a lint finding
  std::string text;  ///< one sentence
};

struct ImportedGoals {
  std::string yaml;               ///< a protocol file that parse_protocol() reads
  std::vector<ImportNote> notes;  ///< by line
};

/// `name` stands for the file in messages and in the protocol's source; its folders are left out there.
/// Errors: ProtocolInvalid, where = name (a decimal comma, a unit that stands nowhere, a variation that
/// is stricter than its goal ... each with its line).
[[nodiscard]] Result<ImportedGoals> import_goals(std::string_view text, const std::string& name);

/// Errors: FileUnreadable, and those of import_goals().
[[nodiscard]] Result<ImportedGoals> import_goals_file(const std::string& path);

}  // namespace dosegate::protocol
