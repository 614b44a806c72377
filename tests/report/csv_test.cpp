#include "report/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "report/sample_results.h"

namespace dosegate::report {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

using Line = std::vector<std::string>;

// A reader by RFC 4180, written from the RFC: a field is quoted or not, quotes inside are doubled.
std::vector<Line> read_csv(const std::string& text) {
  std::vector<Line> lines;
  Line line;
  std::string field;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
      field += text[++i];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && (c == ',' || c == '\n')) {
      line.push_back(std::exchange(field, {}));
      if (c == '\n') lines.push_back(std::exchange(line, {}));
    } else {
      field += c;
    }
  }
  EXPECT_TRUE(field.empty() && line.empty()) << "the last line has no end";
  return lines;
}

// Cell of the row whose second column is `id`.
std::string cell(const std::vector<Line>& table, const std::string& id, const std::string& column) {
  const auto& header = table.front();
  const auto at = std::find(header.begin(), header.end(), column);
  for (const Line& line : table) {
    if (line.at(1) == id) return line.at(static_cast<std::size_t>(at - header.begin()));
  }
  ADD_FAILURE() << "no row " << id;
  return {};
}

TEST(CheckCsv, HasOneRowARuleAndOneAPlanCheck) {
  const auto table = read_csv(to_csv(sample_evaluation()));
  ASSERT_THAT(table, SizeIs(1 + 6 + 2));
  EXPECT_THAT(table, Each(SizeIs(22)));
  EXPECT_THAT(table[0], ElementsAre("protocol", "id", "level", "verdict", "structure", "roi",
                                    "metric", "value", "low", "high", "unit", "goal", "variation",
                                    "borderline", "branch", "reason", "source", "text", "up_factor",
                                    "up_verdict", "down_factor", "down_verdict"));
  EXPECT_THAT(
      table[1],
      ElementsAre("sample", "liver-mean", "required", "PASS", "Liver - GTV*", "Liver + GTVp",
                  "Mean[Gy]", "17.5", "17.5", "17.5", "Gy", "18", "20", "no", "", "", "paper",
                  "Liver - GTV* :: Mean[Gy] <= 18 | 20", "1.025", "VARIATION", "", ""));
  EXPECT_EQ(cell(table, "age", "verdict"), "NOT_APPLICABLE");
  EXPECT_EQ(cell(table, "age", "text"), "age >= 18");
  EXPECT_EQ(cell(table, "fractions", "level"), "required");
}

TEST(CheckCsv, LeavesTheCellOfAnAbsentValueEmptyAndSaysWhy) {
  const auto table = read_csv(to_csv(sample_evaluation()));
  EXPECT_EQ(cell(table, "kidney-mean", "value"), "");
  EXPECT_EQ(cell(table, "kidney-mean", "low"), "5");  // 8 of 16 cc at 10 Gy, the rest at 0 at least
  EXPECT_EQ(cell(table, "kidney-mean", "high"), "");
  EXPECT_EQ(cell(table, "kidney-mean", "borderline"), "yes");
  EXPECT_THAT(cell(table, "kidney-mean", "reason"), HasSubstr("8.00 of 16.00 cc"));
  EXPECT_EQ(cell(table, "heart-mean", "metric"), "");
  EXPECT_EQ(cell(table, "heart-mean", "reason"), "no structure is named 'Heart'");
  auto broken = sample_evaluation();
  broken.rules[4].reason.clear();
  EXPECT_THROW((void)to_csv(broken), InternalError);
}

TEST(CheckCsv, DoesNotLetASpreadsheetRunAName) {
  const std::string text = to_csv(sample_evaluation());
  const auto table = read_csv(text);
  EXPECT_EQ(cell(table, "cord-max", "roi"), "'" + kHostileNameShown);
  EXPECT_THAT(text, Not(HasSubstr("\x1B")));
  EXPECT_THAT(text, Not(HasSubstr("\r")));
}

TEST(CheckCsv, KeepsANegativeNumberANumber) {
  auto e = sample_evaluation();
  e.rules[0].tests[0].value.low = -1.5;
  EXPECT_EQ(cell(read_csv(to_csv(e)), "liver-mean", "low"), "-1.5");
}

TEST(DvhCsv, HasOneRowABin) {
  const auto table = read_csv(to_csv(sample_dvh_report()));
  EXPECT_THAT(table, Each(SizeIs(7)));
  ASSERT_THAT(table, SizeIs(1 + 8 + 5 + 1));  // bins as in the JSON's test; one row without a curve
  EXPECT_THAT(table[0], ElementsAre("structure", "roi_number", "dose_gy", "volume_cc", "volume_pct",
                                    "uncovered_cc", "reason"));
  EXPECT_THAT(table[1], ElementsAre("PTV", "4", "0.00", "16", "100", "0", ""));
  EXPECT_THAT(table[8], ElementsAre("PTV", "4", "0.07", "0", "0", "0", ""));
  // Percent of the whole structure, so half at most: 8 of 16 cc have no dose.
  EXPECT_THAT(table[9], ElementsAre("Kidney_L + Kidney_R", "", "0.00", "8", "50", "8", ""));
}

TEST(DvhCsv, KeepsAStructureWithoutACurve) {
  const auto table = read_csv(to_csv(sample_dvh_report()));
  EXPECT_THAT(table.back(), ElementsAre("'" + kHostileNameShown, "6", "", "", "", "",
                                        "The ROI has no closed contour."));
}

TEST(DvhCsv, WritesDosesOfTheBinsWithoutRoundingNoise) {
  auto report = sample_dvh_report();
  report.structures.resize(1);
  report.structures[0].dvh = whole_box(1);
  const auto table = read_csv(to_csv(report));
  for (std::size_t i = 1; i < table.size(); ++i) {
    EXPECT_EQ(table[i][2], fixed(static_cast<double>(i - 1) / 100.0, 2));
  }
}

TEST(MetricsCsv, HasOneRowAStructureAndMetric) {
  const auto table = read_csv(metrics_csv(sample_dvh_report()));
  ASSERT_THAT(table, SizeIs(1 + 3 * 3));
  EXPECT_THAT(table, Each(SizeIs(8)));
  EXPECT_THAT(table[0], ElementsAre("structure", "roi_number", "metric", "value", "low", "high",
                                    "unit", "reason"));
  EXPECT_THAT(table[1],
              ElementsAre("PTV", "4", "D95%[Gy]", "0.0625", "0.0625", "0.0625", "Gy", ""));
  // No dose reaches 0.04 Gy in the covered half; the other half could.
  EXPECT_EQ(table[5][2], "V0.04Gy[%]");
  EXPECT_EQ(table[5][3], "");
  EXPECT_EQ(table[5][4], "0");
  EXPECT_EQ(table[5][5], "50");
  for (std::size_t i = 1; i < table.size(); ++i) {
    EXPECT_EQ(table[i][3].empty(), !table[i][7].empty()) << "row " << i;
  }
}

}  // namespace
}  // namespace dosegate::report
