// Sums of plans against closed forms: uniform and linear doses of different
// fractionation, on one grid and on two.
#include "evaluation/plan_sum.h"

#include <gtest/gtest.h>

#include "evaluation/synthetic_case.h"
#include "radiobiology/lkb.h"

namespace dosegate::evaluation {
namespace {

using namespace evaluation_test;  // NOLINT: the helpers of this folder
using model::Case;

Case plan(const std::string& label, int fractions, const DoseFormula& dose,
          const testing::GridSpec& lattice = dose_lattice()) {
  Case c = make_case({liver(), gtv()}, dose, lattice);
  c.plan->label = label;
  c.plan->sop_instance_uid += "." + label;
  c.plan->fractions = fractions;
  return c;
}

// `prescription_gy` to the ROI of that number in the plan's structures.
void prescribe(Case& c, double prescription_gy, int roi_number) {
  c.plan->prescription_gy = prescription_gy;
  c.plan->dose_references = {{"TARGET", "VOLUME", "", roi_number, prescription_gy}};
}

std::string text_of_sum(const Evaluation& e) {
  for (const Finding& finding : e.findings) {
    if (finding.code == FindingCode::DosePlansSummed) return finding.text;
  }
  throw std::runtime_error("no finding of a sum");
}

DvhReport summed(const std::vector<const Case*>& plans, const std::vector<std::string>& metrics,
                 const std::string& structure = "Liver") {
  DvhRequest request;
  request.structures = {protocol::parse_structure_expression(structure).value()};
  for (const std::string& text : metrics) {
    request.metrics.push_back(metrics::parse_metric(text).value());
  }
  auto report = compute_sum_dvhs(plans, request, {});
  if (!report) throw std::runtime_error(to_text(report.error()));
  return std::move(*report);
}

double value(const DvhReport& report, std::size_t metric) {
  const metrics::MetricValue& found = report.structures.at(0).metrics.at(metric);
  if (!found.value) throw std::runtime_error(found.reason);
  return *found.value;
}

ErrorCode sum_refused(const Case& a, const Case& b, const CourseOptions& options = {}) {
  const auto sum = sum_plans({&a, &b}, options);
  return sum ? ErrorCode{} : sum.error().code;
}

// 20 Gy in 10 and 30 Gy in 5 fractions. Alpha/beta 3: EQD2 20 (2 + 3)/5 + 30 (6
// + 3)/5 = 20 + 54, BED 20 (1 + 2/3) + 30 (1 + 6/3) = 33.33 + 90. As 50 Gy in
// 15 fractions they would have been 63.3.
TEST(PlanSum, OfUniformDosesConvertsEachWithItsOwnFractions) {
  const Case a = plan("A", 10, uniform(20));
  const Case b = plan("B", 5, uniform(30));
  const DvhReport report =
      summed({&a, &b}, {"Mean[Gy]", "Max[Gy]", "Mean[Gy]@EQD2(ab=3)", "Max[Gy]@EQD2(ab=3)",
                        "D95%[Gy]@EQD2(ab=3)", "Min[Gy]@BED(ab=3)", "gEUD(a=8)[Gy]@EQD2(ab=3)",
                        "V70Gy[%]@EQD2(ab=3)", "V75Gy[%]@EQD2(ab=3)", "Mean[Gy]@EQDX(d=3,ab=3)",
                        "Veff(n=1,Dref=50Gy)[%]@EQD2(ab=3)", "NTCP(rild-primary)[%]"});
  const std::vector<double> expected = {
      50, 50, 74, 74, 74, 20 * 5 / 3.0 + 90, 74, 100, 0, (20 * 5 / 3.0 + 90) / 2, 148};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(value(report, i), expected[i], 1e-6) << i;  // D95%: within a bin's rounding
  }
  // NTCP has a basis of its own, EQD2 at the model's alpha/beta 2.5: 20
  // x 4.5/4.5 + 30 x 8.5/4.5.
  const auto& model = radiobiology::lkb_model(radiobiology::LkbModelId::RildPrimary);
  ASSERT_EQ(model.alpha_beta_gy, 2.5);
  EXPECT_NEAR(value(report, 11), 100 * radiobiology::lkb_ntcp(model, 20 + 30 * 8.5 / 4.5), 1e-6);
  EXPECT_EQ(count(report.findings, FindingCode::DosePlansSummed), 1);
  EXPECT_FALSE(report.fractions.has_value());
  EXPECT_EQ(report.plan_label, "A + B");
}

// D1 = 0.2 x in 10, D2 = 30 - 0.1 x in 5 fractions over x 0..120: the mean of
// EQD2 needs the means of D and of D^2: D1 12 and 192; D2 24 and 24^2 + 144/12
// = 588.
TEST(PlanSum, OfLinearDosesHasTheMeanOfTheSquares) {
  const Case a = plan("A", 10, [](const Vec3& p) { return 0.2 * std::max(0.0, p.x()); });
  const Case b = plan("B", 5, [](const Vec3& p) { return 30 - 0.1 * p.x(); });
  const DvhReport report =
      summed({&a, &b}, {"Mean[Gy]", "Mean[Gy]@EQD2(ab=3)", "Max[Gy]@EQD2(ab=3)"});
  EXPECT_NEAR(value(report, 0), 36, 1e-6);
  const double mean = (12 + 192 / 30.0 + 24 + 588 / 15.0) / (1 + 2 / 3.0);
  // Between nodes 5/4 mm apart the converted dose is interpolated: too high by 1/12 of the square of
  // their distance times its second derivative, 2 (0.2^2/30 + 0.1^2/15) / (5/3) Gy/mm^2.
  const double bias = 1.25 * 1.25 / 12 * 2 * (0.04 / 30 + 0.01 / 15) / (5 / 3.0);
  EXPECT_NEAR(value(report, 1), mean + bias, 0.1 * bias);
  const auto& bracketed = report.structures.at(0).metrics.at(1);
  EXPECT_LT(*bracketed.low, mean);
  // At x = 0: nothing and 30 Gy in 5 fractions, 30 (6 + 3)/5; at x = 120 it is 49.7 Gy.
  EXPECT_NEAR(value(report, 2), 54, 1e-6);
}

TEST(PlanSum, DoesNotDependOnWhereTheVoxelsAreOrOnTheOrder) {
  // The second grid is shifted and finer; trilinear interpolation is exact on
  // linear doses.
  const testing::GridSpec shifted{Vec3(-28.7, -27.1, -26.3), Vec3(4, 4.5, 3.5), {45, 36, 38}};
  const auto one = [](const Vec3& p) { return 20 + 0.1 * p.x(); };
  const auto two = [](const Vec3& p) { return 30 + 0.05 * p.y() - 0.1 * p.z(); };
  const Case a = plan("A", 10, one);
  const Case b = plan("B", 5, two);
  const Case moved = plan("B", 5, two, shifted);
  const std::vector<std::string> metrics = {"Mean[Gy]", "Max[Gy]", "D50%[Gy]"};
  const DvhReport same = summed({&a, &b}, metrics);
  const DvhReport apart = summed({&a, &moved}, metrics);
  const DvhReport turned = summed({&moved, &a}, metrics);
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    EXPECT_NEAR(value(apart, i), value(same, i), i == 2 ? 0.01 : 1e-6) << metrics[i];
    EXPECT_EQ(value(turned, i), value(apart, i)) << metrics[i];
  }
  EXPECT_NEAR(value(same, 0), 20 + 6 + 30 + 2.5 - 4.5, 1e-6);
  const double eqd2 = value(summed({&a, &b}, {"Mean[Gy]@EQD2(ab=3)"}), 0);
  EXPECT_NEAR(value(summed({&a, &moved}, {"Mean[Gy]@EQD2(ab=3)"}), 0), eqd2, 0.005);
}

