#include "report/sample_results.h"

#include <gtest/gtest.h>

#include <utility>

#include "dvh/dvh_builder.h"
#include "protocol/rule.h"

namespace dosegate::report {
namespace {

using evaluation::Evaluation;
using evaluation::Outcome;
using evaluation::RuleResult;
using evaluation::Verdict;

constexpr double kBox_cc = 16.0;

// `covered_cc` of the box in one dose; what is left has none.
dvh::Dvh uniform(double covered_cc, double dose_gy) {
  dvh::DvhBuilder builder(Gy(0.0), Gy(dose_gy));
  if (covered_cc > 0.0) {
    builder.include_extreme(dose_gy);
    builder.deposit(dose_gy, 0.0, 0.0, covered_cc);
  }
  return std::move(builder).finish(Cc(kBox_cc));
}

void decide(RuleResult& rule, Verdict verdict, const std::string& reason) {
  rule.verdict = verdict;
  rule.outcome = {verdict, verdict};
  rule.reason = reason;
  if (!rule.tests.empty()) rule.deciding = 0;
}

void add_rules(Evaluation& e) {
  RuleResult met = rule_of("liver-mean", "Liver - GTV* :: Mean[Gy] <= 18 | 20",
                           {measured_test("Mean[Gy] <= 18 | 20", whole_box(17.5))});
  met.rois = {"Liver", "GTVp"};
  met.headroom.up = {1.025, Verdict::Variation, 51.25, {}};
  decide(met, Verdict::Pass, "");

  RuleResult variation = rule_of("liver-or", "Liver :: Mean[Gy] <= 18 | 20 OR CV5Gy[cc] >= 300",
                                 {measured_test("Mean[Gy] <= 18 | 20", whole_box(19.5)),
                                  measured_test("CV5Gy[cc] >= 300", whole_box(19.5))});
  variation.rois = {"Liver"};
  variation.branch = "Mean[Gy] <= 18 | 20";
  decide(variation, Verdict::Variation, "Within the acceptable variation only.");

  RuleResult missed = rule_of("cord-max", "SpinalCord :: Max[Gy] < 45",
                              {measured_test("Max[Gy] < 45", whole_box(50))});
  missed.tests.front().near_maximum =
      metrics::compute_metric(*metrics::parse_metric("D0.03cc[Gy]"), whole_box(50), {});
  missed.rois = {kHostileName};
  missed.provenance.mark = protocol::Mark::Derived;
  missed.provenance.note = "two lines,\n  one sentence";
  decide(missed, Verdict::Fail, "Missed.");

  // 8 cc have 10 Gy, 8 cc may have anything: the mean is at least 5 Gy and has no upper bound.
  RuleResult open = rule_of("kidney-mean", "Kidney_L :: Mean[Gy] < 18",
                            {measured_test("Mean[Gy] < 18", half_covered_box(10))});
  open.rois = {"Kidney_L"};
  open.deciding = 0;
  open.borderline = true;
  open.reason = "At worst FAIL, at best PASS.";

  RuleResult missing = rule_of("heart-mean", "Heart :: Mean[Gy] < 26", {});
  missing.level = protocol::Level::Advisory;
  missing.reason = "no structure is named 'Heart'";

  RuleResult guarded = rule_of("sbrt", "Liver :: CV15Gy[cc] > 700 when fx in 3..6", {});
  guarded.rois = {};
  decide(guarded, Verdict::NotApplicable, "fx is 25, not in 3..6.");

  met.volume = 3;  // the judged volume behind the three structures
  met.priority = 1;
  variation.volume = 0;
  open.volume = 1;
  e.rules = {met, variation, missed, open, missing, guarded};
}

}  // namespace

dvh::Dvh whole_box(double dose_gy) {
  return uniform(kBox_cc, dose_gy);
}
dvh::Dvh half_covered_box(double dose_gy) {
  return uniform(kBox_cc / 2.0, dose_gy);
}
dvh::Dvh uncovered_box() {
  return uniform(0.0, 1.0);
}

evaluation::TestResult measured_test(const std::string& condition, const dvh::Dvh& dvh) {
  const auto rule = protocol::parse_rule("X :: " + condition);
  EXPECT_TRUE(rule.has_value()) << condition;
  evaluation::TestResult result;
  result.test = rule->condition.test;
  result.value = metrics::compute_metric(result.test.metric, dvh, {25, 50.0});
  result.outcome = evaluation::hold_against(result.value, result.test);
  result.borderline = evaluation::is_borderline(result.value, result.test);
  return result;
}

RuleResult rule_of(const std::string& id, const std::string& text,
                   std::vector<evaluation::TestResult> tests) {
  RuleResult rule;
  rule.protocol_id = "sample";
  rule.id = id;
  rule.label = "Label of " + id;
  rule.text = text;
  rule.structure = text.substr(0, text.find(" ::"));
  rule.tests = std::move(tests);
  rule.provenance = {"paper", "what was read", "", protocol::Mark::Verified};
  return rule;
}

Evaluation sample_evaluation() {
  Evaluation e;
  e.software_version = "0.0.0";
  e.protocols = {
      {"sample",
       "1.0",
       "A sample protocol",
       std::string(64, 'a'),
       "built in",
       {{"paper", "Authors,\nTitle, 2025", "10.1000/1"}},
       Verdict::Fail},
      {"second", "2.0", "Another one", std::string(64, 'b'), "second.yaml", {}, Verdict::Unknown}};
  e.patient_id = "ID-1";
  e.patient_name = "Doe^Jane";
  e.plan_label = "Plan 1";
  e.plan_uid = "1.2.3";
  e.fractions = 25;
  e.prescription_gy = 50.0;
  e.bed_gy = 60.0;  // 50 (1 + 2/10)
  e.headroom.down = {0.9, Verdict::Unknown, 45.0, {{"cord-max", Verdict::Unknown}}};
  e.headroom.pass = {0.1, 0.5, 5.0, 25.0};
  e.eqd2_gy = 50.0;  // 2 Gy a fraction already
  e.inputs = {{"plan/RP.dcm", "RT Plan Storage", "1.2.3", std::string(64, 'c')},
              {"memory", "", "", ""}};
  e.verdict = Verdict::Fail;
  e.verdict_reason = "Decided by: cord-max.";
  add_rules(e);
  e.plan_checks = {{"sample",
                    "fractions",
                    "Fractions",
                    "fx in 20..30",
                    protocol::Level::Required,
                    Verdict::Pass,
                    "",
                    {"paper", "20 to 30", "", protocol::Mark::Verified}},
                   {"sample",
                    "age",
                    "Age",
                    "age >= 18",
                    protocol::Level::Advisory,
                    Verdict::NotApplicable,
                    "age was not given.",
                    {"elsewhere", "", "", protocol::Mark::Verified}}};
  e.structures = {
      {"Liver", 1, "ORGAN", whole_box(17.5), "", 8, 5.0},
      {"Kidney_L", 2, "", half_covered_box(10), "", 8, 5.0},
      {kHostileName, 3, "ORGAN", std::nullopt, "The ROI has no closed contour.", 0, 0.0}};
  e.judged_volumes = {{"Liver - GTV*", whole_box(17.5), ""}};
  e.prescription_words = {"PTV", "external beam, 2 beams"};
  e.conversion_fractions = 25;
  e.findings = {{FindingCode::StructureLeavesGrid, "8.00 of 16.00 cc lie outside.", "Kidney_L"},
                {FindingCode::RoiWithoutContours, "The ROI has no contours.", ""}};
  return e;
}

evaluation::DvhReport sample_dvh_report() {
  evaluation::DvhReport report;
  report.software_version = "0.0.0";
  report.patient_id = "ID-1";
  report.inputs = {{"dose.dcm", "RT Dose Storage", "1.2.4", std::string(64, 'd')}};
  for (const char* text : {"D95%[Gy]", "V0.04Gy[%]", "D20cc[Gy]"}) {
    report.metrics.push_back(*metrics::parse_metric(text));
  }
  report.structures = {{"PTV", 4, whole_box(0.0625), "", {}},
                       {"Kidney_L + Kidney_R", std::nullopt, half_covered_box(0.03125), "", {}},
                       {kHostileName, 6, std::nullopt, "The ROI has no closed contour.", {}}};
  for (evaluation::DvhResult& result : report.structures) {
    if (!result.dvh) continue;
    for (const metrics::Metric& metric : report.metrics) {
      result.metrics.push_back(metrics::compute_metric(metric, *result.dvh, {}));
    }
  }
  evaluation::TpsComparison ptv;
  ptv.name = "PTV";
  ptv.roi_number = 4;
  ptv.dose_axis = "centre";
  ptv.theirs = {15.0, 0.0625, 0.0625};
  ptv.ours = {16.0, 0.0625, 0.0625};
  ptv.uncovered_cc = 0.0;
  ptv.difference = {1.0, 6.25, 0.0, 0.0, -0.5, 0.03125, 0.25, 1.0};
  ptv.differs = true;
  ptv.readings = {{"half end caps", ptv.ours}, {"no end caps", {15.0, 0.0625, 0.0625}}};
  ptv.nearest = "no end caps";
  ptv.explanation = "The convention.";
  evaluation::TpsComparison bare;
  bare.name = kHostileName;
  bare.dose_axis = "lower edge";
  bare.theirs = {{}, 1.0, 2.0};
  bare.ours = {16.0, {}, {}};
  bare.explanation = "Nothing has dose.";
  report.tps_dvhs = {ptv, bare};
  report.findings = {{FindingCode::StructureLeavesGrid, "8.00 of 16.00 cc lie outside.", ""}};
  return report;
}

}  // namespace dosegate::report
