// Errors of many cases as a table: the worst and the 95th percentile by group and metric.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "validation/validation_case.h"

namespace dosegate::validation {

/// Which truth the errors are against.
enum class Against { Drawn, Ideal };

using Grouping = std::function<std::string(const CaseResult&)>;

/// One line of Markdown a group of cases; errors in the units of the bars, to two significant
/// digits. Groups stand in the order in which they first occur.
[[nodiscard]] std::string error_table(const std::vector<CaseResult>& results,
                                      const std::string& heading, const Grouping& group,
                                      Against against = Against::Drawn);

/// One line of Markdown a metric: its bar, best of field, the worst error, the 95th percentile, how
/// many checks there are, beyond their bar, and within best of field.
[[nodiscard]] std::string bars_table(const std::vector<CaseResult>& results);

/// Every check beyond its bar, one a line, with its numbers; empty if there is none.
[[nodiscard]] std::string checks_beyond(const std::vector<CaseResult>& results);

/// Every check as comma-separated values: case, metric, unit, engine, truth, bar.
[[nodiscard]] std::string all_checks_csv(const std::vector<CaseResult>& results);

/// Two significant digits, and 0 for what rounding alone can make.
[[nodiscard]] std::string rounded(double error, double nothing);

}  // namespace dosegate::validation
