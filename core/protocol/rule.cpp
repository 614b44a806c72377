#include "protocol/rule.h"

#include <algorithm>

namespace dosegate::protocol {
namespace {

using metrics::Cursor;
using Op = Condition::Op;

// Moves over blanks and the keyword, or not at all.
bool take_keyword(Cursor& cursor, std::string_view word) {
  const Cursor before = cursor;
  if (cursor.skip_blanks() > 0 && cursor.take_word(word)) return true;
  cursor = before;
  return false;
}

bool has_variation(const Condition& condition) {
  if (condition.op == Op::Test) return condition.test.variation.has_value();
  return std::any_of(condition.operands.begin(), condition.operands.end(), has_variation);
}

// limit = num [ unit ]
Result<double> parse_limit(Cursor& cursor, const metrics::Metric& metric) {
  cursor.skip_blanks();
  const std::size_t start = cursor.position();
  const Result<double> value = cursor.number("a limit (a number)");
  if (!value) return value;
  const metrics::Unit unit = metrics::output_unit(metric);
  const std::string wanted(metrics::to_text(unit));
  const Cursor behind_number = cursor;
  cursor.skip_blanks();
  const std::string_view word = cursor.peek_word();
  constexpr std::string_view kKeywords[] = {"OR", "AND", "NOT", "or", "and", "when", "priority"};
  const bool keyword =
      std::find(std::begin(kKeywords), std::end(kKeywords), word) != std::end(kKeywords);
  const bool unit_here = cursor.peek() == '%' || metrics::is_ascii_letter(cursor.peek());
  if (keyword || !unit_here) {
    cursor = behind_number;
  } else if (unit == metrics::Unit::Ratio) {
    return cursor.error("the metric is a ratio; write its limit without a unit");
  } else if (cursor.peek() == '%' ? !cursor.take(wanted) : !cursor.take_word(wanted)) {
    return cursor.error("the limit is in another unit than the metric's value; write " + wanted +
                        " or no unit");
  }
  if ((unit == metrics::Unit::PercentOfVolume || unit == metrics::Unit::PercentProbability) &&
      *value > 100.0) {
    return cursor.error_at(start,
                           "no structure has more than 100 % of its volume, so this limit "
                           "would decide nothing");
  }
  if (metric.kind == metrics::MetricKind::ConformationNumber && *value > 1.0) {
    return cursor.error_at(start, "no conformation number is above 1; it is a share of 1");
  }
  return value;
}

bool is_id_character(char c) {
  return (c >= 'a' && c <= 'z') || metrics::is_ascii_digit(c) || c == '-';
}

void collect_tests(const Condition& condition, std::vector<const Test*>& tests) {
  if (condition.op == Op::Test) tests.push_back(&condition.test);
  for (const Condition& part : condition.operands) collect_tests(part, tests);
}

class ConditionParser {
 public:
  explicit ConditionParser(Cursor& cursor) : cursor_(cursor) {}

  Result<Condition> parse(int nesting) { return parse_chain(Op::Or, nesting); }

 private:
  // cond (Or) or conj (And).
  Result<Condition> parse_chain(Op op, int nesting) {
    const auto parse_operand = [&] {
      return op == Op::Or ? parse_chain(Op::And, nesting) : parse_atom(nesting);
    };
    Result<Condition> first = parse_operand();
    if (!first) return first;
    Condition chain;
    chain.op = op;
    chain.operands.push_back(std::move(*first));
    while (take_keyword(cursor_, op == Op::Or ? "OR" : "AND")) {
      Result<Condition> next = parse_operand();
      if (!next) return next;
      chain.operands.push_back(std::move(*next));
    }
    if (chain.operands.size() > 1) return chain;
    // A local, because moving an element of a vector onto the vector's owner destroys it on the
    // way.
    Condition only = std::move(chain.operands.front());
    return only;
  }

