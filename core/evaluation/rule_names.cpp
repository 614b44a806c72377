#include "evaluation/rule_names.h"

#include "evaluation/resolve.h"

namespace dosegate::evaluation {

std::vector<RuleNames> rule_names(const model::StructureSet& structures,
                                  const std::vector<protocol::Protocol>& protocols,
                                  const protocol::NameMap& map) {
  std::vector<RuleNames> all;
  for (const protocol::Protocol& p : protocols) {
    for (const protocol::ProtocolRule& rule : p.rules) {
      RuleNames names{p.id, rule.id, protocol::to_text(rule.rule.subject), {}, {}};
      if (const auto resolved = resolve(rule.rule.subject, &p, structures, map)) {
        for (const std::size_t roi : resolved->rois) {
          names.rois.push_back(structures.rois[roi].name);
        }
        names.how = resolved->how;
      } else {
        names.how = {resolved.error().text};
      }
      all.push_back(std::move(names));
    }
  }
  return all;
}

}  // namespace dosegate::evaluation
