#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "evaluation/common_options.h"
#include "evaluation/enclosures.h"
#include "evaluation/match_tps.h"
#include "evaluation/measure.h"
#include "evaluation/resolve.h"
#include "evaluation/sum_dvhs.h"

namespace dosegate::evaluation {

Result<DvhReport> compute_dvhs(const model::Case& plan_case, const DvhRequest& request,
                               const EvaluationOptions& options) {
  if (auto checked = check_options(plan_case, options); !checked)
    return tl::unexpected(checked.error());
  const model::StructureSet& structures = *plan_case.structures;
  const CaseGeometry geometry(structures, options.reading);
  CourseOptions course = options.course;
  course.undecided = UndecidedDose::TakeAsItStands;  // no verdict hangs on curves
  auto dose = course_dose(plan_case, geometry, course);
  if (!dose) return tl::unexpected(dose.error());

  DvhReport report;
  report.software_version = options.software_version;
  report.settings = settings_of(options);
  report.bracket_readings = bracket_reading_names(options.reading);
  report.patient_id = plan_case.patient_id;
  if (plan_case.plan) {
    report.plan_label = plan_case.plan->label;
    report.plan_uid = plan_case.plan->sop_instance_uid;
  }
  report.fractions = fractions_of(plan_case, options.course);
  report.prescription_gy = prescription_of(plan_case, options.course);
  report.inputs = inputs_of(plan_case, options);
  report.metrics = request.metrics;
  report.findings = plan_case.findings;
  append(report.findings, dose->findings);
  append(report.findings, edge_findings(dose->grid));

  for (const std::string& name : options.map.rule_names()) {
    const bool used =
        std::any_of(request.structures.begin(), request.structures.end(),
                    [&](const auto& e) {
                      const auto names = protocol::names_in(e);
                      return std::find(names.begin(), names.end(), name) != names.end();
                    }) ||
        std::any_of(request.metrics.begin(), request.metrics.end(),
                    [&](const auto& metric) { return metric.within == name; });
    if (!used) {
      return fail(ErrorCode::OptionInvalid,
                  fmt::format("--map {}=...: no structure that was asked for uses that name.",
                              printable(name)));
    }
  }

  std::vector<RoiExpression> expressions;
  std::vector<std::optional<std::size_t>> place;  // of each result among the expressions
  const auto ask = [&](DvhResult result, const RoiExpression& expression) {
    place.emplace_back(expressions.size());
    expressions.push_back(expression);
    report.structures.push_back(std::move(result));
  };
  if (request.structures.empty()) {
    for (std::size_t i = 0; i < structures.rois.size(); ++i) {
      ask({structures.rois[i].name, structures.rois[i].number, {}, {}, {}},
          {RoiExpression::Op::Roi, i, {}});
    }
  }
  for (const protocol::StructureExpression& expression : request.structures) {
    DvhResult result{protocol::to_text(expression), {}, {}, {}, {}};
    auto resolved = resolve(expression, nullptr, structures, options.map);
    if (resolved) {
      if (resolved->expression.op == RoiExpression::Op::Roi) {
        result.roi_number = structures.rois[resolved->expression.roi].number;
      }
      add_once(report.findings, resolved->findings);
      ask(std::move(result), resolved->expression);
    } else {
      result.reason = resolved.error().text;
      place.emplace_back(std::nullopt);
      report.structures.push_back(std::move(result));
    }
  }
  AskedEnclosures enclosures;
  for (const metrics::Metric& metric : request.metrics) {
    ask_enclosure(enclosures, metric, nullptr, structures, options.map,
                  [&](const RoiExpression& expression) {
                    expressions.push_back(expression);
                    return expressions.size() - 1;
                  });
  }
  const auto measured = measure(expressions, geometry, dose->grid, options,
                                [&](std::size_t) { return !request.metrics.empty(); });
  if (!measured) return tl::unexpected(measured.error());
  const metrics::MetricContext context{fractions_of_dose(plan_case, course), report.prescription_gy,
                                       dose->kind, enclosures_of(enclosures, *measured)};
  SumDvhs sum_dvhs(options);
  for (const metrics::Metric& metric : request.metrics) {
    for (const auto& at : place) {
      if (at) sum_dvhs.ask(metric, *at, enclosures);
    }
  }
  if (auto summed = sum_dvhs.measure(expressions, geometry); !summed) {
    return tl::unexpected(summed.error());
  }
  const bool converted = std::any_of(
      request.metrics.begin(), request.metrics.end(),
      [](const metrics::Metric& metric) { return metrics::basis_of(metric).is_converted(); });
  for (std::size_t i = 0; i < report.structures.size(); ++i) {
    if (!place[i]) continue;
    const Measured& m = (*measured)[*place[i]];
    DvhResult& result = report.structures[i];
    add_once(report.findings, m.findings);  // a ROI may stand in several expressions
    if (m.error) result.reason = m.error->text;
    if (!m.dvh) continue;
    result.dvh = m.dvh;
    append(report.findings, coverage_findings(m, result.name));
    if (converted) {
      add_once(report.findings,
               extrapolation_findings(options, report.fractions, *m.dvh, result.name));
    }
    for (const metrics::Metric& metric : request.metrics) {
      const MetricInput input =
          sum_dvhs.input(metric, *place[i], *m.bracketed, enclosures, context);
      result.metrics.push_back(
          metrics::compute_bracketed(metric, *input.dvhs, m.planes, input.context));
    }
  }
  auto compared =
      compare_tps_dvhs(plan_case, {expressions, *measured}, dose->grid, options, report.findings);
  if (!compared) return tl::unexpected(compared.error());
  report.tps_dvhs = std::move(*compared);
  return report;
}

Result<DvhReport> compute_sum_dvhs(const std::vector<const model::Case*>& plans,
                                   const DvhRequest& request, const EvaluationOptions& options) {
  EvaluationOptions lenient = options;
  lenient.course.undecided = UndecidedDose::TakeAsItStands;  // no verdict hangs on curves
  auto of_sum = options_of_sum(plans, lenient);
  if (!of_sum) return tl::unexpected(of_sum.error());
  return compute_dvhs(of_sum->sum->whole, request, *of_sum);
}

}  // namespace dosegate::evaluation
