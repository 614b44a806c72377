// Targets inside of targets, their margins, the bowel in the PTV: on boxes, whose volumes and margins
// are plain numbers.
#include "evaluation/target_checks.h"

#include <gtest/gtest.h>

#include "evaluation/measure.h"
#include "evaluation/synthetic_case.h"
#include "evaluation/targets.h"

namespace dosegate::evaluation {
namespace {

using namespace evaluation_test;  // NOLINT: the helpers of this folder
using model::Case;
using protocol::TargetKind;

// x, y 0..20, z 0..30 mm, grown by so much to each side and up and down.
Roi target(const std::string& name, double axial_mm, double cranio_caudal_mm,
           const std::string& type = "") {
  return axial_box(name, {-axial_mm, -axial_mm, -cranio_caudal_mm},
                   {20 + axial_mm, 20 + axial_mm, 30 + cranio_caudal_mm}, type);
}

model::StructureSet set_of(std::vector<Roi> rois) {
  model::StructureSet structures;
  structures.rois = std::move(rois);
  for (std::size_t i = 0; i < structures.rois.size(); ++i) {
    structures.rois[i].number = static_cast<int>(i) + 1;
  }
  return structures;
}

Findings nesting(const model::StructureSet& structures) {
  return nesting_findings(structures, CaseGeometry(structures));
}

Findings bowel(const model::StructureSet& structures) {
  return bowel_findings(structures, CaseGeometry(structures), hcc());
}

PlanCheckResult margin(const model::StructureSet& structures, const std::string& id) {
  for (const protocol::MarginCheck& check : hcc()[0].margins) {
    if (check.id == id) {
      return hold_margins(structures, CaseGeometry(structures), hcc()[0], check);
    }
  }
  throw std::runtime_error("no margin " + id);
}

// GTV, CTV = GTV + 5 mm (6 mm on planes of 3 mm), PTV = CTV + 5 mm and 12 mm.
model::StructureSet good() {
  return set_of({target("GTV", 0, 0), target("CTV", 5, 6), target("PTV", 10, 18)});
}

TEST(Targets, BelongTogetherByTheirOwnNames) {
  const auto pairs_of = [](const std::vector<std::string>& names) {
    std::vector<Roi> rois;
    for (const std::string& name : names) rois.push_back(target(name, 0, 0));
    return pair_targets(set_of(rois), TargetKind::Gtv, TargetKind::Ctv);
  };
  const TargetPairs two = pairs_of({"GTV_1", "CTV 2", "gtv2", "CTV1"});
  ASSERT_EQ(two.pairs.size(), 2U);
  EXPECT_EQ(two.pairs[0].inner, (std::vector<std::size_t>{2}));
  EXPECT_EQ(two.pairs[0].outer, 1U);
  EXPECT_EQ(two.pairs[1].inner, (std::vector<std::size_t>{0}));
  EXPECT_EQ(two.pairs[1].outer, 3U);
  EXPECT_TRUE(two.unclear.empty());

  const TargetPairs common = pairs_of({"GTVp", "GTVn", "CTV"});
  ASSERT_EQ(common.pairs.size(), 1U);
  EXPECT_EQ(common.pairs[0].inner, (std::vector<std::size_t>{0, 1}));

  EXPECT_EQ(pairs_of({"GTV", "CTV_50"}).pairs.size(), 1U);
  // Nothing says which; the second GTV is no part of the first one's CTV.
  EXPECT_TRUE(pairs_of({"GTV", "CTV_50", "CTV_40"}).pairs.empty());
  EXPECT_EQ(pairs_of({"GTV", "CTV_50", "CTV_40"}).unclear.size(), 3U);
  const TargetPairs other = pairs_of({"GTV_1", "GTV_2", "CTV_1"});
  ASSERT_EQ(other.pairs.size(), 1U);
  EXPECT_EQ(other.pairs[0].inner, (std::vector<std::size_t>{0}));
  ASSERT_EQ(other.unclear.size(), 1U);
  EXPECT_TRUE(says(other.unclear[0], "\"GTV_2\"")) << other.unclear[0];
  // Two with one own name.
  EXPECT_FALSE(pairs_of({"GTV_1", "CTV_1", "CTV-1"}).unclear.empty());
}

TEST(Targets, AreFoundByTypeWhereTheirNameSaysNothing) {
  auto structures =
      set_of({target("Tumour", 0, 0, "GTV"), target("CTV", 5, 6), target("PTV ring", 9, 9),
              target("GTV+5mm", 5, 6), target("GTV_x", 0, 0, "AVOIDANCE")});
  const TargetPairs pairs = pair_targets(structures, TargetKind::Gtv, TargetKind::Ctv);
  ASSERT_EQ(pairs.pairs.size(), 1U);
  EXPECT_EQ(pairs.pairs[0].inner, (std::vector<std::size_t>{0}));
  EXPECT_EQ(pairs.unclear.size(), 1U);  // the one whose type contradicts its name
  EXPECT_TRUE(targets_of(structures, TargetKind::Ptv).empty());
}

TEST(TargetNesting, SaysNothingOfTargetsInsideOfEachOther) {
  EXPECT_TRUE(nesting(good()).empty());
  EXPECT_TRUE(nesting(set_of({target("GTV", 0, 0), target("PTV", 0, 0)})).empty());
  EXPECT_TRUE(nesting(set_of({liver()})).empty());
}

TEST(TargetNesting, TellsHowMuchLiesOutside) {
  // The GTV reaches 2 mm beyond the CTV on one side: 2 x 20 x 30 mm^3 = 1.2 of 13.2 cc.
  auto structures = set_of(
      {axial_box("GTV", {-2, 0, 0}, {20, 20, 30}), target("CTV", 0, 0), target("PTV", 5, 12)});
  const Findings found = nesting(structures);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].code, FindingCode::TargetLeavesTarget);
  EXPECT_EQ(found[0].text, "1.20 of 13.20 cc lie outside of CTV.");
  EXPECT_EQ(found[0].where, "GTV");
  // Without a CTV the GTV is held against the PTV; a plane that is not in it shows.
  const Findings lower =
      nesting(set_of({axial_box("GTV", {0, 0, -3}, {20, 20, 30}), target("PTV", 5, 0)}));
  ASSERT_EQ(lower.size(), 1U);
  EXPECT_EQ(lower[0].text, "1.20 of 13.20 cc lie outside of PTV.");
  // 0.02 cc are less than what is said: 0.0333 x 20 x 30 mm^3.
  EXPECT_TRUE(
      nesting(set_of({axial_box("GTV", {-0.0333, 0, 0}, {20, 20, 30}), target("PTV", 0, 0)}))
          .empty());
}

