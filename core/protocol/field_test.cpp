#include "protocol/field_test.h"

#include <array>
#include <optional>

#include "base/text.h"
#include "metrics/cursor.h"
#include "metrics/metric.h"
#include "protocol/guard.h"

namespace dosegate::protocol {
namespace {

using metrics::Cursor;

struct Spelling {
  std::string_view written;  // lower case
  std::string_view meant;
};

// Longest first where one begins another.
constexpr std::array<Spelling, 10> kUnits{{
    {"cm^3", "cc"},
    {"cm3", "cc"},
    {"ccm", "cc"},
    {"cc", "cc"},
    {"ml", "cc"},
    {"cgy", "cGy"},
    {"gy", "Gy"},
    {"percent", "%"},
    {"pct", "%"},
    {"%", "%"},
}};

constexpr std::array<Spelling, 13> kExtremes{{
    {"dmedian", "Median"},
    {"median", "Median"},
    {"dmean", "Mean"},
    {"mean", "Mean"},
    {"average", "Mean"},
    {"avg", "Mean"},
    {"dmax", "Max"},
    {"maximum", "Max"},
    {"max", "Max"},
    {"dmin", "Min"},
    {"minimum", "Min"},
    {"min", "Min"},
    {"volume", "Volume"},
}};

constexpr std::array<Spelling, 4> kQueries{{{"dc", "DC"}, {"cv", "CV"}, {"d", "D"}, {"v", "V"}}};

// Signs that are not ASCII, as spreadsheets write them.
std::string in_ascii(std::string_view text) {
  constexpr std::array<Spelling, 6> kSigns{{
      {"\xE2\x89\xA4", "<="},  // less-than or equal to
      {"\xE2\x89\xA5", ">="},  // greater-than or equal to
      {"cm\xC2\xB3", "cc"},    // superscript three
      {"\xC2\xA0", " "},       // no-break space
      {"\xE2\x80\xAF", " "},   // narrow no-break space
      {"\xEF\xBC\x85", "%"},   // fullwidth percent sign
  }};
  std::string result;
  while (!text.empty()) {
    std::size_t length = 1;
    std::string_view replacement = text.substr(0, 1);
    for (const Spelling& sign : kSigns) {
      if (!text.starts_with(sign.written)) continue;
      length = sign.written.size();
      replacement = sign.meant;
    }
    result += replacement;
    text.remove_prefix(length);
  }
  return std::string(trim(result));
}

// The unit at the cursor in its right spelling; nothing if none stands there.
std::string take_unit(Cursor& cursor) {
  const std::string lower = to_lower_ascii(cursor.rest());
  for (const Spelling& unit : kUnits) {
    if (!lower.starts_with(unit.written)) continue;
    const char behind = lower.size() > unit.written.size() ? lower[unit.written.size()] : '\0';
    const bool word = unit.written != "%" &&
                      (metrics::is_ascii_letter(behind) || metrics::is_ascii_digit(behind));
    if (word) continue;
    cursor.advance(unit.written.size());
    return std::string(unit.meant);
  }
  return {};
}

bool is_dose_unit(std::string_view unit) {
  return unit == "Gy" || unit == "cGy" || unit == "%";
}
bool is_volume_unit(std::string_view unit) {
  return unit == "cc" || unit == "%";
}

// The words of a metric, and the output unit if it says one.
struct FieldMetric {
  std::string head;     // "V20Gy", "Max", or, if `complete`, the whole metric
  std::string example;  // of a unit that would complete it: "Gy", "%"
  std::string unit;     // output unit; empty: not said
  bool complete = false;
  bool any_point = false;  // a maximum that may be meant as that of a small volume
  bool of_prescription = false;
};

class FieldMetricParser {
 public:
  explicit FieldMetricParser(Cursor cursor) : cursor_(cursor) {}

  Result<FieldMetric> parse() {
    const std::string lower = to_lower_ascii(cursor_.rest());
    std::size_t letters = 0;
    while (letters < lower.size() && metrics::is_ascii_letter(lower[letters])) ++letters;
    const std::string_view word(lower.data(), letters);
    for (const Spelling& extreme : kExtremes) {
      if (word == extreme.written) return parse_extreme(extreme);
    }
    for (const Spelling& query : kQueries) {
      if (word == query.written) return parse_query(query.meant, query.written.size());
    }
    return cursor_.expected("a metric such as Dmax, Dmean, D0.03cc or V20Gy");
  }

