// What a protocol file can say that the reader accepts and that is still likely to be a mistake. The
// defects it looks for were found in templates that clinics use: a variation far beyond its goal, a
// unit mixed up, a limit for 3 fractions held against 5, a number that its source does not have.
//
// What is certainly wrong is no matter of lint: a variation that is not looser than its goal, a rule
// without a source, a derived volume as an alias of its parent are errors when a file is read.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/protocol_file.h"

namespace dosegate::protocol {

enum class LintCode {
  WideVariation,     ///< the variation is more than 1.25 times looser than the goal
  Unit,              ///< a number that looks like one of another unit, or decides nothing
  NoFractionation,   ///< a limit in Gy that no guard binds to a fractionation
  Duplicate,         ///< two rules say the same, or set two limits for the same value
  Contradiction,     ///< two rules that no plan can meet together
  UnknownStructure,  ///< a name without an entry that is no TG-263 name either
  Spelling,          ///< a name that TG-263's worksheet misspells
  AlphaBeta,         ///< a conversion with another alpha/beta than the structure's entry has
  OffLibrary,        ///< a built-in protocol has another number for the same
};
[[nodiscard]] std::string_view to_text(LintCode code);  ///< "wide-variation", "unit" ...

struct LintFinding {
  LintCode code = LintCode::Unit;
  std::string rule;  ///< id of the rule it is about
  std::string text;  ///< one sentence: what was seen, and what to look at
  FilePlace place;   ///< of the rule's text in its file
};

/// In the order of the rules; deterministic. `library`: the protocols to compare numbers with; one
/// with the id of `protocol` is passed over.
[[nodiscard]] std::vector<LintFinding> lint(const Protocol& protocol,
                                            std::span<const Protocol> library);

/// All built-in protocols, read once. Throws InternalError if one cannot be read.
[[nodiscard]] const std::vector<Protocol>& protocol_library();

}  // namespace dosegate::protocol
