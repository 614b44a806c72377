// Results as JSON, for programs. The fields are documented in schema/check.schema.json and
// schema/dvh.schema.json, and every output is valid against them.
//
// What holds for both:
// - Keys stand in the order of the schema, numbers are unrounded decimals that read back as the
//   same double, whatever the locale; the same results give the same bytes. There is no clock.
// - A value that is not known is null, and a reason that is not empty stands beside it. It is
//   never 0, -1 or NaN. Unknown texts are null too; only reasons are texts that may be empty.
// - Numbers of a structure that lies partly outside of the dose grid are null, with the reason;
//   what is known of the part inside stands apart, under "covered".
// - Text from files passes through printable(): valid UTF-8 on one line, no control characters. The
//   patient's name is not written, the patient ID is.
//
// A result that breaks these promises (a number that is not finite, a value that is absent without
// a reason) is a defect of ours: InternalError.
#pragma once

#include <string>

#include "evaluation/evaluate.h"
#include "evaluation/evaluation.h"

namespace dosegate::report {

/// `dosegate check --json`: UTF-8, indented by two blanks, with a line end at the end.
[[nodiscard]] std::string to_json(const evaluation::Evaluation& evaluation);

/// `dosegate dvh --json`: curves and metrics. The curve is that of the part that has dose.
[[nodiscard]] std::string to_json(const evaluation::DvhReport& report);

}  // namespace dosegate::report
