#include "protocol/rule.h"

#include <gtest/gtest.h>
// GoogleTest first: the other order does not compile.
#include <rapidcheck/gtest.h>

#include "support/any_rule.h"

namespace dosegate::protocol {
namespace {

using Op = Condition::Op;

TEST(ParseRule, AcceptsEveryFormAndPrintsItCanonically) {
  const struct {
    const char* text;
    const char* canonical;
  } rows[] = {
      {"Liver - GTV* :: Mean[Gy] <= 18 | 20 OR CV5Gy[cc] >= 300 when fx in 20..30 and site=liver",
       "Liver - GTV* :: Mean[Gy] <= 18 | 20 OR CV5Gy[cc] >= 300 when fx in 20..30 and site=liver"},
      {"Bowel_Small::Max[Gy]<=35", "Bowel_Small :: Max[Gy] <= 35"},
      {"Bowel_Small::Max[Gy]<=35|38 when fx in 5..5",
       "Bowel_Small :: Max[Gy] <= 35 | 38 when fx in 5..5"},
      {"A :: V20Gy[%]<40%", "A :: V20Gy[%] < 40"},
      {"A :: V20Gy[%] < 40 % | 45%", "A :: V20Gy[%] < 40 | 45"},
      {"A :: Max[Gy] <= 18 Gy | 20Gy OR Min[Gy] > 3Gy", "A :: Max[Gy] <= 18 | 20 OR Min[Gy] > 3"},
      {"A :: Max[cGy] <= 1800cGy", "A :: Max[cGy] <= 1800"},
      {"A :: Max[%] <= 107%", "A :: Max[%] <= 107"},
      {"A :: D95%[Gy] >= 50 | 47.5", "A :: D95%[Gy] >= 50 | 47.5"},
      {"A :: Max[Gy] <= 0", "A :: Max[Gy] <= 0"},
      {"A :: Max[Gy]@EQD2(ab=10) <= 49.58", "A :: Max[Gy]@EQD2(ab=10) <= 49.58"},
      {"A :: (Max[Gy] < 1 OR Min[Gy] > 2) AND Mean[Gy] < 3",
       "A :: (Max[Gy] < 1 OR Min[Gy] > 2) AND Mean[Gy] < 3"},
      {"A :: Max[Gy] < 1 OR (Min[Gy] > 2 AND Mean[Gy] < 3)",
       "A :: Max[Gy] < 1 OR Min[Gy] > 2 AND Mean[Gy] < 3"},
      {"PTV :: CI <= 1.2|1.5 AND HI<0.1", "PTV :: CI(Dref=Rx) <= 1.2 | 1.5 AND HI < 0.1"},
      {"A :: NOT Max[Gy] < 1", "A :: NOT Max[Gy] < 1"},
      {"A :: NOT NOT (Max[Gy] < 1 OR Min[Gy] > 2)", "A :: NOT NOT (Max[Gy] < 1 OR Min[Gy] > 2)"},
      {"A :: ((Max[Gy] < 1))", "A :: Max[Gy] < 1"},
      {"A :: Max[Gy] < 1 priority 2", "A :: Max[Gy] < 1 priority 2"},
      {"A :: Max[Gy] < 1 when fx < 5 or fx > 5 priority 1",
       "A :: Max[Gy] < 1 when fx < 5 or fx > 5 priority 1"},
      {"\"a::b\" :: Max[Gy] < 1", "\"a::b\" :: Max[Gy] < 1"},
      {"liver-mean: Liver :: Mean[Gy] <= 18", "liver-mean: Liver :: Mean[Gy] <= 18"},
      {" 5fx:A::Max[Gy] < 1", "5fx: A :: Max[Gy] < 1"},
      {"a:: Max[Gy] < 1", "a :: Max[Gy] < 1"},
  };
  for (const auto& row : rows) {
    const Result<Rule> rule = parse_rule(row.text);
    ASSERT_TRUE(rule.has_value()) << row.text << ": " << to_text(rule.error());
    EXPECT_EQ(to_text(*rule), row.canonical);
    EXPECT_EQ(parse_rule(row.canonical).value(), *rule) << row.text;
  }
}

TEST(ParseRule, BuildsTheLiverRule) {
  const Rule rule =
      parse_rule("Liver - GTV* :: Mean[Gy] <= 18 | 20 OR CV5Gy[cc] >= 300 when fx in 20..30")
          .value();
  EXPECT_EQ(names_in(rule.subject), (std::vector<std::string>{"Liver", "GTV*"}));
  ASSERT_EQ(rule.condition.op, Op::Or);
  ASSERT_EQ(rule.condition.operands.size(), 2U);
  const protocol::Test& mean = rule.condition.operands[0].test;
  EXPECT_EQ(mean.metric.kind, metrics::MetricKind::Mean);
  EXPECT_EQ(mean.comparator, Comparator::LessOrEqual);
  EXPECT_EQ(mean.goal, 18.0);
  EXPECT_EQ(mean.variation, 20.0);
  const protocol::Test& spared = rule.condition.operands[1].test;
  EXPECT_EQ(spared.metric.kind, metrics::MetricKind::CV);
  EXPECT_EQ(spared.metric.argument, 5.0);
  EXPECT_EQ(spared.comparator, Comparator::GreaterOrEqual);
  EXPECT_EQ(spared.goal, 300.0);
  EXPECT_FALSE(spared.variation.has_value());
  ASSERT_TRUE(rule.guard.has_value());
  EXPECT_FALSE(rule.priority.has_value());
}

TEST(ParseRule, BindsAndTighterThanOr) {
  const Rule rule = parse_rule("A :: Max[Gy] < 1 OR Min[Gy] > 2 AND Mean[Gy] < 3").value();
  ASSERT_EQ(rule.condition.op, Op::Or);
  EXPECT_EQ(rule.condition.operands[1].op, Op::And);
}

struct Refusal {
  std::string text;
  ErrorCode code;
  int column;
  const char* says;
};

void expect_refused(const Refusal& row) {
  SCOPED_TRACE(row.text.substr(0, 80));
  const Result<Rule> rule = parse_rule(row.text);
  ASSERT_FALSE(rule.has_value());
  EXPECT_EQ(rule.error().code, row.code);
  EXPECT_EQ(rule.error().where, "column " + std::to_string(row.column));
  EXPECT_NE(rule.error().text.find(row.says), std::string::npos) << rule.error().text;
}

TEST(ParseRule, RefusesWithTheColumn) {
  constexpr ErrorCode kRule = ErrorCode::RuleSyntax;
  constexpr ErrorCode kMetric = ErrorCode::MetricSyntax;
  const Refusal rows[] = {
      {"", kRule, 1, "a structure name"},
      {"Liver", kRule, 6, "'::'"},
      {"Liver : Mean[Gy] <= 18", kRule, 7, "'::'"},
      {"liver : Liver :: Mean[Gy] <= 18", kRule, 7, "'::'"},
      {"liver: :: Mean[Gy] <= 18", kRule, 8, "a structure name"},
      {"a: b: Liver :: Mean[Gy] <= 18", kRule, 5, "'::'"},
      {std::string(65, 'a') + ": Liver :: Mean[Gy] <= 18", kRule, 1, "at most 64"},
      {"Liver :: ", kMetric, 10, "expected a metric"},
      {"Liver :: Mean <= 18", kMetric, 14, "write Mean[Gy]"},
      {"Liver :: Mean[Gy]", kRule, 18, "a comparator"},
      {"Liver :: Mean[Gy] = 18", kRule, 19, "a comparator"},
      {"Liver :: Mean[Gy] == 18", kRule, 19, "a comparator"},
      {"Liver :: Mean[Gy] => 18", kRule, 19, "a comparator"},
      {"Liver :: Mean[Gy] \xE2\x89\xA4 18", kRule, 19, "a comparator"},
      {"Liver :: Mean[Gy] <=", kRule, 21, "a limit"},
      {"Liver :: Mean[Gy] <= -18", kRule, 22, "a limit"},
      {"Liver :: Mean[Gy] <= 18,5", kRule, 24, "decimal comma"},
      {"Liver :: Mean[Gy] <= 18 cGy", kRule, 25, "another unit"},
      {"Liver :: Mean[Gy] <= 18%", kRule, 24, "another unit"},
      {"Liver :: CV5Gy[cc] >= 30 %", kRule, 26, "another unit"},
      {"Liver :: V5Gy[%] < 30 cc", kRule, 23, "another unit"},
      {"Liver :: V5Gy[%] < 140", kRule, 20, "100 %"},
      {"Liver :: V5Gy[%] < 40 | 140", kRule, 25, "100 %"},
      {"Liver :: Mean[Gy] <= 18 | 17", kRule, 27, "above 18"},
      {"Liver :: Mean[Gy] <= 18 | 18", kRule, 27, "not looser"},
      {"Kidney :: CV17Gy[cc] >= 100 | 105", kRule, 31, "below 100"},
      {"Liver :: Mean[Gy] <= 18 |", kRule, 26, "a limit"},
      {"Liver :: Mean[Gy] <= 18 20", kRule, 25, "the end of the rule"},
      {"Liver :: Mean[Gy] <= 18when fx < 5", kRule, 24, "the end of the rule"},
      {"Liver :: Mean[Gy] <= 18OR Max[Gy] < 5", kRule, 24, "'OR', 'AND'"},
      {"Liver :: Mean[Gy] <= 18 or Max[Gy] < 5", kRule, 25, "'OR', 'AND'"},
      {"Liver :: Mean[Gy] <= 18 OR", kMetric, 27, "expected a metric"},
      {"Liver :: (Mean[Gy] <= 18", kRule, 25, "')'"},
      {"Liver :: Mean[Gy] <= 18)", kRule, 24, "the end of the rule"},
      {"Liver :: NOT Mean[Gy] <= 18 | 20", kRule, 10, "NOT is not allowed"},
      {"Liver :: NOT (Max[Gy] < 1 OR Mean[Gy] <= 18 | 20)", kRule, 10, "NOT is not allowed"},
      {"Liver :: Mean[Gy] <= 18 when", kRule, 29, "fx, dpf, rx"},
      {"Liver :: Mean[Gy] <= 18 when fx in 20..30 priority", kRule, 51, "1 to 9"},
      {"Liver :: Mean[Gy] <= 18 priority 0", kRule, 34, "1 to 9"},
      {"Liver :: Mean[Gy] <= 18 priority 10", kRule, 34, "1 to 9"},
      {"Liver :: Mean[Gy] <= 18 priority 1 when fx < 5", kRule, 36, "the end of the rule"},
      {"Liver :: HI <= 18 %", kRule, 19, "without a unit"},
      {"PTV :: CN >= 0.6 cc", kRule, 18, "without a unit"},
      {"PTV :: CN >= 60", kRule, 14, "above 1"},
      {"PTV :: CI[%] <= 60", kMetric, 10, "no unit"},
      {"Liver :: NTCP(rild-primary)[%] <= 101", kRule, 35, "more than 100 %"},
      {"\"Leber \xC3\xBC\" :: Mean <= 18", kMetric, 18, "write Mean[Gy]"},
  };
  for (const Refusal& row : rows) expect_refused(row);
}

TEST(ParseRule, SurvivesHostileText) {
  constexpr ErrorCode kRule = ErrorCode::RuleSyntax;
  expect_refused({"A :: " + std::string(10000, '('), kRule, 4097, "more than 4096"});
  expect_refused({"A :: " + std::string(1000, '('), kRule, 70, "64 levels"});
  std::string nots = "A :: ";
  for (int i = 0; i < 500; ++i) nots += "NOT ";
  expect_refused({nots + "Max[Gy] < 1", kRule, 262, "64 levels"});  // 6 + 64 * 4
  expect_refused({std::string(1 << 20, ' '), kRule, 4097, "more than 4096"});
  expect_refused({std::string("A :: Max[Gy] < 1\0", 17), kRule, 17, "the end of the rule"});
  expect_refused({"A :: Max[Gy] < 1 \xFF", kRule, 18, "the end of the rule"});
}

RC_GTEST_PROP(Rule, ReadsBackAsItWasPrinted, ()) {
  const Rule rule = testing::any_rule();
  const std::string text = to_text(rule);
  RC_PRE(text.size() <= metrics::kLongestText);
  const Result<Rule> again = parse_rule(text);
  if (!again) RC_FAIL(text + ": " + to_text(again.error()));
  RC_ASSERT((*again == rule));
  RC_ASSERT(to_text(*again) == text);
}

RC_GTEST_PROP(ParseRule, NeverAcceptsWhatItCannotPrintBack, ()) {
  // A rule with one character put in, taken out or doubled: refused, or stable when printed.
  std::string text = to_text(testing::any_rule());
  const auto at = static_cast<std::size_t>(*rc::gen::inRange(0, static_cast<int>(text.size())));
  switch (*rc::gen::inRange(0, 3)) {
    case 0:
      text.insert(at, 1, *rc::gen::arbitrary<char>());
      break;
    case 1:
      text.erase(at, 1);
      break;
    default:
      text.insert(at, 1, text[at]);
  }
  const Result<Rule> rule = parse_rule(text);
  if (!rule) {
    RC_ASSERT(rule.error().where.starts_with("column "));
    return;
  }
  RC_ASSERT((parse_rule(to_text(*rule)).value() == *rule));
}

}  // namespace
}  // namespace dosegate::protocol