 private:
  Result<FieldMetric> parse_extreme(const Spelling& extreme) {
    cursor_.advance(extreme.written.size());
    FieldMetric metric;
    metric.head = extreme.meant;
    metric.example = extreme.meant == "Volume" ? "cc" : "Gy";
    metric.any_point = extreme.meant == "Max";
    cursor_.skip_blanks();
    if (to_lower_ascii(cursor_.peek_word()) == "dose") cursor_.advance(4);
    return parse_output(std::move(metric));
  }

  Result<FieldMetric> parse_query(std::string_view query, std::size_t length) {
    cursor_.advance(length);
    cursor_.skip_blanks();
    const bool of_volume = query == "D" || query == "DC";
    const std::size_t start = cursor_.position();
    const Result<double> number = cursor_.positive_number(of_volume ? "a volume" : "a dose");
    if (!number) return tl::unexpected(number.error());
    const std::string written(cursor_.since(start));
    cursor_.skip_blanks();
    const std::string unit = take_unit(cursor_);
    const std::string head = std::string(query) + written;
    if (!(of_volume ? is_volume_unit(unit) : is_dose_unit(unit))) {
      return cursor_.error_at(start, of_volume ? "the unit of the volume is missing; write " +
                                                     head + "cc or " + head + "%"
                                               : "the unit of the dose is missing; write " + head +
                                                     "Gy, " + head + "cGy or " + head + "%");
    }
    FieldMetric metric;
    metric.head = std::string(query) + metrics::plain_number(*number) + unit;
    metric.example = of_volume ? "Gy" : "%";
    metric.of_prescription = !of_volume && unit == "%";
    return parse_output(std::move(metric));
  }

  // [Gy], (Gy), _Gy or nothing, and the end.
  Result<FieldMetric> parse_output(FieldMetric metric) {
    cursor_.skip_blanks();
    char closing = '\0';
    if (cursor_.take("[")) {
      closing = ']';
    } else if (cursor_.take("(")) {
      closing = ')';
    } else if (!cursor_.take("_")) {
      if (cursor_.at_end()) return metric;
      return cursor_.expected("an output unit such as [Gy], or the end of the metric");
    }
    cursor_.skip_blanks();
    metric.unit = take_unit(cursor_);
    if (metric.unit.empty()) return cursor_.expected("a unit (Gy, cGy, % or cc)");
    cursor_.skip_blanks();
    if (closing != '\0' && !cursor_.take(std::string_view(&closing, 1))) {
      return cursor_.expected("'" + std::string(1, closing) + "'");
    }
    cursor_.skip_blanks();
    if (!cursor_.at_end()) return cursor_.expected("the end of the metric");
    return metric;
  }

