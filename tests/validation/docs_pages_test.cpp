// A page that says something else than the program must be seen.
#include <gtest/gtest.h>

#include "validation/docs_pages.h"

namespace dosegate::validation {
namespace {

TEST(FirstDifference, ForgivesOneUnitOfTheLastDigitAndATenth) {
  EXPECT_FALSE(first_difference("| a | 0.45 / 0 |\n", "| a | 0.46 / 0 |\n"));
  EXPECT_FALSE(first_difference("+0.01 to 1.2\n", "+0.02 to 1.2\n"));
  EXPECT_FALSE(first_difference("1.2e-05", "1.3e-05"));
  EXPECT_FALSE(first_difference("99", "100"));
}

TEST(FirstDifference, SeesNumbersWordsAndLines) {
  EXPECT_TRUE(first_difference("| a | 0.45 |", "| a | 0.52 |"));
  EXPECT_TRUE(first_difference("1.2e-05", "1.4e-05"));
  EXPECT_TRUE(first_difference("-0.02", "+0.02"));
  EXPECT_TRUE(first_difference("9 of 255", "10 of 256 or so"));
  EXPECT_TRUE(first_difference("| sphere | 1 |", "| spheres | 1 |"));
  EXPECT_TRUE(first_difference("one\n", "one\ntwo\n"));
  EXPECT_TRUE(first_difference("", "one"));
}

// Counts are whole numbers below ten most of the time: there a tenth forgives nothing.
TEST(FirstDifference, ForgivesNoCount) {
  EXPECT_TRUE(first_difference("| 9 | 8 |", "| 9 | 9 |"));
  EXPECT_TRUE(first_difference("| 0 |", "| 1 |"));
}

}  // namespace
}  // namespace dosegate::validation
