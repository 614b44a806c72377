#include "report/json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "report/shown_values.h"

namespace dosegate::report {
namespace {

using evaluation::DvhReport;
using evaluation::DvhResult;
using evaluation::Evaluation;
using evaluation::RuleResult;
using evaluation::TestResult;
using evaluation::Verdict;
using metrics::MetricValue;
using Json = nlohmann::ordered_json;

// A dump cannot say NaN or infinity (it would write null, which means "not known" here).
Json number(double value) {
  require(std::isfinite(value), "a result that is not a finite number");
  return value == 0.0 ? 0.0 : value;  // no "-0.0"
}

Json number(const std::optional<double>& value) {
  return value ? number(*value) : Json(nullptr);
}

Json number(const std::optional<int>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json text(std::string_view value) {
  return printable(value);
}

Json text_or_null(std::string_view value) {
  return value.empty() ? Json(nullptr) : Json(printable(value));
}

Json prose_or_null(std::string_view value) {
  return text_or_null(one_line(value));
}

Json software(const std::string& version) {
  return {{"name", "dosegate"}, {"version", text(version)}};
}

Json inputs(const std::vector<model::InputFile>& files) {
  Json list = Json::array();
  for (const model::InputFile& file : files) {
    list.push_back({{"path", text(file.path)},
                    {"sop_class", text_or_null(file.sop_class)},
                    {"sop_instance_uid", text_or_null(file.sop_instance_uid)},
                    {"sha256", text_or_null(file.sha256)}});
  }
  return list;
}

Json findings(const Findings& all) {
  Json list = Json::array();
  for (const Finding& finding : all) {
    list.push_back({{"code", finding_id(finding.code)},
                    {"severity", severity_id(finding_severity(finding.code))},
                    {"text", text(finding.text)},
                    {"where", text_or_null(finding.where)}});
  }
  return list;
}

using BracketReadings = std::vector<evaluation::BracketReading>;

Json bracket(const MetricValue& value, const BracketReadings& names) {
  if (!value.bracket) return nullptr;
  const metrics::Bracket& b = *value.bracket;
  Json readings = Json::array();
  for (std::size_t i = 0; i < b.readings.size() && i < names.size(); ++i) {
    readings.push_back({{"end_caps", text(names[i].end_caps)},
                        {"interpolation", text(names[i].interpolation)},
                        {"value", number(b.readings[i])}});
  }
  return {{"integration", number(b.integration)},
          {"dose_grid", number(b.grid_bias)},
          {"readings", std::move(readings)},
          {"phase_low", number(b.phase_low)},
          {"phase_high", number(b.phase_high)}};
}

Json metric_value(const MetricValue& value, const BracketReadings& names) {
  return {{"value", number(value.value)},     {"low", number(value.low)},
          {"high", number(value.high)},       {"unit", metrics::to_text(value.unit)},
          {"bracket", bracket(value, names)}, {"reason", text(shown_reason(value))}};
}

Json covered(const std::optional<CoveredNumbers>& numbers) {
  if (!numbers) return nullptr;
  return {{"volume_cc", number(numbers->volume_cc)},
          {"mean_gy", number(numbers->mean_gy)},
          {"min_gy", number(numbers->min_gy)},
          {"max_gy", number(numbers->max_gy)}};
}

void add_numbers(Json& structure, const StructureNumbers& numbers) {
  structure["volume_cc"] = number(numbers.volume_cc);
  structure["uncovered_cc"] = number(numbers.uncovered_cc);
  structure["mean_gy"] = number(numbers.mean_gy);
  structure["min_gy"] = number(numbers.min_gy);
  structure["max_gy"] = number(numbers.max_gy);
  structure["covered"] = covered(numbers.covered);
  structure["reason"] = text(numbers.reason);
}

Json source(const Evaluation& evaluation, const std::string& protocol_id,
            const protocol::Provenance& provenance) {
  const protocol::Source* found = source_of(evaluation, protocol_id, provenance.source);
  return {{"id", text(provenance.source)},
          {"citation", found != nullptr ? prose_or_null(found->citation) : Json(nullptr)},
          {"doi", found != nullptr ? text_or_null(found->doi) : Json(nullptr)},
          {"read", prose_or_null(provenance.read)},
          {"mark", protocol::to_text(provenance.mark)},
          {"note", prose_or_null(provenance.note)}};
}

Json test_json(const TestResult& result, const BracketReadings& names) {
  const protocol::Test& test = result.test;
  return {{"metric", metrics::to_text(test.metric)},
          {"comparator", protocol::to_text(test.comparator)},
          {"goal", number(test.goal)},
          {"variation", number(test.variation)},
          {"unit", metrics::to_text(metrics::output_unit(test.metric))},
          {"value", number(result.value.value)},
          {"low", number(result.value.low)},
          {"high", number(result.value.high)},
          {"bracket", bracket(result.value, names)},
          {"reason", text(shown_reason(result.value))},
          {"outcome", to_text(result.outcome.verdict())},
          {"borderline", result.borderline},
          {"near_maximum_d0_03cc",
           result.near_maximum ? metric_value(*result.near_maximum, names) : Json(nullptr)}};
}

// The numbers of the test that decided, on the rule itself: what a table of rules shows.
void add_shown_test(Json& json, const RuleResult& rule, const BracketReadings& names) {
  const TestResult* shown = shown_test(rule);
  const Json test = shown != nullptr ? test_json(*shown, names) : Json::object();
  for (const char* key : {"metric", "value", "low", "high", "unit", "goal", "variation"}) {
    json[key] = shown != nullptr ? test.at(key) : Json(nullptr);
  }
}

Json headroom_step(const std::optional<evaluation::HeadroomStep>& step) {
  if (!step) return nullptr;
  Json changing = Json::array();
  for (const evaluation::HeadroomChange& change : step->changing) {
    changing.push_back({{"id", text(change.id)}, {"verdict", to_text(change.verdict)}});
  }
  return {{"factor", number(step->factor)},
          {"prescription_gy", number(step->prescription_gy)},
          {"verdict", to_text(step->beyond)},
          {"changing", std::move(changing)}};
}

Json headroom(const evaluation::Headroom& room) {
  Json pass = nullptr;
  if (room.pass) {
    pass = {{"from", number(room.pass->from)},
            {"to", number(room.pass->to)},
            {"prescription_from_gy", number(room.pass->prescription_from_gy)},
            {"prescription_to_gy", number(room.pass->prescription_to_gy)}};
  }
  return {{"up", headroom_step(room.up)},
          {"down", headroom_step(room.down)},
          {"pass", std::move(pass)},
          {"lowest_factor", number(evaluation::kLowestScale)},
          {"highest_factor", number(evaluation::kHighestScale)},
          {"reason", text(room.reason)}};
}

Json rule_json(const Evaluation& evaluation, const RuleResult& rule) {
  Json json = {{"id", text(rule.id)},
               {"protocol", text(rule.protocol_id)},
               {"label", text(one_line(rule.label))},
               {"text", text(rule.text)},
               {"level", protocol::to_text(rule.level)},
               {"structure", text(rule.structure)},
               {"roi", text_or_null(roi_text(rule))}};
  add_shown_test(json, rule, evaluation.bracket_readings);
  const bool applies = rule.verdict != Verdict::NotApplicable;
  json["verdict"] = to_text(rule.verdict);
  json["borderline"] = rule.borderline;
  json["reason"] = text(shown_reason(rule));
  json["branch"] = text_or_null(rule.branch);
  json["at_worst"] = applies ? Json(to_text(rule.outcome.worst)) : Json(nullptr);
  json["at_best"] = applies ? Json(to_text(rule.outcome.best)) : Json(nullptr);
  json["headroom"] = applies ? headroom(rule.headroom) : Json(nullptr);
  json["source"] = source(evaluation, rule.protocol_id, rule.provenance);
  json["tests"] = Json::array();
  for (const TestResult& test : rule.tests)
    json["tests"].push_back(test_json(test, evaluation.bracket_readings));
  return json;
}

Json plan_check_json(const Evaluation& evaluation, const evaluation::PlanCheckResult& check) {
  require(check.verdict == Verdict::Pass || !check.reason.empty(),
          "a plan check that is not met and has no reason");
  return {{"id", text(check.id)},
          {"protocol", text(check.protocol_id)},
          {"label", text(one_line(check.label))},
          {"text", text(check.text)},
          {"level", protocol::to_text(check.level)},
          {"verdict", to_text(check.verdict)},
          {"reason", text(check.reason)},
          {"source", source(evaluation, check.protocol_id, check.provenance)}};
}

Json structure_json(const evaluation::StructureResult& result) {
  const bool measured = result.dvh.has_value();
  Json json = {{"name", text(result.name)},
               {"roi_number", result.number},
               {"interpreted_type", text_or_null(result.interpreted_type)},
               {"planes", measured ? Json(result.planes) : Json(nullptr)},
               {"nominal_spacing_mm", measured && result.nominal_spacing_mm > 0.0
                                          ? number(result.nominal_spacing_mm)
                                          : Json(nullptr)}};
  add_numbers(json, structure_numbers(result.dvh, result.reason));
  return json;
}

Json protocol_json(const evaluation::ProtocolVerdict& protocol) {
  return {{"id", text(protocol.id)},
          {"version", text(protocol.version)},
          {"sha256", text(protocol.sha256)},
          {"title", text(one_line(protocol.title))}};
}

Json dvh_structure_json(const DvhReport& report, const DvhResult& result) {
  Json json = {{"name", text(result.name)}, {"roi_number", number(result.roi_number)}};
  add_numbers(json, structure_numbers(result.dvh, result.reason));
  Json values = Json::object();
  for (std::size_t i = 0; i < report.metrics.size(); ++i) {
    values[metrics::to_text(report.metrics[i])] =
        metric_value(shown_metric(report, result, i), report.bracket_readings);
  }
  json["metrics"] = std::move(values);
  json["dvh"] = nullptr;
  if (result.dvh) {
    const Gy bin = curve_bin(*result.dvh);
    Json curve = Json::array();
    for (const double volume_cc : result.dvh->cumulative_cc(bin))
      curve.push_back(number(volume_cc));
    json["dvh"] = {{"bin_gy", number(bin.value())}, {"cumulative_cc", std::move(curve)}};
  }
  return json;
}

Json tps_numbers(const evaluation::TpsNumbers& numbers) {
  return {{"volume_cc", number(numbers.volume_cc)},
          {"mean_gy", number(numbers.mean_gy)},
          {"max_gy", number(numbers.maximum_gy)}};
}

Json tps_dvhs(const evaluation::TpsComparisons& comparisons) {
  Json list = Json::array();
  for (const evaluation::TpsComparison& c : comparisons) {
    const evaluation::TpsDifference& d = c.difference;
    Json readings = Json::array();
    for (const evaluation::TpsAlternative& reading : c.readings) {
      Json one = {{"reading", text(reading.reading)}};
      one.update(tps_numbers(reading.numbers));
      readings.push_back(std::move(one));
    }
    list.push_back({{"name", text(c.name)},
                    {"roi_number", number(c.roi_number)},
                    {"dose_axis", text(c.dose_axis)},
                    {"theirs", tps_numbers(c.theirs)},
                    {"ours", tps_numbers(c.ours)},
                    {"uncovered_cc", number(c.uncovered_cc)},
                    {"difference",
                     {{"volume_cc", number(d.volume_cc)},
                      {"volume_pct", number(d.volume_pct)},
                      {"mean_gy", number(d.mean_gy)},
                      {"max_gy", number(d.maximum_gy)},
                      {"curve_pct", number(d.curve_pct)},
                      {"curve_pct_at_gy", number(d.curve_pct_at_gy)},
                      {"curve_gy", number(d.curve_gy)},
                      {"curve_gy_at_pct", number(d.curve_gy_at_pct)}}},
                    {"differs", c.differs},
                    {"readings", std::move(readings)},
                    {"nearest", text_or_null(c.nearest)},
                    {"explanation", text(c.explanation)}});
  }
  return list;
}

Json settings(const evaluation::ReadingSettings& used) {
  return {{"convention", text(used.convention)},
          {"end_caps", text(used.end_caps)},
          {"interpolation", text(used.interpolation)},
          {"dose_interpolation", text(used.dose_interpolation)}};
}

std::string to_text(const Json& json) {
  // Texts are valid UTF-8 already; should one not be, a replacement character is better than a
  // throw.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string to_json(const Evaluation& evaluation) {
  require(!evaluation.protocols.empty(), "an evaluation without a protocol");
  // Not from null: where memory runs out, the library could not take a half-made object apart.
  Json json = Json::object();
  json["schema"] = "dosegate-check/1";
  json["software"] = software(evaluation.software_version);
  json["settings"] = settings(evaluation.settings);
  json["protocol"] = protocol_json(evaluation.protocols.front());
  json["protocols"] = Json::array();
  for (const evaluation::ProtocolVerdict& protocol : evaluation.protocols) {
    Json one = protocol_json(protocol);
    one["origin"] = text_or_null(protocol.origin);
    one["verdict"] = to_text(protocol.verdict);
    json["protocols"].push_back(std::move(one));
  }
  json["plan"] = {{"patient_id", text_or_null(evaluation.patient_id)},
                  {"plan_label", text_or_null(evaluation.plan_label)},
                  {"plan_uid", text_or_null(evaluation.plan_uid)},
                  {"fractions", number(evaluation.fractions)},
                  {"prescription_gy", number(evaluation.prescription_gy)},
                  {"bed_gy", number(evaluation.bed_gy)},
                  {"eqd2_gy", number(evaluation.eqd2_gy)},
                  {"alpha_beta_gy", number(evaluation.alpha_beta_gy)}};
  json["inputs"] = inputs(evaluation.inputs);
  json["verdict"] = to_text(evaluation.verdict);
  json["verdict_reason"] = text(evaluation.verdict_reason);
  json["headroom"] = headroom(evaluation.headroom);
  json["rules"] = Json::array();
  for (const RuleResult& rule : evaluation.rules) {
    json["rules"].push_back(rule_json(evaluation, rule));
  }
  json["plan_checks"] = Json::array();
  for (const evaluation::PlanCheckResult& check : evaluation.plan_checks) {
    json["plan_checks"].push_back(plan_check_json(evaluation, check));
  }
  json["structures"] = Json::array();
  for (const evaluation::StructureResult& structure : evaluation.structures) {
    json["structures"].push_back(structure_json(structure));
  }
  json["findings"] = findings(evaluation.findings);
  return to_text(json);
}

std::string to_json(const DvhReport& report) {
  Json json = Json::object();
  json["schema"] = "dosegate-dvh/1";
  json["software"] = software(report.software_version);
  json["settings"] = settings(report.settings);
  json["plan"] = {{"patient_id", text_or_null(report.patient_id)},
                  {"plan_label", text_or_null(report.plan_label)},
                  {"plan_uid", text_or_null(report.plan_uid)},
                  {"fractions", number(report.fractions)},
                  {"prescription_gy", number(report.prescription_gy)}};
  json["inputs"] = inputs(report.inputs);
  json["structures"] = Json::array();
  for (const DvhResult& result : report.structures) {
    json["structures"].push_back(dvh_structure_json(report, result));
  }
  json["tps_dvhs"] = tps_dvhs(report.tps_dvhs);
  json["findings"] = findings(report.findings);
  return to_text(json);
}

}  // namespace dosegate::report
