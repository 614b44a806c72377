#include "report/plan_documents.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "report/pdf.h"
#include "report/report_content.h"
#include "report/rule_content.h"
#include "report/shown_values.h"

namespace dosegate::report {
namespace {

using evaluation::Evaluation;
using evaluation::RuleResult;
using evaluation::TestResult;
using evaluation::Verdict;
using model::CodedConcept;
using model::ContentItem;
using Items = std::vector<ContentItem>;
using Kind = ContentItem::Kind;
using Relation = ContentItem::Relation;

constexpr const char* kScheme = "99DOSEGATE";
constexpr std::size_t kLongestNumber = 16;  // of a decimal string (VR DS)

// Values of private codes have at most 16 characters, meanings at most 64.
CodedConcept own(std::string value, std::string meaning) {
  return {std::move(value), kScheme, std::move(meaning)};
}

CodedConcept dcm(std::string value, std::string meaning) {
  return {std::move(value), "DCM", std::move(meaning)};
}

CodedConcept kind_code() {
  return own("CHECK", "Radiotherapy dose constraint check");
}

// "NOT_APPLICABLE" has 14 characters.
CodedConcept verdict_code(Verdict verdict) {
  return own(std::string(to_text(verdict)), verdict_word(verdict));
}

CodedConcept unit_code(metrics::Unit unit) {
  switch (unit) {
    case metrics::Unit::Gy:
      return {"Gy", "UCUM", "gray"};
    case metrics::Unit::CGy:
      return {"cGy", "UCUM", "centigray"};
    case metrics::Unit::Cc:
      return {"cm3", "UCUM", "cubic centimeter"};
    case metrics::Unit::PercentOfPrescription:
      return {"%", "UCUM", "percent of the prescribed dose"};
    case metrics::Unit::PercentOfVolume:
      return {"%", "UCUM", "percent of the volume"};
    case metrics::Unit::PercentProbability:
      return {"%", "UCUM", "percent probability"};
    case metrics::Unit::Ratio:
      return {"1", "UCUM", "no units"};
  }
  throw InternalError("unknown unit");
}

ContentItem container(CodedConcept name, Items items) {
  ContentItem item;
  item.name = std::move(name);
  item.items = std::move(items);
  return item;
}

ContentItem text(CodedConcept name, std::string value, Relation relation = Relation::Contains) {
  ContentItem item;
  item.kind = Kind::Text;
  item.relation = relation;
  item.name = std::move(name);
  item.text = std::move(value);
  return item;
}

ContentItem code(CodedConcept name, CodedConcept value, Relation relation = Relation::Contains) {
  ContentItem item;
  item.kind = Kind::Code;
  item.relation = relation;
  item.name = std::move(name);
  item.code = std::move(value);
  return item;
}

// A statement without words is left out: DICOM has no empty text.
void add_text(Items& items, CodedConcept name, const std::string& value) {
  if (!value.empty()) items.push_back(text(std::move(name), value));
}

// A number; as text in the hardly possible case that 16 characters cannot tell it from one of the borders.
ContentItem number(CodedConcept name, double value, CodedConcept unit,
                   const std::vector<double>& borders = {}) {
  const auto fitted = fitted_beside(value, borders, kLongestNumber);
  if (!fitted) return text(std::move(name), fmt::format("{} {}", shortest(value), unit.value));
  ContentItem item;
  item.kind = Kind::Number;
  item.name = std::move(name);
  item.text = *fitted;
  item.code = std::move(unit);
  item.exact = value;
  return item;
}

void add_number(Items& items, CodedConcept name, const std::optional<double>& value,
                CodedConcept unit, const std::vector<double>& borders = {}) {
  if (value) items.push_back(number(std::move(name), *value, std::move(unit), borders));
}

// The limits of a test, and how they read once they are written, so that a value lies on the same side of both.
std::vector<double> borders_of(const protocol::Test& test) {
  std::vector<double> borders = {test.goal};
  if (test.variation) borders.push_back(*test.variation);
  const std::vector<double> exact = borders;
  for (const double border : exact) {
    const auto written = fitted_beside(border, {}, kLongestNumber);
    if (written) borders.push_back(parse_number(*written).value_or(border));
  }
  return borders;
}

// What was measured by one test, and the limits it was held against.
Items measured(const TestResult& result, const ShownTest& shown, const CodedConcept& name) {
  const CodedConcept unit = unit_code(metrics::output_unit(result.test.metric));
  const std::vector<double> borders = borders_of(result.test);
  Items items;
  add_text(items, own("METRIC", "Metric"), shown.metric);
  if (result.value.value) {
    items.push_back(number(name, *result.value.value, unit, borders));
  } else {
    add_text(items, own("NOT-MEASURED", "Not measured"), shown.reason);
  }
  add_number(items, own("LOW", "Value is at least"), result.value.low, unit, borders);
  add_number(items, own("HIGH", "Value is at most"), result.value.high, unit, borders);
  add_text(items, own("LIMIT", "Goal as written"), shown.goal);
  items.push_back(number(own("GOAL", "Goal"), result.test.goal, unit));
  add_text(items, own("LIMIT-VARIATION", "Acceptable variation as written"), shown.variation);
  add_number(items, own("VARIATION", "Acceptable variation"), result.test.variation, unit);
  add_text(items, own("BESIDE", "Beside it, deciding nothing"), shown.beside);
  return items;
}

void append(Items& items, Items more) {
  for (ContentItem& item : more) items.push_back(std::move(item));
}

std::string source_text(const ShownSource& source) {
  return source.doi.empty() ? source.citation : source.citation + " doi:" + source.doi;
}

ContentItem rule_item(const Evaluation& e, const RuleResult& rule) {
  const ShownRule shown = shown_rule(e, rule);
  Items items = {code(own("VERDICT", "Verdict"), verdict_code(rule.verdict))};
  add_text(items, own("RULE-ID", "Rule"), shown.id);
  add_text(items, own("LABEL", "Label"), shown.label);
  add_text(items, own("PROTOCOL", "Protocol"), shown.protocol);
  add_text(items, own("LEVEL", "Level"), shown.level);
  add_text(items, own("STRUCTURE", "Structure"), shown.structure);
  add_text(items, own("ROIS", "ROIs taken for it"), shown.rois);
  const TestResult* test = shown_test(rule);
  if (test != nullptr) {
    append(items, measured(*test, shown.tests[shown.shown], own("VALUE", "Measured value")));
  } else {
    for (const ShownTest& asked : shown.tests) {
      add_text(items, own("METRIC", "Metric"), asked.metric);
      add_text(items, own("LIMIT", "Goal as written"), asked.goal);
      add_text(items, own("LIMIT-VARIATION", "Acceptable variation as written"), asked.variation);
    }
    add_text(items, own("NOT-MEASURED", "Not measured"), shown.reason);
  }
  if (rule.borderline) {
    add_text(items, own("BORDERLINE", "Borderline"),
             "A limit lies within the bounds of the value: another system could decide otherwise.");
  }
  add_text(items, own("BRANCH", "Branch that decided"), shown.branch);
  // Where nothing was measured it stands above.
  if (test != nullptr) add_text(items, own("REASON", "Reason"), shown.reason);
  add_text(items, own("HEADROOM", "If scaled"), shown.headroom);
  add_text(items, own("SOURCE", "Source of the limit"), source_text(shown.source));
  add_text(items, own("RULE-TEXT", "Rule as written"), shown.text);
  for (std::size_t i = 0; i < rule.tests.size(); ++i) {
    if (i == shown.shown) continue;
    const TestResult& another = rule.tests[i];
    Items other = {
        code(own("OUTCOME", "Outcome of this test"), verdict_code(another.outcome.verdict()))};
    append(other, measured(another, shown.tests[i], own("OTHER-VALUE", "Value of another test")));
    items.push_back(container(own("OTHER-TEST", "Another test of the rule"), std::move(other)));
  }
  return container(own("RULE", "Rule of the protocol"), std::move(items));
}

ContentItem check_item(const Evaluation& e, const evaluation::PlanCheckResult& check) {
  const ShownCheck shown = shown_check(e, check);
  Items items = {code(own("VERDICT", "Verdict"), verdict_code(check.verdict))};
  add_text(items, own("CHECK-ID", "Check"), shown.id);
  add_text(items, own("LABEL", "Label"), shown.label);
  add_text(items, own("PROTOCOL", "Protocol"), shown.protocol);
  add_text(items, own("LEVEL", "Level"), shown.level);
  add_text(items, own("RULE-TEXT", "Rule as written"), shown.text);
  add_text(items, own("REASON", "Reason"), shown.reason);
  add_text(items, own("SOURCE", "Source of the limit"), source_text(shown.source));
  return container(own("PLAN-CHECK", "Check of the plan"), std::move(items));
}

ContentItem plan_item(const Evaluation& e) {
  const CodedConcept gray = unit_code(metrics::Unit::Gy);
  Items items;
  add_text(items, own("PLAN-LABEL", "Plan"), shown_name(e.plan_label));
  std::optional<double> fractions;
  if (e.fractions) fractions = *e.fractions;
  add_number(items, own("FRACTIONS", "Fractions"), fractions, {"1", "UCUM", "no units"});
  add_number(items, own("PRESCRIPTION", "Prescribed dose"), e.prescription_gy, gray);
  add_number(items, own("BED", "Biologically effective dose"), e.bed_gy, gray);
  add_number(items, own("EQD2", "Equivalent dose in 2 Gy fractions"), e.eqd2_gy, gray);
  items.push_back(number(own("ALPHA-BETA", "Alpha/beta of BED and EQD2"), e.alpha_beta_gy, gray));
  return container(own("PLAN", "Plan and prescription"), std::move(items));
}

// TID 1002: a device observed. Its UID (1.2.840.10008 has none for software) is left out.
void add_observer(Items& items, const Evaluation& e) {
  const auto context = Relation::HasObservationContext;
  items.push_back(code(dcm("121005", "Observer Type"), dcm("121007", "Device"), context));
  items.push_back(text(dcm("121013", "Device Observer Name"), "Dosegate", context));
  items.push_back(text(dcm("121015", "Device Observer Model Name"),
                       "dosegate " + printable(e.software_version), context));
}

void add_provenance(Items& items, const Evaluation& e, const ReportContent& content) {
  Items protocols, settings, sources;
  for (const ShownProtocol& one : content.protocols) {
    add_text(protocols, own("PROTOCOL", "Protocol"),
             fmt::format("{} {} ({}), SHA-256 {}: {}", one.id, one.version, one.title, one.sha256,
                         verdict_word(one.verdict)));
  }
  for (const LabelledText& one : content.settings) {
    add_text(settings, own("SETTING", "Setting"), one.label + ": " + one.value);
  }
  for (const model::InputFile& input : e.inputs) {
    if (input.sop_instance_uid.empty()) continue;
    ContentItem item;
    item.kind = Kind::Object;
    item.name = own("INPUT", "Made from");
    item.sop_class = input.sop_class;
    item.text = input.sop_instance_uid;
    sources.push_back(std::move(item));
  }
  items.push_back(container(own("PROTOCOLS", "Protocols"), std::move(protocols)));
  items.push_back(container(own("SETTINGS", "How it was computed"), std::move(settings)));
  items.push_back(container(own("INPUTS", "Objects it was made from"), std::move(sources)));
  items.push_back(text(own("INTENDED-USE", "Intended use"), kResearchUse));
}

model::DocumentHead head_of(const Evaluation& e) {
  model::DocumentHead head;
  head.patient_id = e.patient_id;
  head.patient_name = e.patient_name;
  head.study = e.study;
  head.sources = e.inputs;
  head.title = fmt::format("Dosegate {}: {}", verdict_word(e.verdict), shown_name(e.plan_label));
  head.kind = kind_code();
  head.software = "Dosegate";
  head.software_version = e.software_version;
  head.scheme = kScheme;
  head.scheme_name = "Dosegate";
  return head;
}

}  // namespace

Result<model::PdfDocument> pdf_document(const Evaluation& e) {
  auto pdf = to_pdf(e);
  if (!pdf) return tl::unexpected<Error>(pdf.error());
  return model::PdfDocument{head_of(e), std::move(*pdf)};
}

model::StructuredReport structured_report(const Evaluation& e) {
  const ReportContent content = verdict_content(e);
  Items items = {code(dcm("121049", "Language of Content Item and Descendants"),
                      {"en", "RFC5646", "English"}, Relation::HasConceptModifier)};
  add_observer(items, e);
  items.push_back(code(own("PLAN-VERDICT", "Verdict of the plan"), verdict_code(e.verdict)));
  add_text(items, own("PLAN-REASON", "What decided"),
           content.verdict_sentence + " " + content.verdict_reason);
  for (const std::string& flag : content.flags) add_text(items, own("FLAG", "Flagged"), flag);
  add_text(items, own("PLAN-HEADROOM", "Headroom of the plan"), content.headroom);
  items.push_back(plan_item(e));
  Items rules, checks, findings;
  for (const RuleResult& rule : e.rules) rules.push_back(rule_item(e, rule));
  for (const auto& check : e.plan_checks) checks.push_back(check_item(e, check));
  for (const ShownFinding& one : content.findings) {
    add_text(findings, dcm("121071", "Finding"),
             fmt::format("{} {}: {}{}", one.severity, one.code, one.text,
                         one.where.empty() ? "" : " (" + one.where + ")"));
  }
  items.push_back(container(own("RULES", "Rules of the protocols"), std::move(rules)));
  items.push_back(container(own("PLAN-CHECKS", "Checks of the plan"), std::move(checks)));
  items.push_back(container(own("FINDINGS", "Findings"), std::move(findings)));
  add_provenance(items, e, content);
  return {head_of(e), container(kind_code(), std::move(items))};
}

}  // namespace dosegate::report
