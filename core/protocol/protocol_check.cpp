#include "protocol/protocol_check.h"

#include <algorithm>

#include "base/text.h"
#include "protocol/name_forms.h"
#include "protocol/names.h"
#include "radiobiology/lq.h"

namespace dosegate::protocol {
namespace {

using Op = GuardTerm::Op;

tl::unexpected<Error> invalid(std::string text) {
  return fail(ErrorCode::ProtocolInvalid, std::move(text));
}

// True if the guard language reads `text` as one key or word.
bool is_guard_word(const std::string& text) {
  const Result<Guard> guard = parse_guard(text + "=" + text);
  if (!guard || guard->alternatives.size() != 1 || guard->alternatives.front().size() != 1)
    return false;
  const GuardTerm& term = guard->alternatives.front().front();
  return term.subject == GuardTerm::Subject::Context && term.op == Op::IsWord && term.key == text;
}

bool lists(const ContextKey& key, const std::string& word) {
  return std::find(key.words.begin(), key.words.end(), word) != key.words.end();
}

Result<void> check_words(const GuardTerm& term, const ContextKey& key) {
  const bool range = term.op != Op::IsWord;
  for (const std::string& word : {term.low_word, range ? term.high_word : term.low_word}) {
    if (!lists(key, word)) {
      return invalid("the context key '" + key.key + "' declares no word '" + word + "'");
    }
  }
  const auto low = std::find(key.words.begin(), key.words.end(), term.low_word);
  if (range && std::find(low, key.words.end(), term.high_word) == key.words.end()) {
    return invalid("the range '" + to_text(term) + "' is empty in the declared order of words");
  }
  return {};
}

Result<void> check_term(const GuardTerm& term, const Protocol& protocol) {
  if (term.subject != GuardTerm::Subject::Context) return {};
  const ContextKey* key = protocol.find_context_key(term.key);
  if (key == nullptr) {
    return invalid("the context key '" + term.key + "' is not declared in the section 'context'");
  }
  const bool about_words =
      term.op == Op::IsWord || term.op == Op::InWords || term.op == Op::NotInWords;
  if (about_words != !key->words.empty()) {
    return invalid("the context key '" + term.key + "' is declared as " +
                   (key->words.empty() ? "a number" : "words") + " and cannot be used in '" +
                   to_text(term) + "'");
  }
  return about_words ? check_words(term, *key) : Result<void>{};
}

// All names of an entry, the way in which matching compares them.
std::vector<std::string> all_forms(const StructureEntry& entry) {
  std::vector<std::string> forms{normalised(entry.name)};
  for (const std::string& alias : entry.aliases) forms.push_back(normalised(alias));
  return forms;
}

}  // namespace

Result<void> check_alpha_beta(double alpha_beta_gy) {
  const auto model = radiobiology::LqModel::create(1, alpha_beta_gy);
  if (!model) return invalid(model.error().text);
  return {};
}

Result<void> check_context_key(const ContextKey& key, const Protocol& protocol) {
  if (!is_guard_word(key.key)) {
    return invalid("'" + key.key +
                   "' cannot be a context key; use letters, digits and underscores "
                   "that begin with a letter, and no word of the rule language");
  }
  if (protocol.find_context_key(key.key) != nullptr) {
    return invalid("the context key '" + key.key + "' comes twice");
  }
  const bool range = key.minimum && key.maximum && *key.minimum <= *key.maximum;
  const bool any_bound = key.minimum || key.maximum;
  if (key.words.empty() ? !range : any_bound) {
    return invalid("the context key '" + key.key +
                   "' must have either 'minimum' and 'maximum', in this order, or 'words'");
  }
  for (const std::string& word : key.words) {
    if (!is_guard_word(word) || std::count(key.words.begin(), key.words.end(), word) > 1) {
      return invalid("'" + word + "' cannot be a word of the context key '" + key.key +
                     "', or comes twice");
    }
  }
  return {};
}

Result<void> check_structure(const StructureEntry& entry, const Protocol& protocol) {
  for (const std::string& alias : entry.aliases) {
    if (is_derived_from(alias, entry.name)) {
      return invalid("'" + alias + "' is derived from '" + entry.name +
                     "' and cannot be an alias of it; give it an entry of its own");
    }
  }
  for (const std::string& code : entry.codes) {
    const std::size_t blank = code.find(' ');
    if (blank == 0 || blank == std::string::npos || blank + 1 == code.size() ||
        code.find(' ', blank + 1) != std::string::npos) {
      return invalid("the code '" + code + "' of '" + entry.name +
                     "' is not a coding scheme and a value, as in FMA 7197");
    }
    for (const StructureEntry& other : protocol.structures) {
      if (std::find(other.codes.begin(), other.codes.end(), code) != other.codes.end()) {
        return invalid("the code '" + code + "' of '" + entry.name + "' also stands for '" +
                       other.name + "'");
      }
    }
  }
  for (const StructureEntry& other : protocol.structures) {
    const std::vector<std::string> taken = all_forms(other);
    for (const std::string& form : all_forms(entry)) {
      if (std::find(taken.begin(), taken.end(), form) != taken.end()) {
        return invalid("a name or alias of '" + entry.name + "' also stands for '" + other.name +
                       "'; a name can mean one structure only");
      }
    }
  }
  return {};
}

Result<void> check_guard_keys(const Guard& guard, const Protocol& protocol) {
  for (const std::vector<GuardTerm>& terms : guard.alternatives) {
    for (const GuardTerm& term : terms) {
      const Result<void> outcome = check_term(term, protocol);
      if (!outcome) return outcome;
    }
  }
  return {};
}

Result<void> check_margin(const MarginCheck& check) {
  constexpr double kLargest_mm = 100.0;  // no target is grown by more; cm taken for mm, or a slip
  if (check.from >= check.to) {
    return invalid("a margin leads from GTV to CTV or PTV, or from CTV to PTV");
  }
  for (const MarginRange& range :
       {check.axial, check.cranio_caudal, check.along_vessel.value_or(check.axial)}) {
    if (range.least_mm < 0.0 || range.least_mm > range.most_mm || range.most_mm > kLargest_mm) {
      return invalid("a range of margins has the lower end first and lies within 0 to 100 mm");
    }
  }
  return {};
}

bool has_rule_or_check(const Protocol& protocol, std::string_view id) {
  const auto same = [id](const auto& entry) { return entry.id == id; };
  return std::any_of(protocol.rules.begin(), protocol.rules.end(), same) ||
         std::any_of(protocol.plan_checks.begin(), protocol.plan_checks.end(), same) ||
         std::any_of(protocol.margins.begin(), protocol.margins.end(), same);
}

}  // namespace dosegate::protocol
