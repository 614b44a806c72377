#include "evaluation/enclosures.h"

namespace dosegate::evaluation {

void ask_enclosure(AskedEnclosures& asked, const metrics::Metric& metric,
                   const protocol::Protocol* protocol, const model::StructureSet& structures,
                   const protocol::NameMap& map, const AddWork& add) {
  if (!metrics::needs_enclosure(metric.kind) || asked.contains(metric.within)) return;
  AskedEnclosure& enclosure = asked[metric.within];
  auto resolved = resolve_enclosure(metric.within, protocol, structures, map);
  if (!resolved) {
    enclosure.reason = resolved.error().text;
    return;
  }
  enclosure.work = add(resolved->expression);
  enclosure.rois = std::move(resolved->rois);
}

std::map<std::string, metrics::Enclosure> enclosures_of(const AskedEnclosures& asked,
                                                        const std::vector<Measured>& measured,
                                                        const DrawingDoubt& doubt) {
  std::map<std::string, metrics::Enclosure> enclosures;
  for (const auto& [name, enclosure] : asked) {
    metrics::Enclosure& given = enclosures[name];
    given.reason = enclosure.reason;
    if (!enclosure.work) continue;
    if (doubt) given.reason = doubt(enclosure.rois);
    const Measured& m = measured[*enclosure.work];
    if (m.error) given.reason = m.error->text;
    if (given.reason.empty()) given.dvhs = &m.bracketed.value();
  }
  return enclosures;
}

}  // namespace dosegate::evaluation
