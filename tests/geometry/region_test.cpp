#include "geometry/region.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/shapes.h"

namespace dosegate::geometry {
namespace {

using testing::axial;
using testing::circle;
using testing::Polygon;
using testing::rectangle;
using testing::Roi;
using testing::stack;

// Rounding only: sums of a few thousand products of numbers of the order of 100.
constexpr double kRounding_cc = 1e-10;

bool has(const Findings& findings, FindingCode code) {
  return std::any_of(findings.begin(), findings.end(),
                     [&](const Finding& f) { return f.code == code; });
}

BuiltRegion build(const Roi& roi, RegionOptions options = {}) {
  auto frame = contour_frame(roi);
  EXPECT_TRUE(frame.has_value());
  auto built = build_region(roi, *frame, options);
  EXPECT_TRUE(built.has_value()) << to_text(built.error());
  return *built;
}

TEST(BuildRegion, OwnsTheSpaceToTheMidpointsAndHalfASpacingAtTheEnds) {
  // 20 x 30 mm on 11 planes of 3 mm: 33 mm long with half-slice caps, 30 mm without.
  const Roi roi =
      stack("box", 0, 3, 11, [](double) { return std::vector{rectangle(0, 0, 20, 30)}; });
  EXPECT_NEAR(build(roi).region.volume().value(), 20 * 30 * 33 / 1000.0, kRounding_cc);
  EXPECT_NEAR(build(roi, {EndCaps::None, {}, {}}).region.volume().value(), 20 * 30 * 30 / 1000.0,
              kRounding_cc);
}

TEST(BuildRegion, CutsHolesByTheEvenOddRuleWhateverTheSenseOfRotation) {
  Polygon hole = rectangle(5, 5, 10, 10);
  const auto shape = [&](double) { return std::vector{rectangle(0, 0, 20, 20), hole}; };
  const double expected = (400 - 25) * 10.0 / 1000.0;
  EXPECT_NEAR(build(stack("a", 0, 2, 5, shape)).region.volume().value(), expected, kRounding_cc);
  std::reverse(hole.points.begin(), hole.points.end());
  EXPECT_NEAR(build(stack("b", 0, 2, 5, shape)).region.volume().value(), expected, kRounding_cc);
}

TEST(BuildRegion, FillsAnIslandInAHole) {
  const Roi roi = stack("ring", 0, 2, 5, [](double) {
    return std::vector{rectangle(0, 0, 30, 30), rectangle(5, 5, 25, 25), rectangle(10, 10, 20, 20)};
  });
  EXPECT_NEAR(build(roi).region.volume().value(), (900 - 400 + 100) * 10 / 1000.0, kRounding_cc);
}

TEST(BuildRegion, ReadsAKeyholeAsTheRingItDraws) {
  // Outer square, a bridge of zero width walked twice, the hole: one polygon.
  const Polygon keyhole{{{0, 0},
                         {20, 0},
                         {20, 20},
                         {0, 20},
                         {0, 10},
                         {5, 10},
                         {5, 15},
                         {15, 15},
                         {15, 5},
                         {5, 5},
                         {5, 10},
                         {0, 10}}};
  const auto built = build(stack("keyhole", 0, 2, 5, [&](double) { return std::vector{keyhole}; }));
  EXPECT_NEAR(built.region.volume().value(), (400 - 100) * 10 / 1000.0, kRounding_cc);
  EXPECT_FALSE(has(built.findings, FindingCode::RoiContoursOverlap));
}

TEST(BuildRegion, TakesPartlyOverlappingContoursEvenOddAndSaysSo) {
  const auto built = build(stack("overlap", 0, 2, 5, [](double) {
    return std::vector{rectangle(0, 0, 20, 20), rectangle(10.5, 10.5, 30, 30)};
  }));
  const double common = 9.5 * 9.5;
  EXPECT_NEAR(built.region.volume().value(), (400 + 19.5 * 19.5 - 2 * common) * 10 / 1000.0,
              kRounding_cc);
  EXPECT_TRUE(has(built.findings, FindingCode::RoiContoursOverlap));
}

TEST(BuildRegion, FindsContoursThatOverlapThoughNoEdgeCrosses) {
  // Side by side with sides in common: the overlap begins and ends where they touch.
  const auto built = build(stack("overlap", 0, 2, 5, [](double) {
    return std::vector{rectangle(0, 0, 20, 20), rectangle(10, 0, 30, 20)};
  }));
  EXPECT_NEAR(built.region.volume().value(), 2 * 10 * 20 * 10 / 1000.0, kRounding_cc);
  EXPECT_TRUE(has(built.findings, FindingCode::RoiContoursOverlap));
}

TEST(BuildRegion, TakesContoursThatOnlyTouchAsTheyAre) {
  // A hole along the outer contour's side; a neighbour that shares a side, or that overlaps by what
  // two decimals round.
  const std::vector<std::vector<Polygon>> planes = {
      {rectangle(0, 0, 20, 20), rectangle(0, 5, 5, 10)},
      {rectangle(0, 0, 20, 20), rectangle(20, 0, 30, 20)},
      {rectangle(0, 0, 20, 20), rectangle(19.99, 0, 30, 20)}};
  for (const auto& plane : planes) {
    const auto built = build(stack("touching", 0, 2, 5, [&](double) { return plane; }));
    EXPECT_FALSE(has(built.findings, FindingCode::RoiContoursOverlap));
    EXPECT_FALSE(has(built.findings, FindingCode::RoiContourRepeated));
  }
}

TEST(BuildRegion, FindsABowTie) {
  const Polygon bow{{{0, 0}, {20, 20}, {20, 0}, {0, 20}}};
  const auto built = build(stack("bow", 0, 2, 5, [&](double) { return std::vector{bow}; }));
  // Two triangles of base 20 and height 10.
  EXPECT_NEAR(built.region.volume().value(), 200 * 10 / 1000.0, 1e-9);
  EXPECT_TRUE(has(built.findings, FindingCode::RoiContoursOverlap));
}

TEST(BuildRegion, FindsAContourDrawnTwice) {
  auto shape = [](double z) {
    std::vector<Polygon> polygons{rectangle(0, 0, 20, 20)};
    if (z == 4.0) polygons.push_back(polygons[0]);
    return polygons;
  };
  const auto built = build(stack("twice", 0, 2, 5, shape));
  EXPECT_TRUE(has(built.findings, FindingCode::RoiContourRepeated));
  EXPECT_NEAR(built.region.volume().value(), 400 * 8 / 1000.0, kRounding_cc);
}

TEST(BuildRegion, FindsAContourDrawnTwiceWithOtherPoints) {
  const Polygon again{{{20, 20}, {10, 20}, {0, 20}, {0, 0}, {20, 0}}};
  auto shape = [&](double z) {
    std::vector<Polygon> polygons{rectangle(0, 0, 20, 20)};
    if (z == 4.0) polygons.push_back(again);
    return polygons;
  };
  const auto built = build(stack("twice", 0, 2, 5, shape));
  EXPECT_TRUE(has(built.findings, FindingCode::RoiContourRepeated));
  EXPECT_NEAR(built.region.volume().value(), 400 * 8 / 1000.0, kRounding_cc);
}

TEST(BuildRegion, BridgesOneSkippedPlane) {
  Roi roi = stack("skip", 0, 3, 11, [](double) { return std::vector{rectangle(0, 0, 10, 10)}; });
  roi.contours.erase(roi.contours.begin() + 5);
  const auto built = build(roi);
  EXPECT_NEAR(built.region.volume().value(), 100 * 33 / 1000.0, kRounding_cc);
  EXPECT_TRUE(has(built.findings, FindingCode::RoiGapBridged));
}

TEST(BuildRegion, CapsBothSidesOfALongGap) {
  Roi roi = stack("two", 0, 3, 4, [](double) { return std::vector{rectangle(0, 0, 10, 10)}; });
  const Roi other =
      stack("two", 39, 3, 4, [](double) { return std::vector{rectangle(0, 0, 10, 10)}; });
  roi.contours.insert(roi.contours.end(), other.contours.begin(), other.contours.end());
  const auto built = build(roi);
  EXPECT_NEAR(built.region.volume().value(), 100 * 24 / 1000.0, kRounding_cc);
  EXPECT_TRUE(has(built.findings, FindingCode::RoiGapCapped));
}

TEST(BuildRegion, HandlesAFirstGapOfFiveThenTwo) {
  // Slabs: -1..2.5, 2.5..6, then 2 mm each, half a nominal (2 mm) spacing at the ends: 29 mm in
  // all.
  Roi roi = stack("uneven", 5, 2, 12, [](double) { return std::vector{rectangle(0, 0, 10, 10)}; });
  roi.contours.push_back(axial(rectangle(0, 0, 10, 10), 0));
  EXPECT_NEAR(build(roi).region.volume().value(), 100 * 29 / 1000.0, kRounding_cc);
}

TEST(BuildRegion, TakesPlanesThatDifferByMicrometresAsOne) {
  Roi roi;
  roi.name = "jitter";
  for (int i = 0; i < 5; ++i) {
    roi.contours.push_back(axial(rectangle(0, 0, 10, 10), 2 * i));
    roi.contours.push_back(axial(rectangle(20, 0, 30, 10), 2 * i + 0.006));
  }
  const auto built = build(roi);
  EXPECT_NEAR(built.region.volume().value(), 200 * 10 / 1000.0, kRounding_cc);
  EXPECT_TRUE(has(built.findings, FindingCode::RoiPlanesMerged));
}

TEST(BuildRegion, GivesASinglePlaneTheStructureSetsSpacing) {
  Roi roi;
  roi.name = "single";
  roi.contours.push_back(axial(rectangle(0, 0, 10, 10), 0));
  const auto frame = contour_frame(roi);
  const auto refused = build_region(roi, *frame);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::SpacingUnknown);
  const auto built = build(roi, {EndCaps::Half, 2.5, {}});
  EXPECT_NEAR(built.region.volume().value(), 100 * 2.5 / 1000.0, kRounding_cc);
  EXPECT_TRUE(has(built.findings, FindingCode::RoiSinglePlane));
  roi.contours[0].slab_thickness_mm = 4.0;
  EXPECT_NEAR(build(roi, {EndCaps::Half, 2.5, {}}).region.volume().value(), 100 * 4.0 / 1000.0,
              kRounding_cc);
}

TEST(BuildRegion, KeepsPointsAndOpenLinesOutAndSaysSo) {
  Roi roi = stack("mixed", 0, 2, 5, [](double) { return std::vector{rectangle(0, 0, 10, 10)}; });
  testing::Contour open = axial(rectangle(0, 0, 50, 50), 4);
  open.type = model::ContourType::OpenPlanar;
  roi.contours.push_back(open);
  testing::Contour marker;
  marker.type = model::ContourType::Point;
  marker.points = {{5, 5, 4}};
  roi.contours.push_back(marker);
  testing::Contour two;
  two.points = {{0, 0, 4}, {5, 5, 4}};
  roi.contours.push_back(two);
  const auto built = build(roi);
  EXPECT_NEAR(built.region.volume().value(), 100 * 10 / 1000.0, kRounding_cc);
  EXPECT_TRUE(has(built.findings, FindingCode::RoiOpenContoursSkipped));
  EXPECT_TRUE(has(built.findings, FindingCode::RoiContoursSkipped));
  EXPECT_TRUE(has(built.findings, FindingCode::RoiContourDegenerate));
}

TEST(BuildRegion, RefusesARoiWithoutArea) {
  Roi roi;
  roi.name = "point";
  testing::Contour point;
  point.type = model::ContourType::Point;
  point.points = {{0, 0, 0}};
  roi.contours.push_back(point);
  const auto frame = contour_frame(roi);
  ASSERT_FALSE(frame.has_value());
  EXPECT_EQ(frame.error().code, ErrorCode::RegionEmpty);
}

TEST(BuildRegion, TakesSagittalAndTiltedStacksAsWhatTheyAre) {
  // The same box, turned: volume must not change. 20 x 30 mm, 11 planes of 3 mm.
  const Roi upright =
      stack("box", 0, 3, 11, [](double) { return std::vector{rectangle(0, 0, 20, 30)}; });
  const double tilt = 5.0 * std::numbers::pi / 180.0;
  model::Mat3 tilted;
  tilted << 1, 0, 0, 0, std::cos(tilt), -std::sin(tilt), 0, std::sin(tilt), std::cos(tilt);
  model::Mat3 sagittal;
  sagittal << 0, 0, 1, 1, 0, 0, 0, 1, 0;
  for (const model::Mat3& turn : {sagittal, tilted}) {
    Roi roi = upright;
    for (auto& contour : roi.contours) {
      for (auto& p : contour.points) p = turn * p;
    }
    EXPECT_NEAR(build(roi).region.volume().value(), 20 * 30 * 33 / 1000.0, 1e-8);
  }
}

TEST(BuildRegion, RefusesContoursOfDifferentTiltAndContoursThatAreNotPlanar) {
  Roi mixed = stack("mixed", 0, 2, 5, [](double) { return std::vector{rectangle(0, 0, 30, 30)}; });
  testing::Contour sagittal;
  sagittal.points = {{5, 0, 0}, {5, 10, 0}, {5, 10, 10}, {5, 0, 10}};
  mixed.contours.push_back(sagittal);
  auto refused = build_region(mixed, *contour_frame(mixed));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::ContoursNotParallel);

