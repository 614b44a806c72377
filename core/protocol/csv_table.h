// A table of comma-, semicolon- or tab-separated text, as spreadsheets write it. Internal to the room.
//
// RFC 4180, with every line end (\n, \r\n, \r) and with any of three delimiters. Nothing is repaired: a
// quote that is not closed, or text behind a closed one, is an error. Any text is either read or
// refused; none is read in two ways.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace dosegate::protocol {

struct CsvRow {
  int line = 1;  ///< 1-based, where the row begins
  /// With the blanks around them taken off; line ends and tabs within them are blanks. At least one.
  std::vector<std::string> cells;
  std::vector<bool> quoted;  ///< of each cell, whether it stood in double quotes
};

/// Most rows and cells of a table: more is no table of goals.
inline constexpr std::size_t kMostCsvRows = 10000;
inline constexpr std::size_t kMostCsvCells = 100;

/// Rows whose cells are all empty are left out. Errors: ProtocolInvalid, where = "line N".
[[nodiscard]] Result<std::vector<CsvRow>> read_csv(std::string_view text, char delimiter);

}  // namespace dosegate::protocol
