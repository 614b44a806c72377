// What can be told of the PDF without a reader of PDFs; its text is held against the JSON in tests/cli/test_pdf.py.
#include "report/pdf.h"

#include <gtest/gtest.h>

#include <future>

#include "report/crowded_results.h"
#include "report/pdf_canvas.h"
#include "report/sample_results.h"

namespace dosegate::report {
namespace {

std::string pdf_of(const evaluation::Evaluation& evaluation) {
  const auto bytes = to_pdf(evaluation);
  EXPECT_TRUE(bytes.has_value());
  return bytes.value_or("");
}

TEST(Pdf, IsOneDocumentThatEnds) {
  const std::string bytes = pdf_of(sample_evaluation());
  EXPECT_EQ(bytes.substr(0, 5), "%PDF-");
  EXPECT_EQ(bytes.substr(bytes.size() - 6), "%%EOF\n");
}

TEST(Pdf, SameResultsGiveTheSameBytesAndNoDate) {
  const std::string bytes = pdf_of(sample_evaluation());
  EXPECT_EQ(bytes, pdf_of(sample_evaluation()));
  EXPECT_EQ(bytes.find("/CreationDate"), std::string::npos);
  EXPECT_EQ(bytes.find("/Author"), std::string::npos);
}

TEST(Pdf, AnotherResultGivesOtherBytes) {
  evaluation::Evaluation other = sample_evaluation();
  other.verdict_reason = "Decided by: another.";
  EXPECT_NE(pdf_of(other), pdf_of(sample_evaluation()));
}

// A plugin's sessions may be on several threads: none may see another's fonts or pages.
TEST(Pdf, SeveralThreadsGetTheSameBytes) {
  const std::string alone = pdf_of(sample_evaluation());
  std::vector<std::future<std::string>> others;
  for (int i = 0; i < 4; ++i) {
    others.push_back(std::async(std::launch::async, [] { return pdf_of(sample_evaluation()); }));
  }
  for (auto& other : others) EXPECT_EQ(other.get(), alone);
}

// 1 MB is what issue and mail take without a thought.
TEST(Pdf, ACrowdedReportStaysBelowOneMegabyte) {
  const std::string bytes = pdf_of(crowded_evaluation());
  EXPECT_LT(bytes.size(), 1024U * 1024U);
}

// What reaches its measure is cut at whole lines: the height is that of so many lines and no more.
TEST(Canvas, ATextOf64KibTakesTheLinesThatItMayHave) {
  auto canvas = pdf::Canvas::create(600, 800);
  ASSERT_TRUE(canvas.has_value());
  const double line_pt = canvas->lay({{"W", {}}}, {100.0, 1, pdf::Align::Left}).height_pt();
  const pdf::Laid laid = canvas->lay({{std::string(65536, 'W'), {}}}, {100.0, 3, pdf::Align::Left});
  EXPECT_NEAR(laid.height_pt(), 3.0 * line_pt, 0.01);  // heights are whole units of 1/1024 pt
  EXPECT_LE(laid.width_pt(), 100.0);
}

}  // namespace
}  // namespace dosegate::report
