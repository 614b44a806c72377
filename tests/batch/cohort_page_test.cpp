// The cohort's page as text: what counts as a pass, where links lead, what a name can do. How it behaves in a browser is
// tested by page/test_cohort_page.py.
#include "batch/cohort_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "batch/cohort_page_parts.h"
#include "batch/made_cohort.h"

namespace dosegate::batch {
namespace {

using evaluation::Verdict;
using ::testing::HasSubstr;
using ::testing::Not;

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

CohortPlan plan_with(const std::string& key, const std::string& verdict,
                     std::optional<double> value) {
  CohortRule rule;
  rule.protocol = "p";
  rule.id = "liver";
  rule.level = "required";
  rule.verdict = verdict;
  rule.metric = "Mean[Gy]";
  rule.unit = "Gy";
  rule.value = value;
  rule.comparator = "<=";
  rule.goal = 18.0;
  CohortPlan plan;
  plan.status = CohortPlan::Status::Checked;
  plan.key = key;
  plan.verdict = verdict;
  plan.rules = {rule};
  return plan;
}

TEST(VerdictOf, WhatIsNoVerdictIsUnknown) {
  EXPECT_EQ(verdict_of("PASS"), Verdict::Pass);
  EXPECT_EQ(verdict_of("NOT_APPLICABLE"), Verdict::NotApplicable);
  for (const char* none : {"", "pass", "PASS ", "PASSED"}) {
    EXPECT_EQ(verdict_of(none), Verdict::Unknown) << none;
  }
}

TEST(Summarize, UnknownAppliesAndDoesNotPass) {
  const Cohort cohort{"0",
                      {plan_with("1", "PASS", 10.0), plan_with("2", "UNKNOWN", {}),
                       plan_with("3", "NOT_APPLICABLE", 99.0)}};
  const CohortSummary summary = summarize(cohort);
  ASSERT_EQ(summary.rules.size(), 1U);
  const RuleSummary& rule = summary.rules.front();
  EXPECT_EQ(rule.counts.pass, 1U);
  EXPECT_EQ(rule.counts.applicable(), 2U);
  ASSERT_EQ(rule.metrics.size(), 1U);
  EXPECT_EQ(rule.metrics.front().values.size(), 1U);  // none of where the rule does not apply
  EXPECT_EQ(rule.metrics.front().without_value, 1U);
}

TEST(Summarize, WhatIsNotFiniteIsNoValue) {
  const double infinite = std::numeric_limits<double>::infinity();
  Cohort cohort{"0", {}};
  for (const double value : {1.0, std::nan(""), infinite, -infinite, 1e300}) {
    cohort.plans.push_back(plan_with(std::to_string(cohort.plans.size()), "PASS", value));
    cohort.plans.back().prescription_gy = cohort.plans.back().bed_gy = value;
  }
  const CohortSummary summary = summarize(cohort);
  EXPECT_EQ(summary.rules.front().metrics.front().values.size(), 1U);
  EXPECT_EQ(summary.rules.front().metrics.front().without_value, 4U);
  EXPECT_EQ(summary.treatments.front().prescription_gy.known, 1U);
  EXPECT_EQ(summary.treatments.front().prescription_gy.unknown, 4U);
  EXPECT_THAT(cohort_page(cohort), HasSubstr("4 plans without a value of this metric"));
}

TEST(Summarize, PlansThatWereNotCheckedAreInNoNumber) {
  Cohort cohort{"0", {plan_with("1", "PASS", 10.0), plan_with("2", "PASS", 12.0)}};
  cohort.plans[1].status = CohortPlan::Status::Refused;
  const CohortSummary summary = summarize(cohort);
  EXPECT_EQ(summary.counts.pass, 1U);
  EXPECT_EQ(summary.refused, 1U);
  EXPECT_EQ(summary.rules.front().counts.pass, 1U);
  EXPECT_EQ(summary.treatments.front().plans, 1U);
}

TEST(Summarize, RulesOfOneIdAndTwoLevelsAreTwo) {
  Cohort cohort{"0", {plan_with("1", "PASS", 10.0), plan_with("2", "FAIL", 30.0)}};
  cohort.plans[1].rules[0].level = "advisory";
  EXPECT_EQ(summarize(cohort).rules.size(), 2U);
}

TEST(Summarize, CallsItBed10OnlyWhereItIs) {
  // 50 Gy in 25: 50 (1 + 2/10) = 60 at 10 Gy, 50 (1 + 2/3) at 3 Gy.
  Cohort cohort{"0", {plan_with("1", "PASS", 10.0)}};
  CohortPlan& plan = cohort.plans.front();
  plan.prescription_gy = 50.0;
  plan.fractions = 25;
  EXPECT_FALSE(summarize(cohort).bed_is_bed10);
  plan.bed_gy = 60.0;
  EXPECT_TRUE(summarize(cohort).bed_is_bed10);
  plan.bed_gy = 50.0 * (1.0 + 2.0 / 3.0);
  EXPECT_FALSE(summarize(cohort).bed_is_bed10);
}

TEST(HrefOf, EncodesEachPartAndLeavesTheFolderByNone) {
  EXPECT_EQ(page::href_of("plans/A_1/report.html"), "plans/A_1/report.html");
  EXPECT_EQ(page::href_of("a b/100%#1?x.html"), "a%20b/100%25%231%3Fx.html");
  EXPECT_EQ(page::href_of("javascript:alert(1)"), "javascript%3Aalert%281%29");
  EXPECT_EQ(page::href_of("\xC3\xBC\"<"), "%C3%BC%22%3C");
  EXPECT_EQ(page::href_of("./a//b/"), "a/b");
  for (const char* unsafe : {"", "/etc/passwd", "//host/x", "..", "a/../b", "../x", "a/.."}) {
    EXPECT_EQ(page::href_of(unsafe), "") << unsafe;
  }
  EXPECT_EQ(page::href_of("%2e%2e/x"), "%252e%252e/x");
  EXPECT_EQ(page::href_of("..\\x"), "..%5Cx");
}

TEST(CohortPage, NoNameBecomesAnElementOrEndsAScript) {
  const std::string usual = cohort_page(made_cohort(200, 7, Names::Usual));
  const std::string hostile = cohort_page(made_cohort(200, 7, Names::Hostile));
  for (const char* part :
       {"<script", "</script", "<style", "<noscript", "<img", "<b>", "<svg onload", "<!--"}) {
    EXPECT_EQ(count(hostile, part), count(usual, part)) << part;
  }
}

TEST(CohortPage, OfTheSameCohortHasTheSameBytes) {
  const Cohort cohort = made_cohort(300, 11, Names::Hostile);
  EXPECT_TRUE(cohort_page(cohort) == cohort_page(cohort));
  EXPECT_EQ(cohort_page(cohort).back(), '\n');
}

TEST(CohortPage, OfPlansWithoutRulesDatesOrValuesIsStillAPage) {
  CohortPlan bare;
  bare.status = CohortPlan::Status::Checked;
  const std::string page = cohort_page({"", {bare}});
  EXPECT_THAT(page, HasSubstr("1 plan checked"));
  EXPECT_THAT(page, HasSubstr("No rule was checked"));
  EXPECT_THAT(page, HasSubstr("No plan's date is known"));
  EXPECT_THAT(
      page,
      Not(HasSubstr("data-status=\"PASS\"><span class=\"verdict pass\"><strong class=\"num\">1")));
  EXPECT_EQ(summarize({"", {bare}}).counts.unknown, 1U);
}

TEST(CohortPage, SaysWhereOutliersWereNotLookedFor) {
  const Cohort few{"0", {plan_with("1", "PASS", 10.0), plan_with("2", "FAIL", 99.0)}};
  const std::string page = cohort_page(few);
  EXPECT_THAT(page, HasSubstr("Outliers not looked for: 2 of at least 8 values"));
  EXPECT_THAT(page, HasSubstr("Not looked for: no metric has enough values"));
  EXPECT_THAT(page, Not(HasSubstr("There is none.")));
  Cohort enough{"0", {}};
  for (int i = 0; i < 8; ++i)
    enough.plans.push_back(plan_with(std::to_string(i), "PASS", 10.0 + i));
  EXPECT_THAT(cohort_page(enough), HasSubstr("There is none."));
}

TEST(CohortPage, StaysSmallWithNamesOf64Kilobytes) {
  Cohort cohort = made_cohort(30, 3, Names::Usual);
  const std::size_t usual = cohort_page(cohort).size();
  const std::string longest(65536, '<');
  for (CohortPlan& plan : cohort.plans) {
    plan.patient_id = plan.plan_label = plan.site = plan.protocols = longest;
    for (CohortRule& rule : plan.rules)
      rule.label = rule.id = rule.metric = rule.structure = longest;
  }
  // Each is cut to 128 bytes and written as "&lt;" or "\u003c"; the plans have some 40 of them, the rules some 30 each.
  EXPECT_LT(cohort_page(cohort).size(), usual + 2000000);
}

}  // namespace
}  // namespace dosegate::batch
