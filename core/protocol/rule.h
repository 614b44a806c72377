// One rule: which structure, what must hold, when it applies.
//
//   rule  = [ id ":" ] sexpr "::" cond [ "when" guard ] [ "priority" digit ] ;
//   cond  = conj { "OR" conj } ;      conj = atom { "AND" atom } ;
//   atom  = test | "NOT" atom | "(" cond ")" ;
//   test  = metric cmp limit [ "|" limit ] ;           goal | acceptable variation
//   cmp   = "<" | "<=" | ">" | ">=" ;
//   id    = ( a..z | digit ) { a..z | digit | "-" } ;   at most 64; no blank before its colon
//   limit = num [ unit ] ;                              unit = the metric's own output unit
//
// Example: `Liver - GTV* :: Mean[Gy] <= 18 | 20 OR CV5Gy[cc] >= 300 when fx in 20..30`.
//
// Blanks are free around "::", comparators, units and "|"; OR, AND, when and priority need one
// before them. Refused beyond the grammar: a limit in another unit than the metric's, a volume
// limit above 100 %, a conformation number above 1, a variation that is not looser than its goal, NOT over a test that has a
// variation.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "metrics/metric.h"
#include "protocol/guard.h"
#include "protocol/structure_expression.h"

namespace dosegate::protocol {

/// metric comparator goal [| variation]. Limits are in metrics::output_unit(metric) and compared
/// unrounded, with the comparator as written for both.
struct Test {
  metrics::Metric metric;
  Comparator comparator = Comparator::LessOrEqual;
  double goal = 0.0;
  /// Acceptable variation: strictly looser than the goal.
  std::optional<double> variation;

  bool operator==(const Test&) const = default;
};

struct Condition {
  enum class Op { Test, And, Or, Not };
  Op op = Op::Test;
  Test test;                        ///< for Op::Test
  std::vector<Condition> operands;  ///< And, Or: two or more; Not: one

  bool operator==(const Condition&) const = default;
};

struct Rule {
  StructureExpression subject;
  Condition condition;
  std::optional<Guard> guard;   ///< "when"; absent: always applies
  std::optional<int> priority;  ///< 1..9 as written; carried, not interpreted here
  std::string id;               ///< as the text has it; empty if it has none

  bool operator==(const Rule&) const = default;
};

/// Longest id of a rule, characters.
inline constexpr std::size_t kLongestRuleId = 64;

/// True for what the grammar calls an id.
[[nodiscard]] bool is_rule_id(std::string_view text);

/// Errors: RuleSyntax or, for the metrics in it, MetricSyntax; where = "column N".
[[nodiscard]] Result<Rule> parse_rule(std::string_view text);

/// Every test of a condition, left to right.
[[nodiscard]] std::vector<const Test*> tests_in(const Condition& condition);

/// The names in the subject (names_in()) and those of the structures within which metrics look, left
/// to right, without repetition.
[[nodiscard]] std::vector<std::string> names_in(const Rule& rule);

/// Canonical text; parse_rule(to_text(r)) == r for every rule that parse_rule can return.
[[nodiscard]] std::string to_text(const Rule& rule);
[[nodiscard]] std::string to_text(const Condition& condition);
[[nodiscard]] std::string to_text(const Test& test);

}  // namespace dosegate::protocol
