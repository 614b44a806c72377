#include "pitfalls/pitfall_run.h"

#include <gtest/gtest.h>

#include "evaluation/case_geometry.h"
#include "evaluation/evaluate.h"
#include "evaluation/resolve.h"
#include "metrics/metric.h"
#include "protocol/structure_expression.h"

namespace dosegate::pitfalls {
namespace {

void write_input(const Input& input, const dicom_test::TempFolder& folder) {
  if (input.plan) write(*input.plan, folder / "plan");
  if (input.structures) write(*input.structures, folder / "structures", input.structure_encoding);
  if (input.dose) write(*input.dose, folder / "dose", input.dose_encoding);
  if (input.more) input.more(folder);
}

void append(Findings& to, const Findings& from) {
  to.insert(to.end(), from.begin(), from.end());
}

// The code behind the reason that a report gives: the report holds the sentence only.
std::optional<Error> error_of(const model::StructureSet& structures, const std::string& expression,
                              std::size_t index) {
  const evaluation::CaseGeometry geometry(structures);
  if (expression.empty()) {
    const auto built = geometry.roi(index);
    return built ? std::nullopt : std::optional<Error>(built.error());
  }
  const auto parsed = protocol::parse_structure_expression(expression);
  const auto resolved = evaluation::resolve(parsed.value(), nullptr, structures, {});
  if (!resolved) return resolved.error();
  const auto region = geometry.region(resolved->expression);
  return region ? std::nullopt : std::optional<Error>(region.error());
}

metrics::MetricContext context_of(const model::Case& read) {
  metrics::MetricContext context;
  if (read.plan) context.fractions = read.plan->fractions;
  if (read.plan) context.prescription_gy = read.plan->prescription_gy;
  for (const model::Dose& dose : read.doses) {
    if (dose.type == model::DoseType::Effective) context.dose_kind = metrics::DoseKind::Effective;
  }
  return context;
}

void measure(const Row& row, const model::Case& read, const Input& input, const std::string& prefix,
             Reached& reached) {
  evaluation::DvhRequest request;
  for (const std::string& text : input.expressions) {
    request.structures.push_back(protocol::parse_structure_expression(text).value());
  }
  const auto report = evaluation::compute_dvhs(read, request, {});
  if (!report) {
    reached.refused = report.error();
    return;
  }
  append(reached.findings, report->findings);
  for (std::size_t i = 0; i < report->structures.size(); ++i) {
    const evaluation::DvhResult& result = report->structures[i];
    ReachedStructure structure{prefix + result.name, {}, {}};
    if (!result.dvh) {
      structure.refused =
          error_of(*read.structures, input.expressions.empty() ? "" : input.expressions[i], i);
      EXPECT_TRUE(structure.refused) << result.name << " has no curve and no reason for it";
      if (structure.refused) {
        EXPECT_EQ(structure.refused->text, result.reason);
      }
    } else if (reached.structures.size() < row.outcome.structures.size()) {
      for (const Expected& number : row.outcome.structures[reached.structures.size()].numbers) {
        const auto metric = metrics::parse_metric(number.metric);
        structure.numbers.push_back(
            metrics::compute_metric(metric.value(), *result.dvh, context_of(read)));
      }
    }
    reached.structures.push_back(std::move(structure));
  }
}

}  // namespace

Reached run(const Row& row) {
  Input input = standard_input();
  row.make(input);
  const dicom_test::TempFolder folder;
  write_input(input, folder);
  Reached reached;
  const auto outcome = dicom::read_cases({folder.path()});
  if (!outcome) {
    reached.refused = outcome.error();
    return reached;
  }
  append(reached.findings, outcome->findings);
  for (const Result<model::Case>& read : outcome->cases) {
    if (!read) {
      reached.refused = read.error();
      continue;
    }
    const bool several = outcome->cases.size() > 1;
    measure(row, *read, input, several && read->plan ? read->plan->label + ": " : "", reached);
  }
  return reached;
}

}  // namespace dosegate::pitfalls
