// The HTML page as text: what a name can do to it, how large it gets. How it behaves in a browser is tested by
// test_html_page.py.
#include "report/html.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "dvh/dvh_builder.h"
#include "report/html_parts.h"
#include "report/sample_results.h"

namespace dosegate::report {
namespace {

using evaluation::Evaluation;
using ::testing::HasSubstr;
using ::testing::Not;

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

void rename_all(Evaluation& e, const std::string& name) {
  e.patient_id = e.patient_name = e.plan_label = e.plan_uid = name;
  for (auto& structure : e.structures) structure.name = name;
  for (auto& rule : e.rules) {
    for (std::string& roi : rule.rois) roi = name;
  }
  for (auto& file : e.inputs) file.path = name;
  for (auto& finding : e.findings) finding.where = name;
  e.prescription_words = {name, name};
}

TEST(Html, NoNameBecomesAnElementOrEndsAnAttribute) {
  Evaluation e = sample_evaluation();
  const std::string usual = to_html(e);
  for (const std::string name :
       {"<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'-alert(1)-'",
        "</style><b>", "</title><b>", "-->", "*/ } body { display: none", "\\\"; } x { y"}) {
    rename_all(e, name);
    const std::string page = to_html(e);
    for (const char* part :
         {"<script", "<img", "<style", "</style", "</title", "</script", "<b>"}) {
      EXPECT_EQ(count(page, part), count(usual, part)) << name << ": " << part;
    }
    EXPECT_THAT(page, Not(HasSubstr("<img")));
  }
}

TEST(Html, HoldsNoControlCharacterWhateverANameHolds) {
  Evaluation e = sample_evaluation();
  rename_all(e, std::string("a\0b\x1B[2J\x07\r\n\xE2\x80\xAE", 14) + "=cmd()../../x");
  const std::string page = to_html(e, PageScripts::None);
  for (const char c : page) {
    EXPECT_FALSE(static_cast<unsigned char>(c) < 0x20U && c != '\n') << static_cast<int>(c);
  }
  EXPECT_THAT(page, Not(HasSubstr("\xE2\x80\xAE")));
}

TEST(Html, StaysSmallWithANameOf64Kilobytes) {
  Evaluation e = sample_evaluation();
  const std::size_t usual = to_html(e).size();
  rename_all(e, std::string(65536, '<'));
  // A name is cut to 128 bytes, each written as "&lt;", at about 40 places.
  EXPECT_LT(to_html(e).size(), usual + 100000);
}

// 160 cc in 600 slices whose doses fall like a bell around a mean of its own: a curve with a bend everywhere.
dvh::Dvh falling_curve(int number) {
  constexpr int kSlices = 600;
  dvh::DvhBuilder builder(Gy(0.0), Gy(60.0));
  for (int i = 0; i < kSlices; ++i) {
    const double u_frac = (i + 0.5) / kSlices;
    const double mean_gy = 5.0 + 0.5 * number;
    const double dose_gy = mean_gy + 4.0 * std::log(u_frac / (1.0 - u_frac)) / 2.0;
    const double held_gy = std::clamp(dose_gy, 0.0, 60.0);
    builder.include_extreme(held_gy);
    builder.deposit(held_gy, 0.05, 0.0, 160.0 / kSlices);
  }
  return std::move(builder).finish(Cc(160.0));
}

TEST(Html, Holds80StructuresAnd60RulesInUnderAMegabyte) {
  Evaluation e = sample_evaluation();
  e.structures.clear();
  e.rules.clear();
  for (int i = 0; i < 80; ++i) {
    e.structures.push_back(
        {fmt::format("Structure_{}", i), i + 1, "ORGAN", falling_curve(i), "", 40, 3.0});
  }
  for (int i = 0; i < 60; ++i) {
    auto rule =
        rule_of(fmt::format("rule-{}", i), fmt::format("Structure_{} :: Mean[Gy] <= 18 | 20", i),
                {measured_test("Mean[Gy] <= 18 | 20", falling_curve(i))});
    rule.deciding = 0;
    rule.outcome = rule.tests.front().outcome;
    rule.verdict = rule.outcome.verdict();
    rule.reason = "As it was measured.";
    rule.volume = static_cast<std::size_t>(i);
    rule.rois = {e.structures[static_cast<std::size_t>(i)].name};
    e.rules.push_back(rule);
  }
  const std::string page = to_html(e);
  EXPECT_LT(page.size(), 1000000u);
  EXPECT_EQ(count(page, "class=\"rule "), 60u);
  for (int i = 0; i < 80; ++i) EXPECT_THAT(page, HasSubstr(fmt::format("Structure_{}<", i)));
  EXPECT_GT(count(page, "<figure>"), 7u);  // at most 10 curves in a frame
}

TEST(Html, ShowsUnknownAsLoudlyAsFail) {
  for (const auto verdict : {evaluation::Verdict::Fail, evaluation::Verdict::Unknown}) {
    Evaluation e = sample_evaluation();
    e.verdict = verdict;
    const std::string kind(html::verdict_class(verdict));
    EXPECT_THAT(to_html(e), HasSubstr(fmt::format("<section class=\"band {}\"", kind)));
  }
}

TEST(Html, HasNoScriptWhereNoneIsWanted) {
  EXPECT_THAT(to_html(sample_evaluation(), PageScripts::None), Not(HasSubstr("<script")));
}

TEST(Html, IsTheSameBytesForTheSameResult) {
  EXPECT_EQ(to_html(sample_evaluation()), to_html(sample_evaluation()));
}

}  // namespace
}  // namespace dosegate::report
