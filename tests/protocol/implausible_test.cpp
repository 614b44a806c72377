// Limits that decide nothing, most of them with the number that was meant.
#include "protocol/implausible.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dosegate::protocol {
namespace {

using ::testing::HasSubstr;

Implausible of(const std::string& text) {
  const auto rule = parse_rule("Liver :: " + text);
  if (!rule) throw std::runtime_error(text + ": " + rule.error().text);
  return implausible(rule->condition.test);
}

TEST(Implausible, FindsLimitsThatNoPlanMissesOrNoneMeets) {
  const struct {
    const char* test;
    const char* says;
  } rows[] = {
      {"Mean[Gy] <= 3500", "3500 Gy is more than any course"},   // 35 Gy, or 3500 cGy
      {"Max[cGy] < 350000", "350000 cGy is more"},               // 3500 cGy
      {"D95%[Gy] >= 6000", "may be in cGy"},                     // 60 Gy
      {"V2000Gy[%] <= 30", "2000 Gy"},                           // V20Gy
      {"CV500Gy[cc] >= 300", "500 Gy"},                          // CV5Gy
      {"Max[%] <= 10700", "10700 % of the prescription"},        // 107 %
      {"Mean[Gy]@EQD2(ab=3) <= 1800", "1800 Gy"},                // 18 Gy
      {"CI(Dref=5000Gy) <= 1.2", "5000 Gy"},                     // 50 Gy
      {"gEUD(a=8)[Gy] <= 1800", "1800 Gy"},                      // 18 Gy
      {"D95%[cGy] >= 60", "60 cGy is less than 1 Gy"},           // 60 Gy
      {"V50cGy[%] >= 95", "50 cGy"},                             // V50Gy
      {"CV5cGy[cc] <= 700", "5 cGy"},                            // CV5Gy, and at least
      {"V95%[%] >= 0.95", "0.95 % is less than one hundredth"},  // 95 %
      {"V20Gy[%] <= 100", "At most 100 %"},
      {"NTCP(rild-primary)[%] <= 100", "At most 100 %"},
      {"CV5Gy[cc] >= 0", "At least 0"},
  };
  for (const auto& row : rows) {
    EXPECT_THAT(of(row.test).goal, HasSubstr(row.says)) << row.test;
    EXPECT_EQ(of(row.test).variation, "") << row.test;
  }
}

TEST(Implausible, FindsAVariationThatNoPlanMisses) {
  const struct {
    const char* test;
    const char* says;
  } rows[] = {{"Mean[Gy] <= 18 | 2000", "2000 Gy"},
              {"V20Gy[%] <= 30 | 100", "At most 100 %"},
              {"V95%[%] >= 95 | 0.9", "0.9 %"}};
  for (const auto& row : rows) {
    EXPECT_EQ(of(row.test).goal, "") << row.test;
    EXPECT_THAT(of(row.test).variation, HasSubstr(row.says)) << row.test;
  }
}

// Numbers that are in use, at the ends of what is: a dose to a foetus or a pacemaker in cGy, BED of one
// large fraction, hot spots of radiosurgery, nothing above a dose, small shares.
TEST(Implausible, LeavesWhatCanBeMeant) {
  for (const char* test :
       {"Max[Gy] <= 150", "Max[cGy] <= 5", "Mean[cGy] <= 50", "Max[cGy] < 200", "V20Gy[%] <= 0",
        "V20Gy[%] <= 0.5", "V20Gy[%] < 100", "Max[%] <= 200", "D0.5%[Gy] <= 50",
        "D2%[Gy]@BED(ab=3) <= 378", "CV5Gy[cc] >= 700", "V5cGy[cc] <= 10", "CI <= 1.2", "GI <= 5",
        "HI <= 0.1", "D95%[Gy] >= 50 | 47.5", "Volume[cc] >= 700", "NTCP(rild-primary)[%] <= 5"}) {
    EXPECT_EQ(of(test).goal + of(test).variation, "") << test;
  }
}

}  // namespace
}  // namespace dosegate::protocol
