#include "protocol/guard.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "radiobiology/lq.h"

namespace dosegate::protocol {
namespace {

using Op = GuardTerm::Op;
using Subject = GuardTerm::Subject;

struct TermOutcome {
  Truth truth = Truth::Unknown;
  std::vector<std::string> missing_plan;
  std::vector<std::string> missing_context;
  std::string found;  // what the term was held against, "fx is 5"
};

Truth truth_of(bool value) {
  return value ? Truth::True : Truth::False;
}

void add_once(std::vector<std::string>& list, const std::string& word) {
  if (std::find(list.begin(), list.end(), word) == list.end()) list.push_back(word);
}

Truth compare(const GuardTerm& term, double value) {
  const bool inside = value >= term.low && value <= term.high;
  switch (term.op) {
    case Op::Compare:
      return truth_of(holds(value, term.comparator, term.low));
    case Op::In:
      return truth_of(inside);
    case Op::NotIn:
      return truth_of(!inside);
    default:
      return Truth::Unknown;
  }
}

// What is computed from decimals is rarely the decimal that is meant: 46.8 Gy in 26 fractions make
// 1.7999999999999998 Gy in doubles.
double on_bound(double value, double bound) {
  return std::abs(value - bound) <= kSameFact_frac * std::abs(bound) ? bound : value;
}

// Where `word` stands in the declared order; nothing if it is not declared.
std::optional<std::ptrdiff_t> place_of(const ContextKey& key, std::string_view word) {
  const auto found = std::find(key.words.begin(), key.words.end(), word);
  if (found == key.words.end()) return std::nullopt;
  return found - key.words.begin();
}

Truth compare_words(const GuardTerm& term, const ContextKey* key, const std::string& value) {
  if (term.op == Op::IsWord) return truth_of(value == term.low_word);
  if (key == nullptr) return Truth::Unknown;
  const auto low = place_of(*key, term.low_word);
  const auto high = place_of(*key, term.high_word);
  const auto here = place_of(*key, value);
  if (!low || !high || !here) return Truth::Unknown;
  const bool inside = *here >= *low && *here <= *high;
  return truth_of(inside == (term.op == Op::InWords));
}

TermOutcome evaluate_context(const GuardTerm& term, const PlanFacts& facts,
                             const std::vector<ContextKey>& keys) {
  TermOutcome outcome;
  const auto given = facts.context.find(term.key);
  if (given == facts.context.end()) {
    outcome.missing_context.push_back(term.key);
    return outcome;
  }
  outcome.found = term.key + " is " + printable(given->second);
  const auto declared = std::find_if(keys.begin(), keys.end(),
                                     [&](const ContextKey& key) { return key.key == term.key; });
  const bool about_words =
      term.op == Op::IsWord || term.op == Op::InWords || term.op == Op::NotInWords;
  if (about_words) {
    outcome.truth =
        compare_words(term, declared == keys.end() ? nullptr : &*declared, given->second);
  } else if (const std::optional<double> value = parse_number(given->second)) {
    outcome.truth = compare(term, *value);
  }
  // A value that cannot be compared counts as not given: unknown, never false.
  if (outcome.truth == Truth::Unknown) outcome.missing_context.push_back(term.key);
  return outcome;
}

TermOutcome evaluate_plan(const GuardTerm& term, const PlanFacts& facts) {
  TermOutcome outcome;
  const bool needs_fx = term.subject != Subject::Prescription;
  const bool needs_rx = term.subject != Subject::Fractions;
  const bool has_fx = facts.fractions && *facts.fractions > 0;
  const bool has_rx = facts.prescription_gy && std::isfinite(*facts.prescription_gy);
  if (needs_fx && !has_fx) outcome.missing_plan.emplace_back("fx");
  if (needs_rx && !has_rx) outcome.missing_plan.emplace_back("rx");
  if (!outcome.missing_plan.empty()) return outcome;
  double value = needs_rx ? *facts.prescription_gy : *facts.fractions;
  std::string name = needs_rx ? "rx" : "fx";
  if (term.subject == Subject::DosePerFraction) {
    value = *facts.prescription_gy / *facts.fractions;
    name = "dpf";
  }
  if (term.subject == Subject::Bed || term.subject == Subject::Eqd2) {
    const auto model = radiobiology::LqModel::create(*facts.fractions, facts.tumour_alpha_beta_gy);
    require(model.has_value(), "a protocol's alpha/beta that was not checked");
    const bool bed = term.subject == Subject::Bed;
    value = bed ? model->bed_gy(*facts.prescription_gy) : model->eqd2_gy(*facts.prescription_gy);
    name = bed ? "bed" : "eqd2";
  }
  const bool range = term.op == Op::In || term.op == Op::NotIn;
  value = on_bound(value, term.low);
  if (range) value = on_bound(value, term.high);
  outcome.truth = compare(term, value);
  outcome.found = fmt::format("{} is {:.9g}", name, value);
  return outcome;
}

TermOutcome evaluate_term(const GuardTerm& term, const PlanFacts& facts,
                          const std::vector<ContextKey>& keys) {
  return term.subject == Subject::Context ? evaluate_context(term, facts, keys)
                                          : evaluate_plan(term, facts);
}

// Kleene's "and": one false term decides, else one unknown term leaves it open.
TermOutcome evaluate_all(const std::vector<GuardTerm>& terms, const PlanFacts& facts,
                         const std::vector<ContextKey>& keys) {
  TermOutcome all{Truth::True, {}, {}, {}};
  for (const GuardTerm& term : terms) {
    TermOutcome one = evaluate_term(term, facts, keys);
    if (one.truth == Truth::False) return one;
    if (one.truth == Truth::True) continue;
    all.truth = Truth::Unknown;
    for (const std::string& word : one.missing_plan) add_once(all.missing_plan, word);
    for (const std::string& word : one.missing_context) add_once(all.missing_context, word);
  }
  return all;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::string unknown_reason(const GuardOutcome& outcome) {
  std::string text;
  for (const std::string& word : outcome.missing_plan) {
    text += (text.empty() ? "" : "; ");
    text += word == "fx" ? "the number of fractions is unknown" : "the prescription is unknown";
  }
  if (!outcome.missing_context.empty()) {
    text += (text.empty() ? "" : "; ");
    text += outcome.missing_context.size() == 1 ? "context key not given: "
                                                : "context keys not given: ";
    text += joined(outcome.missing_context);
  }
  return text;
}

}  // namespace

bool is_upper_bound(Comparator comparator) {
  return comparator == Comparator::Less || comparator == Comparator::LessOrEqual;
}

// `limit` in the unit of `value`.
bool holds(double value, Comparator comparator, double limit) {
  require(std::isfinite(value) && std::isfinite(limit), "a comparison with a number that is none");
  switch (comparator) {
    case Comparator::Less:
      return value < limit;
    case Comparator::LessOrEqual:
      return value <= limit;
    case Comparator::Greater:
      return value > limit;
    case Comparator::GreaterOrEqual:
      return value >= limit;
  }
  throw InternalError("unknown Comparator");
}

Result<void> check_context_value(const ContextKey& key, std::string_view value) {
  const std::string start =
      "the context key '" + key.key + "' cannot be '" + printable(value.substr(0, 64)) + "'; ";
  if (!key.words.empty()) {
    if (place_of(key, value)) return {};
    return fail(ErrorCode::OptionInvalid, start + "it is one of: " + joined(key.words));
  }
  const std::optional<double> number = parse_number(value);
  const bool allowed = number && (!key.minimum || *number >= *key.minimum) &&
                       (!key.maximum || *number <= *key.maximum);
  if (allowed) return {};
  std::string range = "it is a number";
  if (key.minimum) range += " from " + shortest(*key.minimum);
  if (key.maximum) range += " to " + shortest(*key.maximum);
  return fail(ErrorCode::OptionInvalid, start + range);
}

GuardOutcome evaluate_guard(const Guard& guard, const PlanFacts& facts,
                            const std::vector<ContextKey>& keys) {
  // Kleene's "or": one true alternative decides, else one unknown alternative leaves it open.
  GuardOutcome outcome;
  outcome.truth = Truth::False;
  std::string found;
  for (const std::vector<GuardTerm>& terms : guard.alternatives) {
    const TermOutcome one = evaluate_all(terms, facts, keys);
    if (one.truth == Truth::True) return GuardOutcome{Truth::True, {}, {}, {}};
    if (one.truth == Truth::False) {
      if (!one.found.empty() && found.find(one.found) == std::string::npos) {
        found += (found.empty() ? "" : ", ") + one.found;
      }
      continue;
    }
    outcome.truth = Truth::Unknown;
    for (const std::string& word : one.missing_plan) add_once(outcome.missing_plan, word);
    for (const std::string& word : one.missing_context) add_once(outcome.missing_context, word);
  }
  outcome.reason = outcome.truth == Truth::Unknown ? unknown_reason(outcome)
                                                   : found + "; asked for: " + to_text(guard);
  return outcome;
}

}  // namespace dosegate::protocol
