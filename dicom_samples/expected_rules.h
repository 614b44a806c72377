// The verdicts that follow from a sample plan's true numbers under the built-in protocol, written
// out rule by rule in plain code: no expression is parsed here, so nothing is shared with the
// engine.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sample_plans.h"
#include "truth_numbers.h"

namespace dosegate::samples {

struct ExpectedRule {
  std::string id;
  std::string verdict;  ///< PASS, VARIATION, FAIL, UNKNOWN or NOT_APPLICABLE
  std::string branch;   ///< of an OR, the branch that decided; may be empty
  bool required = false;
};

/// Numbers by structure or expression name; `Liver - GTV*` is absent where the plan has no GTV.
using NumbersByName = std::map<std::string, std::vector<TruthNumber>>;

inline constexpr const char* kLiverMinusGtv = "Liver - GTV*";

/// Throws std::runtime_error where a number lies so near a limit that another legitimate reading of
/// the contours could decide otherwise (0.3 Gy, 10 cc): a sample must not be a coin toss.
[[nodiscard]] std::vector<ExpectedRule> expected_rules(const SamplePlan& plan,
                                                       const NumbersByName& numbers);

/// Worst of the required rules; UNKNOWN if none of them applies.
[[nodiscard]] std::string plan_verdict(const std::vector<ExpectedRule>& rules);

/// What `dosegate check` ends with for this verdict.
[[nodiscard]] int exit_code(const std::string& verdict);

/// D (1 + d / 10), d = D / n.
[[nodiscard]] double bed10_gy(double dose_gy, int fractions);
/// BED / 1.2.
[[nodiscard]] double eqd2_gy(double dose_gy, int fractions);

}  // namespace dosegate::samples