// 20 Gy in 10 fractions everywhere, 30 - 0.1 x Gy in 5. At x = 60, alpha/beta 3: 20 (2 + 3)/5 + 24
// (4.8 + 3)/5 = 57.44 Gy, so that half of the liver (540 of 1080 cc) has as much, and of the GTV of 12
// cc all: CI 540/12, CN 12^2/(12 x 540). In physical dose 44 Gy is reached by the same half.
TEST(PlanSum, ConvertsTheStructureThatBoundsAnIsodoseToo) {
  Case a = plan("A", 10, uniform(20));
  a.structures->rois[0].interpreted_type = "EXTERNAL";  // beyond it nothing counts
  const Case b = plan("B", 5, [](const Vec3& p) { return 30 - 0.1 * p.x(); });
  const DvhReport report = summed({&a, &b},
                                  {"CI(Dref=44Gy,in=Liver)", "CI(Dref=57.44Gy,in=Liver)@EQD2(ab=3)",
                                   "CN(Dref=57.44Gy,in=Liver)@EQD2(ab=3)"},
                                  "GTV");
  EXPECT_NEAR(value(report, 0), 45.0, 1e-4);
  // Between voxels 5 mm apart the converted dose lies above the true one by up to h^2/8 of its second
  // derivative, 2 x 0.01/15/(5/3) Gy/mm^2: 0.0025 Gy, which the curve reaches within 0.02 mm of 60.
  EXPECT_NEAR(value(report, 1), 45.0, 45 * 0.02 / 60);
  EXPECT_NEAR(value(report, 2), 1 / 45.0, 0.02 / 60 / 45);
}

