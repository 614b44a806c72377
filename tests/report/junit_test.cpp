#include "report/junit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/sample_results.h"

namespace dosegate::report {
namespace {

using evaluation::Evaluation;
using evaluation::Verdict;
using ::testing::HasSubstr;
using ::testing::Not;

// The line of a case, by the beginning of its name.
std::string case_of(const std::string& xml, const std::string& name) {
  const std::size_t at = xml.find("name=\"" + name);
  if (at == std::string::npos) return {};
  const std::size_t from = xml.rfind('\n', at) + 1;
  return xml.substr(from, xml.find('\n', at) - from);
}

TEST(Junit, ARuleThatIsMetPasses) {
  const std::string line = case_of(to_junit(sample_evaluation()), "liver-mean");
  EXPECT_THAT(line, HasSubstr("time=\"0\"/>"));
}

TEST(Junit, AMissedRuleIsAFailure) {
  EXPECT_THAT(case_of(to_junit(sample_evaluation()), "cord-max"),
              HasSubstr("<failure type=\"FAIL\" message=\"Max[Gy] 50.00 Gy, goal &lt; 45 Gy."));
}

TEST(Junit, AVariationIsAFailureOfItsOwnTypeAndNeverASilentPass) {
  EXPECT_THAT(case_of(to_junit(sample_evaluation()), "liver-or"),
              HasSubstr("<failure type=\"VARIATION\""));
}

TEST(Junit, WhatCannotBeEvaluatedIsAnError) {
  const std::string line = case_of(to_junit(sample_evaluation()), "kidney-mean");
  EXPECT_THAT(line, HasSubstr("<error type=\"UNKNOWN\" message=\"Mean[Gy] not measured"));
}

TEST(Junit, WhatDoesNotApplyIsSkippedWithTheReason) {
  EXPECT_THAT(case_of(to_junit(sample_evaluation()), "sbrt"),
              HasSubstr("<skipped message=\"NOT_APPLICABLE: fx is 25"));
}

TEST(Junit, AnAdvisoryRuleThatIsMissedIsFlaggedAndDoesNotFailTheSuite) {
  Evaluation e = sample_evaluation();
  e.rules[2].level = protocol::Level::Advisory;
  EXPECT_THAT(case_of(to_junit(e), "cord-max"), HasSubstr("<skipped message=\"advisory, FAIL: "));
}

TEST(Junit, ThePlansOwnVerdictIsACaseSoThatAnEmptyProtocolIsNotGreen) {
  Evaluation e = sample_evaluation();
  e.rules.clear();
  e.plan_checks.clear();
  e.verdict = Verdict::Unknown;
  e.verdict_reason = "No required rule applies to this plan, so nothing was shown.";
  const std::string xml = to_junit(e);
  EXPECT_THAT(case_of(xml, "verdict"), HasSubstr("<error type=\"UNKNOWN\""));
  EXPECT_THAT(xml, HasSubstr("tests=\"1\" failures=\"0\" errors=\"1\" skipped=\"0\""));
}

TEST(Junit, CountsWhatItHolds) {
  // verdict FAIL, cord-max FAIL, liver-or VARIATION; kidney-mean UNKNOWN; heart-mean advisory, sbrt and
  // age not applicable; liver-mean and fractions pass.
  EXPECT_THAT(to_junit(sample_evaluation()),
              HasSubstr("tests=\"9\" failures=\"3\" errors=\"1\" skipped=\"3\""));
}

TEST(Junit, HoldsNothingThatXmlForbids) {
  Evaluation e = sample_evaluation();
  e.plan_label = std::string("<&>\"'\0\x1B\x07\xEF\xBF\xBE\xEF\xBF\xBF", 14);
  const std::string xml = to_junit(e);
  EXPECT_THAT(xml, HasSubstr("name=\"plan &lt;&amp;&gt;&quot;&#39;"));
  EXPECT_THAT(xml, Not(HasSubstr("\xEF\xBF\xBE")));
  EXPECT_THAT(xml, Not(HasSubstr("\xEF\xBF\xBF")));
  for (const char c : xml) EXPECT_FALSE(static_cast<unsigned char>(c) < 0x20U && c != '\n');
}

}  // namespace
}  // namespace dosegate::report
