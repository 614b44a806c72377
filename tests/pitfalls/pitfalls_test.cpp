// Every row of the table, and the laws of the table itself.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cctype>
#include <cmath>

#include "pitfalls/pitfall.h"
#include "pitfalls/pitfall_run.h"

namespace dosegate::pitfalls {

// Names the case in test listings instead of its bytes.
void PrintTo(const Row& row, std::ostream* stream) {
  *stream << row.id;
}

namespace {

void expect_bound(const std::optional<double>& expected, const std::optional<double>& reached,
                  double tolerance, const std::string& what) {
  ASSERT_EQ(expected.has_value(), reached.has_value())
      << what << ": " << (reached ? std::to_string(*reached) : "nothing") << " instead of "
      << (expected ? std::to_string(*expected) : "nothing");
  if (!expected) return;
  EXPECT_LE(std::abs(*reached - *expected), tolerance)
      << what << ": " << fmt::format("{:.9g} instead of {:.9g}", *reached, *expected);
}

void expect_numbers(const StructureOutcome& expected, const ReachedStructure& reached) {
  ASSERT_FALSE(reached.refused) << to_text(*reached.refused);
  ASSERT_FALSE(expected.numbers.empty()) << "a structure of which nothing is asked";
  ASSERT_EQ(reached.numbers.size(), expected.numbers.size());
  for (std::size_t i = 0; i < expected.numbers.size(); ++i) {
    const Expected& number = expected.numbers[i];
    const metrics::MetricValue& value = reached.numbers[i];
    const std::string what = expected.name + " " + number.metric;
    expect_bound(number.value, value.value, number.tolerance, what);
    expect_bound(number.low, value.low, number.tolerance, what + ", lower bound");
    expect_bound(number.high, value.high, number.tolerance, what + ", upper bound");
    EXPECT_EQ(value.reason.empty(), value.value.has_value()) << what;
  }
}

std::vector<Row> all_rows() {
  std::vector<Row> rows;
  for (const Chapter& chapter : chapters()) {
    rows.insert(rows.end(), chapter.rows.begin(), chapter.rows.end());
  }
  return rows;
}

class Pitfall : public ::testing::TestWithParam<Row> {};

TEST_P(Pitfall, ComesToWhatItsRowSaysAndNothingElse) {
  const Row& row = GetParam();
  const Reached reached = run(row);
  const Outcome& expected = row.outcome;
  if (expected.refused) {
    ASSERT_TRUE(reached.refused) << "should have been refused";
    EXPECT_EQ(reached.refused->code, *expected.refused) << to_text(*reached.refused);
    EXPECT_FALSE(reached.refused->text.empty());
  } else {
    ASSERT_FALSE(reached.refused) << to_text(*reached.refused);
  }
  ASSERT_EQ(reached.structures.size(), expected.structures.size());
  for (std::size_t i = 0; i < expected.structures.size(); ++i) {
    const StructureOutcome& structure = expected.structures[i];
    EXPECT_EQ(reached.structures[i].name, structure.name);
    if (!structure.refused) {
      expect_numbers(structure, reached.structures[i]);
      continue;
    }
    ASSERT_TRUE(reached.structures[i].refused) << structure.name << " should have been refused";
    EXPECT_EQ(reached.structures[i].refused->code, *structure.refused)
        << to_text(*reached.structures[i].refused);
  }
  std::set<std::string> expected_ids;
  for (const FindingCode code : expected.findings) expected_ids.emplace(finding_id(code));
  std::set<std::string> ids;
  for (const Finding& finding : reached.findings) {
    ids.emplace(finding_id(finding.code));
    EXPECT_FALSE(finding.text.empty());
  }
  EXPECT_EQ(ids, expected_ids);
}

std::string test_name(const ::testing::TestParamInfo<Row>& row) {
  std::string name = row.param.id;
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Rows, Pitfall, ::testing::ValuesIn(all_rows()), test_name);

TEST(PitfallTable, NamesEachRowOnceAndSaysWhatItIsAbout) {
  std::set<std::string> ids;
  for (const Row& row : all_rows()) {
    EXPECT_TRUE(ids.insert(row.id).second) << row.id;
    EXPECT_FALSE(row.line.empty() || row.input.empty()) << row.id;
    // Something must be expected of a row, or it could not fail.
    EXPECT_TRUE(row.outcome.refused || !row.outcome.structures.empty()) << row.id;
  }
}

TEST(PitfallTable, HasARowForEveryFindingAboutDosesAndStructures) {
  std::set<FindingCode> raised;
  for (const Row& row : all_rows()) {
    raised.insert(row.outcome.findings.begin(), row.outcome.findings.end());
  }
  for (const FindingKind& kind : finding_kinds()) {
    const bool concerned = kind.id.starts_with("dose-") || kind.id.starts_with("roi-") ||
                           kind.id.starts_with("structure-");
    if (!concerned || kind.code == FindingCode::StructureDoubtful) continue;  // of name matching
    // Of a verdict and of several plans: a row is the curves of one (tests/evaluation has them).
    if (kind.code == FindingCode::DoseGridCoarse) continue;
    if (kind.code == FindingCode::DosePlansSummed) continue;
    EXPECT_TRUE(raised.contains(kind.code)) << kind.id;
  }
}

}  // namespace
}  // namespace dosegate::pitfalls
