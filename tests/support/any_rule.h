// Arbitrary texts of the rule language, for properties: every production of the grammar occurs, and
// nothing that a parser refuses. Header only; include after <gtest/gtest.h>.
#pragma once

#include <rapidcheck.h>

#include <string>

#include "protocol/rule.h"
#include "support/any_metric.h"

namespace dosegate::testing {

// The most margins one within another: two are read at most.
inline int margins_in(const protocol::StructureExpression& expression) {
  int most = 0;
  for (const auto& operand : expression.operands) most = std::max(most, margins_in(operand));
  return most + (expression.margin_mm ? 1 : 0);
}

inline protocol::StructureExpression any_expression(int depth) {
  using Op = protocol::StructureExpression::Op;
  protocol::StructureExpression expression;
  const int choice = depth == 0 ? *rc::gen::inRange(0, 2) : *rc::gen::inRange(0, 5);
  if (choice < 2) {
    expression.op = choice == 0 ? Op::Name : Op::Glob;
    expression.name =
        *rc::gen::element<std::string>("Liver", "Liver-GTV", "Small Bowel", "a\"b\\", "-", "x-",
                                       "GTV", "\xC3\xBC", "A::B", "when", "(", "id", "r1:");
  } else {
    expression.op = choice == 2 ? Op::Union : choice == 3 ? Op::Subtract : Op::Intersect;
    const int count = *rc::gen::inRange(2, 4);
    for (int i = 0; i < count; ++i) expression.operands.push_back(any_expression(depth - 1));
  }
  if (margins_in(expression) < 2 && *rc::gen::inRange(0, 3) == 0) {
    expression.margin_mm = *rc::gen::element(5.0, -3.0, 2.5, 0.1, 50.0);
  }
  return expression;
}

inline protocol::Test any_test(bool may_vary) {
  using protocol::Comparator;
  protocol::Test test;
  test.metric = any_metric();
  test.comparator = *rc::gen::element(Comparator::Less, Comparator::LessOrEqual,
                                      Comparator::Greater, Comparator::GreaterOrEqual);
  const metrics::Unit unit = metrics::output_unit(test.metric);
  const bool percent =
      unit == metrics::Unit::PercentOfVolume || unit == metrics::Unit::PercentProbability;
  double most = percent ? 100.0 : 1000.0;
  if (test.metric.kind == metrics::MetricKind::ConformationNumber) most = 1.0;
  test.goal = *rc::gen::oneOf(rc::gen::just(0.0), numbers(0.001, 0.9 * most));
  if (!may_vary || *rc::gen::inRange(0, 2) == 0) return test;
  if (protocol::is_upper_bound(test.comparator)) {
    test.variation = test.goal + 0.1 * most;
  } else if (test.goal > 0.0) {
    test.variation = *rc::gen::element(0.0, 0.5 * test.goal);
  }
  return test;
}

inline protocol::Condition any_condition(int depth, bool may_vary) {
  using Op = protocol::Condition::Op;
  protocol::Condition condition;
  const int choice = depth == 0 ? 0 : *rc::gen::inRange(0, 4);
  if (choice == 0) {
    condition.test = any_test(may_vary);
    return condition;
  }
  condition.op = choice == 1 ? Op::Or : choice == 2 ? Op::And : Op::Not;
  const int count = condition.op == Op::Not ? 1 : *rc::gen::inRange(2, 4);
  const bool inner = condition.op != Op::Not && may_vary;
  for (int i = 0; i < count; ++i) condition.operands.push_back(any_condition(depth - 1, inner));
  return condition;
}

inline protocol::GuardTerm any_guard_term() {
  using protocol::GuardTerm;
  using Op = GuardTerm::Op;
  using Subject = GuardTerm::Subject;
  GuardTerm term;
  term.subject = *rc::gen::element(Subject::Fractions, Subject::DosePerFraction,
                                   Subject::Prescription, Subject::Context);
  const bool context = term.subject == Subject::Context;
  const auto words = rc::gen::element<std::string>("site", "A5", "B7", "x_1", "fraction", "notin");
  if (context) term.key = *words;
  term.op = context ? *rc::gen::element(Op::Compare, Op::In, Op::NotIn, Op::InWords, Op::NotInWords,
                                        Op::IsWord)
                    : *rc::gen::element(Op::Compare, Op::In, Op::NotIn);
  if (term.op == Op::InWords || term.op == Op::NotInWords || term.op == Op::IsWord) {
    term.low_word = *words;
    if (term.op != Op::IsWord) term.high_word = *words;
    return term;
  }
  const auto number = [&] {
    return term.subject == Subject::Fractions ? 1.0 * *rc::gen::inRange(0, 60)
                                              : *numbers(0.001, 100.0);
  };
  term.low = number();
  if (term.op == Op::Compare) {
    term.comparator =
        *rc::gen::element(protocol::Comparator::Less, protocol::Comparator::LessOrEqual,
                          protocol::Comparator::Greater, protocol::Comparator::GreaterOrEqual);
  } else {
    term.high = term.low + number();
  }
  return term;
}

inline protocol::Guard any_guard() {
  protocol::Guard guard;
  const int alternatives = *rc::gen::inRange(1, 4);
  for (int i = 0; i < alternatives; ++i) {
    guard.alternatives.emplace_back();
    const int terms = *rc::gen::inRange(1, 4);
    for (int j = 0; j < terms; ++j) guard.alternatives.back().push_back(any_guard_term());
  }
  return guard;
}

inline protocol::Rule any_rule() {
  protocol::Rule rule;
  rule.id = *rc::gen::element<std::string>("", "liver", "r-1", "5fx", "not", "max");
  rule.subject = any_expression(3);
  rule.condition = any_condition(2, true);
  if (*rc::gen::inRange(0, 2) == 0) rule.guard = any_guard();
  if (*rc::gen::inRange(0, 2) == 0) rule.priority = *rc::gen::inRange(1, 10);
  return rule;
}

}  // namespace dosegate::testing
