// Arbitrary metrics, for properties: every kind and form of the grammar occurs. Header only; include
// after <gtest/gtest.h>.
#pragma once

#include <rapidcheck.h>

#include <cmath>
#include <string>
#include <utility>

#include "metrics/cursor.h"
#include "metrics/metric.h"

namespace dosegate::testing {

/// Numbers of all sizes between two, with up to 17 significant digits.
inline rc::Gen<double> numbers(double low, double high) {
  return rc::gen::map(rc::gen::pair(rc::gen::inRange(0, 1000001), rc::gen::inRange(0, 8)),
                      [low, high](const std::pair<int, int>& draw) {
                        const double scale = std::pow(0.1, draw.second);
                        return low + (high - low) * scale * draw.first / 1e6;
                      });
}

inline metrics::Basis any_basis(bool may_convert) {
  using metrics::BasisKind;
  metrics::Basis basis;
  basis.kind = may_convert ? *rc::gen::element(BasisKind::Unstated, BasisKind::Physical,
                                               BasisKind::Bed, BasisKind::Eqd2, BasisKind::Eqdx)
                           : *rc::gen::element(BasisKind::Unstated, BasisKind::Physical);
  if (basis.is_converted()) basis.alpha_beta_gy = *numbers(0.1, 100.0);
  if (basis.kind == BasisKind::Eqdx) basis.dose_per_fraction_gy = *numbers(0.1, 100.0);
  return basis;
}

inline metrics::Metric any_model_metric() {
  using metrics::MetricKind;
  metrics::Metric metric;
  metric.kind = *rc::gen::element(MetricKind::GEud, MetricKind::Veff, MetricKind::Ntcp);
  if (metric.kind != MetricKind::GEud) metric.volume_unit = metrics::VolumeUnit::Percent;
  if (metric.kind == MetricKind::Ntcp) {
    metric.model = *rc::gen::element(radiobiology::LkbModelId::RildPrimary,
                                     radiobiology::LkbModelId::RildMetastatic);
    return metric;
  }
  if (metric.kind == MetricKind::GEud) {
    metric.argument = *numbers(metrics::kSmallestExponent, metrics::kLargestExponent);
  } else {
    metric.argument = *numbers(0.01, 10.0);
    metric.reference_gy = *rc::gen::element(0.0, 1.0, 50.0, 27.5);
  }
  metric.basis = any_basis(!metrics::needs_prescription(metric));
  return metric;
}

inline metrics::Metric any_index() {
  using metrics::DoseUnit;
  using metrics::MetricKind;
  metrics::Metric metric;
  metric.kind = *rc::gen::element(MetricKind::ConformityIndex, MetricKind::ConformationNumber,
                                  MetricKind::HomogeneityIndex, MetricKind::GradientIndex);
  if (metrics::needs_enclosure(metric.kind)) {
    metric.dose_unit = *rc::gen::element(DoseUnit::Gy, DoseUnit::CGy, DoseUnit::Percent);
    metric.argument =
        *rc::gen::oneOf(rc::gen::just(100.0), numbers(metrics::kSmallestNumber, 120.0));
    metric.within = *rc::gen::element<std::string>("", "Body", "a)", "x,y\"", "-", "BODY-1");
  }
  metric.basis = any_basis(!metrics::needs_prescription(metric));
  return metric;
}

inline metrics::Metric any_metric() {
  using metrics::DoseUnit;
  using metrics::MetricKind;
  using metrics::VolumeUnit;
  const int family = *rc::gen::inRange(0, 6);
  if (family == 0) return any_model_metric();
  if (family == 1) return any_index();
  metrics::Metric metric;
  metric.kind = *rc::gen::element(MetricKind::Min, MetricKind::Mean, MetricKind::Max,
                                  MetricKind::Median, MetricKind::D, MetricKind::DC, MetricKind::V,
                                  MetricKind::CV, MetricKind::Volume);
  if (metric.kind == MetricKind::Volume) return metric;
  metric.dose_unit = *rc::gen::element(DoseUnit::Gy, DoseUnit::CGy, DoseUnit::Percent);
  const bool has_volume = metric.kind == MetricKind::D || metric.kind == MetricKind::DC ||
                          metric.kind == MetricKind::V || metric.kind == MetricKind::CV;
  if (has_volume) {
    metric.volume_unit = *rc::gen::element(VolumeUnit::Cc, VolumeUnit::Percent);
    metric.argument = *numbers(metrics::kSmallestNumber, 100.0);
  }
  metric.basis = any_basis(metric.dose_unit != DoseUnit::Percent);
  return metric;
}

}  // namespace dosegate::testing
