// A limit as the field writes it, `Dmax < 35 Gy`, `V20Gy <= 40 %`, `D0.03cc_Gy`, in the words of the
// rule language. Internal to the room.
//
// Spelling is forgiven, meaning is not guessed: letters of either case, blanks, cm3, ml, signs such as
// "<=" in one character, and an output unit that stands with the limit are taken; a unit that stands
// nowhere is refused with what to write. What is taken in one of several possible senses is said.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace dosegate::protocol {

/// Cells of a table, or one text in `metric`.
struct FieldLimit {
  std::string metric;     ///< "V20Gy", "Dmax [Gy]", or a whole test "V20Gy < 40 %"
  std::string limit;      ///< "<= 35 Gy"; empty if `metric` holds it
  std::string variation;  ///< "38", "<= 38 Gy", or empty
  std::string unit;       ///< of the limit, or empty
};

struct FieldTest {
  std::string text;                ///< a test of the rule language
  std::vector<std::string> notes;  ///< one sentence for each assumption
};

/// Errors: MetricSyntax for the metric, RuleSyntax for the limit; where = "column N" of the cell.
[[nodiscard]] Result<FieldTest> parse_field_test(const FieldLimit& field);

}  // namespace dosegate::protocol
