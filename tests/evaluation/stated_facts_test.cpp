// What the page for people needs beyond the verdicts: site and method, whether a curve can be converted,
// which volume each rule judged.
#include "evaluation/stated_facts.h"

#include <gtest/gtest.h>

#include "evaluation/evaluate.h"
#include "evaluation/synthetic_case.h"

namespace dosegate::evaluation {
namespace {

using namespace evaluation_test;  // NOLINT: the helpers of this folder
using model::Case;

TEST(PrescriptionWords, AreEmptyWhereNothingStatesThem) {
  const PrescriptionWords words = prescription_words(Case{}, {});
  EXPECT_EQ(words.site, "");
  EXPECT_EQ(words.method, "");
}

TEST(PrescriptionWords, TakeTheSiteFromTheContextFirst) {
  Case c = standard();
  c.plan->dose_references = {{"TARGET", "VOLUME", "", c.structures->rois[1].number, 50.0}};
  c.plan->prescription_gy = 50.0;
  EXPECT_EQ(prescription_words(c, {}).site, "GTV");
  EXPECT_EQ(prescription_words(c, {{"site", "hepatic"}}).site, "hepatic");
}

TEST(PrescriptionWords, NameNoTargetThatThePrescriptionIsNotFor) {
  Case c = standard();
  c.plan->dose_references = {{"TARGET", "SITE", "boost", std::nullopt, 10.0}};
  c.plan->prescription_gy = 50.0;
  EXPECT_EQ(prescription_words(c, {}).site, "");
}

TEST(PrescriptionWords, CountTheBeams) {
  Case c = standard();
  c.plan->beams = {{1, "a", "TREATMENT", {}, {}}};
  EXPECT_EQ(prescription_words(c, {}).method, "external beam, 1 beam");
  c.plan->beams.push_back({2, "b", "TREATMENT", {}, {}});
  c.plan->ion = true;
  EXPECT_EQ(prescription_words(c, {}).method, "ion beam, 2 beams");
}

TEST(Conversion, IsRefusedWhereItWouldBeWrong) {
  metrics::MetricContext context;
  context.fractions = 25;
  EXPECT_EQ(why_no_conversion(context, Course::OnePlan), "");
  EXPECT_NE(why_no_conversion(context, Course::SumOfPlans), "");
  context.dose_kind = metrics::DoseKind::Effective;
  EXPECT_NE(why_no_conversion(context, Course::OnePlan), "");
  context = {};
  EXPECT_NE(why_no_conversion(context, Course::OnePlan), "");
}

TEST(Conversion, GoesWithAReasonWhereTheFractionsAreNotKnown) {
  Case c = standard();
  EXPECT_EQ(evaluated(c).conversion_fractions, 25);
  c.plan->fractions.reset();
  const Evaluation e = evaluated(c);
  EXPECT_FALSE(e.conversion_fractions.has_value());
  EXPECT_FALSE(e.no_conversion.empty());
}

TEST(JudgedVolumes, HoldTheCurveOfAnExpressionOnceAndTheRuleNamesIt) {
  const Evaluation e = evaluated(standard(18));
  ASSERT_EQ(e.judged_volumes.size(), 1U);  // Liver - GTV*; other rules do not apply or find nothing
  EXPECT_EQ(e.judged_volumes[0].structure, "Liver - GTV*");
  ASSERT_TRUE(rule(e, "liver").volume.has_value());
  EXPECT_EQ(*rule(e, "liver").volume, e.structures.size());
  // The rule's value is that of the volume's curve.
  EXPECT_EQ(e.judged_volumes[0].dvh->mean()->value(), *rule(e, "liver").tests[0].value.value);
  EXPECT_FALSE(rule(e, "colon").volume.has_value());
}

}  // namespace
}  // namespace dosegate::evaluation
