// Voxels as contours: the solid is the union of the boxes, whatever the reading.
#include "geometry/voxel_contours.h"

#include <gtest/gtest.h>

#include <Eigen/Geometry>
#include <algorithm>
#include <random>
#include <string_view>

#include "geometry/region.h"

namespace dosegate::geometry {
namespace {

using model::Mat3;
using model::Roi;
using model::Vec3;

// Coordinates of the order of 100 mm are rounded to 1e-14 mm, a voxel's size to 1e-14 of itself.
constexpr double kRelative = 1e-12;

VoxelBlock block_of(std::array<std::size_t, 3> size) {
  return {{0, 0, 0}, size, std::vector<std::uint8_t>(size[0] * size[1] * size[2], 0)};
}

std::uint8_t& voxel(VoxelBlock& block, std::size_t i, std::size_t j, std::size_t k) {
  return block.inside[i + block.size[0] * (j + block.size[1] * k)];
}

// Layers as text, the rows of a layer from the lowest v on: "#" is inside.
VoxelBlock drawn(const std::vector<std::vector<std::string_view>>& layers) {
  VoxelBlock block = block_of({layers[0][0].size(), layers[0].size(), layers.size()});
  for (std::size_t k = 0; k < layers.size(); ++k) {
    for (std::size_t j = 0; j < layers[k].size(); ++j) {
      for (std::size_t i = 0; i < layers[k][j].size(); ++i) {
        voxel(block, i, j, k) = layers[k][j][i] == '#' ? 1 : 0;
      }
    }
  }
  return block;
}

Roi roi_of(const VoxelLattice& lattice, const VoxelBlock& block) {
  Roi roi;
  roi.name = "Mask";
  roi.from_voxels = true;
  roi.contours = voxel_contours(lattice, block);
  return roi;
}

BuiltRegion build(const Roi& roi, const RegionOptions& options = {}) {
  const auto frame = contour_frame(roi);
  EXPECT_TRUE(frame.has_value());
  auto built = build_region(roi, *frame, options);
  EXPECT_TRUE(built.has_value()) << to_text(built.error());
  return *built;
}

double volume_cc(const Roi& roi, const RegionOptions& options = {}) {
  return build(roi, options).region.volume().value();
}

// 2 x 3 x 4 mm: every axis has a size of its own, so that none can stand for another.
VoxelLattice lattice_2_3_4() {
  VoxelLattice lattice;
  lattice.origin = Vec3(-7.0, 11.0, 100.0);
  lattice.spacing_mm = Vec3(2.0, 3.0, 4.0);
  return lattice;
}
constexpr double kVoxel_cc = 0.024;  // 2 x 3 x 4 mm

TEST(VoxelContours, OneVoxelIsItsBox) {
  VoxelBlock block = block_of({1, 1, 1});
  block.inside[0] = 1;
  const Roi roi = roi_of(lattice_2_3_4(), block);
  ASSERT_EQ(roi.contours.size(), 1U);
  EXPECT_EQ(roi.contours[0].points.size(), 4U);
  const Region region = build(roi).region;
  ASSERT_EQ(region.slabs().size(), 1U);
  // Half a voxel to either side of the centre (-7, 11, 100).
  EXPECT_DOUBLE_EQ(region.slabs()[0].w_lo, 98.0);
  EXPECT_DOUBLE_EQ(region.slabs()[0].w_hi, 102.0);
  ASSERT_EQ(region.slabs()[0].edges().size(), 2U);
  EXPECT_DOUBLE_EQ(region.slabs()[0].edges()[0].u0, -8.0);
  EXPECT_DOUBLE_EQ(region.slabs()[0].edges()[0].v0, 9.5);
  EXPECT_DOUBLE_EQ(region.slabs()[0].edges()[1].u0, -6.0);
  EXPECT_DOUBLE_EQ(region.slabs()[0].edges()[1].v1, 12.5);
}

TEST(VoxelContours, AnEmptyBlockHasNone) {
  EXPECT_TRUE(voxel_contours(lattice_2_3_4(), block_of({3, 4, 5})).empty());
  EXPECT_TRUE(voxel_contours(lattice_2_3_4(), block_of({0, 0, 0})).empty());
}

TEST(VoxelContours, ABlockOfAnotherSizeThanStatedIsADefect) {
  VoxelBlock block = block_of({2, 2, 2});
  block.inside.pop_back();
  EXPECT_THROW((void)voxel_contours(lattice_2_3_4(), block), InternalError);
}

TEST(VoxelContours, StraightFacesHaveNoCornersInBetween) {
  const Roi roi = roi_of(lattice_2_3_4(), drawn({{"####", "####", "####"}}));
  ASSERT_EQ(roi.contours.size(), 1U);
  EXPECT_EQ(roi.contours[0].points.size(), 4U);
}

TEST(VoxelContours, HolesAreOutlinesOfTheirOwn) {
  const Roi roi = roi_of(lattice_2_3_4(), drawn({{"#####", "#.#.#", "#####"}}));
  EXPECT_EQ(roi.contours.size(), 3U);  // one around, two holes
  EXPECT_NEAR(volume_cc(roi), 13 * kVoxel_cc, kRelative);
}

TEST(VoxelContours, AnIslandInAHoleCounts) {
  const Roi roi = roi_of(lattice_2_3_4(), drawn({{"#####", "#...#", "#.#.#", "#...#", "#####"}}));
  EXPECT_EQ(roi.contours.size(), 3U);
  EXPECT_NEAR(volume_cc(roi), 17 * kVoxel_cc, kRelative);
}

TEST(VoxelContours, VoxelsThatMeetAtAnEdgeOnlyAreTwoBodies) {
  for (const auto& rows : {std::vector<std::string_view>{"#.", ".#"}, {".#", "#."}}) {
    const Roi roi = roi_of(lattice_2_3_4(), drawn({rows}));
    EXPECT_EQ(roi.contours.size(), 2U);
    const BuiltRegion built = build(roi);
    EXPECT_NEAR(built.region.volume().value(), 2 * kVoxel_cc, kRelative);
    EXPECT_TRUE(built.findings.empty()) << built.findings[0].text;
  }
}

TEST(VoxelContours, AnOutlineThatMeetsItselfAtACornerHoldsItsVoxels) {
  // The two voxels in the middle meet at an edge and hang together round the outside.
  const Roi roi = roi_of(lattice_2_3_4(), drawn({{"####", "##.#", "#.##", "####"}}));
  const BuiltRegion built = build(roi);
  EXPECT_NEAR(built.region.volume().value(), 14 * kVoxel_cc, kRelative);
  EXPECT_TRUE(built.findings.empty()) << built.findings[0].text;
}

TEST(VoxelContours, AChessboardHoldsHalfOfItsVoxels) {
  VoxelBlock block = block_of({20, 20, 3});
  for (std::size_t n = 0; n < block.inside.size(); ++n) {
    block.inside[n] = (n % 20 + n / 20 % 20 + n / 400) % 2 == 0 ? 1 : 0;
  }
  const Roi roi = roi_of(lattice_2_3_4(), block);
  EXPECT_EQ(roi.contours.size(), 600U);
  EXPECT_NEAR(volume_cc(roi), 600 * kVoxel_cc, 600 * kVoxel_cc * kRelative);
}

TEST(VoxelContours, LayersWithoutVoxelsAreNoGapToBridge) {
  // Two layers, one empty, one layer, three empty, one layer: 4 layers of 4 mm of one voxel each.
  const Roi roi =
      roi_of(lattice_2_3_4(), drawn({{"#"}, {"#"}, {"."}, {"#"}, {"."}, {"."}, {"."}, {"#"}}));
  const BuiltRegion built = build(roi);
  EXPECT_NEAR(built.region.volume().value(), 4 * kVoxel_cc, kRelative);
  EXPECT_TRUE(built.findings.empty()) << built.findings[0].text;
  ASSERT_EQ(built.region.slabs().size(), 4U);
  // Centres at 100, 104, 112 and 128 mm.
  EXPECT_DOUBLE_EQ(built.region.slabs()[1].w_hi, 106.0);
  EXPECT_DOUBLE_EQ(built.region.slabs()[2].w_lo, 110.0);
  EXPECT_DOUBLE_EQ(built.region.slabs()[3].w_hi, 130.0);
}

TEST(VoxelContours, EveryReadingTakesTheSameSolid) {
  const Roi roi =
      roi_of(lattice_2_3_4(), drawn({{"##", "##"}, {"#.", ".."}, {"..", ".."}, {"##", "#."}}));
  for (const EndCaps caps : {EndCaps::Half, EndCaps::None, EndCaps::Capped1_5, EndCaps::Rounded}) {
    for (const Interpolation between :
         {Interpolation::Slab, Interpolation::Blend, Interpolation::Cubic}) {
      // A set spacing of 1 mm is another ROI's business.
      EXPECT_NEAR(volume_cc(roi, {caps, 1.0, between}), 8 * kVoxel_cc, kRelative);
    }
  }
}

TEST(VoxelContours, SayNothingOfTheSpacingOfWhatWasDrawn) {
  model::StructureSet structures;
  structures.rois.push_back(roi_of(lattice_2_3_4(), drawn({{"#"}, {"#"}, {"#"}})));
  EXPECT_FALSE(nominal_spacing_mm(structures, Vec3::UnitZ()).has_value());
  structures.rois[0].from_voxels = false;
  EXPECT_NEAR(*nominal_spacing_mm(structures, Vec3::UnitZ()), 4.0, 1e-9);
}

// Blobs, holes, single voxels and edges that meet: each voxel with the odds of its layer.
VoxelBlock random_block(std::mt19937& random) {
  const auto upto = [&](std::size_t most) {
    return std::uniform_int_distribution<std::size_t>(1, most)(random);
  };
  VoxelBlock block = block_of({upto(12), upto(12), upto(8)});
  for (auto& first : block.first) first = upto(40);
  const double odds = std::uniform_real_distribution<>(0.05, 0.95)(random);
  for (auto& inside : block.inside) {
    inside = std::uniform_real_distribution<>()(random) < odds ? 255 : 0;
  }
  block.inside[0] = 1;
  return block;
}

Mat3 random_axes(std::mt19937& random) {
  std::normal_distribution<> normal;
  const Eigen::Quaterniond q(normal(random), normal(random), normal(random), normal(random));
  Mat3 axes = q.normalized().toRotationMatrix();
  if (normal(random) < 0.0) axes.col(0) *= -1.0;  // left-handed lattices exist
  return axes;
}

// Permuted and turned round, as a lattice of another system may be.
Mat3 random_patient_axes(std::mt19937& random) {
  std::array<int, 3> order = {0, 1, 2};
  std::shuffle(order.begin(), order.end(), random);
  Mat3 axes = Mat3::Zero();
  for (int a = 0; a < 3; ++a)
    axes(order[static_cast<std::size_t>(a)], a) = random() % 2 ? 1.0 : -1.0;
  return axes;
}

TEST(VoxelContours, HoldAsManyVoxelsAsWereCounted) {
  std::mt19937 random(20240607);  // any seed
  for (int round = 0; round < 300; ++round) {
    SCOPED_TRACE(round);
    const VoxelBlock block = random_block(random);
    VoxelLattice lattice;
    std::uniform_real_distribution<> place(-300.0, 300.0);
    std::uniform_real_distribution<> spacing(0.5, 6.0);
    lattice.origin = Vec3(place(random), place(random), place(random));
    lattice.spacing_mm = Vec3(spacing(random), spacing(random), spacing(random));
    lattice.axes = round % 3 == 0   ? Mat3(Mat3::Identity())
                   : round % 3 == 1 ? random_patient_axes(random)
                                    : random_axes(random);
    const auto count = static_cast<double>(
        block.inside.size() -
        static_cast<std::size_t>(std::count(block.inside.begin(), block.inside.end(), 0)));
    const double expected_cc = count * lattice.spacing_mm.prod() / 1000.0;
    const BuiltRegion built = build(roi_of(lattice, block));
    // Coordinates of 500 mm and their products are good to 1e-13; voxels are 0.5 mm and more.
    EXPECT_NEAR(built.region.volume().value(), expected_cc, 1e-9 * expected_cc);
    EXPECT_TRUE(built.findings.empty()) << built.findings[0].text;
  }
}

}  // namespace
}  // namespace dosegate::geometry
