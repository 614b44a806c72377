#include "evaluation/rule_names.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "evaluation/resolve.h"

namespace dosegate::evaluation {
namespace {

using protocol::Protocol;

// A mapping that nothing uses, or to a ROI that is not there, is a slip: the user thinks that it
// holds.
Result<void> check_map(const std::vector<Protocol>& protocols, const protocol::NameMap& map,
                       const model::StructureSet& structures) {
  const auto labels = roi_labels(structures);
  for (const std::string& name : map.rule_names()) {
    const bool used = std::any_of(protocols.begin(), protocols.end(), [&](const Protocol& p) {
      const auto names = [&](const protocol::ProtocolRule& rule) {
        const auto all = protocol::names_in(rule.rule);
        return std::find(all.begin(), all.end(), name) != all.end();
      };
      return std::any_of(p.rules.begin(), p.rules.end(), names) ||
             p.find_structure(name) != nullptr;
    });
    if (!used) {
      return fail(
          ErrorCode::OptionInvalid,
          fmt::format("--map {}=...: no rule of the protocol uses that name.", printable(name)));
    }
    for (const std::string& target : map.targets(name)) {
      const auto one = protocol::NameMap::parse({name + "=" + target});
      if (!one) return tl::unexpected(one.error());
      const auto match = protocol::match_structure(name, nullptr, labels, *one);
      if (match.status == protocol::MatchStatus::Missing) {
        return fail(ErrorCode::OptionInvalid, match.reason);
      }
    }
  }
  return {};
}

Result<void> check_aliases(const std::vector<Protocol>& protocols,
                           const protocol::SiteAliases& site) {
  for (const protocol::SiteAliases::Entry& entry : site.entries) {
    for (const Protocol& p : protocols) {
      for (const protocol::StructureEntry& structure : p.structures) {
        if (protocol::same_name(structure.name, entry.name)) continue;
        std::vector<std::string> taken = structure.aliases;
        taken.push_back(structure.name);
        for (const std::string& alias : entry.aliases) {
          const bool clash = std::any_of(taken.begin(), taken.end(), [&](const std::string& name) {
            return protocol::same_name(name, alias);
          });
          if (!clash) continue;
          return fail(
              ErrorCode::OptionInvalid,
              fmt::format("The alias '{}' of '{}' is a name of '{}' in the protocol {}; a name "
                          "may stand for one structure only.",
                          printable(alias), printable(entry.name), printable(structure.name), p.id),
              printable(site.origin));
        }
      }
    }
  }
  return {};
}

}  // namespace

Result<void> check_names(const std::vector<Protocol>& protocols, const protocol::NameMap& map,
                         const model::StructureSet& structures) {
  if (auto checked = check_map(protocols, map, structures); !checked) return checked;
  return check_aliases(protocols, map.site_aliases());
}

Result<std::vector<RuleNames>> rule_names(const model::StructureSet& structures,
                                          const std::vector<protocol::Protocol>& protocols,
                                          const protocol::NameMap& map) {
  if (auto checked = check_names(protocols, map, structures); !checked) {
    return tl::unexpected(checked.error());
  }
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
