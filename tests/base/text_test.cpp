#include "base/text.h"

#include <gtest/gtest.h>

#include <cmath>

namespace dosegate {
namespace {

TEST(ParseNumber, TakesOnlyAWholeFiniteAsciiNumber) {
  EXPECT_EQ(parse_number("1.5"), 1.5);
  EXPECT_EQ(parse_number(" +1.4e-5 "), 1.4e-5);
  EXPECT_EQ(parse_number("-0.0"), 0.0);
  for (const char* bad :
       {"", " ", "1,5", "1.5x", "nan", "inf", "1e999", "0x10", "+-1", "1 2", "--1"}) {
    EXPECT_FALSE(parse_number(bad).has_value()) << bad;
  }
}

TEST(FixedBeside, NeverShowsAValueOnTheWrongSideOfItsLimit) {
  EXPECT_EQ(fixed_beside(17.53, {18.0}, 2), "17.53");
  // 18.0004 misses "<= 18"; two decimals would show 18.00 and contradict the verdict.
  EXPECT_EQ(fixed_beside(18.0004, {18.0, 20.0}, 2), "18.0004");
  EXPECT_EQ(fixed_beside(49.999999992, {50.0}, 2), "49.99999999");
  EXPECT_EQ(fixed_beside(18.0, {18.0}, 2), "18.00");
}

TEST(FittedBeside, KeepsTheSideOfEachLimitInFewCharacters) {
  EXPECT_EQ(fitted_beside(17.53, {18.0}, 16), "17.53");
  EXPECT_EQ(fitted_beside(0.0, {}, 16), "0");
  EXPECT_EQ(fitted_beside(23.433975672559512, {18.0}, 16), "23.4339756725595");
  EXPECT_EQ(fitted_beside(-1.0 / 3.0, {}, 16), "-0.3333333333333");
  // The next double above and below 18: 18 itself, the nearest text that fits, would say that "<= 18" is met, or that
  // "< 18" is not.
  EXPECT_EQ(fitted_beside(std::nextafter(18.0, 19.0), {18.0, 20.0}, 16), "18.0000000000001");
  EXPECT_EQ(fitted_beside(std::nextafter(18.0, 17.0), {18.0, 20.0}, 16), "17.9999999999999");
  EXPECT_EQ(fitted_beside(18.0, {18.0, 20.0}, 16), "18");
  for (const double value :
       {1.0 / 3.0e9, -1.7976931348623157e308, 5.0e-324, 1.2345678901234567e-7}) {
    const auto text = fitted_beside(value, {0.0}, 16);
    ASSERT_TRUE(text.has_value()) << value;
    EXPECT_LE(text->size(), 16U);
    // A sign and an exponent of three digits leave nine digits.
    EXPECT_NEAR(parse_number(*text).value() / value, 1.0, 0.5e-8) << *text;
  }
  // Between two limits that are doubles side by side nothing short lies.
  const double value = std::nextafter(18.0, 19.0);
  EXPECT_EQ(fitted_beside(value, {18.0, std::nextafter(value, 19.0)}, 16), std::nullopt);
}

TEST(Printable, ReplacesWhatCouldFoolATerminal) {
  EXPECT_EQ(printable("Liver\x1b[31m"), "Liver\xEF\xBF\xBD[31m");
  EXPECT_EQ(printable("\xC3\xBC"), "\xC3\xBC");  // u umlaut stays
  EXPECT_EQ(printable("\xFF"
                      "a"),
            "\xEF\xBF\xBD"
            "a");  // not UTF-8
  EXPECT_EQ(printable("a\xE2\x80\xAE"
                      "b"),
            "a\xEF\xBF\xBD"
            "b");  // right-to-left override
}

TEST(CsvField, QuotesAndDisarmsFormulas) {
  EXPECT_EQ(csv_field("Liver"), "Liver");
  EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_field("say \"x\""), "\"say \"\"x\"\"\"");
  EXPECT_EQ(csv_field("=SUM(A1)"), "'=SUM(A1)");
}

TEST(Trim, TakesNoBreakSpacesToo) {
  EXPECT_EQ(trim("\xC2\xA0 Liver \xC2\xA0"), "Liver");
}

}  // namespace
}  // namespace dosegate
