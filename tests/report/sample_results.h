// Small results for the writers, put together by hand: every verdict, values that are absent, names
// that mean harm. Numbers come from the engine on volumes and doses that are exact in binary, so
// that approved files do not hang on the last bit of a sum.
#pragma once

#include <string>

#include "dvh/dvh.h"
#include "evaluation/evaluate.h"
#include "evaluation/evaluation.h"

namespace dosegate::report {

/// 16 cc in a uniform dose.
[[nodiscard]] dvh::Dvh whole_box(double dose_gy);
/// 16 cc, 8 of them in a uniform dose and 8 without dose.
[[nodiscard]] dvh::Dvh half_covered_box(double dose_gy);
/// 16 cc, none of it with dose.
[[nodiscard]] dvh::Dvh uncovered_box();

/// The test of a rule's text (`Mean[Gy] <= 18 | 20`), measured on `dvh`.
[[nodiscard]] evaluation::TestResult measured_test(const std::string& condition,
                                                   const dvh::Dvh& dvh);

/// A rule of the sample protocol with these tests, not yet judged (UNKNOWN, no reason).
[[nodiscard]] evaluation::RuleResult rule_of(const std::string& id, const std::string& text,
                                             std::vector<evaluation::TestResult> tests);

/// One rule a verdict, two plan checks, three structures, two findings.
[[nodiscard]] evaluation::Evaluation sample_evaluation();

/// A covered, a half covered structure and one without contours; three metrics.
[[nodiscard]] evaluation::DvhReport sample_dvh_report();

/// Name with a formula, quotes, a comma, a line end, an escape sequence, a byte that is no UTF-8
/// and a right-to-left override.
inline const std::string kHostileName =
    "=cmd(),\"<b>\n\x1B[2J\xFF\xE2\x80\xAE"
    "evil";
/// What printable() makes of it.
inline const std::string kHostileNameShown =
    "=cmd(),\"<b>\xEF\xBF\xBD\xEF\xBF\xBD[2J\xEF\xBF\xBD\xEF\xBF\xBD"
    "evil";

}  // namespace dosegate::report
