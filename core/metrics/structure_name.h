// How a structure's name is written in the language, wherever it stands: as the subject of a rule, and
// as the structure within which a metric looks.
//
//   name   = ( letter | digit | "_" )
//            { letter | digit | "_" | "-" | "." | "~" | "^" } | quoted ;
//   quoted = '"' any characters, with \" and \\ for these two, '"' ;
//
// A name that ends in a hyphen must be quoted: it is a slip in most cases.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "metrics/cursor.h"

namespace dosegate::metrics {

/// The name at the cursor, as the ROI has it. `what` names what is expected, for the error.
[[nodiscard]] Result<std::string> parse_structure_name(Cursor& cursor, std::string_view what);

/// The name as parse_structure_name() reads it, in quotes only where they are needed.
[[nodiscard]] std::string structure_name_text(std::string_view name);

}  // namespace dosegate::metrics