TEST(PlanSum, KnowsNoIsodoseVolumeThatTheStructureCutsOff) {
  const Case a = plan("A", 10, uniform(20));
  const Case b = plan("B", 5, [](const Vec3& p) { return 30 - 0.1 * p.x(); });
  const DvhReport report = summed({&a, &b}, {"CI(Dref=57.44Gy,in=Liver)@EQD2(ab=3)"}, "GTV");
  EXPECT_FALSE(report.structures.at(0).metrics.at(0).value.has_value());
}

// EQD2 is convex: the mean of the converted doses is at least the conversion of
// the mean doses, and equal only for uniform ones.
TEST(PlanSum, ObeysJensen) {
  for (const double slope : {0.0, 0.02, 0.1, 0.3}) {
    for (const int fractions : {1, 5, 30}) {
      const Case a = plan("A", 10, [=](const Vec3& p) { return 20 + slope * (p.x() - 60); });
      const Case b = plan("B", fractions, [=](const Vec3& p) { return 30 - slope * (p.y() - 50); });
      const double mean = value(summed({&a, &b}, {"Mean[Gy]@EQD2(ab=3)"}), 0);
      const double of_means = 20 * (2 + 3) / 5.0 + 30 * (30.0 / fractions + 3) / 5;
      if (slope == 0.0) {
        EXPECT_NEAR(mean, of_means, 1e-6);
      } else {
        EXPECT_GT(mean, of_means) << slope << " in " << fractions;
      }
    }
  }
}

TEST(PlanSum, NeverConvertsWhatCannotBeConverted) {
  const Case a = plan("A", 10, uniform(20));
  Case effective = plan("B", 5, uniform(30));
  effective.doses[0].type = model::DoseType::Effective;
  Case unknown = plan("C", 5, uniform(30));
  unknown.plan->fractions.reset();
  Case multi = plan("D", 5, uniform(30));  // a sum already: of its fractions nothing is known
  multi.doses[0].summation = model::DoseSummation::MultiPlan;
  const struct {
    const Case* other;
    const char* words;
  } rows[] = {{&effective, "dose of B is already an effective one"},
              {&unknown, "number of fractions of C is not known"},
              {&multi, "number of fractions of D is not known"}};
  for (const auto& row : rows) {
    const DvhReport report =
        summed({&a, row.other}, {"Mean[Gy]", "Mean[Gy]@EQD2(ab=3)", "NTCP(rild-primary)[%]"});
    EXPECT_NEAR(value(report, 0), 50, 1e-9);
    for (const std::size_t i : {1U, 2U}) {
      EXPECT_FALSE(report.structures[0].metrics[i].value.has_value());
      EXPECT_TRUE(says(report.structures[0].metrics[i].reason, row.words))
          << report.structures[0].metrics[i].reason;
    }
    const auto e =
        evaluate_sum({&a, row.other}, {protocol_of({"Liver :: Max[Gy]@EQD2(ab=3) <= 90"})}, {});
    ASSERT_TRUE(e);
    EXPECT_EQ(rule(*e, "r0").verdict, Verdict::Unknown);
    EXPECT_TRUE(says(rule(*e, "r0").reason, row.words)) << rule(*e, "r0").reason;
  }
}

