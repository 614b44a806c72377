#include "protocol/structure_expression.h"

#include <gtest/gtest.h>
// GoogleTest first: the other order does not compile.
#include <rapidcheck/gtest.h>

#include "support/any_rule.h"

namespace dosegate::protocol {
namespace {

using Op = StructureExpression::Op;

TEST(ParseStructureExpression, AcceptsEveryFormAndPrintsItCanonically) {
  const struct {
    const char* text;
    const char* canonical;
  } rows[] = {
      {"Liver", "Liver"},
      {"  Liver ", "Liver"},
      {"Liver-GTV", "Liver-GTV"},
      {"GTV*", "GTV*"},
      {"Liver - GTV*", "Liver - GTV*"},
      {"Liver  -\tGTV*", "Liver - GTV*"},
      {"Kidney_L + Kidney_R", "Kidney_L + Kidney_R"},
      {"A + B + C", "A + B + C"},
      {"(A + B) + C", "(A + B) + C"},
      {"A + (B + C)", "A + (B + C)"},
      {"A - B - C", "A - B - C"},
      {"A - (B - C)", "A - (B - C)"},
      {"(A + B) - C", "A + B - C"},
      {"A - B + C", "A - B + C"},
      {"A + B & C", "A + B & C"},
      {"(A + B) & C", "(A + B) & C"},
      {"A & B & C", "A & B & C"},
      {"(A & B) & C", "(A & B) & C"},
      {"((Liver))", "Liver"},
      {"( Liver )", "Liver"},
      {"PTV & \"Small Bowel\"", "PTV & \"Small Bowel\""},
      {"\"Liver\"", "Liver"},
      {"\"Liver-\"", "\"Liver-\""},
      {"\"a \\\"b\\\\\"", "\"a \\\"b\\\\\""},
      {"\"GTV thrombus\"*", "\"GTV thrombus\"*"},
      {"\"Leber \xC3\xBC\"", "\"Leber \xC3\xBC\""},
      {"_Helper", "_Helper"},
      {"3rdVentricle", "3rdVentricle"},
      {"Lung~_L", "Lung~_L"},
      {"PTV^opt.1", "PTV^opt.1"},
      {"GTV{5mm}", "GTV{+5mm}"},
      {"GTV*{+5mm}", "GTV*{+5mm}"},
      {"PTV{-2.5mm}", "PTV{-2.5mm}"},
      {"(A + B){+5mm}", "(A + B){+5mm}"},
      {"(A{+5mm}){+3mm}", "(A{+5mm}){+3mm}"},
      {"A - (B + C){3mm} & D", "A - (B + C){+3mm} & D"},
  };
  for (const auto& row : rows) {
    const auto expression = parse_structure_expression(row.text);
    ASSERT_TRUE(expression.has_value()) << row.text << ": " << to_text(expression.error());
    EXPECT_EQ(to_text(*expression), row.canonical);
    EXPECT_EQ(parse_structure_expression(row.canonical).value(), *expression) << row.text;
  }
}

TEST(ParseStructureExpression, BindsLeftAndIntersectionTighter) {
  const StructureExpression sum = parse_structure_expression("A - B + C & D").value();
  ASSERT_EQ(sum.op, Op::Union);
  ASSERT_EQ(sum.operands.size(), 2U);
  EXPECT_EQ(sum.operands[0].op, Op::Subtract);
  EXPECT_EQ(sum.operands[1].op, Op::Intersect);
  EXPECT_EQ(sum.operands[1].operands[1].name, "D");
}

TEST(ParseStructureExpression, TakesAHyphenWithoutBlanksAsPartOfTheName) {
  EXPECT_EQ(parse_structure_expression("Liver-GTV").value().op, Op::Name);
  const StructureExpression difference = parse_structure_expression("Liver - GTV*").value();
  ASSERT_EQ(difference.op, Op::Subtract);
  EXPECT_EQ(difference.operands[1].op, Op::Glob);
  EXPECT_EQ(difference.operands[1].name, "GTV");
}

struct Refusal {
  std::string text;
  int column;
  const char* says;
};

void expect_refused(const Refusal& row) {
  SCOPED_TRACE(row.text.substr(0, 60));
  const auto expression = parse_structure_expression(row.text);
  ASSERT_FALSE(expression.has_value());
  EXPECT_EQ(expression.error().code, ErrorCode::RuleSyntax);
  EXPECT_EQ(expression.error().where, "column " + std::to_string(row.column));
  EXPECT_NE(expression.error().text.find(row.says), std::string::npos) << expression.error().text;
}

TEST(ParseStructureExpression, RefusesWithTheColumn) {
  const Refusal rows[] = {
      {"", 1, "expected a structure name"},
      {"*", 1, "expected a structure name"},
      {"Liver GTV", 7, "an operator"},
      {"Liver -GTV", 8, "blank on both sides"},
      {"Liver- GTV", 7, "double quotes"},
      {"Liver+GTV", 7, "blank on both sides"},
      {"Liver +", 8, "blank on both sides"},
      {"Liver + ", 9, "expected a structure name"},
      {"+ Liver", 1, "expected a structure name"},
      {"(Liver", 7, "expected ')'"},
      {"Liver)", 6, "an operator"},
      {"()", 2, "expected a structure name"},
      {"A + + B", 5, "expected a structure name"},
      {"G*V", 3, "an operator"},
      {"GTV**", 5, "an operator"},
      {"\"Liver", 1, "closing double quote"},
      {"\"\"", 1, "must not be empty"},
      {"\" Liver\"", 1, "blank"},
      {"\"a\\n\"", 4, "backslash"},
      {"Leber\xC3\xBC", 6, "an operator"},
      {"GTV{mm}", 5, "a margin"},
      {"GTV{5}", 6, "'mm'"},
      {"GTV{5cm}", 6, "'mm'"},
      {"GTV{0mm}", 5, "above 0"},
      {"GTV{5mm", 8, "'}'"},
      {"GTV{51mm}", 5, "more than 50 mm"},
      {"((GTV{5mm}){-5mm} + CTV){3mm}", 25, "a margin of a margin of a margin"},
      {"GTV {5mm}", 5, "an operator"},
      {"GTV{5mm}{5mm}", 9, "an operator"},
  };
  for (const Refusal& row : rows) expect_refused(row);
}

TEST(ParseStructureExpression, SurvivesHostileText) {
  expect_refused({std::string(10000, '('), 4097, "more than 4096"});
  expect_refused({std::string(100, '(') + "A" + std::string(100, ')'), 65, "64 levels"});
  expect_refused({std::string(1 << 20, 'A'), 4097, "more than 4096"});
  expect_refused({std::string("A\0B", 3), 2, "an operator"});
  expect_refused({std::string("\"A\0B\"", 5), 1, "cannot be shown"});
  expect_refused({"\"\xFF\"", 1, "cannot be shown"});
  expect_refused({"\"A\xE2\x80\xAE\"", 1, "cannot be shown"});  // right-to-left override
  expect_refused({"\xC0\x80", 1, "expected a structure name"});
}

TEST(ParseStructureExpression, BoundsTheDepthOfAlternatingOperators) {
  // Every change between + and - makes the tree one level deeper.
  std::string text = "A";
  for (int i = 0; i < 31; ++i) text += " + A - A";
  EXPECT_TRUE(parse_structure_expression(text).has_value());
  text += " + A - A";
  const auto expression = parse_structure_expression(text);
  ASSERT_FALSE(expression.has_value());
  EXPECT_NE(expression.error().text.find("64 levels"), std::string::npos);
  // A chain of one operator is flat, however long.
  std::string chain = "A";
  for (int i = 0; i < 500; ++i) chain += " + A";
  EXPECT_EQ(parse_structure_expression(chain).value().operands.size(), 501U);
}

TEST(NamesIn, ListsEachLeafOnceFromLeftToRight) {
  const auto expression = parse_structure_expression("(B + A) - GTV* & B{+5mm} - \"x y\"").value();
  EXPECT_EQ(names_in(expression), (std::vector<std::string>{"B", "A", "GTV*", "x y"}));
}

RC_GTEST_PROP(StructureExpression, ReadsBackAsItWasPrinted, ()) {
  const StructureExpression expression = testing::any_expression(3);
  const auto again = parse_structure_expression(to_text(expression));
  RC_ASSERT(again.has_value());
  RC_ASSERT((*again == expression));
}

}  // namespace
}  // namespace dosegate::protocol
