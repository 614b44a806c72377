#include "metrics/model_metric.h"

#include <algorithm>
#include <cmath>

#include "radiobiology/lkb.h"

namespace dosegate::metrics {
namespace {

double exponent_of(const Metric& metric) {
  switch (metric.kind) {
    case MetricKind::GEud:
      return metric.argument;
    case MetricKind::Veff:
      return 1.0 / metric.argument;
    case MetricKind::Ntcp:
      return 1.0 / radiobiology::lkb_model(metric.model).n;
    default:
      throw InternalError("not a model metric");
  }
}

}  // namespace

bool is_model_metric(MetricKind kind) {
  return kind == MetricKind::GEud || kind == MetricKind::Veff || kind == MetricKind::Ntcp;
}

Basis basis_of(const Metric& metric) {
  if (metric.kind != MetricKind::Ntcp) return metric.basis;
  return {BasisKind::Eqd2, radiobiology::lkb_model(metric.model).alpha_beta_gy, 0.0};
}

std::optional<double> model_value(const Metric& metric, const dvh::Dvh& dvh, const DoseAxis& axis,
                                  const MetricContext& context, double shift_gy) {
  if (!dvh.maximum()) return std::nullopt;
  const double exponent = exponent_of(metric);
  // Powers of the dose over the highest one: they stay within 0..1 for any exponent. A negative dose
  // (noise of a dose calculation) has no power: 0.
  const double highest_gy = axis.from_physical(dvh.maximum()->value());
  const double covered = dvh.covered() / dvh.volume();
  double mean = 0.0;
  if (highest_gy > 0.0) {
    mean = covered * *dvh.mean_of([&](double dose_gy) {
      const double effect_gy = axis.from_physical(dose_gy - shift_gy);
      return effect_gy > 0.0 ? std::pow(effect_gy / highest_gy, exponent) : 0.0;
    });
  }
  const double geud_gy = std::max(highest_gy, 0.0) * std::pow(mean, 1.0 / exponent);
  switch (metric.kind) {
    case MetricKind::GEud:
      return geud_gy;
    case MetricKind::Veff: {
      const double reference_gy =
          metric.reference_gy > 0.0 ? metric.reference_gy : *context.prescription_gy;
      return std::min(100.0 * std::pow(geud_gy / reference_gy, exponent), kMostVeff);
    }
    default:
      return 100.0 * radiobiology::lkb_ntcp(radiobiology::lkb_model(metric.model), geud_gy);
  }
}

}  // namespace dosegate::metrics
