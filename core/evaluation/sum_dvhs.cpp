#include "evaluation/sum_dvhs.h"

#include <algorithm>

namespace dosegate::evaluation {

void SumDvhs::ask(const metrics::Metric& metric, std::size_t expression,
                  const AskedEnclosures& enclosures) {
  const metrics::Basis basis = metrics::basis_of(metric);
  if (!options_.sum || !basis.is_converted()) return;
  auto found = std::find_if(bases_.begin(), bases_.end(),
                            [&](const OnBasis& known) { return known.basis == basis; });
  if (found == bases_.end()) found = bases_.insert(bases_.end(), OnBasis{basis, {}, {}, {}});
  const auto add = [&](std::size_t index) {
    auto& list = found->expressions;
    if (std::find(list.begin(), list.end(), index) == list.end()) list.push_back(index);
  };
  add(expression);
  if (!metrics::needs_enclosure(metric.kind)) return;
  const auto enclosure = enclosures.find(metric.within);
  if (enclosure == enclosures.end()) return;
  for (const auto& work : {enclosure->second.work, enclosure->second.rim}) {
    if (work) add(*work);
  }
}

Result<void> SumDvhs::measure(const std::vector<RoiExpression>& expressions,
                              const CaseGeometry& geometry) {
  for (OnBasis& on : bases_) {
    const auto grid = sum_on_basis(*options_.sum, on.basis);
    if (!grid) {
      on.reason = grid.error().text;
      continue;
    }
    std::vector<RoiExpression> wanted;
    for (const std::size_t i : on.expressions) wanted.push_back(expressions[i]);
    auto measured =
        evaluation::measure(wanted, geometry, *grid, options_, [](std::size_t) { return true; });
    if (!measured) return tl::unexpected(measured.error());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      Measured& m = (*measured)[i];
      if (m.bracketed) on.dvhs.emplace(on.expressions[i], std::move(*m.bracketed));
    }
  }
  return {};
}

MetricInput SumDvhs::input(const metrics::Metric& metric, std::size_t expression,
                           const dvh::ReadingDvhs& physical, const AskedEnclosures& enclosures,
                           metrics::MetricContext context) const {
  MetricInput input{&physical, std::move(context)};
  const metrics::Basis basis = metrics::basis_of(metric);
  if (!options_.sum || !basis.is_converted()) return input;
  input.context.no_conversion = "The structure has no curve on this basis.";
  const auto on = std::find_if(bases_.begin(), bases_.end(),
                               [&](const OnBasis& known) { return known.basis == basis; });
  if (on == bases_.end()) return input;
  if (!on->reason.empty()) {
    input.context.no_conversion = on->reason;
    return input;
  }
  const auto curves = on->dvhs.find(expression);
  if (curves == on->dvhs.end()) return input;
  for (auto& [name, enclosure] : input.context.enclosures) {
    if (enclosure.dvhs == nullptr) continue;
    const AskedEnclosure& asked = enclosures.at(name);
    const auto bounding = on->dvhs.find(asked.work.value());
    const auto rim = asked.rim ? on->dvhs.find(*asked.rim) : on->dvhs.end();
    if (bounding == on->dvhs.end() || (asked.rim && rim == on->dvhs.end())) {
      enclosure = {nullptr, "The structure that bounds the isodose has no curve on this basis."};
      continue;
    }
    enclosure.dvhs = &bounding->second;
    if (asked.rim) enclosure.rim = &rim->second.value;
  }
  input.dvhs = &curves->second;
  input.context.dose_basis = basis;
  input.context.no_conversion.clear();
  return input;
}

}  // namespace dosegate::evaluation
