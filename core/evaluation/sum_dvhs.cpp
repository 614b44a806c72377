#include "evaluation/sum_dvhs.h"

#include <algorithm>

namespace dosegate::evaluation {

void SumDvhs::ask(const metrics::Metric& metric, std::size_t expression) {
  const metrics::Basis basis = metrics::basis_of(metric);
  if (!options_.sum || !basis.is_converted()) return;
  auto found = std::find_if(bases_.begin(), bases_.end(),
                            [&](const OnBasis& known) { return known.basis == basis; });
  if (found == bases_.end()) found = bases_.insert(bases_.end(), OnBasis{basis, {}, {}, {}});
  auto& list = found->expressions;
  if (std::find(list.begin(), list.end(), expression) == list.end()) list.push_back(expression);
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
                           const dvh::ReadingDvhs& physical) const {
  MetricInput input{&physical, context_};
  const metrics::Basis basis = metrics::basis_of(metric);
  if (!options_.sum || !basis.is_converted()) return input;
  for (const OnBasis& on : bases_) {
    if (!(on.basis == basis)) continue;
    const auto curves = on.dvhs.find(expression);
    if (curves != on.dvhs.end()) {
      input.dvhs = &curves->second;
      input.context.dose_basis = basis;
      return input;
    }
    input.context.no_conversion = on.reason;
  }
  if (input.context.no_conversion.empty()) {
    input.context.no_conversion = "The structure has no curve on this basis.";
  }
  return input;
}

}  // namespace dosegate::evaluation