  Cursor cursor_;
};

Result<FieldMetric> parse_field_metric(const std::string& text) {
  if (const auto strict = metrics::parse_metric(text)) {
    FieldMetric metric;
    metric.head = metrics::to_text(*strict);
    metric.unit = std::string(metrics::to_text(metrics::output_unit(*strict)));
    metric.complete = true;
    metric.of_prescription = metrics::needs_prescription(*strict);
    return metric;
  }
  return FieldMetricParser(Cursor(text, ErrorCode::MetricSyntax)).parse();
}

struct Limit {
  std::optional<Comparator> comparator;
  double value = 0.0;
  std::string unit;
};

// [cmp] num [unit]
Result<Limit> parse_limit(const std::string& text) {
  Cursor cursor(text, ErrorCode::RuleSyntax);
  Limit limit;
  if (cursor.peek() == '<' || cursor.peek() == '>') {
    const Result<Comparator> comparator = parse_comparator(cursor);
    if (!comparator) return tl::unexpected(comparator.error());
    limit.comparator = *comparator;
  }
  cursor.skip_blanks();
  const Result<double> value = cursor.number("a limit (a number)");
  if (!value) return tl::unexpected(value.error());
  limit.value = *value;
  cursor.skip_blanks();
  const bool bracket = cursor.take("(");
  limit.unit = take_unit(cursor);
  if (bracket && !cursor.take(")")) return cursor.expected("')'");
  cursor.skip_blanks();
  if (!cursor.at_end()) return cursor.expected("a unit or the end of the limit");
  return limit;
}

tl::unexpected<Error> unclear(std::string text) {
  return fail(ErrorCode::RuleSyntax, std::move(text), "column 1");
}

// One unit from all that were said; an error if they differ.
Result<std::string> one_unit(const FieldMetric& metric, std::initializer_list<std::string> said) {
  std::string unit = metric.unit;
  for (const std::string& other : said) {
    if (other.empty()) continue;
    if (metric.complete && metric.unit.empty())
      return unclear("an index is a ratio without a unit");
    if (unit.empty()) unit = other;
    if (unit != other) {
      return unclear("the metric is in " + unit + " and its limit in " + other +
                     "; write both in one unit");
    }
  }
  if (unit.empty() && !metric.complete) {
    return unclear("the unit of the limit is missing; write " + metric.head + "[" + metric.example +
                   "], or the unit behind the limit");
  }
  return unit;
}

// The metric's cell and the limit's: one text may hold both.
void split(FieldLimit& field) {
  const std::size_t at = field.metric.find_first_of("<>");
  if (at == std::string::npos || !field.limit.empty()) return;
  field.limit = field.metric.substr(at);
  field.metric = std::string(trim(std::string_view(field.metric).substr(0, at)));
}

// "38" behind a bar in the limit's own cell is the variation.
void split_variation(FieldLimit& field) {
  const std::size_t at = field.limit.find('|');
  if (at == std::string::npos || !field.variation.empty()) return;
  field.variation = std::string(trim(std::string_view(field.limit).substr(at + 1)));
  field.limit = std::string(trim(std::string_view(field.limit).substr(0, at)));
}

}  // namespace

Result<FieldTest> parse_field_test(const FieldLimit& given) {
  FieldLimit field{in_ascii(given.metric), in_ascii(given.limit), in_ascii(given.variation),
                   in_ascii(given.unit)};
  split(field);
  split_variation(field);
  const Result<FieldMetric> metric = parse_field_metric(field.metric);
  if (!metric) return tl::unexpected(metric.error());
  const Result<Limit> goal = parse_limit(field.limit);
  if (!goal) return tl::unexpected(goal.error());
  if (!goal->comparator)
    return unclear("the limit has no comparator; write <, <=, > or >= before it");
  Limit variation;
  if (!field.variation.empty()) {
    const Result<Limit> read = parse_limit(field.variation);
    if (!read) return tl::unexpected(read.error());
    variation = *read;
    if (variation.comparator && variation.comparator != goal->comparator) {
      return unclear("the variation has another comparator than the goal; write the same");
    }
  }
  std::string cell_unit;
  if (!field.unit.empty()) {
    Cursor cursor(field.unit, ErrorCode::RuleSyntax);
    cell_unit = take_unit(cursor);
    if (cell_unit.empty() || !cursor.at_end()) return cursor.expected("a unit (Gy, cGy, % or cc)");
  }
  const Result<std::string> unit = one_unit(*metric, {goal->unit, variation.unit, cell_unit});
  if (!unit) return tl::unexpected(unit.error());

  FieldTest test;
  test.text = metric->complete ? metric->head : metric->head + "[" + *unit + "]";
  test.text += " " + std::string(to_text(*goal->comparator)) + " ";
  test.text += metrics::plain_number(goal->value);
  if (!field.variation.empty()) test.text += " | " + metrics::plain_number(variation.value);
  if (metric->any_point) test.notes.emplace_back("The maximum is read as that of any point, Max.");
  const auto parsed = metrics::parse_metric(test.text.substr(0, test.text.find(' ')));
  if (parsed ? metrics::needs_prescription(*parsed) : metric->of_prescription) {
    test.notes.emplace_back("A dose in % is read as a percent of the plan's prescription.");
  }
  return test;
}

}  // namespace dosegate::protocol
