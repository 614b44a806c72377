// `dosegate check --junit`: the plan as a suite of tests, for a CI system or a clinic's dashboard.
//
// One suite a plan, one case a rule or plan check (classname: the protocol), and before them the case "verdict" of the
// plan itself: a plan to which nothing required applies must not look green. What the four outcomes of JUnit stand for:
//
//   passed   PASS
//   failure  FAIL, and VARIATION with type="VARIATION": a passed case's output is shown nowhere, so that anything
//            milder would be a silent pass; the command's exit code is not 0 there either
//   error    UNKNOWN: could not be evaluated
//   skipped  NOT_APPLICABLE, and an advisory rule that is missed or unknown: it is flagged, with its verdict
//            first in the message, and does not fail the plan
//
// There is no clock: time is 0 and there is no timestamp. The patient's name is not written, the patient ID is.
#pragma once

#include <string>

#include "evaluation/evaluation.h"

namespace dosegate::report {

/// A whole document with one suite, UTF-8, one element a line; the first two lines and the last are the same for
/// every plan, so that documents are joined by leaving them out.
[[nodiscard]] std::string to_junit(const evaluation::Evaluation& evaluation);

}  // namespace dosegate::report
