// The published test of DVH calculators, scored as published.
#include "validation/nelms.h"

#include <gtest/gtest.h>

#include <cmath>

namespace dosegate::validation {
namespace {

std::vector<NelmsRow> of_test(const std::vector<NelmsRow>& rows, NelmsTest test) {
  return select(rows, [=](const NelmsRow& row) { return belongs(row, test); });
}

// 0.05 % is what "0.0 %" can hide.
void expect_exact_extremes(const std::vector<NelmsRow>& rows) {
  for (const NelmsRow& row : rows) {
    EXPECT_LT(std::abs(row.error_pct(1)), 0.05) << row.structure << " " << row.gradient;
    EXPECT_LT(std::abs(row.error_pct(2)), 0.05) << row.structure << " " << row.gradient;
  }
}

TEST(NelmsGenerated, FineContoursAreNeverOffByOnePercent) {
  const auto rows = generated_rows(NelmsTest::Fine);
  const NelmsScore s = score(rows);
  EXPECT_EQ(s.values, 340);
  EXPECT_EQ(s.beyond, (std::array<int, 3>{0, 0, 0}));
  expect_exact_extremes(rows);
}

// What exact integration of the slabs gives; the rest is how coarse contours draw the solids.
TEST(NelmsGenerated, ClinicalSpacingScoresAsExactSlabs) {
  const auto rows = generated_rows(NelmsTest::Clinical);
  const NelmsScore s = score(rows);
  EXPECT_EQ(s.values, 255);
  EXPECT_EQ(s.beyond, (std::array<int, 3>{9, 18, 29}));
  expect_exact_extremes(rows);
}

// Test 3, whole curves, mean of the five solids: 0.09 % at 1 mm and 0.55 % at 3 mm are the best that
// is known; the means of exact slabs are -0.11 and -0.59 (SupInf), -0.65 (AntPost).
TEST(NelmsGenerated, WholeCurvesScatterAsExactSlabs) {
  const auto rows = generated_rows(NelmsTest::Clinical);
  const auto spread = [&](double spacing_mm, const std::string& gradient) {
    return curve_spread(select(rows, [&](const NelmsRow& row) {
      return row.spacing_mm == spacing_mm && row.gradient == gradient;
    }));
  };
  for (const char* gradient : {"SupInf", "AntPost"}) {
    EXPECT_LE(spread(1.0, gradient).deviation_pct, 0.09);
    EXPECT_LE(spread(3.0, gradient).deviation_pct, 0.55);
  }
  EXPECT_NEAR(spread(1.0, "SupInf").mean_pct, -0.11, 0.006);  // half of the last digit
  EXPECT_NEAR(spread(3.0, "SupInf").mean_pct, -0.59, 0.006);
  EXPECT_NEAR(spread(3.0, "AntPost").mean_pct, -0.65, 0.006);
}

class NelmsPublished : public ::testing::Test {
 protected:
  void SetUp() override {
    static const std::vector<NelmsRow> kRows =
        published_rows(std::string(DOSEGATE_SHARED_DATA_DIR) + "/nelms-analytic-sphere-cylinder");
    if (kRows.empty()) GTEST_SKIP() << "The published files are not there.";
    rows_ = kRows;
  }
  std::vector<NelmsRow> rows_;
};

TEST_F(NelmsPublished, FineContoursAreNeverOffByTwoPercent) {
  const NelmsScore s = score(of_test(rows_, NelmsTest::Fine));
  EXPECT_EQ(s.values, 4 * 17);  // one sphere on four grids: 8 values under either dose, one volume
  EXPECT_EQ(s.beyond[0], 0);
  EXPECT_EQ(s.beyond[1], 0);
}

TEST_F(NelmsPublished, ClinicalSpacingStaysWithinTheBar) {
  const auto aligned =
      select(of_test(rows_, NelmsTest::Clinical), [](const NelmsRow& row) { return !row.shifted; });
  const NelmsScore s = score(aligned);
  EXPECT_EQ(s.values, 6 * 17);
  EXPECT_LE(s.beyond[0], 9);
  EXPECT_LE(s.beyond[1], 18);
}

TEST_F(NelmsPublished, ExtremesAreExact) {
  expect_exact_extremes(rows_);
}

// Shifted against the dose grid by half a voxel: a linear dose is the same.
TEST_F(NelmsPublished, ShiftedCopiesGiveTheSameNumbers) {
  int pairs = 0;
  for (const NelmsRow& row : rows_) {
    if (!row.shifted) continue;
    for (const NelmsRow& other : rows_) {
      if (other.shifted || other.shape != row.shape || other.gradient != row.gradient ||
          other.spacing_mm != row.spacing_mm) {
        continue;
      }
      ++pairs;
      for (std::size_t m = 0; m < kNelmsMetrics.size(); ++m) {
        EXPECT_NEAR(row.engine[m] - row.truth[m], other.engine[m] - other.truth[m], 0.002)
            << row.structure << " " << row.gradient << " " << kNelmsMetrics[m];
      }
    }
  }
  EXPECT_EQ(pairs, 12);
}

}  // namespace
}  // namespace dosegate::validation
