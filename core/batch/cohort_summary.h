// What the cohort's page says, as numbers: counts of verdicts, values by rule and metric, outliers, treatments.
// Plans are named by their index in Cohort::plans throughout. Texts are as the cohort has them, not yet escaped.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "batch/cohort.h"
#include "batch/cohort_statistics.h"
#include "evaluation/verdict.h"

namespace dosegate::batch {

/// The verdict of a text as CohortRule::verdict has it. A text that is no verdict is Unknown: it never passes.
[[nodiscard]] evaluation::Verdict verdict_of(std::string_view text);

struct VerdictCounts {
  std::size_t pass = 0, variation = 0, fail = 0, unknown = 0, not_applicable = 0;
  void add(evaluation::Verdict verdict);
  [[nodiscard]] std::size_t of(evaluation::Verdict verdict) const;
  /// All but NotApplicable: what a pass rate is a share of. UNKNOWN is in it and is no pass.
  [[nodiscard]] std::size_t applicable() const { return pass + variation + fail + unknown; }
};

/// One value of one plan, in the unit of its metric.
struct PlanValue {
  std::size_t plan = 0;
  double value = 0.0;
  evaluation::Verdict verdict = evaluation::Verdict::Unknown;
  std::optional<int> day;  ///< of the plan's date
};

/// A limit as some of the plans were held against it, in the unit of the metric.
struct LimitInUse {
  std::string comparator;
  double at = 0.0;
  enum class Kind { Goal, Variation } kind = Kind::Goal;
  std::size_t plans = 0;
};

/// One metric of one rule. A rule whose plans were decided by different branches has several.
struct MetricValues {
  std::string metric, unit;
  std::vector<PlanValue> values;  ///< ordered by plan
  std::size_t without_value = 0;  ///< plans where this metric was asked for and has no finite value
  std::vector<LimitInUse> limits;
  RobustScores robust;
  std::vector<std::size_t> outliers;  ///< indices into `values`, furthest first
};

/// One rule or plan check (protocol, id, level), over all plans that were checked.
struct RuleSummary {
  CohortRule::Kind kind = CohortRule::Kind::Rule;
  std::string protocol, id, label, level, structure;
  VerdictCounts counts;
  std::size_t borderline = 0;
  std::size_t unmeasured = 0;         ///< plans to which it applies, and nothing could be measured
  std::vector<MetricValues> metrics;  ///< that with the most values first
  std::map<int, VerdictCounts> by_month;  ///< of plans whose date is known; by month_of()
};

struct ProtocolInUse {
  std::string text;  ///< "hcc-rt-ici 1.1"
  std::size_t plans = 0;
};

/// Median and range of what is known of a group of plans.
struct Spread {
  std::size_t known = 0, unknown = 0;
  double median = 0.0, low = 0.0, high = 0.0;  ///< meaningful if known > 0
};

struct TreatmentGroup {
  enum class By { All, Site, Fractions, Rule } by = By::All;
  std::string name;                ///< of the site or the fraction group; empty: not known
  std::vector<std::size_t> rules;  ///< By::Rule: those that applied to exactly these plans
  std::size_t plans = 0;
  Spread prescription_gy, bed_gy, eqd2_gy, fractions;
};

struct CohortSummary {
  VerdictCounts counts;
  std::size_t refused = 0, unreadable = 0;
  std::vector<ProtocolInUse> protocols;   ///< ordered by text
  std::vector<RuleSummary> rules;         ///< by protocol; then as the plans have them
  std::map<int, VerdictCounts> by_month;  ///< of plans whose date is known
  std::size_t undated = 0;                ///< checked plans whose date is not known
  std::vector<TreatmentGroup> treatments;
  /// Each plan's BED is that at alpha/beta 10 Gy of its prescription and fractions, as far as these are known.
  bool bed_is_bed10 = false;
  /// For each plan its rules' places in `rules`, as CohortPlan::rules is ordered. Empty unless Checked.
  std::vector<std::vector<std::size_t>> rule_of;
};

[[nodiscard]] CohortSummary summarize(const Cohort& cohort);

}  // namespace dosegate::batch