TEST(PlanSum, DecidesRulesByTheSum) {
  const Case a = plan("A", 10, uniform(20));
  const Case b = plan("B", 5, uniform(30));
  const auto verdict = [&](const std::string& text) {
    const auto e = evaluate_sum({&a, &b}, {protocol_of({text})}, {});
    if (!e) throw std::runtime_error(to_text(e.error()));
    return rule(*e, "r0").verdict;
  };
  EXPECT_EQ(verdict("Liver :: Max[Gy] <= 50"), Verdict::Pass);
  EXPECT_EQ(verdict("Liver :: Max[Gy] <= 49.9"), Verdict::Fail);
  EXPECT_EQ(verdict("Liver :: Max[Gy]@EQD2(ab=3) <= 74.1"), Verdict::Pass);
  EXPECT_EQ(verdict("Liver :: Max[Gy]@EQD2(ab=3) <= 73.9"), Verdict::Fail);
  EXPECT_EQ(verdict("Liver :: Max[Gy] <= 40 OR Mean[Gy]@BED(ab=3) <= 124"), Verdict::Pass);
  // No number of fractions is that of the sum, neither 10, 5 nor 15.
  for (const char* fx : {"10", "5", "15"}) {
    EXPECT_EQ(verdict(std::string("Liver :: Max[Gy] <= 60 when fx in ") + fx + ".." + fx),
              Verdict::Unknown);
  }
  const auto e = evaluate_sum({&a, &b}, hcc(), {});
  ASSERT_TRUE(e);
  EXPECT_EQ(e->verdict, Verdict::Unknown);
  EXPECT_FALSE(e->eqd2_gy.has_value());
}

// 20 Gy and 30 Gy, both to the ROI GTV: D100% of 50 Gy is 100 % of the 50 Gy in sum.
TEST(PlanSum, AddsPrescriptionsToOneTarget) {
  Case a = plan("A", 10, uniform(20));
  Case b = plan("B", 5, uniform(30));
  const int gtv_number = a.structures->rois.at(1).number;
  ASSERT_EQ(a.structures->rois.at(1).name, "GTV");
  prescribe(a, 20, gtv_number);
  prescribe(b, 30, gtv_number);
  const auto e = evaluate_sum({&a, &b}, {protocol_of({"GTV :: Min[%] >= 99.9"})}, {});
  ASSERT_TRUE(e);
  EXPECT_EQ(e->prescription_gy, 50.0);
  EXPECT_EQ(rule(*e, "r0").verdict, Verdict::Pass);
  EXPECT_TRUE(
      says(text_of_sum(*e), "prescriptions of 20 and 30 Gy to one target (GTV), 50 Gy in sum"))
      << text_of_sum(*e);
}

// 20 Gy to one target and 30 Gy to another were 50 Gy, which nobody prescribed to either.
TEST(PlanSum, AddsNoPrescriptionsToDifferentTargets) {
  Case a = plan("A", 10, uniform(20));
  Case b = plan("B", 5, uniform(30));
  prescribe(a, 20, a.structures->rois.at(0).number);
  const std::vector<protocol::Protocol> protocols = {protocol_of({"GTV :: Min[%] >= 90"})};
  const auto expect_none = [&](const std::string& words) {
    const auto e = evaluate_sum({&a, &b}, protocols, {});
    ASSERT_TRUE(e);
    EXPECT_FALSE(e->prescription_gy.has_value());
    EXPECT_EQ(rule(*e, "r0").verdict, Verdict::Unknown);
    EXPECT_TRUE(says(rule(*e, "r0").reason, "prescription")) << rule(*e, "r0").reason;
    EXPECT_TRUE(says(text_of_sum(*e), words)) << text_of_sum(*e);
  };
  prescribe(b, 30, b.structures->rois.at(1).number);
  expect_none("prescriptions of 20 and 30 Gy are not added, the plans do not name one ROI");
  b.plan->dose_references.clear();  // linked to no ROI
  expect_none("are not added");
  b.plan->prescription_gy.reset();
  expect_none("that of B is not known");
  // What the user says is taken: 50 Gy are 100 % of 50.
  EvaluationOptions given;
  given.course.prescription_gy = 50.0;
  const auto e = evaluate_sum({&a, &b}, protocols, given);
  ASSERT_TRUE(e);
  EXPECT_EQ(e->prescription_gy, 50.0);
  EXPECT_EQ(rule(*e, "r0").verdict, Verdict::Pass);
}

TEST(PlanSum, IsUnknownWhereOnePlanHasNoDose) {
  const Case a = plan("A", 10, uniform(20));
  Case b = plan("B", 5, uniform(30));
  b.doses[0].grid = cropped(b.doses[0].grid, 1, 8);  // up to x = 112.5 mm
  const DvhReport report = summed({&a, &b}, {"Mean[Gy]", "Mean[Gy]@EQD2(ab=3)"});
  // 7.5 x 100 x 90 mm^3, less the micrometre within which a structure's end counts as covered.
  EXPECT_NEAR(report.structures[0].dvh->uncovered().value(), 67.5, 0.01);
  for (const auto& metric : report.structures[0].metrics) EXPECT_FALSE(metric.value.has_value());
}

