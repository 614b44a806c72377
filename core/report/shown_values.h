// What the formats have in common: which of a result's numbers are shown, and with which reason.
// JSON, CSV, the C interface and the pages for people all ask here, so that they cannot come to say
// different things.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/units.h"
#include "dvh/dvh.h"
#include "evaluation/evaluate.h"
#include "evaluation/evaluation.h"
#include "metrics/compute.h"

namespace dosegate::report {

/// The test whose numbers stand for a rule: the one that decided, else the first; null if nothing
/// was measured.
[[nodiscard]] const evaluation::TestResult* shown_test(const evaluation::RuleResult& rule);

/// The rule's reason. Where the shown test has no value (bounds decided, or nothing did) it says
/// why, in any case. Never empty but for a rule that is met by a measured value (InternalError).
[[nodiscard]] std::string shown_reason(const evaluation::RuleResult& rule);

/// A metric's reason: never empty where it has no value (InternalError).
[[nodiscard]] std::string shown_reason(const metrics::MetricValue& value);

/// Metric `index` of the report for one of its structures; where there is no dvh, without a value
/// and with the structure's reason: what was asked for is never left out.
[[nodiscard]] metrics::MetricValue shown_metric(const evaluation::DvhReport& report,
                                                const evaluation::DvhResult& result,
                                                std::size_t index);

/// The names of a rule's ROIs joined by " + "; empty if none was found.
[[nodiscard]] std::string roi_text(const evaluation::RuleResult& rule);

/// Where a rule's limits come from; null if its protocol does not list the source.
[[nodiscard]] const protocol::Source* source_of(const evaluation::Evaluation& evaluation,
                                                std::string_view protocol_id,
                                                std::string_view source_id);

/// Numbers of the part of a structure that has dose.
struct CoveredNumbers {
  double volume_cc = 0.0;
  std::optional<double> mean_gy, min_gy, max_gy;  ///< absent if nothing is covered
};

/// Numbers of a whole structure. Doses are absent where a part of it has no dose: that part may
/// have received anything.
struct StructureNumbers {
  std::optional<double> volume_cc, uncovered_cc;  ///< absent if the structure is no volume
  std::optional<double> mean_gy, min_gy, max_gy;
  std::optional<CoveredNumbers> covered;
  std::string reason;  ///< not empty where any of these is absent
};

/// `reason`: why there is no dvh (InternalError if there is neither).
[[nodiscard]] StructureNumbers structure_numbers(const std::optional<dvh::Dvh>& dvh,
                                                 const std::string& reason);

/// Bin of a curve that is written out: 0.01 Gy; ten times wider, and so on, where that would be
/// more than 100 000 bins, so that a dose that was scaled wrongly cannot fill the disk.
[[nodiscard]] Gy curve_bin(const dvh::Dvh& dvh);

/// "PASS up to x1.083 (54.15 Gy), then FAIL (liver)"; "FAIL down to x0.914 (45.71 Gy), then VARIATION; PASS
/// from x0.100 to x0.768 (5.00 to 38.40 Gy)": where the verdict `now` ends if dose and prescription are
/// scaled, and where the nearest PASS lies. Rounded so that no better verdict seems to reach further than
/// it does. Empty where headroom was not looked for.
[[nodiscard]] std::string headroom_text(const evaluation::Headroom& headroom,
                                        evaluation::Verdict now);

/// printable(), and no longer than a page can hold: a name of a file beyond kLongestName (a sentence beyond
/// kLongestSentence) bytes is cut there, and says how long it was.
inline constexpr std::size_t kLongestName = 128;  ///< twice what DICOM allows a name to have
inline constexpr std::size_t kLongestSentence = 2000;
[[nodiscard]] std::string shown_name(std::string_view name);
[[nodiscard]] std::string shown_sentence(std::string_view sentence);

/// Text of a protocol file for one line: line ends and runs of blanks become one blank.
[[nodiscard]] std::string one_line(std::string_view text);

}  // namespace dosegate::report
