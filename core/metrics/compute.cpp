#include "metrics/compute.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "metrics/dose_axis.h"
#include "metrics/index_metric.h"
#include "metrics/model_metric.h"

namespace dosegate::metrics {
namespace {

using dvh::Dvh;

struct Bounds {
  std::optional<double> low, high;  // on the metric's own basis and in Gy or cc
};

MetricValue not_computable(Unit unit, std::string reason) {
  MetricValue value;
  value.unit = unit;
  value.reason = std::move(reason);
  return value;
}

std::optional<double> gy(std::optional<Gy> dose) {
  return dose ? std::optional<double>(dose->value()) : std::nullopt;
}

// Bounds of a dose metric in physical Gy; `volume_cc` is the argument of D and DC (and half the
// volume for the median). Uncovered volume may lie anywhere from 0 Gy up.
Bounds dose_bounds(MetricKind kind, const Dvh& dvh, double volume_cc) {
  const double uncovered = dvh.uncovered().value();
  const bool all = uncovered == 0.0;
  switch (kind) {
    case MetricKind::Max:
      return {gy(dvh.maximum()), all ? gy(dvh.maximum()) : std::nullopt};
    case MetricKind::Min: {
      const auto lowest = gy(dvh.minimum());
      if (all) return {lowest, lowest};
      return {std::min(0.0, lowest.value_or(0.0)), lowest};
    }
    case MetricKind::Median:
    case MetricKind::D: {
      if (all) return {gy(dvh.hottest(Cc(volume_cc))), gy(dvh.hottest(Cc(volume_cc)))};
      const auto low = dvh.hottest(Cc(volume_cc));
      return {low ? low->value() : 0.0, gy(dvh.hottest(Cc(volume_cc - uncovered)))};
    }
    case MetricKind::DC: {
      if (all) return {gy(dvh.coldest(Cc(volume_cc))), gy(dvh.coldest(Cc(volume_cc)))};
      const auto low = dvh.coldest(Cc(volume_cc - uncovered));
      return {low ? low->value() : 0.0, gy(dvh.coldest(Cc(volume_cc)))};
    }
    default:
      break;
  }
  throw InternalError("not a dose metric");
}

// Turns bounds (in the unit's base: Gy or cc) into a value in the metric's unit.
MetricValue finish(const Bounds& bounds, const Dvh& dvh, Unit unit, double per_unit) {
  MetricValue result;
  result.unit = unit;
  if (bounds.low) result.low = *bounds.low / per_unit;
  if (bounds.high) result.high = *bounds.high / per_unit;
  if (dvh.uncovered().value() == 0.0) {
    result.value = result.low;
    if (!result.value) result.reason = "The structure has no dose.";
    return result;
  }
  result.reason =
      fmt::format("{} of {} cc of the structure have no dose (outside of the dose grid).",
                  fixed_beside(dvh.uncovered().value(), {0.0}, 2), fixed(dvh.volume().value(), 2));
  return result;
}

MetricValue dose_metric(const Metric& metric, const Dvh& dvh, const DoseAxis& axis,
                        const MetricContext& context) {
  const Unit unit = output_unit(metric);
  double per_unit = 1.0;  // Gy per unit of the output
  if (unit == Unit::CGy) per_unit = 0.01;
  if (unit == Unit::PercentOfPrescription) per_unit = *context.prescription_gy / 100.0;

  if (metric.kind == MetricKind::Mean) {
    Bounds bounds;
    if (dvh.mean()) {
      const double mean = axis.mean(dvh.mean()->value(), *dvh.mean_square_gy2());
      if (dvh.uncovered().value() == 0.0) {
        bounds = {mean, mean};
      } else {  // the rest at 0 Gy at the least, which every basis maps to 0
        bounds.low = mean * (dvh.covered() / dvh.volume());
      }
    }
    return finish(bounds, dvh, unit, per_unit);
  }

  double volume_cc = 0.5 * dvh.volume().value();
  if (metric.kind == MetricKind::D || metric.kind == MetricKind::DC) {
    volume_cc = metric.volume_unit == VolumeUnit::Cc
                    ? metric.argument
                    : metric.argument / 100.0 * dvh.volume().value();
    // A percent of the volume never exceeds it but by rounding.
    if (metric.volume_unit == VolumeUnit::Percent)
      volume_cc = std::min(volume_cc, dvh.volume().value());
    if (volume_cc > dvh.volume().value()) {
      return not_computable(unit,
                            fmt::format("The structure has only {} cc, less than the {} cc asked "
                                        "for.",
                                        fixed_beside(dvh.volume().value(), {volume_cc}, 2),
                                        shortest(metric.argument)));
    }
  }
  Bounds bounds = dose_bounds(metric.kind, dvh, volume_cc);
  if (bounds.low) bounds.low = axis.from_physical(*bounds.low);
  if (bounds.high) bounds.high = axis.from_physical(*bounds.high);
  return finish(bounds, dvh, unit, per_unit);
}

MetricValue volume_metric(const Metric& metric, const Dvh& dvh, const DoseAxis& axis,
                          const MetricContext& context) {
  const Unit unit = output_unit(metric);
  const double per_unit = unit == Unit::PercentOfVolume ? dvh.volume().value() / 100.0 : 1.0;
  if (metric.kind == MetricKind::Volume) {  // the drawn volume needs no dose
    MetricValue result;
    result.unit = unit;
    result.value = result.low = result.high = dvh.volume().value() / per_unit;
    return result;
  }
  double dose_gy = metric.argument;
  if (metric.dose_unit == DoseUnit::CGy) dose_gy *= 0.01;
  if (metric.dose_unit == DoseUnit::Percent) dose_gy *= *context.prescription_gy / 100.0;
  const Gy threshold(axis.to_physical(dose_gy));
  const Cc inside =
      metric.kind == MetricKind::V ? dvh.volume_at_least(threshold) : dvh.volume_below(threshold);
  const Bounds bounds{inside.value(), (inside + dvh.uncovered()).value()};
  return finish(bounds, dvh, unit, per_unit);
}

MetricValue model_metric(const Metric& metric, const Dvh& dvh, const DoseAxis& axis,
                         const MetricContext& context) {
  Bounds bounds;
  bounds.low = model_value(metric, dvh, axis, context, 0.0);
  if (metric.kind == MetricKind::Veff && bounds.low && *bounds.low >= kMostVeff) {
    MetricValue beyond =
        not_computable(output_unit(metric),
                       "The effective volume is beyond all bounds; check the reference dose.");
    beyond.low = kMostVeff;
    return beyond;
  }
  if (dvh.uncovered().value() == 0.0) bounds.high = bounds.low;
  return finish(bounds, dvh, output_unit(metric), 1.0);
}

}  // namespace

Result<DoseAxis> axis_for(const Basis& basis, const MetricContext& context) {
  if (!basis.is_converted()) return DoseAxis(context.dose_scale);
  if (!context.no_conversion.empty()) {
    return fail(ErrorCode::NotComputable, context.no_conversion);
  }
  if (context.dose_basis) {
    if (*context.dose_basis == basis && context.dose_scale == 1.0) return DoseAxis(1.0);
    return fail(ErrorCode::NotComputable,
                "The dose is on a basis already and is neither converted again nor scaled.");
  }
  if (context.dose_kind == DoseKind::Effective) {
    return fail(
        ErrorCode::NotComputable,
        "The dose is already an effective one (DoseType EFFECTIVE) and is not converted again.");
  }
  if (!context.fractions) {
    return fail(ErrorCode::FractionsUnknown,
                "The number of fractions is not known; give it with --fractions.");
  }
  auto model = radiobiology::LqModel::create(*context.fractions, basis.alpha_beta_gy);
  if (!model) return tl::unexpected(model.error());
  return DoseAxis(*model, basis, context.dose_scale);
}

bool is_scale_free(const Metric& metric) {
  if (metric.kind == MetricKind::Volume) return true;
  if (metric.basis.is_converted()) return false;
  return metric.kind == MetricKind::HomogeneityIndex || needs_prescription(metric);
}

bool is_steady(const Metric& metric) {
  return is_scale_free(metric) || !is_index(metric.kind);
}

MetricValue compute_metric(const Metric& metric, const Dvh& dvh, const MetricContext& context) {
  const Unit unit = output_unit(metric);
  const auto axis = axis_for(basis_of(metric), context);
  if (!axis) return not_computable(unit, axis.error().text);
  if (needs_prescription(metric) &&
      !(context.prescription_gy && std::isfinite(*context.prescription_gy) &&
        *context.prescription_gy > 0.0)) {
    return not_computable(
        unit,
        "A percent of the prescription is asked for and the prescription is not known; "
        "give it with --prescription.");
  }
  if (is_index(metric.kind)) return compute_index(metric, dvh, context);
  if (is_model_metric(metric.kind)) return model_metric(metric, dvh, *axis, context);
  return is_dose_metric(metric.kind) ? dose_metric(metric, dvh, *axis, context)
                                     : volume_metric(metric, dvh, *axis, context);
}

Result<double> prescription_on_basis(double prescription_gy, int fractions, const Basis& basis) {
  if (!basis.is_converted()) return prescription_gy;
  auto model = radiobiology::LqModel::create(fractions, basis.alpha_beta_gy);
  if (!model) return tl::unexpected(model.error());
  return DoseAxis(*model, basis, 1.0).from_physical(prescription_gy);
}

}  // namespace dosegate::metrics
