// Results as CSV, for a spreadsheet: one table a function, one header line, then one row a thing.
//
// RFC 4180 but for the line end, which is \n: every spreadsheet reads it, and in a shell \r would
// stick to the last column. UTF-8 without a byte order mark. Text goes through csv_field(), so that
// a structure called "=cmd()" is not run as a formula. Numbers are unrounded with a decimal point
// in every locale. An empty cell is a value that is not known (the reason stands in the same row)
// or one that the row does not have; it is never 0.
#pragma once

#include <string>

#include "evaluation/evaluate.h"
#include "evaluation/evaluation.h"

namespace dosegate::report {

/// One row a rule, then one a plan check (without structure, metric and numbers), in the order of
/// the protocols: protocol, id, level, verdict, structure, roi, metric, value, low, high, unit,
/// goal, variation, borderline (yes, no), branch, reason, source, text (the whole rule; the
/// comparator is there).
[[nodiscard]] std::string to_csv(const evaluation::Evaluation& evaluation);

/// The curves, one row a bin: structure, roi_number, dose_gy, volume_cc (of the part with dose that
/// receives at least dose_gy), volume_pct (of the whole structure), uncovered_cc (volume without
/// dose, which could add to any row), reason. A structure without a curve has one row, with the
/// reason.
[[nodiscard]] std::string to_csv(const evaluation::DvhReport& report);

/// One row a structure and metric: structure, roi_number, metric, value, low, high, unit, reason.
[[nodiscard]] std::string metrics_csv(const evaluation::DvhReport& report);

}  // namespace dosegate::report
