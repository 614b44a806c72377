#include "report/report_content.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "report/rule_content.h"
#include "report/sample_results.h"

namespace dosegate::report {
namespace {

using evaluation::Evaluation;
using evaluation::Verdict;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

ShownRule rule_named(const ReportContent& content, const std::string& id) {
  for (const RuleGroup& group : content.rule_groups) {
    for (const ShownRule& rule : group.rules) {
      if (rule.id == id) return rule;
    }
  }
  ADD_FAILURE() << "no rule " << id;
  return {};
}

std::vector<std::string> labels(const std::vector<LabelledText>& lines) {
  std::vector<std::string> all;
  for (const LabelledText& line : lines) all.push_back(line.label);
  return all;
}

std::vector<std::string> open_ids(const Evaluation& evaluation) {
  std::vector<std::string> ids;
  for (const OpenPoint& point : report_content(evaluation).open_points) ids.push_back(point.id);
  return ids;
}

TEST(ReportContent, StatesThePrescriptionInTheOrderOfAstro) {
  const ReportContent content = report_content(sample_evaluation());
  EXPECT_THAT(labels(content.prescription),
              ElementsAre("Site", "Method", "Dose per fraction", "Fractions", "Total dose", "BED10",
                          "EQD2"));
  EXPECT_EQ(content.prescription[0].value, "PTV");
  EXPECT_EQ(content.prescription[2].value, "2.00 Gy");  // 50 Gy / 25
  EXPECT_EQ(content.prescription[5].value, "60.00 Gy");
  EXPECT_EQ(content.prescription[5].note, "alpha/beta 10 Gy");
}

TEST(ReportContent, ListsWhatIsRequiredAndNotMetTheWorstFirst) {
  // FAIL before UNKNOWN before VARIATION; advisory rules are not among them.
  EXPECT_THAT(open_ids(sample_evaluation()), ElementsAre("cord-max", "kidney-mean", "liver-or"));
}

TEST(ReportContent, ListsARequiredPlanCheckThatIsNotMet) {
  Evaluation e = sample_evaluation();
  e.plan_checks.front().verdict = Verdict::Unknown;
  e.plan_checks.front().reason = "fx is not known.";
  EXPECT_THAT(open_ids(e), ElementsAre("cord-max", "kidney-mean", "fractions", "liver-or"));
}

TEST(ReportContent, SaysNotMeasuredWithTheReasonWhereThereIsNoValue) {
  const ShownRule open = rule_named(report_content(sample_evaluation()), "kidney-mean");
  const ShownTest& test = open.tests.at(open.shown);
  EXPECT_EQ(test.value, kNotMeasured);
  EXPECT_EQ(test.bracket, "at least 5.00 Gy");  // half of the box has 10 Gy
  EXPECT_THAT(test.reason, HasSubstr("no dose"));
  EXPECT_THAT(open.reason, HasSubstr(test.reason));
}

TEST(ReportContent, ShowsTheLimitsOfARuleOfWhichNothingWasMeasured) {
  const ShownRule missing = rule_named(report_content(sample_evaluation()), "heart-mean");
  ASSERT_EQ(missing.tests.size(), 1u);
  EXPECT_EQ(missing.tests[0].value, kNotMeasured);
  EXPECT_EQ(missing.tests[0].goal, "< 26 Gy");
  EXPECT_FALSE(missing.reason.empty());
}

TEST(ReportContent, FlagsWhatAPassMustNotHide) {
  Evaluation e = sample_evaluation();
  e.rules[1].verdict = Verdict::Pass;
  e.rules[1].deciding = 1;
  e.rules[1].branch = "CV5Gy[cc] >= 300";
  e.rules[1].reason = "";
  EXPECT_THAT(
      report_content(e).flags,
      ElementsAre(
          "Advisory and not met: Label of heart-mean (UNKNOWN).",
          "Passed by another branch than the first: Label of liver-or (CV5Gy[cc] >= 300)."));
}

TEST(ReportContent, WritesANameAsPeopleDo) {
  Evaluation e = sample_evaluation();
  EXPECT_EQ(report_content(e).patient_name, "Doe, Jane");
  e.patient_name = "Doe^Jane^A^Dr";
  EXPECT_EQ(report_content(e).patient_name, "Doe, Jane A Dr");
  e.patient_name = "Doe";
  EXPECT_EQ(report_content(e).patient_name, "Doe");
  e.patient_name = "";
  EXPECT_EQ(report_content(e).patient_name, kNotStated);
}

TEST(ReportContent, CutsANameThatNoPageCouldHold) {
  Evaluation e = sample_evaluation();
  e.patient_id = std::string(65536, 'x');
  EXPECT_EQ(report_content(e).patient_id, std::string(128, 'x') + "... [cut, 65536 bytes]");
}

TEST(ReportContent, NamesTheBranchThatDecidedInWords) {
  EXPECT_EQ(rule_named(report_content(sample_evaluation()), "liver-or").branch,
            "Within the acceptable variation only, by the first of 2 branches: Mean[Gy] <= 18 | "
            "20.");
}

TEST(ReportContent, PutsRequiredRulesFirstAndThenGoesByPriority) {
  Evaluation e = sample_evaluation();
  e.rules[0].priority = 2;
  e.rules[1].priority = 1;
  std::vector<std::string> titles;
  for (const RuleGroup& group : report_content(e).rule_groups) titles.push_back(group.title);
  EXPECT_THAT(titles, ElementsAre("Required, priority 1", "Required, priority 2", "Required",
                                  "Advisory (flagged, never fails the plan)"));
}

TEST(ReportContent, KeepsWhatDoesNotApplyApart) {
  const ReportContent content = report_content(sample_evaluation());
  ASSERT_EQ(content.not_applicable.size(), 2u);
  EXPECT_EQ(content.not_applicable[0].id, "sbrt");
  EXPECT_EQ(content.not_applicable[1].id, "age");
}

TEST(ReportContent, HoldsNoControlCharacterOfHostileNames) {
  const ReportContent content = report_content(sample_evaluation());
  EXPECT_EQ(content.structures.back().name, kHostileNameShown);
  EXPECT_EQ(rule_named(content, "cord-max").rois, kHostileNameShown);
}

TEST(ReportContent, TellsForWhichRulesAStructureWasTaken) {
  const ReportContent content = report_content(sample_evaluation());
  EXPECT_EQ(content.structures[1].name, "Liver");
  EXPECT_EQ(content.structures[1].taken_for, "Liver - GTV*, Liver");
}

TEST(ReportContent, PutsAVolumeThatRulesMakeOfSeveralRoisAmongTheStructures) {
  const ReportContent content = report_content(sample_evaluation());
  EXPECT_EQ(content.structures[0].name, "Liver - GTV*");
  EXPECT_EQ(content.structures[0].number, "");
  EXPECT_EQ(content.structures[0].mean, "17.50 Gy");
  EXPECT_EQ(content.plot.curves[0].name, "Liver - GTV*");
  EXPECT_EQ(content.plot.curves[0].use, CurveUse::Judged);
}

TEST(ReportContent, PutsTheSeverestFindingFirst) {
  const ReportContent content = report_content(sample_evaluation());
  std::vector<std::string> severities;
  for (const ShownFinding& finding : content.findings) severities.push_back(finding.severity);
  for (std::size_t i = 1; i < severities.size(); ++i) {
    EXPECT_FALSE(severities[i - 1] == "info" && severities[i] != "info");
  }
  EXPECT_EQ(content.findings.size(), sample_evaluation().findings.size());
}

// The axis of "<= 18 | 20" at 17.5: 1.15 x 20 = 23, rounded up to 25.
TEST(TierBar, PutsLimitsAndValueOnOneAxisFromZero) {
  const auto bar = tier_bar(measured_test("Mean[Gy] <= 18 | 20", whole_box(17.5)));
  ASSERT_TRUE(bar.has_value());
  EXPECT_EQ(bar->from, "0 Gy");
  EXPECT_EQ(bar->to, "25 Gy");
  EXPECT_DOUBLE_EQ(bar->goal, 18.0 / 25.0);
  EXPECT_DOUBLE_EQ(*bar->variation, 20.0 / 25.0);
  EXPECT_DOUBLE_EQ(*bar->value, 17.5 / 25.0);
  EXPECT_TRUE(bar->lower_is_better);
}

TEST(TierBar, HoldsAValueFarBeyondTheLimitsAtItsEnd) {
  const auto bar = tier_bar(measured_test("Mean[Gy] <= 1", whole_box(50)));
  ASSERT_TRUE(bar.has_value());
  EXPECT_EQ(bar->to, "5 Gy");  // 1.15 x 4 x 1 Gy, rounded up
  EXPECT_DOUBLE_EQ(*bar->value, 1.0);
}

TEST(TierBar, LeavesOutAValueThatIsNotMeasuredAndDrawsItsBoundToTheEnd) {
  const auto bar = tier_bar(measured_test("Mean[Gy] < 18", half_covered_box(10)));
  ASSERT_TRUE(bar.has_value());
  EXPECT_FALSE(bar->value.has_value());
  EXPECT_DOUBLE_EQ(*bar->low, 5.0 / 25.0);  // 1.15 x 18 = 20.7, rounded up to 25
  EXPECT_DOUBLE_EQ(*bar->high, 1.0);
}

// Volume at `dose_gy` on the straight lines between the points.
double on_lines(const std::vector<PlotPoint>& points, double dose_gy) {
  for (std::size_t i = 1; i < points.size(); ++i) {
    const PlotPoint &a = points[i - 1], &b = points[i];
    if (dose_gy > b.dose_gy) continue;
    const double share = (dose_gy - a.dose_gy) / (b.dose_gy - a.dose_gy);
    return a.volume_pct + share * (b.volume_pct - a.volume_pct);
  }
  return 0.0;
}

TEST(Thinned, StaysWithinItsErrorOfEveryBin) {
  std::vector<double> curve_pct;
  for (int i = 0; i <= 6000; ++i) {  // a smooth fall around 30 Gy
    curve_pct.push_back(50.0 * std::erfc((0.01 * i - 30.0) / 8.0));
  }
  const auto points = thinned(curve_pct, 0.01, {});
  EXPECT_LT(points.size(), 150u);
  for (std::size_t i = 0; i < curve_pct.size(); ++i) {
    // 1e-9: rounding of the interpolation itself.
    EXPECT_NEAR(on_lines(points, 0.01 * static_cast<double>(i)), curve_pct[i],
                kPlotError_pct + 1e-9);
  }
}

TEST(Thinned, KeepsBothSidesOfAStep) {
  std::vector<double> curve_pct(1000, 100.0);
  curve_pct.resize(2000, 0.0);
  // Bins of 1/4 Gy are exact in binary.
  EXPECT_THAT(thinned(curve_pct, 0.25, {}),
              ElementsAre(PlotPoint{0.0, 100.0}, PlotPoint{249.75, 100.0}, PlotPoint{250.0, 0.0},
                          PlotPoint{499.75, 0.0}));
}

TEST(Thinned, KeepsThePointsThatAreAskedFor) {
  std::vector<double> curve_pct;
  for (int i = 0; i <= 1000; ++i) curve_pct.push_back(100.0 - 0.1 * i);  // one straight line
  EXPECT_THAT(thinned(curve_pct, 0.01, {5.0, 20.0}),
              ElementsAre(PlotPoint{0.0, 100.0}, PlotPoint{5.0, 50.0}, PlotPoint{10.0, 0.0}));
}

// The marks of one rule on the 16 cc box, whose volume index is 0.
std::vector<LimitMark> marks_of(const std::string& condition) {
  Evaluation e = sample_evaluation();
  e.judged_volumes.clear();
  e.rules = {rule_of("r", "Liver :: " + condition, {measured_test(condition, whole_box(17.5))})};
  e.rules.front().volume = 0;
  return plot_content(e).curves.front().marks;
}

struct MarkCase {
  std::string condition;
  double dose_gy;
  std::optional<double> volume_pct;
  bool upper;
};

TEST(LimitMarks, LieWhereTheCurveMustNotGo) {
  // 16 cc; prescription 50 Gy.
  const std::vector<MarkCase> cases = {
      {"Max[Gy] < 45", 45.0, 0.0, true},
      {"Min[Gy] >= 10", 10.0, 100.0, false},
      {"Mean[cGy] <= 1800", 18.0, std::nullopt, true},
      {"D4cc[Gy] <= 30", 30.0, 25.0, true},   // 4 of 16 cc
      {"D95%[%] >= 95", 47.5, 95.0, false},   // 95 % of 50 Gy
      {"V20Gy[%] <= 30", 20.0, 30.0, true},   //
      {"V5Gy[cc] < 8", 5.0, 50.0, true},      // 8 of 16 cc
      {"CV5Gy[cc] >= 4", 5.0, 75.0, true},    // 4 cc cold leave 12 of 16 cc
      {"DC4cc[Gy] <= 10", 10.0, 75.0, true},  // the coldest 4 of 16 cc
  };
  for (const MarkCase& c : cases) {
    const auto marks = marks_of(c.condition);
    ASSERT_EQ(marks.size(), 1u) << c.condition;
    EXPECT_DOUBLE_EQ(marks[0].dose_gy, c.dose_gy) << c.condition;
    EXPECT_EQ(marks[0].volume_pct, c.volume_pct) << c.condition;
    EXPECT_EQ(marks[0].upper, c.upper) << c.condition;
  }
}

TEST(LimitMarks, AreLeftOutWhereThePlaneHasNoPlaceForThem) {
  EXPECT_THAT(marks_of("CV5Gy[cc] >= 300"), IsEmpty());  // more than the structure has
  EXPECT_THAT(marks_of("Volume[cc] >= 3"), IsEmpty());
}

TEST(LimitMarks, OfAnEqd2SayWithWhichRatio) {
  const auto marks = marks_of("Max[Gy]@EQD2(ab=3) <= 45");
  ASSERT_EQ(marks.size(), 1u);
  EXPECT_EQ(marks[0].eqd2_alpha_beta_gy, 3.0);
}

}  // namespace
}  // namespace dosegate::report