TEST(TargetNesting, SaysWhatCannotBeChecked) {
  const Findings found =
      nesting(set_of({target("GTV", 0, 0), target("CTV_50", 5, 6), target("CTV_40", 9, 9)}));
  EXPECT_EQ(count(found, FindingCode::TargetsUnclear), 3);
  // In planes of another tilt.
  auto structures = good();
  for (model::Contour& contour : structures.rois[1].contours) {
    for (Vec3& p : contour.points) p = Eigen::AngleAxisd(0.5, Vec3::UnitX()) * p;
  }
  EXPECT_EQ(count(nesting(structures), FindingCode::TargetsUnclear), 2);
  const PlanCheckResult unknown = margin(structures, "margin-ctv");
  EXPECT_EQ(unknown.verdict, Verdict::Unknown);
  EXPECT_FALSE(unknown.reason.empty());
}

TEST(TargetMargins, PassWithTheirNumbers) {
  const PlanCheckResult ctv = margin(good(), "margin-ctv");
  EXPECT_EQ(ctv.verdict, Verdict::Pass);
  EXPECT_EQ(ctv.reason,
            "GTV to CTV: left 5.0, right 5.0, anterior 5.0, posterior 5.0, superior 6.0, inferior "
            "6.0 mm.");
  EXPECT_EQ(ctv.text, "CTV = GTV + 5 mm, or 10..15 mm along a vessel with thrombus");
  const PlanCheckResult ptv = margin(good(), "margin-ptv");
  EXPECT_EQ(ptv.verdict, Verdict::Pass) << ptv.reason;
  EXPECT_TRUE(says(ptv.reason, "superior 12.0, inferior 12.0 mm.")) << ptv.reason;
}

TEST(TargetMargins, AreMissedOutsideOfTheirRange) {
  const auto ctv_with = [](double axial, double cranio_caudal) {
    return margin(set_of({target("GTV", 0, 0), target("CTV", axial, cranio_caudal)}), "margin-ctv");
  };
  // 0.5 mm of measurement; along z half of 3 mm more.
  EXPECT_EQ(ctv_with(5.5, 6).verdict, Verdict::Pass);
  EXPECT_EQ(ctv_with(4.5, 3).verdict, Verdict::Pass);
  const PlanCheckResult narrow = ctv_with(4.4, 6);
  EXPECT_EQ(narrow.verdict, Verdict::Fail);
  EXPECT_TRUE(says(narrow.reason, "Not as asked for: left, right, anterior, posterior."))
      << narrow.reason;
  EXPECT_EQ(ctv_with(8, 6).verdict, Verdict::Fail);
  EXPECT_EQ(ctv_with(5, 0).verdict, Verdict::Fail);
  const PlanCheckResult ptv =
      margin(set_of({target("CTV", 0, 0), target("PTV", 5, 6)}), "margin-ptv");
  EXPECT_EQ(ptv.verdict, Verdict::Fail);
  EXPECT_TRUE(says(ptv.reason, "Not as asked for: superior, inferior.")) << ptv.reason;
}

