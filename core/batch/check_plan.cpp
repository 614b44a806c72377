#include "batch/check_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/text.h"
#include "base/whole_file.h"
#include "batch/plan_folder.h"
#include "evaluation/context_beside.h"
#include "evaluation/deidentify.h"
#include "report/csv.h"
#include "report/html.h"
#include "report/json.h"
#include "report/junit.h"
#include "report/pdf.h"
#include "report/shown_values.h"

namespace dosegate::batch {
namespace {

namespace fs = std::filesystem;
using evaluation::Evaluation;

std::string citation_of(const Evaluation& evaluation, const std::string& protocol_id,
                        const protocol::Provenance& provenance) {
  const protocol::Source* source = report::source_of(evaluation, protocol_id, provenance.source);
  return source != nullptr ? source->citation : provenance.source;
}

CohortRule row_of(const Evaluation& evaluation, const evaluation::RuleResult& rule) {
  CohortRule row;
  row.protocol = rule.protocol_id;
  row.id = rule.id;
  row.label = rule.label;
  row.level = protocol::to_text(rule.level);
  row.verdict = to_text(rule.verdict);
  row.borderline = rule.borderline;
  row.structure = rule.structure;
  row.roi = report::roi_text(rule);
  if (const evaluation::TestResult* shown = report::shown_test(rule)) {
    row.metric = metrics::to_text(shown->test.metric);
    row.unit = metrics::to_text(metrics::output_unit(shown->test.metric));
    row.value = shown->value.value;
    row.low = shown->value.low;
    row.high = shown->value.high;
    row.comparator = protocol::to_text(shown->test.comparator);
    row.goal = shown->test.goal;
    row.variation = shown->test.variation;
  }
  row.branch = rule.branch;
  row.reason = report::shown_reason(rule);
  row.source = citation_of(evaluation, rule.protocol_id, rule.provenance);
  return row;
}

CohortRule row_of(const Evaluation& evaluation, const evaluation::PlanCheckResult& check) {
  CohortRule row;
  row.kind = CohortRule::Kind::PlanCheck;
  row.protocol = check.protocol_id;
  row.id = check.id;
  row.label = check.label;
  row.level = protocol::to_text(check.level);
  row.verdict = to_text(check.verdict);
  row.reason = check.reason;
  row.source = citation_of(evaluation, check.protocol_id, check.provenance);
  return row;
}

CohortStructure row_of(const evaluation::StructureResult& structure) {
  const report::StructureNumbers numbers =
      report::structure_numbers(structure.dvh, structure.reason);
  return {structure.name,  structure.number, numbers.volume_cc, numbers.uncovered_cc,
          numbers.mean_gy, numbers.min_gy,   numbers.max_gy,    numbers.reason};
}

CohortFinding row_of(const Finding& finding) {
  return {std::string(finding_id(finding.code)),
          std::string(severity_id(finding_severity(finding.code))), finding.text, finding.where};
}

void describe(const Evaluation& evaluation, CohortPlan& row) {
  row.status = CohortPlan::Status::Checked;
  row.reason = evaluation.verdict_reason;
  row.patient_id = evaluation.patient_id;
  row.plan_label = evaluation.plan_label;
  row.plan_uid = evaluation.plan_uid;
  row.verdict = to_text(evaluation.verdict);
  row.fractions = evaluation.fractions;
  row.prescription_gy = evaluation.prescription_gy;
  row.bed_gy = evaluation.bed_gy;
  row.eqd2_gy = evaluation.eqd2_gy;
  for (const evaluation::ProtocolVerdict& used : evaluation.protocols) {
    row.protocols +=
        fmt::format("{}{} {}", row.protocols.empty() ? "" : ", ", used.id, used.version);
  }
  for (const evaluation::RuleResult& rule : evaluation.rules) {
    row.rules.push_back(row_of(evaluation, rule));
  }
  for (const evaluation::PlanCheckResult& check : evaluation.plan_checks) {
    row.rules.push_back(row_of(evaluation, check));
  }
  for (const evaluation::StructureResult& structure : evaluation.structures) {
    row.structures.push_back(row_of(structure));
  }
  for (const Finding& finding : evaluation.findings) row.findings.push_back(row_of(finding));
}

Result<CheckedPlan::File> rendered(const Evaluation& evaluation, ReportFormat format) {
  switch (format) {
    case ReportFormat::Html:
      return CheckedPlan::File{"report.html", report::to_html(evaluation)};
    case ReportFormat::Pdf: {
      auto pdf = report::to_pdf(evaluation);
      if (!pdf) return tl::unexpected<Error>(pdf.error());
      return CheckedPlan::File{"report.pdf", std::move(*pdf)};
    }
    case ReportFormat::Csv:
      return CheckedPlan::File{"rules.csv", report::to_csv(evaluation)};
    case ReportFormat::Junit:
      return CheckedPlan::File{"junit.xml", report::to_junit(evaluation)};
  }
  throw InternalError("unknown format of a report");
}

// What evaluation::evaluate() was given in the end.
struct Judged {
  Evaluation evaluation;
  std::string site;
};

// `identities` gets those of the case, also where it is refused later.
Result<Judged> judge(const dicom::PlanFiles& plan, const CheckSettings& settings,
                     evaluation::Identities& identities) {
  auto read = dicom::read_plan_files(plan, settings.options.stop);
  if (!read) return tl::unexpected<Error>(read.error());
  const Result<model::Case>& found = read->cases.front();
  if (!found) return tl::unexpected<Error>(found.error());
  identities.add(*found);
  identities.add(read->findings);
  evaluation::EvaluationOptions options = settings.options;
  const auto added =
      evaluation::add_context_beside(*found,
                                     plan.shares_folder ? evaluation::PlanFolder::SeveralPatients
                                                        : evaluation::PlanFolder::OnePatient,
                                     settings.protocols, options.context_files);
  if (!added) return tl::unexpected<Error>(added.error());
  auto evaluated = evaluation::evaluate(*found, settings.protocols, options);
  if (!evaluated) return tl::unexpected<Error>(evaluated.error());
  Judged judged{std::move(*evaluated), {}};
  Findings& findings = judged.evaluation.findings;
  findings.insert(findings.end(), read->findings.begin(), read->findings.end());
  const auto told = options.context.find("site");
  if (told != options.context.end()) judged.site = told->second;
  for (const protocol::ContextFile& file : options.context_files) {
    const auto site = file.values.find("site");
    if (judged.site.empty() && site != file.values.end()) judged.site = site->second;
  }
  return judged;
}

evaluation::Identities identities_of(const dicom::PlanFiles& plan) {
  evaluation::Identities identities;
  identities.patient_ids = {plan.patient_id};
  identities.patient_names = {plan.patient_name};
  identities.labels = {plan.label};
  identities.uids = {plan.uid};
  identities.paths = plan.files;
  identities.add(plan.findings);
  return identities;
}

// Of what is wrong with a plan; the names in it are known only where it could be read.
Error shown_error(const Error& error, const CheckSettings& settings,
                  const evaluation::Identities& identities) {
  if (!settings.deidentify) return error;
  return evaluation::Pseudonyms(*settings.deidentify, identities).unknown_file_error(error);
}

void replace_identities(CohortPlan& row, const evaluation::DeidentifyKey& key,
                        const evaluation::Identities& identities) {
  const evaluation::Pseudonyms pseudonyms(key, identities);
  constexpr std::size_t kYear = 4;
  row.patient_id = pseudonyms.patient_id(row.patient_id);
  row.plan_label = pseudonyms.label(row.plan_label);
  row.plan_uid = pseudonyms.uid(row.plan_uid);
  row.plan_date = row.plan_date.substr(0, kYear);
}

}  // namespace

std::string row_key(const std::string& key, const CheckSettings& settings) {
  if (!settings.deidentify) return key;
  return evaluation::Pseudonyms(*settings.deidentify, {}).plan_key(key);
}

Result<CheckedPlan> check_plan(const dicom::PlanFiles& plan, const CheckSettings& settings) {
  CheckedPlan checked;
  CohortPlan& row = checked.row;
  row.key = row_key(plan.key, settings);
  row.patient_id = plan.patient_id;
  row.plan_label = plan.label;
  row.plan_uid = plan.uid;
  row.plan_date = plan.date;
  evaluation::Identities identities = identities_of(plan);
  auto judged = judge(plan, settings, identities);
  if (settings.deidentify) replace_identities(row, *settings.deidentify, identities);
  const auto refused = [&](const Error& error) -> Result<CheckedPlan> {
    if (error.code == ErrorCode::Cancelled) return tl::unexpected<Error>(error);
    row.status = CohortPlan::Status::Refused;
    row.reason = to_text(shown_error(error, settings, identities));
    checked.files.clear();
    return std::move(checked);
  };
  if (!judged) return refused(judged.error());
  Evaluation& evaluation = judged->evaluation;
  for (const model::InputFile& input : evaluation.inputs) {
    checked.input_hashes[input.path] = input.sha256;
  }
  if (settings.deidentify) {
    identities.add(evaluation.inputs);
    judged->site = evaluation::Pseudonyms(*settings.deidentify, identities).text(judged->site);
    evaluation = evaluation::deidentified(std::move(evaluation), *settings.deidentify, identities);
  }
  checked.files.push_back({"result.json", report::to_json(evaluation)});
  for (const ReportFormat format : settings.reports) {
    auto file = rendered(evaluation, format);
    if (!file) return refused(file.error());
    checked.files.push_back(std::move(*file));
  }
  describe(evaluation, row);
  row.site = judged->site;
  row.folder = "plans/" + plan_folder_name(row.patient_id, row.plan_label, row.key);
  for (const CheckedPlan::File& file : checked.files) row.reports.push_back(file.name);
  return checked;
}

CohortPlan row_of(const dicom::NoPlan& without, const CheckSettings& settings) {
  CohortPlan row;
  row.status = without.unreadable ? CohortPlan::Status::Unreadable : CohortPlan::Status::Refused;
  evaluation::Identities identities;
  identities.paths = {without.path};
  row.reason = to_text(shown_error(without.error, settings, identities));
  row.key = row_key(without.key, settings);
  return row;
}

Result<void> write_plan(const std::string& out, const CheckedPlan& plan) {
  const fs::path folder = fs::path(out) / plan.row.folder;
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    return fail(ErrorCode::FileUnwritable,
                fmt::format("The folder cannot be made ({}).", error.message()),
                printable(folder.string()));
  }
  for (const CheckedPlan::File& file : plan.files) {
    const auto written = write_whole_file((folder / file.name).string(), file.bytes);
    if (!written) return written;
  }
  for (const char* name : {"result.json", "report.html", "report.pdf", "rules.csv", "junit.xml"}) {
    const auto same = [&](const CheckedPlan::File& file) { return file.name == name; };
    if (std::any_of(plan.files.begin(), plan.files.end(), same)) continue;
    fs::remove(folder / name, error);  // of an earlier check that was asked for more
  }
  return {};
}

}  // namespace dosegate::batch
