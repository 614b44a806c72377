#include <array>
#include <cmath>

#include "protocol/guard.h"

namespace dosegate::protocol {
namespace {

using metrics::Cursor;
using Op = GuardTerm::Op;
using Subject = GuardTerm::Subject;

struct PlanWord {
  std::string_view word;
  Subject subject;
};

constexpr std::array<PlanWord, 5> kPlanWords{{
    {"fx", Subject::Fractions},
    {"dpf", Subject::DosePerFraction},
    {"rx", Subject::Prescription},
    {"bed", Subject::Bed},
    {"eqd2", Subject::Eqd2},
}};

constexpr std::array<std::string_view, 6> kReserved{"and", "or", "not", "in", "when", "priority"};

bool is_reserved(std::string_view word) {
  for (const std::string_view reserved : kReserved) {
    if (word == reserved) return true;
  }
  return false;
}

// A key or a word: letters, digits and underscores that begin with a letter.
Result<std::string> parse_identifier(Cursor& cursor, std::string_view what) {
  const std::string_view word = cursor.peek_word();
  if (word.empty() || !metrics::is_ascii_letter(word.front()) || is_reserved(word)) {
    return cursor.expected(what);
  }
  cursor.advance(word.size());
  return std::string(word);
}

Result<double> parse_value(Cursor& cursor, const GuardTerm& term) {
  const std::size_t start = cursor.position();
  Result<double> value = cursor.number("a number");
  if (value && term.subject == Subject::Fractions && std::floor(*value) != *value) {
    return cursor.error_at(start, "fx is a number of fractions; write a whole number");
  }
  return value;
}

Result<GuardTerm> parse_number_range(Cursor& cursor, GuardTerm term) {
  const std::size_t start = cursor.position();
  const Result<double> low = parse_value(cursor, term);
  if (!low) return tl::unexpected(low.error());
  if (!cursor.take("..")) return cursor.expected("'..' and the upper end, as in 20..30");
  const Result<double> high = parse_value(cursor, term);
  if (!high) return tl::unexpected(high.error());
  if (*low > *high) return cursor.error_at(start, "the range is empty; write the lower end first");
  term.low = *low;
  term.high = *high;
  return term;
}

Result<GuardTerm> parse_word_range(Cursor& cursor, GuardTerm term) {
  Result<std::string> low = parse_identifier(cursor, "a range");
  if (!low) return tl::unexpected(low.error());
  if (!cursor.take("..")) return cursor.expected("'..' and the last word, as in A5..B7");
  Result<std::string> high = parse_identifier(cursor, "the last word of the range");
  if (!high) return tl::unexpected(high.error());
  term.op = term.op == Op::In ? Op::InWords : Op::NotInWords;
  term.low_word = std::move(*low);
  term.high_word = std::move(*high);
  return term;
}

Result<GuardTerm> parse_is_word(Cursor& cursor, GuardTerm term) {
  if (term.subject != Subject::Context) {
    return cursor.error("'=' is for words; write a range such as " + to_text(term) +
                        ", or a comparison");
  }
  cursor.advance();
  cursor.skip_blanks();
  Result<std::string> word = parse_identifier(cursor, "a word (for a number write in 5..5)");
  if (!word) return tl::unexpected(word.error());
  term.op = Op::IsWord;
  term.low_word = std::move(*word);
  return term;
}

Result<GuardTerm> parse_subject(Cursor& cursor) {
  GuardTerm term;
  Result<std::string> word = parse_identifier(cursor, "fx, dpf, rx, bed, eqd2 or a context key");
  if (!word) return tl::unexpected(word.error());
  term.subject = Subject::Context;
  for (const PlanWord& plan : kPlanWords) {
    if (*word == plan.word) term.subject = plan.subject;
  }
  if (term.subject == Subject::Context) term.key = std::move(*word);
  return term;
}

Result<GuardTerm> parse_term(Cursor& cursor) {
  cursor.skip_blanks();
  Result<GuardTerm> term = parse_subject(cursor);
  if (!term) return term;
  cursor.skip_blanks();
  const bool negated = cursor.take_word("not");
  if (negated) cursor.skip_blanks();
  if (cursor.take_word("in")) {
    cursor.skip_blanks();
    term->op = negated ? Op::NotIn : Op::In;
    const bool words = term->subject == Subject::Context && metrics::is_ascii_letter(cursor.peek());
    return words ? parse_word_range(cursor, std::move(*term))
                 : parse_number_range(cursor, std::move(*term));
  }
  if (negated) return cursor.expected("'in' behind 'not'");
  if (cursor.peek() == '=') {
    if (term->subject != Subject::Context) {
      term->op = Op::In;
      term->low = term->high = 5.0;
    }
    return parse_is_word(cursor, std::move(*term));
  }
  const Result<Comparator> comparator = parse_comparator(cursor);
  if (!comparator) return cursor.expected("in, not in, =, <, <=, > or >=");
  term->comparator = *comparator;
  cursor.skip_blanks();
  const Result<double> limit = parse_value(cursor, *term);
  if (!limit) return tl::unexpected(limit.error());
  term->low = *limit;
  return term;
}

std::string subject_text(const GuardTerm& term) {
  for (const PlanWord& plan : kPlanWords) {
    if (term.subject == plan.subject) return std::string(plan.word);
  }
  return term.key;
}

// Moves over blanks and `word`, or not at all.
bool take_connective(Cursor& cursor, std::string_view word) {
  const Cursor before = cursor;
  cursor.skip_blanks();
  if (cursor.after_blank() && cursor.take_word(word)) return true;
  cursor = before;
  return false;
}

}  // namespace

Result<Comparator> parse_comparator(Cursor& cursor) {
  if (cursor.take("<=")) return Comparator::LessOrEqual;
  if (cursor.take(">=")) return Comparator::GreaterOrEqual;
  if (cursor.take("<")) return Comparator::Less;
  if (cursor.take(">")) return Comparator::Greater;
  return cursor.expected("a comparator (<, <=, > or >=)");
}

Result<Guard> parse_guard(Cursor& cursor) {
  Guard guard;
  do {
    std::vector<GuardTerm> terms;
    do {
      Result<GuardTerm> term = parse_term(cursor);
      if (!term) return tl::unexpected(term.error());
      terms.push_back(std::move(*term));
    } while (take_connective(cursor, "and"));
    guard.alternatives.push_back(std::move(terms));
  } while (take_connective(cursor, "or"));
  return guard;
}

Result<Guard> parse_guard(std::string_view text) {
  Cursor cursor(text, ErrorCode::RuleSyntax);
  if (text.size() > metrics::kLongestText) {
    return cursor.error_at(metrics::kLongestText, "a guard of more than " +
                                                      std::to_string(metrics::kLongestText) +
                                                      " characters is not allowed");
  }
  Result<Guard> guard = parse_guard(cursor);
  if (!guard) return guard;
  cursor.skip_blanks();
  if (!cursor.at_end()) return cursor.expected("'and', 'or' or the end");
  return guard;
}

std::string_view to_text(Comparator comparator) {
  switch (comparator) {
    case Comparator::Less:
      return "<";
    case Comparator::LessOrEqual:
      return "<=";
    case Comparator::Greater:
      return ">";
    case Comparator::GreaterOrEqual:
      return ">=";
  }
  throw InternalError("unknown Comparator");
}

std::string to_text(const GuardTerm& term) {
  const std::string subject = subject_text(term);
  const auto range = [&term] {
    return metrics::plain_number(term.low) + ".." + metrics::plain_number(term.high);
  };
  switch (term.op) {
    case Op::Compare:
      return subject + " " + std::string(to_text(term.comparator)) + " " +
             metrics::plain_number(term.low);
    case Op::In:
      return subject + " in " + range();
    case Op::NotIn:
      return subject + " not in " + range();
    case Op::InWords:
      return subject + " in " + term.low_word + ".." + term.high_word;
    case Op::NotInWords:
      return subject + " not in " + term.low_word + ".." + term.high_word;
    case Op::IsWord:
      return subject + "=" + term.low_word;
  }
  throw InternalError("unknown GuardTerm::Op");
}

std::string to_text(const Guard& guard) {
  std::string text;
  for (const std::vector<GuardTerm>& terms : guard.alternatives) {
    if (!text.empty()) text += " or ";
    for (std::size_t i = 0; i < terms.size(); ++i) {
      text += (i > 0 ? " and " : "") + to_text(terms[i]);
    }
  }
  return text;
}

}  // namespace dosegate::protocol
