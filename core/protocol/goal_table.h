// The goals of a file, as they stand there. Internal to the room.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "protocol/field_test.h"
#include "protocol/import_goals.h"

namespace dosegate::protocol {

/// One goal on its way into a protocol.
struct Goal {
  int line = 0;
  std::string structure;  ///< a name, not in quotes; empty if `subject` is given
  std::string subject;    ///< an expression of the rule language
  std::vector<std::string> aliases;
  FieldLimit limit;
  std::string priority;
  std::string original;  ///< as it stood in the file
};

struct GoalTable {
  std::vector<Goal> goals;
  std::vector<ImportNote> notes;
  std::vector<std::string> refusals;  ///< one for each row that is no goal, with its line
};

/// "line 3, column 7: what is wrong".
[[nodiscard]] std::string refusal_text(int line, const Error& error);

/// A table with a header row, or, where the first line holds "::", lines `structure :: limit`.
/// Errors: ProtocolInvalid for the table as a whole, where = "line N".
[[nodiscard]] Result<GoalTable> read_goal_table(std::string_view text);

}  // namespace dosegate::protocol