TEST(TargetMargins, AreOpenWhereOnlyAVesselWouldMakeThemRight) {
  const PlanCheckResult result = margin(
      set_of({target("GTV", 0, 0), axial_box("CTV", {-5, -5, -6}, {32, 25, 36})}), "margin-ctv");
  EXPECT_EQ(result.verdict, Verdict::Unknown);
  EXPECT_TRUE(
      says(result.reason, "Right only along a vessel with thrombus, which no plan tells: left."))
      << result.reason;
}

TEST(TargetMargins, NeverPassUnmeasured) {
  EXPECT_EQ(margin(set_of({liver()}), "margin-ctv").verdict, Verdict::NotApplicable);
  EXPECT_EQ(margin(set_of({target("GTV", 0, 0)}), "margin-ctv").reason, "there is no CTV");
  const PlanCheckResult unclear = margin(
      set_of({target("GTV", 0, 0), target("CTV_50", 5, 6), target("CTV_40", 5, 6)}), "margin-ctv");
  EXPECT_EQ(unclear.verdict, Verdict::Unknown);
  EXPECT_TRUE(says(unclear.reason, "No CTV belongs to \"GTV\"")) << unclear.reason;
  // One pair is right, and a second CTV belongs to nothing: still not a pass.
  EXPECT_EQ(margin(set_of({target("GTV_1", 0, 0), target("CTV_1", 5, 6), target("CTV_2", 5, 6)}),
                   "margin-ctv")
                .verdict,
            Verdict::Unknown);
}

TEST(TargetMargins, ThatAreRequiredAreUnknownWithoutTheTarget) {
  protocol::Protocol rules = hcc()[0];
  for (protocol::MarginCheck& check : rules.margins) check.level = protocol::Level::Required;
  const auto structures = set_of({target("GTV", 0, 0)});
  for (const protocol::MarginCheck& check : rules.margins) {
    const auto held = hold_margins(structures, CaseGeometry(structures), rules, check);
    EXPECT_EQ(held.verdict, Verdict::Unknown) << check.id;
    EXPECT_TRUE(says(held.reason, "there is no ")) << held.reason;
  }
}

TEST(TargetMargins, StandAmongThePlanChecksOfAnEvaluation) {
  Case c = make_case({liver(), gtv(), axial_box("CTV", {35, 35, 24}, {65, 65, 66})}, uniform(10));
  const Evaluation e = evaluated(c);
  const auto found = std::find_if(e.plan_checks.begin(), e.plan_checks.end(),
                                  [](const auto& check) { return check.id == "margin-ctv"; });
  ASSERT_NE(found, e.plan_checks.end());
  EXPECT_EQ(found->verdict, Verdict::Pass) << found->reason;
  EXPECT_EQ(found->provenance.source, "zhai-2025");
}

TEST(TargetBowel, OverlapIsToldWithItsVolume) {
  // 5 x 20 x 30 mm^3 = 3 cc of the bowel's 12 cc.
  const auto structures =
      set_of({target("PTV", 0, 0), axial_box("SmallBowel", {15, 0, 0}, {35, 20, 30}),
              axial_box("Colon", {60, 0, 0}, {80, 20, 30})});
  const Findings found = bowel(structures);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].code, FindingCode::TargetMeetsBowel);
  EXPECT_EQ(found[0].text, "3.00 of 12.00 cc lie in PTV.");
  EXPECT_EQ(found[0].where, "SmallBowel");
}

TEST(PlanFindings, TellOfACoarseGridAndOnlyOfOne) {
  const auto with_step = [](double step) {
    return coarse_findings(
        testing::grid_of({Vec3(0, 0, 0), Vec3(2, 2, step), {3, 3, 3}}, uniform(1)));
  };
  EXPECT_TRUE(with_step(3.0).empty());
  EXPECT_TRUE(with_step(3.001).empty());  // written with three decimals
  ASSERT_EQ(with_step(3.5).size(), 1U);
  EXPECT_TRUE(says(with_step(3.5)[0].text, "up to 3.50 mm apart")) << with_step(3.5)[0].text;
  EXPECT_EQ(count(evaluated(standard()).findings, FindingCode::DoseGridCoarse), 1);  // 5 mm
}

// A rule that is decided although part of its structure has no dose says so.
TEST(PlanFindings, TellOfVolumeWithoutDoseInTheRuleItself) {
  Case c = standard(30);
  c.doses[0].grid = cropped(c.doses[0].grid, 1, 8);  // dose up to x = 112.5 of 120 mm
  const Evaluation e = evaluated(c, {protocol_of({"Liver :: Max[Gy] <= 20"})});
  EXPECT_EQ(rule(e, "r0").verdict, Verdict::Fail);
  // 7.5 x 100 x 90 mm^3, less the micrometre within which a structure's end counts as covered.
  EXPECT_TRUE(says(rule(e, "r0").reason, "67.49 of 1080.00 cc have no dose"))
      << rule(e, "r0").reason;
}

}  // namespace
}  // namespace dosegate::evaluation
