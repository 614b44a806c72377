#include "evaluation/enclosures.h"

#include <algorithm>

namespace dosegate::evaluation {
namespace {

constexpr double kRim_mm = 1.0;

}  // namespace

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
  const bool outline = std::all_of(
      resolved->rois.begin(), resolved->rois.end(),
      [&](std::size_t roi) { return structures.rois[roi].interpreted_type == "EXTERNAL"; });
  if (!outline) {
    const RoiExpression grown{RoiExpression::Op::Margin, 0, {resolved->expression}, kRim_mm};
    enclosure.rim = add({RoiExpression::Op::Subtract, 0, {grown, resolved->expression}, 0.0});
  }
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
    if (enclosure.rim) {
      const Measured& rim = measured[*enclosure.rim];
      if (rim.error) given.reason = rim.error->text;
      if (rim.dvh) given.rim = &*rim.dvh;
    }
    if (given.reason.empty()) given.dvhs = &m.bracketed.value();
  }
  return enclosures;
}

}  // namespace dosegate::evaluation
