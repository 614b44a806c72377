#include "report/csv.h"

#include <optional>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "report/csv_row.h"
#include "report/shown_values.h"

namespace dosegate::report {
namespace {

using evaluation::DvhReport;
using evaluation::DvhResult;
using evaluation::Evaluation;
using evaluation::RuleResult;
using evaluation::TestResult;

constexpr int kNumberCells = 7;  // metric, value, low, high, unit, goal, variation

void add_headroom(CsvRow& row, const std::optional<evaluation::HeadroomStep>& step) {
  if (step) {
    row.number(step->factor).text(to_text(step->beyond));
  } else {
    row.empty(2);
  }
}

CsvRow rule_row(const RuleResult& rule) {
  CsvRow row;
  row.text(rule.protocol_id)
      .text(rule.id)
      .text(protocol::to_text(rule.level))
      .text(to_text(rule.verdict))
      .text(rule.structure)
      .text(roi_text(rule));
  if (const TestResult* shown = shown_test(rule)) {
    row.text(metrics::to_text(shown->test.metric))
        .number(shown->value.value)
        .number(shown->value.low)
        .number(shown->value.high)
        .text(metrics::to_text(metrics::output_unit(shown->test.metric)))
        .number(shown->test.goal)
        .number(shown->test.variation);
  } else {
    row.empty(kNumberCells);
  }
  row.text(rule.borderline ? "yes" : "no")
      .text(rule.branch)
      .text(shown_reason(rule))
      .text(rule.provenance.source)
      .text(rule.text);
  add_headroom(row, rule.headroom.up);
  add_headroom(row, rule.headroom.down);
  return row;
}

CsvRow plan_check_row(const evaluation::PlanCheckResult& check) {
  CsvRow row;
  row.text(check.protocol_id)
      .text(check.id)
      .text(protocol::to_text(check.level))
      .text(to_text(check.verdict))
      .empty(2 + kNumberCells + 2)  // structure, roi, the numbers, borderline, branch
      .text(check.reason)
      .text(check.provenance.source)
      .text(check.text)
      .empty(4);  // headroom
  return row;
}

std::string structure_cells(const DvhResult& result) {
  return csv_field(result.name) + "," +
         (result.roi_number ? std::to_string(*result.roi_number) : std::string());
}

void add_curve(std::string& table, const DvhResult& result) {
  constexpr int kDoseDecimals = 2;  // bins are 0.01 Gy or wider
  const std::string first_cells = structure_cells(result);
  if (!result.dvh) {
    const StructureNumbers numbers = structure_numbers(result.dvh, result.reason);
    CsvRow().cell(first_cells).empty(4).text(numbers.reason).add_to(table);
    return;
  }
  const Gy bin = curve_bin(*result.dvh);
  const std::vector<double> curve_cc = result.dvh->cumulative_cc(bin);
  const double whole_cc = result.dvh->volume().value();
  const std::string last_cells = "," + shortest(result.dvh->uncovered().value()) + ",\n";
  for (std::size_t i = 0; i < curve_cc.size(); ++i) {
    table += first_cells;
    table += ',';
    table += fixed(bin.value() * static_cast<double>(i), kDoseDecimals);
    table += ',';
    table += shortest(curve_cc[i]);
    table += ',';
    table += shortest(100.0 * (curve_cc[i] / whole_cc));
    table += last_cells;
  }
}

}  // namespace

std::string to_csv(const Evaluation& evaluation) {
  std::string table =
      "protocol,id,level,verdict,structure,roi,metric,value,low,high,unit,goal,variation,"
      "borderline,"
      "branch,reason,source,text,up_factor,up_verdict,down_factor,down_verdict\n";
  for (const RuleResult& rule : evaluation.rules) rule_row(rule).add_to(table);
  for (const evaluation::PlanCheckResult& check : evaluation.plan_checks) {
    plan_check_row(check).add_to(table);
  }
  return table;
}

std::string to_csv(const DvhReport& report) {
  std::string table = "structure,roi_number,dose_gy,volume_cc,volume_pct,uncovered_cc,reason\n";
  for (const DvhResult& result : report.structures) add_curve(table, result);
  return table;
}

std::string metrics_csv(const DvhReport& report) {
  std::string table = "structure,roi_number,metric,value,low,high,unit,reason\n";
  for (const DvhResult& result : report.structures) {
    for (std::size_t i = 0; i < report.metrics.size(); ++i) {
      const metrics::MetricValue value = shown_metric(report, result, i);
      CsvRow()
          .cell(structure_cells(result))
          .text(metrics::to_text(report.metrics[i]))
          .number(value.value)
          .number(value.low)
          .number(value.high)
          .text(metrics::to_text(value.unit))
          .text(shown_reason(value))
          .add_to(table);
    }
  }
  return table;
}

}  // namespace dosegate::report
