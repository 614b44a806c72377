#include "fuzz/fuzz_targets.h"

#include "base/text.h"
#include "protocol/import_goals.h"
#include "protocol/lint.h"
#include "protocol/protocol_file.h"

namespace dosegate::fuzz {
namespace {

// A sentence that can be shown, and a place that begins with `place`.
void check_refusal(const Error& error, std::string_view place) {
  require(!error.text.empty() && printable(error.text) == error.text,
          "a refusal without a sentence");
  require(error.where.starts_with(place), "a refusal without a place");
}

// Whatever `parse` accepts is printed as a text that it reads as the same again.
template <class Parse>
void check_round_trip(std::string_view bytes, Parse parse) {
  const auto parsed = parse(bytes);
  if (!parsed) return check_refusal(parsed.error(), "column ");
  const std::string text = to_text(*parsed);
  const auto again = parse(std::string_view(text));
  // Canonical text may be longer than what was written ("CI" is printed with its reference dose).
  if (!again && text.size() > metrics::kLongestText) return;
  require(again.has_value(), "a canonical text is refused");
  require(*again == *parsed, "a canonical text means something else");
  require(to_text(*again) == text, "a canonical text is not stable");
}

}  // namespace

void fuzz_metric(std::string_view bytes) {
  check_round_trip(bytes, [](std::string_view text) { return metrics::parse_metric(text); });
}

void fuzz_structure(std::string_view bytes) {
  check_round_trip(
      bytes, [](std::string_view text) { return protocol::parse_structure_expression(text); });
}

void fuzz_rule(std::string_view bytes) {
  check_round_trip(bytes, [](std::string_view text) { return protocol::parse_rule(text); });
}

void fuzz_protocol(std::string_view bytes) {
  const auto parsed = protocol::parse_protocol(bytes, "fuzz.yaml");
  if (!parsed) return check_refusal(parsed.error(), "fuzz.yaml");
  for (const protocol::ProtocolRule& rule : parsed->rules) {
    require(protocol::parse_rule(to_text(rule.rule)).value() == rule.rule,
            "a rule does not read back");
    require(rule.place.line > 0 && rule.place.column > 0, "a rule without its place");
  }
  for (const protocol::LintFinding& found : protocol::lint(*parsed, {})) {
    require(found.place.line > 0 && !found.text.empty(), "a finding without place or text");
  }
}

void fuzz_goals(std::string_view bytes) {
  const auto imported = protocol::import_goals(bytes, "fuzz.csv");
  if (!imported) return check_refusal(imported.error(), "fuzz.csv");
  const auto parsed = protocol::parse_protocol(imported->yaml, "imported");
  require(parsed.has_value() && !parsed->rules.empty(), "an import that makes no protocol");
  for (const protocol::ImportNote& note : imported->notes) {
    require(printable(note.text) == note.text && !note.text.empty(), "a note that cannot be shown");
  }
}

}  // namespace dosegate::fuzz
