// Which ROIs each rule would take, without measuring anything: what a physicist looks at before a
// protocol is used on a clinic's names.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "model/structure_set.h"
#include "protocol/names.h"
#include "protocol/protocol_file.h"

namespace dosegate::evaluation {

struct RuleNames {
  std::string protocol_id, rule_id;
  std::string structure;          ///< the subject as the rule writes it
  std::vector<std::string> rois;  ///< names of the ROIs it would take; empty: the rule is UNKNOWN
  /// Why these, or why none: one sentence a name.
  std::vector<std::string> how;
};

/// What the user says of names must have a meaning for these protocols. Errors: OptionInvalid for a
/// mapping that no rule uses (the user thinks that it holds), one to a ROI that is not there, and a
/// site's alias that is the name or an alias of another structure of a protocol: one ROI would be held
/// against the limits of both, and neither would be missed.
[[nodiscard]] Result<void> check_names(const std::vector<protocol::Protocol>& protocols,
                                       const protocol::NameMap& map,
                                       const model::StructureSet& structures);

/// One entry a rule, in the order of the protocols, guards left aside. Errors: those of check_names().
[[nodiscard]] Result<std::vector<RuleNames>> rule_names(
    const model::StructureSet& structures, const std::vector<protocol::Protocol>& protocols,
    const protocol::NameMap& map);

}  // namespace dosegate::evaluation