  Roi bent = stack("bent", 0, 2, 5, [](double) { return std::vector{rectangle(0, 0, 30, 30)}; });
  bent.contours[2].points[1].z() += 3.0;
  refused = build_region(bent, *contour_frame(bent));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::ContoursNotPlanar);

  Roi wavy = stack("wavy", 0, 2, 5, [](double) { return std::vector{rectangle(0, 0, 30, 30)}; });
  wavy.contours[2].points[1].z() += 0.05;
  EXPECT_TRUE(has(build(wavy).findings, FindingCode::RoiContourNonPlanar));
}

TEST(NominalSpacing, IsTheSmallestDistanceThatRecurs) {
  model::StructureSet set;
  set.rois.push_back(
      stack("a", 0, 3, 11, [](double) { return std::vector{rectangle(0, 0, 9, 9)}; }));
  set.rois.push_back(
      stack("b", 0, 6, 5, [](double) { return std::vector{rectangle(0, 0, 9, 9)}; }));
  set.rois[0].contours.push_back(axial(rectangle(0, 0, 9, 9), 31));  // a 1 mm gap, once
  EXPECT_NEAR(nominal_spacing_mm(set, model::Vec3::UnitZ()).value(), 3.0, 1e-12);
}

TEST(BuildRegion, TakesARoiDrawnOnEverySixthPlaneAsOneBody) {
  const Roi roi =
      stack("wide", 0, 18, 6, [](double) { return std::vector{rectangle(0, 0, 10, 10)}; });
  const auto built = build(roi, {EndCaps::Half, 3.0, {}});
  EXPECT_NEAR(built.region.volume().value(), 100 * 108 / 1000.0, kRounding_cc);
  EXPECT_TRUE(has(built.findings, FindingCode::RoiSpacingUneven));
}

}  // namespace
}  // namespace dosegate::geometry
