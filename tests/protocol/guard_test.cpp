#include "protocol/guard.h"

#include <gtest/gtest.h>

#include <limits>

namespace dosegate::protocol {
namespace {

const std::vector<ContextKey> kKeys = {
    {"site", {}, {}, {"hepatic", "other"}, "site"},
    {"child_pugh", {}, {}, {"A5", "A6", "B7", "B8"}, "liver function"},
    {"age", 0.0, 120.0, {}, "age"},
};

TEST(ParseGuard, AcceptsEveryFormAndPrintsItCanonically) {
  const struct {
    const char* text;
    const char* canonical;
  } rows[] = {
      {"fx in 20..30", "fx in 20..30"},
      {" fx  in  20..30 ", "fx in 20..30"},
      {"fx not in 5..5", "fx not in 5..5"},
      {"fx<6", "fx < 6"},
      {"dpf >= 1.8", "dpf >= 1.8"},
      {"rx in 50..65 and fx in 20..30", "rx in 50..65 and fx in 20..30"},
      {"rx in 49.5..65.25", "rx in 49.5..65.25"},
      {"site=hepatic", "site=hepatic"},
      {"site = hepatic", "site=hepatic"},
      {"age > 18", "age > 18"},
      {"child_pugh in A5..B7", "child_pugh in A5..B7"},
      {"child_pugh not in A5..B7", "child_pugh not in A5..B7"},
      {"fx < 5 or fx > 5 and site=hepatic", "fx < 5 or fx > 5 and site=hepatic"},
  };
  for (const auto& row : rows) {
    const Result<Guard> guard = parse_guard(row.text);
    ASSERT_TRUE(guard.has_value()) << row.text << ": " << to_text(guard.error());
    EXPECT_EQ(to_text(*guard), row.canonical);
    EXPECT_EQ(parse_guard(row.canonical).value(), *guard);
  }
}

TEST(ParseGuard, RefusesWithTheColumn) {
  const struct {
    const char* text;
    int column;
    const char* says;
  } rows[] = {
      {"", 1, "fx, dpf, rx, bed, eqd2 or a context key"},
      {"5 fx", 1, "fx, dpf, rx, bed, eqd2 or a context key"},
      {"and", 1, "fx, dpf, rx, bed, eqd2 or a context key"},
      {"fx", 3, "in, not in"},
      {"fx 5", 4, "in, not in"},
      {"fx=5", 3, "'=' is for words"},
      {"fx in 5", 8, "'..'"},
      {"fx in 5.5", 7, "whole number"},
      {"fx in 30..20", 7, "the range is empty"},
      {"fx in A..B", 7, "expected a number"},
      {"fx not 5", 8, "'in' behind 'not'"},
      {"fx < 5.5", 6, "whole number"},
      {"rx < 50 Gy", 9, "'and', 'or' or the end"},
      {"rx < 50 and", 12, "fx, dpf, rx, bed, eqd2 or a context key"},
      {"rx < 50and fx < 5", 8, "'and', 'or' or the end"},
      {"rx < -5", 6, "expected a number"},
      {"site=", 6, "a word"},
      {"site=5", 6, "write in 5..5"},
      {"site==hepatic", 6, "a word"},
      {"site in A..5", 12, "the last word"},
  };
  for (const auto& row : rows) {
    const Result<Guard> guard = parse_guard(row.text);
    ASSERT_FALSE(guard.has_value()) << row.text;
    EXPECT_EQ(guard.error().code, ErrorCode::RuleSyntax);
    EXPECT_EQ(guard.error().where, "column " + std::to_string(row.column)) << row.text;
    EXPECT_NE(guard.error().text.find(row.says), std::string::npos)
        << row.text << ": " << guard.error().text;
  }
  EXPECT_FALSE(parse_guard(std::string(1 << 20, 'a')).has_value());
}

Truth truth_of(const char* text, const PlanFacts& facts) {
  return evaluate_guard(parse_guard(text).value(), facts, kKeys).truth;
}

TEST(EvaluateGuard, IncludesBothEndsOfARange) {
  for (const int fractions : {20, 25, 30}) {
    EXPECT_EQ(truth_of("fx in 20..30", {.fractions = fractions}), Truth::True) << fractions;
    EXPECT_EQ(truth_of("fx not in 20..30", {.fractions = fractions}), Truth::False) << fractions;
  }
  for (const int fractions : {19, 31}) {
    EXPECT_EQ(truth_of("fx in 20..30", {.fractions = fractions}), Truth::False) << fractions;
    EXPECT_EQ(truth_of("fx not in 20..30", {.fractions = fractions}), Truth::True) << fractions;
  }
  EXPECT_EQ(truth_of("child_pugh in A5..B7", {.context = {{"child_pugh", "B7"}}}), Truth::True);
  EXPECT_EQ(truth_of("child_pugh in A5..B7", {.context = {{"child_pugh", "B8"}}}), Truth::False);
  EXPECT_EQ(truth_of("child_pugh not in A5..B7", {.context = {{"child_pugh", "B8"}}}), Truth::True);
}

// In doubles 46.8/26 is 1.7999999999999998, 56 Gy in 28 fractions have an EQD2 of 56.00000000000001 Gy,
// 45 Gy in 25 a BED of 53.099999999999994 Gy at alpha/beta 10: the decimals are meant.
TEST(EvaluateGuard, TakesWhatIsComputedForTheDecimalThatIsMeant) {
  const PlanFacts low{.fractions = 26, .prescription_gy = 46.8};
  EXPECT_EQ(truth_of("dpf in 1.8..2.2", low), Truth::True);
  EXPECT_EQ(truth_of("dpf not in 1.8..2.2", low), Truth::False);
  EXPECT_EQ(truth_of("dpf < 1.8", low), Truth::False);
  EXPECT_EQ(truth_of("dpf in 1.5..1.8", {.fractions = 18, .prescription_gy = 32.4}), Truth::True);
  EXPECT_EQ(truth_of("eqd2 <= 56", {.fractions = 28, .prescription_gy = 56.0}), Truth::True);
  EXPECT_EQ(truth_of("eqd2 > 56", {.fractions = 28, .prescription_gy = 56.0}), Truth::False);
  EXPECT_EQ(truth_of("bed >= 53.1", {.fractions = 25, .prescription_gy = 45.0}), Truth::True);
  EXPECT_EQ(truth_of("dpf in 1.8..2.2", {.fractions = 26, .prescription_gy = 46.7999}),
            Truth::False);
}

TEST(EvaluateGuard, ComparesStrictlyWhereWrittenSo) {
  EXPECT_EQ(truth_of("rx < 50", {.prescription_gy = 50.0}), Truth::False);
  EXPECT_EQ(truth_of("rx <= 50", {.prescription_gy = 50.0}), Truth::True);
  EXPECT_EQ(truth_of("dpf >= 2.2", {.fractions = 25, .prescription_gy = 55.0}), Truth::True);
  EXPECT_EQ(truth_of("dpf > 2.2", {.fractions = 25, .prescription_gy = 55.0}), Truth::False);
  EXPECT_EQ(truth_of("age >= 18", {.context = {{"age", "18"}}}), Truth::True);
}

TEST(EvaluateGuard, IsUnknownAndNeverTrueWhereSomethingIsMissing) {
  const PlanFacts nothing;
  for (const char* text : {"fx in 20..30", "fx not in 20..30", "rx < 50", "dpf > 2", "site=hepatic",
                           "child_pugh in A5..B7", "age > 18"}) {
    EXPECT_EQ(truth_of(text, nothing), Truth::Unknown) << text;
  }
  EXPECT_EQ(truth_of("fx in 20..30", {.fractions = 0}), Truth::Unknown);
  EXPECT_EQ(truth_of("rx > 0", {.prescription_gy = std::numeric_limits<double>::quiet_NaN()}),
            Truth::Unknown);
  // A value that cannot be compared is unknown too.
  EXPECT_EQ(truth_of("age > 18", {.context = {{"age", "old"}}}), Truth::Unknown);
  EXPECT_EQ(truth_of("child_pugh not in A5..B7", {.context = {{"child_pugh", "Z"}}}),
            Truth::Unknown);
}

TEST(EvaluateGuard, FollowsKleenesLogic) {
  const PlanFacts five{.fractions = 5};
  EXPECT_EQ(truth_of("fx in 5..5 and rx > 10", five), Truth::Unknown);
  EXPECT_EQ(truth_of("fx in 20..30 and rx > 10", five), Truth::False);
  EXPECT_EQ(truth_of("rx > 10 and fx in 20..30", five), Truth::False);
  EXPECT_EQ(truth_of("fx in 5..5 or rx > 10", five), Truth::True);
  EXPECT_EQ(truth_of("fx in 20..30 or rx > 10", five), Truth::Unknown);
  EXPECT_EQ(truth_of("fx < 5 or fx > 5", five), Truth::False);
}

TEST(EvaluateGuard, SaysWhatIsMissingAndWhatWasFound) {
  const Guard guard = parse_guard("dpf > 2 and site=hepatic and age > 18 and fx > 2").value();
  const GuardOutcome unknown = evaluate_guard(guard, {}, kKeys);
  EXPECT_EQ(unknown.missing_plan, (std::vector<std::string>{"fx", "rx"}));
  EXPECT_EQ(unknown.missing_context, (std::vector<std::string>{"site", "age"}));
  EXPECT_EQ(
      unknown.reason,
      "the number of fractions is unknown; the prescription is unknown; context keys not given: "
      "site, age");
  const GuardOutcome no =
      evaluate_guard(parse_guard("fx in 20..30").value(), {.fractions = 5}, kKeys);
  EXPECT_EQ(no.reason, "fx is 5; asked for: fx in 20..30");
  EXPECT_EQ(evaluate_guard(parse_guard("fx in 5..5").value(), {.fractions = 5}, kKeys).reason, "");
}

TEST(CheckContextValue, AllowsOnlyWhatIsDeclared) {
  EXPECT_TRUE(check_context_value(kKeys[0], "hepatic").has_value());
  EXPECT_TRUE(check_context_value(kKeys[2], "18.5").has_value());
  const struct {
    int key;
    const char* value;
    const char* says;
  } rows[] = {{0, "liver", "one of: hepatic, other"},
              {0, "Hepatic", "one of"},
              {0, "", "one of"},
              {2, "-1", "from 0 to 120"},
              {2, "121", "from 0"},
              {2, "nan", "number"},
              {2, "18 years", "number"}};
  for (const auto& row : rows) {
    const Result<void> outcome =
        check_context_value(kKeys[static_cast<std::size_t>(row.key)], row.value);
    ASSERT_FALSE(outcome.has_value()) << row.value;
    EXPECT_EQ(outcome.error().code, ErrorCode::OptionInvalid);
    EXPECT_NE(outcome.error().text.find(row.says), std::string::npos) << outcome.error().text;
  }
}

TEST(Holds, RefusesToCompareWhatIsNoNumber) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(static_cast<void>(holds(nan, Comparator::LessOrEqual, 18.0)), InternalError);
  EXPECT_THROW(static_cast<void>(holds(1.0, Comparator::LessOrEqual, nan)), InternalError);
  EXPECT_TRUE(holds(18.0, Comparator::LessOrEqual, 18.0));
  EXPECT_FALSE(holds(18.0, Comparator::Less, 18.0));
  EXPECT_TRUE(holds(300.0, Comparator::GreaterOrEqual, 300.0));
  EXPECT_FALSE(holds(300.0, Comparator::Greater, 300.0));
}

}  // namespace
}  // namespace dosegate::protocol