TEST(PlanSum, WarnsOfLargeFractionsOfOnePlan) {
  const Case a = plan("A", 10, uniform(20));
  const Case b = plan("B", 2, uniform(24));
  EXPECT_EQ(
      count(summed({&a, &b}, {"Mean[Gy]@EQD2(ab=3)"}).findings, FindingCode::ExtrapolatedEqd2), 1);
  EXPECT_EQ(count(summed({&a, &b}, {"Mean[Gy]"}).findings, FindingCode::ExtrapolatedEqd2), 0);
  const Case c = plan("C", 3, uniform(24));
  EXPECT_EQ(
      count(summed({&a, &c}, {"Mean[Gy]@EQD2(ab=3)"}).findings, FindingCode::ExtrapolatedEqd2), 0);
}

TEST(PlanSum, WarnsWhereNoPatientIsNamed) {
  Case a = plan("A", 10, uniform(20));
  Case b = plan("B", 5, uniform(30));
  EXPECT_EQ(count(sum_plans({&a, &b}, {})->whole.findings, FindingCode::LinkAssumed), 0);
  a.patient_id.clear();
  b.patient_id.clear();
  const auto sum = sum_plans({&a, &b}, {});
  ASSERT_TRUE(sum);
  ASSERT_EQ(count(sum->whole.findings, FindingCode::LinkAssumed), 1);
  EXPECT_EQ(finding_severity(FindingCode::LinkAssumed), Severity::Warning);
  for (const Finding& finding : sum->whole.findings) {
    if (finding.code != FindingCode::LinkAssumed) continue;
    EXPECT_TRUE(says(finding.text, "Patient ID is empty")) << finding.text;
  }
}

TEST(PlanSum, IsOfAStudyOnlyWhereAllPlansAre) {
  Case a = plan("A", 10, uniform(20)), b = plan("B", 5, uniform(30)), c = plan("C", 5, uniform(1));
  a.plan->study.uid = b.plan->study.uid = "1.2.3";
  a.plan->study.plan_date = "20200102";
  const auto one = sum_plans({&a, &b}, {});
  ASSERT_TRUE(one.has_value());
  EXPECT_EQ(one->whole.plan->study.uid, "1.2.3");
  EXPECT_EQ(one->whole.plan->study.plan_date, "20200102");
  for (const char* other : {"", "1.2.4"}) {
    c.plan->study.uid = other;
    for (const auto& order : {std::vector<const Case*>{&a, &b, &c}, {&c, &a, &b}}) {
      const auto several = sum_plans(order, {});
      ASSERT_TRUE(several.has_value());
      EXPECT_EQ(several->whole.plan->study.uid, "");
    }
  }
}

TEST(PlanSum, IsRefusedWhereThePlansAreNotOneCourse) {
  const Case a = plan("A", 10, uniform(20));
  EXPECT_EQ(sum_plans({&a}, {}).error().code, ErrorCode::SumImpossible);
  EXPECT_EQ(sum_refused(a, a), ErrorCode::SumImpossible);
  Case b = plan("B", 5, uniform(30));
  EXPECT_EQ(sum_refused(a, b), ErrorCode{});
  b.patient_id = "P2";
  EXPECT_EQ(sum_refused(a, b), ErrorCode::SumImpossible);
  b = plan("B", 5, uniform(30));
  b.doses[0].frame_of_reference_uid = "1.2.3.8";
  EXPECT_EQ(sum_refused(a, b), ErrorCode::SumImpossible);
  b.doses[0].frame_of_reference_uid = "";
  EXPECT_EQ(sum_refused(a, b), ErrorCode::SumImpossible);
  b = plan("B", 5, uniform(30), {Vec3(900, 0, 0), Vec3(5, 5, 5), {10, 10, 10}});
  EXPECT_EQ(sum_refused(a, b), ErrorCode::GridsDoNotOverlap);
  b = plan("B", 5, uniform(30));
  CourseOptions given;
  given.fractions = 15;
  EXPECT_EQ(sum_refused(a, b, given), ErrorCode::OptionInvalid);
  b.structures.reset();
  EXPECT_EQ(sum_refused(a, b), ErrorCode::StructuresMissing);
}

}  // namespace
}  // namespace dosegate::evaluation
