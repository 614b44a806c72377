// When a rule applies: `fx in 20..30`, `fx not in 5..5`, `rx in 50..65 and site=hepatic`.
//
//   guard  = gconj { "or" gconj } ;      gconj = gterm { "and" gterm } ;
//   gterm  = plan ( cmp num | [ "not" ] "in" num ".." num )
//          | key  ( cmp num | [ "not" ] "in" num ".." num
//                 | [ "not" ] "in" word ".." word | "=" word ) ;
//   plan   = "fx" | "dpf" | "rx" | "bed" | "eqd2" ;
//
// fx is the number of fractions, rx the prescription in Gy, dpf = rx/fx in Gy, bed and eqd2 those of
// the prescription in fx fractions at the protocol's tumour alpha/beta; any other key comes
// from the user's context and is declared in the protocol file. Ranges include both ends. A range
// of words is meant for keys whose declared words are in order (child_pugh in A5..B7).
// ("or", "not in" and ranges of words go beyond the published grammar.)
//
// Truth is three-valued (Kleene): what is not known makes a term unknown, never false and never
// true.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "metrics/cursor.h"

namespace dosegate::protocol {

enum class Comparator { Less, LessOrEqual, Greater, GreaterOrEqual };
[[nodiscard]] std::string_view to_text(Comparator comparator);
/// The comparator at the cursor. For the parsers of this room.
[[nodiscard]] Result<Comparator> parse_comparator(metrics::Cursor& cursor);
/// True for < and <=: what they limit must not be higher.
[[nodiscard]] bool is_upper_bound(Comparator comparator);
/// `value comparator limit`, on unrounded numbers.
/// Both in one unit and finite (InternalError otherwise).
[[nodiscard]] bool holds(double value, Comparator comparator, double limit);

struct GuardTerm {
  enum class Subject { Fractions, DosePerFraction, Prescription, Bed, Eqd2, Context };
  enum class Op { Compare, In, NotIn, InWords, NotInWords, IsWord };

  Subject subject = Subject::Fractions;
  std::string key;  ///< for Context: the key as declared
  Op op = Op::Compare;
  Comparator comparator = Comparator::LessOrEqual;  ///< for Compare
  double low = 0.0;                                 ///< Compare: the limit; In, NotIn: lower end
  double high = 0.0;                                ///< In, NotIn: upper end
  std::string low_word;                             ///< IsWord: the word; InWords: first word
  std::string high_word;                            ///< InWords: last word

  bool operator==(const GuardTerm&) const = default;
};

/// Alternatives ("or") of terms that must all hold ("and").
struct Guard {
  std::vector<std::vector<GuardTerm>> alternatives;

  bool operator==(const Guard&) const = default;
};

/// Errors: RuleSyntax, where = "column N".
[[nodiscard]] Result<Guard> parse_guard(std::string_view text);
/// The guard at the cursor; stops before whatever cannot continue it. For the rule parser.
[[nodiscard]] Result<Guard> parse_guard(metrics::Cursor& cursor);
[[nodiscard]] std::string to_text(const Guard& guard);
[[nodiscard]] std::string to_text(const GuardTerm& term);

/// A context key that a protocol file declares. Either a number with its range or a list of words.
struct ContextKey {
  std::string key;
  std::optional<double> minimum;  ///< both given for a number
  std::optional<double> maximum;
  std::vector<std::string> words;  ///< in their order; empty for a number
  std::string meaning;

  bool operator==(const ContextKey&) const = default;
};

/// What the user said: key -> value, as text.
using Context = std::map<std::string, std::string>;

/// Checks one given value against its declaration. Errors: OptionInvalid, with what is allowed.
[[nodiscard]] Result<void> check_context_value(const ContextKey& key, std::string_view value);

/// What a guard is held against.
struct PlanFacts {
  std::optional<int> fractions = {};
  std::optional<double> prescription_gy = {};
  Context context = {};                ///< values checked with check_context_value()
  double tumour_alpha_beta_gy = 10.0;  ///< the protocol's, for bed and eqd2
};

enum class Truth { False, True, Unknown };

struct GuardOutcome {
  Truth truth = Truth::Unknown;
  /// If Unknown: what is missing for a decision, "fx", "rx", without repetition, in order of
  /// appearance.
  std::vector<std::string> missing_plan;
  /// If Unknown: the context keys that were not given.
  std::vector<std::string> missing_context;
  /// One sentence: why it is false or unknown; empty if true.
  std::string reason;
};

/// A fact of the plan this close to a number of a guard is taken to be that number.
inline constexpr double kSameFact_frac = 1e-10;

/// Holds a guard against the facts. `keys` are the declarations of the protocol that the guard is
/// from.
[[nodiscard]] GuardOutcome evaluate_guard(const Guard& guard, const PlanFacts& facts,
                                          const std::vector<ContextKey>& keys);

}  // namespace dosegate::protocol
