#include "protocol/implausible.h"

#include <fmt/format.h>

namespace dosegate::protocol {
namespace {

using metrics::DoseUnit;
using metrics::Metric;
using metrics::MetricKind;
using metrics::plain_number;
using metrics::Unit;

constexpr double kHighest_gy = 150.0;
constexpr double kHighestConverted_gy = 1500.0;
constexpr double kHighestShare = 300.0;  // % of the prescription
constexpr double kLowest_cgy = 100.0;

// `dose` in the unit of the metric.
std::string too_high(double dose, DoseUnit unit, bool converted) {
  if (unit == DoseUnit::Percent) {
    if (dose <= kHighestShare) return {};
    return fmt::format("{} % of the prescription is more than any plan gives.", plain_number(dose));
  }
  const double per_gy = unit == DoseUnit::CGy ? 100.0 : 1.0;
  if (dose <= (converted ? kHighestConverted_gy : kHighest_gy) * per_gy) return {};
  return fmt::format("{} {} is more than any course of treatment gives{}.", plain_number(dose),
                     unit == DoseUnit::CGy ? "cGy" : "Gy",
                     unit == DoseUnit::CGy ? "" : "; it may be in cGy");
}

bool has_reference_dose(MetricKind kind) {
  return kind == MetricKind::V || kind == MetricKind::CV || metrics::needs_enclosure(kind);
}

// Of the dose that a volume is taken at. A low one is met by every plan that irradiates, if much volume
// is to have it or little to be spared.
std::string of_argument(const Test& test) {
  const Metric& metric = test.metric;
  if (!has_reference_dose(metric.kind)) return {};
  std::string why = too_high(metric.argument, metric.dose_unit, metric.basis.is_converted());
  const bool at_most = is_upper_bound(test.comparator);
  const bool easy =
      (metric.kind == MetricKind::V && !at_most) || (metric.kind == MetricKind::CV && at_most);
  if (why.empty() && easy) why = below_1_gy(metric.argument, metric.dose_unit);
  return why;
}

// `limit` in the unit of the metric's value.
std::string of_limit(const Test& test, double limit) {
  const Metric& metric = test.metric;
  const bool at_most = is_upper_bound(test.comparator);
  const Unit unit = metrics::output_unit(metric);
  if (metrics::is_dose_metric(metric.kind)) {
    std::string why = too_high(limit, metric.dose_unit, metric.basis.is_converted());
    if (why.empty() && !at_most) why = below_1_gy(limit, metric.dose_unit);
    if (!why.empty()) return why;
  }
  if (!at_most && limit == 0.0 && test.comparator == Comparator::GreaterOrEqual) {
    return "At least 0 is what every plan has.";
  }
  if (unit != Unit::PercentOfVolume && unit != Unit::PercentProbability) return {};
  if (at_most && limit >= 100.0 && test.comparator == Comparator::LessOrEqual) {
    return "At most 100 % is what every plan has.";
  }
  return at_most ? std::string() : below_1_percent(limit);
}

}  // namespace

std::string below_1_gy(double dose_cgy_or_gy, DoseUnit unit) {
  if (unit != DoseUnit::CGy || dose_cgy_or_gy >= kLowest_cgy) return {};
  return fmt::format("{} cGy is less than 1 Gy; it may be in Gy.", plain_number(dose_cgy_or_gy));
}

std::string below_1_percent(double percent) {
  if (percent >= 1.0) return {};
  return fmt::format(
      "{} % is less than one hundredth; it may be a share of 1 instead of a percent.",
      plain_number(percent));
}

Implausible implausible(const Test& test) {
  Implausible found;
  found.goal = of_argument(test);
  if (found.goal.empty()) found.goal = of_limit(test, test.goal);
  if (found.goal.empty() && test.variation) found.variation = of_limit(test, *test.variation);
  return found;
}

}  // namespace dosegate::protocol
