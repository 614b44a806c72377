// The writers' output, byte for byte, against approved files. After a wanted change:
//     DOSEGATE_APPROVE=1 build/.../bin/test_report --gtest_filter='Golden*'
// writes them anew, and the difference is read in review.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "report/csv.h"
#include "report/html.h"
#include "report/json.h"
#include "report/junit.h"
#include "report/sample_results.h"

namespace dosegate::report {
namespace {

void expect_approved(const std::string& name, const std::string& text) {
  const std::string path = DOSEGATE_SOURCE_DIR "/tests/report/golden/" + name;
  if (std::getenv("DOSEGATE_APPROVE") != nullptr) {
    std::ofstream(path, std::ios::binary) << text;
    GTEST_SKIP() << path << " was written";
  }
  std::ifstream file(path, std::ios::binary);
  ASSERT_TRUE(file.is_open()) << path;
  EXPECT_EQ(text, std::string(std::istreambuf_iterator<char>(file), {}));
}

TEST(Golden, CheckJson) {
  expect_approved("check.json", to_json(sample_evaluation()));
}
TEST(Golden, CheckCsv) {
  expect_approved("check.csv", to_csv(sample_evaluation()));
}
TEST(Golden, DvhJson) {
  expect_approved("dvh.json", to_json(sample_dvh_report()));
}
TEST(Golden, DvhCsv) {
  expect_approved("dvh.csv", to_csv(sample_dvh_report()));
}
TEST(Golden, MetricsCsv) {
  expect_approved("metrics.csv", metrics_csv(sample_dvh_report()));
}

// Without scripts, so that it does not hang on whether dygraphs is installed, and which.
TEST(Golden, CheckHtml) {
  expect_approved("check.html", to_html(sample_evaluation(), PageScripts::None));
}
TEST(Golden, CheckJunit) {
  expect_approved("check.junit.xml", to_junit(sample_evaluation()));
}

}  // namespace
}  // namespace dosegate::report
