#include "report/rule_content.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "report/shown_values.h"

namespace dosegate::report {
namespace {

using evaluation::Evaluation;
using evaluation::RuleResult;
using evaluation::TestResult;
using evaluation::Verdict;

std::string with_unit(double value, metrics::Unit unit) {
  return metrics::with_unit(shortest(value), unit);
}

std::string limit_text(const protocol::Test& test, double bound) {
  return fmt::format("{} {}", protocol::to_text(test.comparator),
                     with_unit(bound, metrics::output_unit(test.metric)));
}

// "17.49 to 17.58 Gy": the bounds, on the same sides of the limits as the numbers are.
std::string bracket_text(const TestResult& result) {
  const metrics::MetricValue& value = result.value;
  std::vector<double> borders = {result.test.goal};
  if (result.test.variation) borders.push_back(*result.test.variation);
  const auto number = [&](double v) {
    return fixed_beside(v, borders, evaluation::decimals_of(value.unit));
  };
  const auto end = [&](double v) { return metrics::with_unit(number(v), value.unit); };
  if (value.low && value.high) {
    const bool one_number = value.value && number(*value.low) == number(*value.high);
    if (one_number) return {};
    return fmt::format("{} to {}", number(*value.low), end(*value.high));
  }
  if (value.low) return "at least " + end(*value.low);
  if (value.high) return "at most " + end(*value.high);
  return {};
}

ShownTest shown_test_of(const TestResult& result) {
  ShownTest test;
  test.metric = metrics::to_text(result.test.metric);
  test.value = result.value.value ? evaluation::shown(result.value, result.test) : kNotMeasured;
  test.bracket = bracket_text(result);
  test.goal = limit_text(result.test, result.test.goal);
  if (result.test.variation) test.variation = limit_text(result.test, *result.test.variation);
  if (result.near_maximum) {
    const metrics::MetricValue& near = *result.near_maximum;
    test.beside = near.value ? "D0.03cc is " + evaluation::shown(near, result.test)
                             : fmt::format("D0.03cc is {}: {}", kNotMeasured,
                                           shown_sentence(shown_reason(near)));
  }
  if (!result.value.value) test.reason = shown_sentence(shown_reason(result.value));
  test.outcome = result.outcome.verdict();
  test.borderline = result.borderline;
  test.bar = tier_bar(result);
  return test;
}

// The limits of a rule of which nothing was measured; why not is the rule's reason.
std::vector<ShownTest> unmeasured_tests(const RuleResult& rule) {
  std::vector<ShownTest> tests;
  const auto parsed = protocol::parse_rule(rule.text);
  if (!parsed) return tests;
  for (const protocol::Test* asked : protocol::tests_in(parsed->condition)) {
    ShownTest test;
    test.metric = metrics::to_text(asked->metric);
    test.value = kNotMeasured;
    test.goal = limit_text(*asked, asked->goal);
    if (asked->variation) test.variation = limit_text(*asked, *asked->variation);
    tests.push_back(std::move(test));
  }
  return tests;
}

ShownSource shown_source(const Evaluation& e, const std::string& protocol_id,
                         const protocol::Provenance& provenance) {
  const protocol::Source* found = source_of(e, protocol_id, provenance.source);
  ShownSource source;
  source.citation = one_line(found != nullptr ? found->citation : provenance.source);
  if (found != nullptr) source.doi = printable(found->doi);
  source.read = one_line(provenance.read);
  source.note = one_line(provenance.note);
  source.mark = protocol::to_text(provenance.mark);
  return source;
}

std::string roi_list(const RuleResult& rule) {
  std::string text;
  for (const std::string& roi : rule.rois) text += (text.empty() ? "" : " + ") + shown_name(roi);
  return text;
}

std::string ordinal(std::size_t index) {
  static const std::vector<std::string> words = {"first", "second", "third", "fourth", "fifth"};
  return index < words.size() ? words[index] : fmt::format("{}th", index + 1);
}

std::string branch_verb(Verdict verdict) {
  switch (verdict) {
    case Verdict::Pass:
      return "Passed";
    case Verdict::Variation:
      return "Within the acceptable variation only,";
    default:
      return "Decided";
  }
}

// "Passed by the second of 2 branches: CV5Gy[cc] >= 300."
std::string branch_sentence(const RuleResult& rule) {
  if (rule.branch.empty()) return {};
  const auto parsed = protocol::parse_rule(rule.text);
  if (!parsed || parsed->condition.op != protocol::Condition::Op::Or) {
    return fmt::format("{} by the branch {}.", branch_verb(rule.verdict), printable(rule.branch));
  }
  const auto& branches = parsed->condition.operands;
  const auto at = std::find_if(branches.begin(), branches.end(), [&](const auto& branch) {
    return protocol::to_text(branch) == rule.branch;
  });
  if (at == branches.end()) {
    return fmt::format("{} by the branch {}.", branch_verb(rule.verdict), printable(rule.branch));
  }
  return fmt::format("{} by the {} of {} branches: {}.", branch_verb(rule.verdict),
                     ordinal(static_cast<std::size_t>(at - branches.begin())), branches.size(),
                     printable(rule.branch));
}

// The smallest of 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8 and their tenfolds that is not below `value`.
double round_up(double value) {
  const double decade = std::pow(10.0, std::floor(std::log10(value)));
  for (const double step : {1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0}) {
    if (step * decade >= value * (1.0 - 1e-12)) return step * decade;
  }
  return 10.0 * decade;
}

}  // namespace

std::optional<TierBar> tier_bar(const TestResult& result) {
  constexpr double kBeyond = 1.15;       // so that a value just beyond a limit has room
  constexpr double kMostOfLimits = 4.0;  // further out, the limits would shrink to a corner
  const protocol::Test& test = result.test;
  const double outermost = std::max(test.goal, test.variation.value_or(test.goal));
  if (!(outermost > 0.0) || !(std::min(test.goal, test.variation.value_or(test.goal)) >= 0.0)) {
    return std::nullopt;
  }
  double furthest = outermost;
  if (result.value.value) furthest = std::max(furthest, *result.value.value);
  double end = round_up(kBeyond * std::min(furthest, kMostOfLimits * outermost));
  const metrics::Unit unit = metrics::output_unit(test.metric);
  const bool percent =
      unit == metrics::Unit::PercentOfVolume || unit == metrics::Unit::PercentProbability;
  if (percent) end = std::min(end, 100.0);
  TierBar bar;
  bar.from = with_unit(0.0, unit);
  bar.to = with_unit(end, unit);
  const auto at = [&](double value) { return std::clamp(value / end, 0.0, 1.0); };
  bar.goal = at(test.goal);
  if (test.variation) bar.variation = at(*test.variation);
  if (result.value.value) bar.value = at(*result.value.value);
  const bool any_bound = result.value.low || result.value.high;
  if (any_bound) {
    bar.low = result.value.low ? at(*result.value.low) : 0.0;
    bar.high = result.value.high ? at(*result.value.high) : 1.0;
  }
  bar.lower_is_better = protocol::is_upper_bound(test.comparator);
  return bar;
}

ShownRule shown_rule(const Evaluation& e, const RuleResult& rule) {
  ShownRule shown;
  shown.protocol = printable(rule.protocol_id);
  shown.id = printable(rule.id);
  shown.label = one_line(rule.label);
  shown.text = printable(rule.text);
  shown.level = protocol::to_text(rule.level);
  shown.priority = rule.priority;
  shown.structure = printable(rule.structure);
  shown.rois = shown_sentence(roi_list(rule));
  shown.verdict = rule.verdict;
  shown.borderline = rule.borderline;
  for (const TestResult& test : rule.tests) shown.tests.push_back(shown_test_of(test));
  if (const TestResult* test = shown_test(rule)) {
    shown.shown = static_cast<std::size_t>(test - rule.tests.data());
  } else {
    shown.tests = unmeasured_tests(rule);
  }
  shown.reason = shown_sentence(shown_reason(rule));
  // Where another branch than the first let it through, the reason says so at length.
  if (shown.reason.find(" branch, ") == std::string::npos) shown.branch = branch_sentence(rule);
  if (rule.verdict != Verdict::NotApplicable) {
    shown.headroom = printable(headroom_text(rule.headroom, rule.verdict));
  }
  shown.source = shown_source(e, rule.protocol_id, rule.provenance);
  return shown;
}

ShownCheck shown_check(const Evaluation& e, const evaluation::PlanCheckResult& check) {
  return {printable(check.protocol_id),
          printable(check.id),
          one_line(check.label),
          printable(check.text),
          std::string(protocol::to_text(check.level)),
          shown_sentence(check.reason),
          check.verdict,
          shown_source(e, check.protocol_id, check.provenance)};
}

}  // namespace dosegate::report
