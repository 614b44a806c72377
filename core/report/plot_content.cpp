#include "report/plot_content.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "report/shown_values.h"

namespace dosegate::report {
namespace {

using evaluation::Evaluation;
using metrics::DoseUnit;
using metrics::Metric;
using metrics::MetricKind;
using metrics::VolumeUnit;

/// What limits are drawn against.
struct Volume {
  double volume_cc = 0.0;
  std::optional<double> prescription_gy;
};

std::optional<double> dose_gy(double number, DoseUnit unit, const Volume& of) {
  switch (unit) {
    case DoseUnit::Gy:
      return number;
    case DoseUnit::CGy:
      return number / 100.0;
    case DoseUnit::Percent:
      if (of.prescription_gy) return number * *of.prescription_gy / 100.0;
      return std::nullopt;
  }
  throw InternalError("unknown dose unit");
}

double volume_pct(double number, VolumeUnit unit, const Volume& of) {
  return unit == VolumeUnit::Percent ? number : 100.0 * number / of.volume_cc;
}

// Where the limit `bound` of a metric lies; nothing for what has no place on the plane.
std::optional<LimitMark> place_of(const Metric& metric, double bound, bool upper,
                                  const Volume& of) {
  const std::optional<double> bound_gy = dose_gy(bound, metric.dose_unit, of);
  LimitMark mark;
  mark.upper = upper;
  const auto at = [&](std::optional<double> x_gy,
                      std::optional<double> y_pct) -> std::optional<LimitMark> {
    if (!x_gy || (y_pct && (*y_pct < 0.0 || *y_pct > 100.0))) return std::nullopt;
    mark.dose_gy = *x_gy;
    mark.volume_pct = y_pct;
    return mark;
  };
  switch (metric.kind) {
    case MetricKind::Max:
      return at(bound_gy, 0.0);
    case MetricKind::Min:
      return at(bound_gy, 100.0);
    case MetricKind::Median:
      return at(bound_gy, 50.0);
    case MetricKind::Mean:
      return at(bound_gy, std::nullopt);
    case MetricKind::D:
      return at(bound_gy, volume_pct(metric.argument, metric.volume_unit, of));
    case MetricKind::DC:
      return at(bound_gy, 100.0 - volume_pct(metric.argument, metric.volume_unit, of));
    case MetricKind::V:
      return at(dose_gy(metric.argument, metric.dose_unit, of),
                volume_pct(bound, metric.volume_unit, of));
    case MetricKind::CV:
      mark.upper = !upper;  // much cold volume is a low curve
      return at(dose_gy(metric.argument, metric.dose_unit, of),
                100.0 - volume_pct(bound, metric.volume_unit, of));
    default:
      return std::nullopt;
  }
}

void add_marks(std::vector<LimitMark>& marks, const evaluation::RuleResult& rule,
               const Volume& of) {
  for (const evaluation::TestResult& result : rule.tests) {
    const protocol::Test& test = result.test;
    const bool converted = test.metric.basis.is_converted();
    if (converted && test.metric.basis.kind != metrics::BasisKind::Eqd2) continue;
    const auto add = [&](double bound, bool variation) {
      auto mark = place_of(test.metric, bound, protocol::is_upper_bound(test.comparator), of);
      if (!mark) return;
      mark->rule = rule.id;
      mark->text = printable(fmt::format("{}: {} {} {}", rule.id, metrics::to_text(test.metric),
                                         protocol::to_text(test.comparator), shortest(bound)));
      mark->variation = variation;
      mark->outcome = result.outcome.verdict();
      if (converted) mark->eqd2_alpha_beta_gy = test.metric.basis.alpha_beta_gy;
      marks.push_back(std::move(*mark));
    };
    add(test.goal, false);
    if (test.variation) add(*test.variation, true);
  }
}

bool is_target(const std::string& interpreted_type) {
  return interpreted_type == "PTV" || interpreted_type == "CTV" || interpreted_type == "GTV";
}

// The ratio that EQD2 of this curve is shown with, and from where it comes.
void choose_alpha_beta(PlotCurve& curve, const Evaluation& e, std::optional<double> of_organ) {
  curve.alpha_beta_gy = e.alpha_beta_gy;
  curve.alpha_beta_from = "the protocol's for tumour and prescription";
  for (const LimitMark& mark : curve.marks) {
    if (!mark.eqd2_alpha_beta_gy) continue;
    curve.alpha_beta_gy = *mark.eqd2_alpha_beta_gy;
    curve.alpha_beta_from = "of rule " + mark.rule;
    break;
  }
  if (of_organ) {
    curve.alpha_beta_gy = *of_organ;
    curve.alpha_beta_from = "the protocol's for this organ";
  }
}

// `volume`: as RuleResult::volume counts.
PlotCurve curve_of(const Evaluation& e, const std::string& name, const dvh::Dvh& dvh,
                   std::size_t volume) {
  PlotCurve curve;
  curve.name = shown_name(name);
  curve.volume_cc = dvh.volume().value();
  const Volume of{curve.volume_cc, e.prescription_gy};
  for (const evaluation::RuleResult& rule : e.rules) {
    if (rule.volume != volume) continue;
    curve.use = CurveUse::Judged;
    add_marks(curve.marks, rule, of);
  }
  if (dvh.uncovered().value() == 0.0) {
    if (const auto median = dvh.hottest(Cc(0.5 * curve.volume_cc)))
      curve.median_gy = median->value();
  }
  const Gy bin = curve_bin(dvh);
  std::vector<double> volumes_pct = dvh.cumulative_cc(bin);
  for (double& v : volumes_pct) v = 100.0 * (v / curve.volume_cc);
  std::vector<double> kept_gy;
  for (const LimitMark& mark : curve.marks) kept_gy.push_back(mark.dose_gy);
  curve.points = thinned(volumes_pct, bin.value(), kept_gy);
  return curve;
}

}  // namespace

std::vector<PlotPoint> thinned(const std::vector<double>& volume_pct, double bin_gy,
                               const std::vector<double>& kept_gy) {
  std::vector<PlotPoint> points;
  if (volume_pct.empty()) return points;
  const std::size_t last = volume_pct.size() - 1;
  std::vector<std::size_t> kept = {last};
  for (const double dose_gy : kept_gy) {
    const double index = std::round(dose_gy / bin_gy);
    if (index > 0.0 && index < static_cast<double>(last)) {
      kept.push_back(static_cast<std::size_t>(index));
    }
  }
  std::sort(kept.begin(), kept.end());
  const auto add = [&](std::size_t i) {
    points.push_back({bin_gy * static_cast<double>(i), volume_pct[i]});
  };
  add(0);
  std::size_t from = 0;
  auto next_kept = kept.begin();
  // The furthest end whose chord passes within the error of every bin between: the slopes that do so
  // narrow from bin to bin.
  while (from < last) {
    while (*next_kept <= from) ++next_kept;
    double steepest = -1e300, flattest = 1e300;
    std::size_t end = from + 1;
    for (std::size_t i = from + 1; i <= *next_kept; ++i) {
      const double run = static_cast<double>(i - from);
      const double slope = (volume_pct[i] - volume_pct[from]) / run;
      if (slope >= steepest && slope <= flattest) end = i;
      steepest = std::max(steepest, slope - kPlotError_pct / run);
      flattest = std::min(flattest, slope + kPlotError_pct / run);
      if (steepest > flattest) break;
    }
    add(end);
    from = end;
  }
  return points;
}

PlotContent plot_content(const Evaluation& e) {
  PlotContent plot;
  plot.prescription_gy = e.prescription_gy;
  plot.fractions = e.conversion_fractions;
  plot.no_conversion = e.no_conversion;
  for (std::size_t i = 0; i < e.judged_volumes.size(); ++i) {
    const evaluation::JudgedVolume& volume = e.judged_volumes[i];
    if (!volume.dvh) continue;
    plot.curves.push_back(curve_of(e, volume.structure, *volume.dvh, e.structures.size() + i));
    choose_alpha_beta(plot.curves.back(), e, std::nullopt);
  }
  for (std::size_t i = 0; i < e.structures.size(); ++i) {
    const evaluation::StructureResult& structure = e.structures[i];
    if (!structure.dvh) continue;
    PlotCurve curve = curve_of(e, structure.name, *structure.dvh, i);
    curve.roi_number = structure.number;
    if (curve.use == CurveUse::Other && is_target(structure.interpreted_type)) {
      curve.use = CurveUse::Target;
    }
    choose_alpha_beta(curve, e, structure.alpha_beta_gy);
    plot.curves.push_back(std::move(curve));
  }
  std::stable_sort(plot.curves.begin(), plot.curves.end(),
                   [](const PlotCurve& a, const PlotCurve& b) { return a.use < b.use; });
  for (const PlotCurve& curve : plot.curves) {
    if (!curve.points.empty())
      plot.highest_gy = std::max(plot.highest_gy, curve.points.back().dose_gy);
  }
  return plot;
}

}  // namespace dosegate::report