  Result<Condition> parse_atom(int nesting) {
    cursor_.skip_blanks();
    if (nesting >= metrics::kDeepestNesting) {
      return cursor_.error("more than " + std::to_string(metrics::kDeepestNesting) +
                           " levels of parentheses or NOT; simplify the rule");
    }
    const std::size_t start = cursor_.position();
    if (cursor_.take_word("NOT")) return parse_not(start, nesting);
    if (cursor_.take("(")) {
      Result<Condition> inner = parse(nesting + 1);
      if (!inner) return inner;
      cursor_.skip_blanks();
      if (!cursor_.take(")")) return cursor_.expected("')', OR or AND");
      return inner;
    }
    return parse_test();
  }

  Result<Condition> parse_not(std::size_t start, int nesting) {
    Result<Condition> inner = parse_atom(nesting + 1);
    if (!inner) return inner;
    if (has_variation(*inner)) {
      return cursor_.error_at(start,
                              "NOT is not allowed over a test that has a variation; turn the "
                              "comparator round instead");
    }
    Condition condition;
    condition.op = Op::Not;
    condition.operands.push_back(std::move(*inner));
    return condition;
  }

  Result<Condition> parse_test() {
    Condition condition;
    Test& test = condition.test;
    // The metric's own parser gives the code MetricSyntax; the column is that of the whole rule.
    Result<metrics::Metric> metric = metrics::parse_metric(cursor_);
    if (!metric) {
      Error error = metric.error();
      error.code = ErrorCode::MetricSyntax;
      return tl::unexpected(std::move(error));
    }
    test.metric = *metric;
    cursor_.skip_blanks();
    const Result<Comparator> comparator = parse_comparator(cursor_);
    if (!comparator) return tl::unexpected(comparator.error());
    test.comparator = *comparator;
    const Result<double> goal = parse_limit(cursor_, test.metric);
    if (!goal) return tl::unexpected(goal.error());
    test.goal = *goal;
    const Cursor behind_goal = cursor_;
    cursor_.skip_blanks();
    if (!cursor_.take("|")) {
      cursor_ = behind_goal;
      return condition;
    }
    cursor_.skip_blanks();
    const std::size_t start = cursor_.position();
    const Result<double> variation = parse_limit(cursor_, test.metric);
    if (!variation) return tl::unexpected(variation.error());
    const bool looser =
        is_upper_bound(test.comparator) ? *variation > test.goal : *variation < test.goal;
    if (!looser) {
      return cursor_.error_at(
          start, "the variation is not looser than the goal; it must be " +
                     std::string(is_upper_bound(test.comparator) ? "above " : "below ") +
                     metrics::plain_number(test.goal));
    }
    test.variation = *variation;
    return condition;
  }

