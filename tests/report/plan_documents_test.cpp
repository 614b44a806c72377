#include "report/plan_documents.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/text.h"
#include "report/sample_results.h"

namespace dosegate::report {
namespace {

using evaluation::Evaluation;
using evaluation::Verdict;
using model::ContentItem;

// The first statement of that name (its code's value) directly below another; nullptr if there is none.
const ContentItem* below(const ContentItem& item, const std::string& name) {
  for (const ContentItem& one : item.items) {
    if (one.name.value == name) return &one;
  }
  return nullptr;
}

const ContentItem& the(const ContentItem& item, const std::string& name) {
  const ContentItem* found = below(item, name);
  if (found == nullptr) throw std::runtime_error("no statement " + name);
  return *found;
}

// What `look` sees of each statement of the report.
template <class Look>
void for_all(const ContentItem& item, const Look& look) {
  look(item);
  for (const ContentItem& one : item.items) for_all(one, look);
}

TEST(StructuredReport, LeavesNoRuleOutAndSaysWhyOneWasNotMeasured) {
  const Evaluation e = sample_evaluation();
  const model::StructuredReport report = structured_report(e);
  const ContentItem& rules = the(report.root, "RULES");
  ASSERT_EQ(rules.items.size(), e.rules.size());
  std::size_t unmeasured = 0;
  for (std::size_t i = 0; i < e.rules.size(); ++i) {
    const ContentItem& rule = rules.items[i];
    EXPECT_EQ(the(rule, "RULE-ID").text, e.rules[i].id);
    EXPECT_EQ(the(rule, "VERDICT").code.value, to_text(e.rules[i].verdict));
    EXPECT_EQ(rule.items.front().name.value, "VERDICT");
    const bool measured = below(rule, "VALUE") != nullptr;
    EXPECT_NE(measured, below(rule, "NOT-MEASURED") != nullptr) << e.rules[i].id;
    EXPECT_TRUE(measured || !the(rule, "NOT-MEASURED").text.empty());
    unmeasured += measured ? 0U : 1U;
  }
  EXPECT_GT(unmeasured, 0U);
  EXPECT_LT(unmeasured, e.rules.size());
  EXPECT_EQ(the(report.root, "PLAN-CHECKS").items.size(), e.plan_checks.size());
  EXPECT_EQ(the(report.root, "FINDINGS").items.size(), e.findings.size());
}

TEST(StructuredReport, KeepsToWhatDicomCanHold) {
  for_all(structured_report(sample_evaluation()).root, [](const ContentItem& item) {
    for (const model::CodedConcept& code : {item.name, item.code}) {
      EXPECT_LE(code.value.size(), 16U) << code.value;
      EXPECT_LE(code.meaning.size(), 64U) << code.meaning;
    }
    EXPECT_FALSE(item.kind == ContentItem::Kind::Text && item.text.empty()) << item.name.value;
    if (item.kind != ContentItem::Kind::Number) return;
    EXPECT_LE(item.text.size(), 16U);
    EXPECT_EQ(item.code.scheme, "UCUM");
    EXPECT_NEAR(parse_number(item.text).value(), item.exact.value(), 1e-9);
  });
}

// The next double above 18 misses "<= 18"; the nearest text of 16 characters would be 18.
TEST(StructuredReport, ShowsAValueOnItsSideOfEachLimit) {
  for (const double value : {std::nextafter(18.0, 19.0), std::nextafter(20.0, 19.0),
                             std::nextafter(20.0, 21.0), 18.0, 20.0}) {
    Evaluation e = sample_evaluation();
    evaluation::TestResult test = measured_test("Mean[Gy] <= 18 | 20", whole_box(19.0));
    test.value.value = value;
    evaluation::RuleResult rule = rule_of("edge", "Liver :: Mean[Gy] <= 18 | 20", {test});
    rule.reason = "a reason";
    e.rules = {rule};
    const auto report = structured_report(e);
    const ContentItem& shown = the(the(report.root, "RULES").items.at(0), "VALUE");
    const double read = parse_number(shown.text).value();
    for (const double limit_gy : {18.0, 20.0}) {
      EXPECT_EQ(read < limit_gy, value < limit_gy) << shown.text;
      EXPECT_EQ(read > limit_gy, value > limit_gy) << shown.text;
    }
    EXPECT_EQ(shown.exact, value);
  }
}

TEST(PlanDocuments, NameWhomTheEvaluationNamesAndNobodyElse) {
  Evaluation e = sample_evaluation();
  e.patient_id = "OTHER";
  e.patient_name = "Nobody^Known";
  e.study.uid = "1.2.3";
  e.study.accession_number = "A";
  const auto pdf = pdf_document(e);
  ASSERT_TRUE(pdf.has_value());
  EXPECT_EQ(pdf->pdf.substr(0, 5), "%PDF-");
  for (const model::DocumentHead& head : {structured_report(e).head, pdf->head}) {
    EXPECT_EQ(head.patient_id, "OTHER");
    EXPECT_EQ(head.patient_name, "Nobody^Known");
    EXPECT_EQ(head.study.uid, "1.2.3");
    EXPECT_EQ(head.study.accession_number, "A");
    EXPECT_EQ(head.sources.size(), e.inputs.size());
  }
  // The patient stands in the head, where whoever takes identities away looks for it.
  for_all(structured_report(e).root, [](const ContentItem& item) {
    EXPECT_EQ(item.text.find("Nobody"), std::string::npos) << item.name.value;
    EXPECT_EQ(item.text.find("OTHER"), std::string::npos) << item.name.value;
  });
}

}  // namespace
}  // namespace dosegate::report
