// `dosegate check --pdf`: the report that a person reads and signs, in print: what report_content.h says and
// nothing else, as the HTML page does. A4, with margins that keep everything on US Letter too. The first
// page is the verdict, whose plan it is, what was prescribed and what keeps it from passing. Each page names
// plan and patient at its foot.
//
// Verdicts are words and shapes and curves have dashes, so that it reads in grey. Text can be selected and
// searched; fonts are embedded; headings are bookmarks. The same results and the same fonts give the same bytes;
// there is no clock.
#pragma once

#include <string>

#include "base/result.h"
#include "evaluation/evaluation.h"

namespace dosegate::report {

/// The bytes of a PDF 1.5 document.
/// Errors: FontsMissing where no font is installed.
[[nodiscard]] Result<std::string> to_pdf(const evaluation::Evaluation& evaluation);

}  // namespace dosegate::report
