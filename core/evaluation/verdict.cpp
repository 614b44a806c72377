#include "evaluation/verdict.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/result.h"
#include "base/text.h"
#include "protocol/implausible.h"

namespace dosegate::evaluation {
namespace {

using metrics::MetricValue;
using protocol::Comparator;

int rank(Verdict verdict) {
  switch (verdict) {
    case Verdict::Fail:
      return 0;
    case Verdict::Variation:
      return 1;
    case Verdict::Pass:
      return 2;
    default:
      break;
  }
  throw InternalError("UNKNOWN and NOT_APPLICABLE are no outcomes of a test");
}

Verdict higher(Verdict a, Verdict b) {
  return rank(a) >= rank(b) ? a : b;
}
Verdict lower(Verdict a, Verdict b) {
  return rank(a) <= rank(b) ? a : b;
}

enum class Truth { False, True, Open };

// `limit` in the unit of `value`.
Truth compare(const MetricValue& value, Comparator comparator, double limit) {
  if (value.value) {
    return protocol::holds(*value.value, comparator, limit) ? Truth::True : Truth::False;
  }
  // The bound that is hardest to pass with must pass; the one that is easiest must fail.
  const auto& hardest = protocol::is_upper_bound(comparator) ? value.high : value.low;
  const auto& easiest = protocol::is_upper_bound(comparator) ? value.low : value.high;
  if (hardest && protocol::holds(*hardest, comparator, limit)) return Truth::True;
  if (easiest && !protocol::holds(*easiest, comparator, limit)) return Truth::False;
  return Truth::Open;
}

}  // namespace

std::string_view to_text(Verdict verdict) {
  switch (verdict) {
    case Verdict::Pass:
      return "PASS";
    case Verdict::Variation:
      return "VARIATION";
    case Verdict::Fail:
      return "FAIL";
    case Verdict::Unknown:
      return "UNKNOWN";
    case Verdict::NotApplicable:
      return "NOT_APPLICABLE";
  }
  throw InternalError("unknown verdict");
}

Outcome either(const Outcome& a, const Outcome& b) {
  return {higher(a.worst, b.worst), higher(a.best, b.best)};
}

Outcome both(const Outcome& a, const Outcome& b) {
  return {lower(a.worst, b.worst), lower(a.best, b.best)};
}

Outcome opposite(const Outcome& a) {
  const auto turn = [](Verdict v) {
    require(v != Verdict::Variation, "NOT over a tiered test");
    return v == Verdict::Pass ? Verdict::Fail : Verdict::Pass;
  };
  return {turn(a.best), turn(a.worst)};
}

Outcome hold_against(const MetricValue& value, const protocol::Test& test) {
  const protocol::Implausible doubt = protocol::implausible(test);
  if (!doubt.goal.empty()) return {Verdict::Fail, Verdict::Pass};
  const Truth goal = compare(value, test.comparator, test.goal);
  if (goal == Truth::True) return {Verdict::Pass, Verdict::Pass};
  Truth variation = Truth::False;
  if (test.variation) variation = compare(value, test.comparator, *test.variation);
  if (!doubt.variation.empty()) variation = Truth::Open;
  Outcome outcome;
  outcome.best = Verdict::Pass;
  if (goal == Truth::False) {
    outcome.best = variation == Truth::False ? Verdict::Fail : Verdict::Variation;
  }
  outcome.worst = variation == Truth::True ? Verdict::Variation : Verdict::Fail;
  return outcome;
}

bool is_borderline(const MetricValue& value, const protocol::Test& test) {
  // An exact value has both bounds on itself; then nothing is borderline, not even an exact tie.
  if (value.low && value.high && *value.low == *value.high) return false;
  const auto inside = [&](double limit) {  // in the unit of `value`
    return (!value.low || *value.low <= limit) && (!value.high || *value.high >= limit);
  };
  if (!value.low && !value.high) return false;
  return inside(test.goal) || (test.variation && inside(*test.variation));
}

int decimals_of(metrics::Unit unit) {
  return unit == metrics::Unit::Ratio ? 3 : 2;
}

std::string shown(const MetricValue& value, const protocol::Test& test) {
  std::vector<double> limits = {test.goal};  // in the unit of `value`
  if (test.variation) limits.push_back(*test.variation);
  const auto number = [&](double v) {
    return metrics::with_unit(fixed_beside(v, limits, decimals_of(value.unit)), value.unit);
  };
  if (value.value) return number(*value.value);
  if (value.low && value.high)
    return fmt::format("{} to {}", number(*value.low), number(*value.high));
  if (value.low) return fmt::format("at least {}", number(*value.low));
  if (value.high) return fmt::format("at most {}", number(*value.high));
  return "not known";
}

}  // namespace dosegate::evaluation