  Cursor& cursor_;
};

Result<std::optional<int>> parse_priority(Cursor& cursor) {
  if (!take_keyword(cursor, "priority")) return std::nullopt;
  cursor.skip_blanks();
  const std::string_view word = cursor.peek_word();
  if (word.size() != 1 || word.front() < '1' || word.front() > '9') {
    return cursor.expected("a priority from 1 to 9");
  }
  cursor.advance();
  return word.front() - '0';
}

// The text's id, with the cursor behind its colon; nothing where there is none. A colon of "::" is
// none of an id's.
Result<std::string> parse_id(Cursor& cursor) {
  cursor.skip_blanks();
  const Cursor before = cursor;
  const std::size_t start = cursor.position();
  while (is_id_character(cursor.peek())) cursor.advance();
  const std::string id(cursor.since(start));
  if (id.empty() || cursor.peek() != ':' || cursor.peek(1) == ':') {
    cursor = before;
    return std::string();
  }
  if (!is_rule_id(id)) {
    return cursor.error_at(start, "a rule's id has at most " + std::to_string(kLongestRuleId) +
                                      " characters and begins with a letter or digit");
  }
  cursor.advance();
  return id;
}

// Connects the operands; an operand that would be read differently gets parentheses.
std::string joined(const Condition& condition, std::string_view word) {
  std::string text;
  for (const Condition& operand : condition.operands) {
    if (!text.empty()) text += word;
    const bool wrapped = operand.op == Op::Or || (operand.op == Op::And && condition.op == Op::And);
    text += wrapped ? "(" + to_text(operand) + ")" : to_text(operand);
  }
  return text;
}

}  // namespace

bool is_rule_id(std::string_view text) {
  return !text.empty() && text.size() <= kLongestRuleId && text.front() != '-' &&
         std::all_of(text.begin(), text.end(), is_id_character);
}

Result<Rule> parse_rule(std::string_view text) {
  Cursor cursor(text, ErrorCode::RuleSyntax);
  if (text.size() > metrics::kLongestText) {
    return cursor.error_at(metrics::kLongestText, "a rule of more than " +
                                                      std::to_string(metrics::kLongestText) +
                                                      " characters is not allowed");
  }
  Rule rule;
  Result<std::string> id = parse_id(cursor);
  if (!id) return tl::unexpected(id.error());
  rule.id = std::move(*id);
  Result<StructureExpression> subject = parse_structure_expression(cursor);
  if (!subject) return tl::unexpected(subject.error());
  rule.subject = std::move(*subject);
  cursor.skip_blanks();
  if (!cursor.take("::")) {
    return cursor.expected(
        "'::' behind the structure, or an operator (+ - & with a blank on both "
        "sides)");
  }
  Result<Condition> condition = ConditionParser(cursor).parse(0);
  if (!condition) return tl::unexpected(condition.error());
  rule.condition = std::move(*condition);
  if (take_keyword(cursor, "when")) {
    Result<Guard> guard = parse_guard(cursor);
    if (!guard) return tl::unexpected(guard.error());
    rule.guard = std::move(*guard);
  }
  const Result<std::optional<int>> priority = parse_priority(cursor);
  if (!priority) return tl::unexpected(priority.error());
  rule.priority = *priority;
  cursor.skip_blanks();
  if (!cursor.at_end()) {
    return cursor.expected(rule.guard
                               ? "'and', 'or', 'priority' or the end of the rule"
                               : "'OR', 'AND', '|', 'when', 'priority' or the end of the rule");
  }
  return rule;
}

std::vector<const Test*> tests_in(const Condition& condition) {
  std::vector<const Test*> tests;
  collect_tests(condition, tests);
  return tests;
}

std::vector<std::string> names_in(const Rule& rule) {
  std::vector<std::string> names = names_in(rule.subject);
  for (const Test* test : tests_in(rule.condition)) {
    const std::string& name = test->metric.within;
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) {
      names.push_back(name);
    }
  }
  return names;
}

std::string to_text(const Test& test) {
  std::string text = metrics::to_text(test.metric) + " " + std::string(to_text(test.comparator)) +
                     " " + metrics::plain_number(test.goal);
  if (test.variation) text += " | " + metrics::plain_number(*test.variation);
  return text;
}

std::string to_text(const Condition& condition) {
  switch (condition.op) {
    case Op::Test:
      return to_text(condition.test);
    case Op::Or:
      return joined(condition, " OR ");
    case Op::And:
      return joined(condition, " AND ");
    case Op::Not: {
      const Condition& inner = condition.operands.front();
      const bool bare = inner.op == Op::Test || inner.op == Op::Not;
      return bare ? "NOT " + to_text(inner) : "NOT (" + to_text(inner) + ")";
    }
  }
  throw InternalError("unknown Condition::Op");
}

std::string to_text(const Rule& rule) {
  std::string text = rule.id.empty() ? "" : rule.id + ": ";
  text += to_text(rule.subject) + " :: " + to_text(rule.condition);
  if (rule.guard) text += " when " + to_text(*rule.guard);
  if (rule.priority) text += " priority " + std::to_string(*rule.priority);
  return text;
}

}  // namespace dosegate::protocol
