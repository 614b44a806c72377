// `dosegate check --html`: the report that a person reads and signs, as one HTML file that asks for nothing else: no
// network, no other file. A Content-Security-Policy in the file forbids everything but its own style and
// scripts, which it names by their SHA-256. The first screen is the verdict, whose plan it is, what was prescribed
// and what keeps it from passing; then every number with its limits and where it comes from.
//
// The same results give the same bytes; there is no clock. Verdicts are words and shapes; colour only goes
// with them. Without scripts (and on paper) everything is there but reading off the curves.
#pragma once

#include <string>

#include "evaluation/evaluation.h"

namespace dosegate::report {

/// Whether the page may carry scripts.
enum class PageScripts {
  WhereBuilt,  ///< dygraphs and what drives it, where the build had it
  None,        ///< static plots only
};

/// UTF-8 with a line end at the end.
[[nodiscard]] std::string to_html(const evaluation::Evaluation& evaluation,
                                  PageScripts scripts = PageScripts::WhereBuilt);

}  // namespace dosegate::report
