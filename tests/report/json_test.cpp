#include "report/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <clocale>
#include <functional>
#include <limits>
#include <locale>
#include <nlohmann/json.hpp>

#include "report/sample_results.h"
#include "report/shown_values.h"
#include "support/shapes.h"

namespace dosegate::report {
namespace {

using evaluation::DvhReport;
using evaluation::Evaluation;
using evaluation::RuleResult;
using evaluation::Verdict;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::ordered_json;

Json written(const Evaluation& evaluation) {
  return Json::parse(to_json(evaluation));
}
Json written(const DvhReport& report) {
  return Json::parse(to_json(report));
}

std::vector<std::string> keys(const Json& object) {
  std::vector<std::string> all;
  for (const auto& [key, value] : object.items()) all.push_back(key);
  return all;
}

Json rule_named(const Json& json, const std::string& id) {
  for (const Json& rule : json.at("rules")) {
    if (rule.at("id") == id) return rule;
  }
  ADD_FAILURE() << "no rule " << id;
  return {};
}

// Calls `look` for the document and everything in it.
void walk(const Json& json, const std::function<void(const Json&)>& look) {
  look(json);
  if (!json.is_structured()) return;
  for (const Json& part : json) walk(part, look);
}

// The promise: beside each value that is null stands a reason. Returns how many such values there
// are.
int count_absent_values(const Json& json) {
  int absent = 0;
  walk(json, [&](const Json& part) {
    if (!part.is_object() || !part.contains("value") || !part.at("value").is_null()) return;
    ++absent;
    EXPECT_FALSE(part.at("reason").get<std::string>().empty()) << part.dump(2);
  });
  return absent;
}

// Only the first rule is left, with one test of `condition` on `dvh`.
Evaluation with_one_rule(const std::string& condition, const dvh::Dvh& dvh, Verdict verdict) {
  Evaluation e = sample_evaluation();
  RuleResult rule = rule_of("one", "X :: " + condition, {measured_test(condition, dvh)});
  rule.verdict = verdict;
  rule.deciding = 0;
  e.rules = {rule};
  return e;
}

TEST(CheckJson, HasTheFieldsOfTheContractInTheirOrder) {
  const Json json = written(sample_evaluation());
  EXPECT_THAT(keys(json), ElementsAre("schema", "software", "settings", "protocol", "protocols",
                                      "plan", "inputs", "verdict", "verdict_reason", "headroom",
                                      "rules", "plan_checks", "structures", "findings"));
  EXPECT_THAT(
      keys(json["rules"][0]),
      ElementsAre("id", "protocol", "label", "text", "level", "structure", "roi", "metric", "value",
                  "low", "high", "unit", "goal", "variation", "verdict", "borderline", "reason",
                  "branch", "at_worst", "at_best", "headroom", "source", "tests"));
  EXPECT_EQ(json["schema"], "dosegate-check/1");
  EXPECT_EQ(json["software"]["name"], "dosegate");
  EXPECT_EQ(json["protocol"]["id"], "sample");
  EXPECT_EQ(json["protocols"][1]["verdict"], "UNKNOWN");
  EXPECT_EQ(json["findings"][0]["code"], "structure-leaves-grid");
}

TEST(CheckJson, SaysHowFarTheDoseCouldBeScaled) {
  const Json json = written(sample_evaluation());
  EXPECT_EQ(json["headroom"]["up"], nullptr);
  EXPECT_EQ(json["headroom"]["down"],
            Json::parse(R"({"factor": 0.9, "prescription_gy": 45.0, "verdict": "UNKNOWN",
                            "changing": [{"id": "cord-max", "verdict": "UNKNOWN"}]})"));
  EXPECT_EQ(json["headroom"]["pass"]["to"], 0.5);
  EXPECT_EQ(json["headroom"]["lowest_factor"], 0.1);
  EXPECT_EQ(rule_named(json, "liver-mean")["headroom"]["up"]["verdict"], "VARIATION");
  EXPECT_TRUE(rule_named(json, "sbrt")["headroom"].is_null()) << "it does not apply";
}

TEST(HeadroomText, NeverPromisesMoreThanThereIs) {
  const auto text = [](double factor, Verdict now, Verdict beyond, bool up,
                       Verdict part = Verdict::Fail) {
    evaluation::Headroom room;
    (up ? room.up : room.down) = {factor, beyond, 50.0 * factor, {{"liver", part}}};
    return headroom_text(room, now);
  };
  EXPECT_EQ(text(1.26049, Verdict::Pass, Verdict::Fail, true),
            "PASS up to x1.260 (63.02 Gy), then FAIL (liver)");
  EXPECT_EQ(text(0.85361, Verdict::Pass, Verdict::Unknown, false),
            "PASS down to x0.854 (42.69 Gy), then UNKNOWN (liver FAIL)");
  EXPECT_EQ(text(0.85361, Verdict::Fail, Verdict::Pass, false, Verdict::Pass),
            "FAIL down to x0.853 (42.68 Gy), then PASS (liver)");
  // On a limit: the number shown still has the verdict of now.
  EXPECT_EQ(text(1.2 - 1e-11, Verdict::Unknown, Verdict::Pass, true, Verdict::Pass),
            "UNKNOWN up to x1.200 (60.00 Gy), then PASS (liver)");
  EXPECT_EQ(text(1.1, Verdict::Fail, Verdict::Pass, true, Verdict::NotApplicable),
            "FAIL up to x1.100 (55.00 Gy), then PASS (liver no longer applies)");
  evaluation::Headroom ceases;
  ceases.up = {1.1, Verdict::NotApplicable, {}, {}};
  EXPECT_EQ(headroom_text(ceases, Verdict::Fail), "FAIL up to x1.100, then it no longer applies");
  evaluation::Headroom pass;
  pass.pass = {0.88811, 0.91449, 44.4055, 45.7245};
  EXPECT_EQ(headroom_text(pass, Verdict::Fail), "PASS from x0.889 to x0.914 (44.41 to 45.72 Gy)");
  EXPECT_EQ(headroom_text({}, Verdict::Pass), "PASS from x0.1 to x10");
  EXPECT_EQ(headroom_text({{}, {}, {}, "why"}, Verdict::Pass), "");
}

TEST(CheckJson, SpellsEveryVerdict) {
  const Json json = written(sample_evaluation());
  const auto verdict = [&](const char* id) { return rule_named(json, id).at("verdict"); };
  EXPECT_EQ(verdict("liver-mean"), "PASS");
  EXPECT_EQ(verdict("liver-or"), "VARIATION");
  EXPECT_EQ(verdict("cord-max"), "FAIL");
  EXPECT_EQ(verdict("kidney-mean"), "UNKNOWN");
  EXPECT_EQ(verdict("heart-mean"), "UNKNOWN");
  EXPECT_EQ(verdict("sbrt"), "NOT_APPLICABLE");
  EXPECT_EQ(json["verdict"], "FAIL");
}

TEST(CheckJson, ShowsTheTestThatDecided) {
  Evaluation e = sample_evaluation();
  RuleResult& rule = e.rules[1];  // Mean[Gy] <= 18 | 20 OR CV5Gy[cc] >= 300
  rule.deciding = 1;
  const Json second = rule_named(written(e), "liver-or");
  EXPECT_EQ(second["metric"], "CV5Gy[cc]");
  EXPECT_EQ(second["unit"], "cc");
  EXPECT_EQ(second["goal"], 300.0);
  EXPECT_TRUE(second["variation"].is_null());
  EXPECT_EQ(second["value"], 0.0);  // a measured zero: the whole box has 19.5 Gy
  EXPECT_EQ(second["tests"].size(), 2U);
  rule.deciding.reset();
  EXPECT_EQ(rule_named(written(e), "liver-or")["metric"], "Mean[Gy]");
  rule.deciding = 2;
  EXPECT_THROW((void)to_json(e), InternalError);
}

TEST(CheckJson, SetsAReasonBesideEveryAbsentValue) {
  // kidney-mean and its test, heart-mean, sbrt.
  EXPECT_EQ(count_absent_values(written(sample_evaluation())), 4);
}

TEST(CheckJson, SaysWhyThereIsNoValueWhereBoundsDecided) {
  // 8 of 16 cc at 10 Gy: V5Gy is at least 50 %, so "at most 40 %" is missed whatever the rest has.
  Evaluation e = with_one_rule("V5Gy[%] <= 40", half_covered_box(10), Verdict::Fail);
  e.rules[0].reason = "Missed.";
  Json rule = written(e)["rules"][0];
  EXPECT_TRUE(rule["value"].is_null());
  EXPECT_EQ(rule["low"], 50.0);
  EXPECT_EQ(rule["high"], 100.0);
  EXPECT_THAT(rule["reason"].get<std::string>(), HasSubstr("Missed. 8.00 of 16.00 cc"));
  // And where the rule itself gives none, because it is met.
  e = with_one_rule("V5Gy[%] >= 40", half_covered_box(10), Verdict::Pass);
  rule = written(e)["rules"][0];
  EXPECT_THAT(rule["reason"].get<std::string>(), HasSubstr("8.00 of 16.00 cc"));
}

TEST(CheckJson, RefusesAnAbsentValueWithoutReason) {
  Evaluation e = with_one_rule("Mean[Gy] < 1", half_covered_box(10), Verdict::Unknown);
  e.rules[0].tests[0].value.reason.clear();
  EXPECT_THROW((void)to_json(e), InternalError);
  e = sample_evaluation();
  e.rules[4].reason.clear();  // nothing measured
  EXPECT_THROW((void)to_json(e), InternalError);
  e = sample_evaluation();
  e.rules[2].reason.clear();  // FAIL
  EXPECT_THROW((void)to_json(e), InternalError);
  e = sample_evaluation();
  e.structures[2].reason.clear();  // no dvh
  EXPECT_THROW((void)to_json(e), InternalError);
  e = sample_evaluation();
  e.plan_checks[1].reason.clear();
  EXPECT_THROW((void)to_json(e), InternalError);
}

TEST(CheckJson, NeverShowsTheCoveredPartAsTheStructure) {
  const Json json = written(sample_evaluation());
  const Json& kidney = json["structures"][1];
  EXPECT_EQ(kidney["volume_cc"], 16.0);
  EXPECT_EQ(kidney["uncovered_cc"], 8.0);
  for (const char* key : {"mean_gy", "min_gy", "max_gy"}) {
    EXPECT_TRUE(kidney[key].is_null()) << key;
    EXPECT_EQ(kidney["covered"][key], 10.0) << key;
  }
  EXPECT_EQ(kidney["covered"]["volume_cc"], 8.0);
  EXPECT_THAT(kidney["reason"].get<std::string>(), HasSubstr("8.00 of 16.00 cc"));
  const Json& liver = json["structures"][0];
  EXPECT_EQ(liver["mean_gy"], 17.5);
  EXPECT_EQ(liver["reason"], "");
}

TEST(CheckJson, KeepsAStructureWithoutDoseAndOneWithoutVolumeApart) {
  Evaluation e = sample_evaluation();
  e.structures[0].dvh = uncovered_box();
  const Json json = written(e);
  const Json& far = json["structures"][0];
  EXPECT_EQ(far["volume_cc"], 16.0);
  EXPECT_EQ(far["uncovered_cc"], 16.0);
  EXPECT_EQ(far["covered"]["volume_cc"], 0.0);
  EXPECT_TRUE(far["covered"]["mean_gy"].is_null());
  EXPECT_FALSE(far["reason"].get<std::string>().empty());
  const Json& empty = json["structures"][2];
  for (const char* key :
       {"volume_cc", "uncovered_cc", "mean_gy", "covered", "planes", "nominal_spacing_mm"}) {
    EXPECT_TRUE(empty[key].is_null()) << key;
  }
  EXPECT_EQ(empty["reason"], "The ROI has no closed contour.");
}

TEST(CheckJson, TellsWhatIsPossibleWhereARuleIsOpen) {
  const Json json = written(sample_evaluation());
  EXPECT_EQ(rule_named(json, "kidney-mean")["at_worst"], "FAIL");
  EXPECT_EQ(rule_named(json, "kidney-mean")["at_best"], "PASS");
  EXPECT_TRUE(rule_named(json, "sbrt")["at_worst"].is_null());
}

TEST(CheckJson, SetsTheNearMaximumBesideAMaximum) {
  const Json json = written(sample_evaluation());
  const Json near = rule_named(json, "cord-max")["tests"][0]["near_maximum_d0_03cc"];
  EXPECT_EQ(near["value"], 50.0);  // uniform dose
  EXPECT_EQ(near["unit"], "Gy");
  EXPECT_TRUE(rule_named(json, "liver-mean")["tests"][0]["near_maximum_d0_03cc"].is_null());
}

TEST(CheckJson, NamesTheSourceOnOneLine) {
  const Json json = written(sample_evaluation());
  const Json source = rule_named(json, "cord-max")["source"];
  EXPECT_EQ(source["citation"], "Authors, Title, 2025");
  EXPECT_EQ(source["doi"], "10.1000/1");
  EXPECT_EQ(source["mark"], "derived");
  EXPECT_EQ(source["note"], "two lines, one sentence");
  EXPECT_TRUE(json["plan_checks"][1]["source"]["citation"].is_null());  // a source nobody lists
}

TEST(CheckJson, MakesHostileTextHarmless) {
  Evaluation e = sample_evaluation();
  e.patient_id = e.plan_label = e.verdict_reason = kHostileName;
  e.inputs[0].path = e.findings[0].text = e.findings[0].where = kHostileName;
  const std::string text = to_json(e);
  for (const char c : text) {
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    ASSERT_TRUE(!control || c == '\n');
  }
  EXPECT_THAT(text, Not(HasSubstr("\xFF")));
  EXPECT_THAT(text, Not(HasSubstr("\xE2\x80\xAE")));
  const Json json = Json::parse(text);
  EXPECT_EQ(json["plan"]["patient_id"], kHostileNameShown);
  EXPECT_EQ(json["inputs"][0]["path"], kHostileNameShown);
  EXPECT_EQ(json["findings"][0]["where"], kHostileNameShown);
  EXPECT_EQ(rule_named(json, "cord-max")["roi"], kHostileNameShown);
  EXPECT_EQ(json["structures"][2]["name"], kHostileNameShown);
}

TEST(CheckJson, DoesNotHoldThePatientsName) {
  EXPECT_THAT(to_json(sample_evaluation()), Not(HasSubstr("Doe")));
}

TEST(CheckJson, RefusesNumbersThatAreNotFinite) {
  Evaluation e = sample_evaluation();
  e.prescription_gy = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW((void)to_json(e), InternalError);
  e = sample_evaluation();
  e.rules[0].tests[0].value.high = std::numeric_limits<double>::infinity();
  EXPECT_THROW((void)to_json(e), InternalError);
}

TEST(CheckJson, WritesNullForWhatIsNotKnown) {
  Evaluation e = sample_evaluation();
  e.plan_label.clear();
  e.fractions.reset();
  e.prescription_gy.reset();
  e.bed_gy.reset();
  e.eqd2_gy.reset();
  const Json plan = written(e)["plan"];
  for (const char* key : {"plan_label", "fractions", "prescription_gy", "bed_gy", "eqd2_gy"}) {
    EXPECT_TRUE(plan[key].is_null()) << key;
  }
  EXPECT_EQ(plan["alpha_beta_gy"], 10.0);
}

TEST(CheckJson, WritesNumbersThatReadBackTheSame) {
  for (const double value : {0.1 + 0.2, 1.0 / 3.0, 1e-300, 5e-324, 1.7976931348623157e308, -2.5}) {
    Evaluation e = sample_evaluation();
    e.prescription_gy = value;
    EXPECT_EQ(written(e)["plan"]["prescription_gy"].get<double>(), value);
  }
  Evaluation e = sample_evaluation();
  e.prescription_gy = -0.0;
  EXPECT_THAT(to_json(e), HasSubstr("\"prescription_gy\": 0.0"));
}

TEST(CheckJson, DoesNotFollowTheLocale) {
  class Comma : public std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
  };
  const std::string expected = to_json(sample_evaluation());
  const std::locale before = std::locale::global(std::locale(std::locale::classic(), new Comma));
  (void)std::setlocale(LC_ALL, "de_DE.UTF-8");  // where the machine has it
  const std::string text = to_json(sample_evaluation());
  std::locale::global(before);
  EXPECT_EQ(text, expected);
}

TEST(CheckJson, KeepsItsPromisesOnARealEvaluation) {
  model::Case plan_case;
  model::StructureSet structures;
  const auto box = [&](const std::string& name, double x0, double x1) {
    structures.rois.push_back(testing::stack(
        name, 0, 5, 8, [&](double) { return std::vector{testing::rectangle(x0, 0, x1, 20)}; }));
    structures.rois.back().number = static_cast<int>(structures.rois.size());
  };
  box("Liver", 0, 40);  // the grid ends at x = 30
  box("GTV", 5, 10);
  structures.rois.push_back({});
  structures.rois.back().name = "Stomach";
  plan_case.structures = structures;
  testing::GridSpec spec;
  spec.first = testing::Vec3(-12.5, -12.5, -12.5);
  spec.step = testing::Vec3(5, 5, 5);
  spec.count = {9, 10, 15};
  const auto grid = testing::grid_of(spec, [](const testing::Vec3& p) { return 20 + p.x(); });
  plan_case.doses.push_back({"1.2.4",
                             "in memory",
                             "",
                             "",
                             model::DoseType::Physical,
                             model::DoseSummation::Plan,
                             {},
                             {},
                             {},
                             "",
                             grid});
  const auto protocol = protocol::builtin_protocol(protocol::kDefaultProtocol);
  ASSERT_TRUE(protocol.has_value());
  evaluation::EvaluationOptions options;
  options.course.fractions = 25;
  options.course.prescription_gy = 50.0;
  const auto evaluation = evaluation::evaluate(plan_case, {*protocol}, options);
  ASSERT_TRUE(evaluation.has_value()) << to_text(evaluation.error());
  const Json json = written(*evaluation);
  EXPECT_EQ(json["rules"].size(), protocol->rules.size());
  EXPECT_EQ(json["plan_checks"].size(), protocol->plan_checks.size() + protocol->margins.size());
  EXPECT_GT(count_absent_values(json), 0);
  EXPECT_EQ(to_json(*evaluation), to_json(*evaluation));
}

TEST(DvhJson, HasTheFieldsOfTheContractInTheirOrder) {
  const Json json = written(sample_dvh_report());
  EXPECT_THAT(keys(json), ElementsAre("schema", "software", "settings", "plan", "inputs",
                                      "structures", "tps_dvhs", "findings"));
  EXPECT_THAT(keys(json["structures"][0]),
              ElementsAre("name", "roi_number", "volume_cc", "uncovered_cc", "mean_gy", "min_gy",
                          "max_gy", "covered", "reason", "metrics", "dvh"));
  EXPECT_THAT(keys(json["structures"][0]["metrics"]),
              ElementsAre("D95%[Gy]", "V0.04Gy[%]", "D20cc[Gy]"));
  EXPECT_EQ(json["schema"], "dosegate-dvh/1");
}

TEST(DvhJson, GivesTheCurveUpToTheFirstBinBeyondTheMaximum) {
  const Json json = written(sample_dvh_report());
  const Json& curve = json["structures"][0]["dvh"];
  EXPECT_EQ(curve["bin_gy"], 0.01);
  // 16 cc at 0.0625 Gy: all of it at 0, 0.01 ... 0.06, none at 0.07.
  EXPECT_EQ(curve["cumulative_cc"], Json::parse("[16.0, 16.0, 16.0, 16.0, 16.0, 16.0, 16.0, 0.0]"));
  // Half covered: the curve of the 8 cc that have dose.
  EXPECT_EQ(json["structures"][1]["dvh"]["cumulative_cc"],
            Json::parse("[8.0, 8.0, 8.0, 8.0, 0.0]"));
  EXPECT_EQ(json["structures"][1]["uncovered_cc"], 8.0);
}

TEST(DvhJson, WidensTheBinWhereADoseIsBeyondReason) {
  DvhReport report = sample_dvh_report();
  report.structures[0].dvh = whole_box(1000);
  EXPECT_EQ(written(report)["structures"][0]["dvh"]["bin_gy"], 0.01);
  report.structures[0].dvh = whole_box(1001);
  const Json curve = written(report)["structures"][0]["dvh"];
  EXPECT_EQ(curve["bin_gy"], 0.1);
  // 0, 0.1 ... 1001.0 and one beyond; one more if 0.1 * 10010 rounds to just below 1001.
  EXPECT_NEAR(static_cast<double>(curve["cumulative_cc"].size()), 10012.0, 1.0);
}

TEST(DvhJson, SetsAReasonBesideEveryAbsentValue) {
  const Json json = written(sample_dvh_report());
  // D20cc of 16 cc; D95% and D20cc and V0.04Gy of the half covered; all three without contours.
  EXPECT_EQ(count_absent_values(json), 1 + 3 + 3);
  const Json& without = json["structures"][2];
  EXPECT_TRUE(without["dvh"].is_null());
  EXPECT_EQ(without["metrics"]["D95%[Gy]"]["reason"], "The ROI has no closed contour.");
  EXPECT_EQ(without["metrics"]["V0.04Gy[%]"]["unit"], "%");
  EXPECT_EQ(without["name"], kHostileNameShown);
}

TEST(DvhJson, RefusesAReportThatLostAMetric) {
  DvhReport report = sample_dvh_report();
  report.structures[0].metrics.pop_back();
  EXPECT_THROW((void)to_json(report), InternalError);
}

TEST(DvhJson, PlanningSystemsDvhsStandBesideOurs) {
  const Json json = Json::parse(to_json(sample_dvh_report()));
  ASSERT_EQ(json["tps_dvhs"].size(), 2U);
  const Json& ptv = json["tps_dvhs"][0];
  EXPECT_EQ(ptv["theirs"]["volume_cc"], 15.0);
  EXPECT_EQ(ptv["ours"]["volume_cc"], 16.0);
  EXPECT_EQ(ptv["difference"]["volume_cc"], 1.0);
  EXPECT_EQ(ptv["difference"]["max_gy"], 0.0);
  EXPECT_EQ(ptv["readings"][1]["reading"], "no end caps");
  EXPECT_EQ(ptv["nearest"], "no end caps");
  EXPECT_EQ(ptv["differs"], true);
  // What is not known is null, never 0; names are as harmless as everywhere.
  const Json& other = json["tps_dvhs"][1];
  EXPECT_EQ(other["name"], kHostileNameShown);
  EXPECT_TRUE(other["roi_number"].is_null());
  EXPECT_TRUE(other["theirs"]["volume_cc"].is_null());
  EXPECT_TRUE(other["difference"]["volume_pct"].is_null());
  EXPECT_TRUE(other["difference"]["curve_gy_at_pct"].is_null());
  EXPECT_TRUE(other["nearest"].is_null());
}

}  // namespace
}  // namespace dosegate::report
