// A grid that is constant in each voxel: what it holds, and where it ends.
#include "geometry/voxel_dose.h"

#include <gtest/gtest.h>

#include <cmath>

namespace dosegate::geometry {
namespace {

// 3 x 2 x 1 voxels, unevenly spaced along x, the single one along z 5 mm deep.
model::DoseGrid uneven() {
  model::GridGeometry geometry;
  geometry.origin = {10.0, 20.0, 30.0};
  geometry.positions_mm = {{{0.0, 2.0, 5.0}, {0.0, 4.0}, {0.0}}};
  geometry.single_depth_mm = {0.0, 0.0, 5.0};
  return model::DoseGrid::create(geometry, {1.0, 2.0, 3.0, 4.0, 5.0, 6.0}).value();
}

TEST(VoxelDose, HasTwoNodesAtEachFaceAndTheVoxelsValueAtBoth) {
  const model::DoseGrid made = voxel_dose(uneven()).value();
  // Faces along x: 1 mm before the first centre, midpoints at 1 and 3.5, 1.5 mm behind the last.
  EXPECT_EQ(made.size(0), 8U);
  EXPECT_EQ(made.size(1), 6U);
  EXPECT_EQ(made.size(2), 4U);
  const auto x = made.positions(0);
  const double first_mm = made.origin().x();
  const double faces_mm[] = {9.0, 9.0, 11.0, 11.0, 13.5, 13.5, 16.5, 16.5};
  const double values_gy[] = {1.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 3.0};
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_NEAR(first_mm + x[i], faces_mm[i], 4e-6) << i;  // nodes stand within 3e-6 mm of a face
    EXPECT_EQ(made.value(i, 0, 0), values_gy[i]) << i;
    EXPECT_EQ(made.value(i, 5, 3), values_gy[i] + 3.0) << i;
  }
}

TEST(VoxelDose, CoversWhatTheGridCovers) {
  const model::DoseGrid grid = uneven();
  const model::DoseGrid made = voxel_dose(grid).value();
  for (int a = 0; a < 3; ++a) {
    const double begins_mm = grid.origin()[a] - grid.margin_before(a);
    const double ends_mm = grid.origin()[a] + grid.positions(a).back() + grid.margin_after(a);
    EXPECT_NEAR(made.origin()[a] - made.margin_before(a), begins_mm, 1e-12) << a;
    EXPECT_NEAR(made.origin()[a] + made.positions(a).back() + made.margin_after(a), ends_mm, 1e-12)
        << a;
  }
}

TEST(VoxelDose, KeepsTheGridsAxes) {
  model::GridGeometry geometry;
  const double c = std::cos(0.3), s = std::sin(0.3);
  geometry.axes << c, -s, 0.0, s, c, 0.0, 0.0, 0.0, 1.0;
  geometry.positions_mm = {{{0.0, 2.0}, {0.0, 2.0}, {0.0, 2.0}}};
  const auto grid =
      model::DoseGrid::create(geometry, {1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0}).value();
  const model::DoseGrid made = voxel_dose(grid).value();
  EXPECT_TRUE(made.axes().isApprox(grid.axes(), 1e-12));
  EXPECT_EQ(made.minimum_gy(), 1.0);
  EXPECT_EQ(made.maximum_gy(), 8.0);
}

}  // namespace
}  // namespace dosegate::geometry
