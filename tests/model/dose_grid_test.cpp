// Where a dose grid puts its voxels, however the file wrote them, and what it refuses.
#include "model/dose_grid.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "support/shapes.h"

namespace dosegate::model {
namespace {

// 2 x 3 x 4 voxels whose value tells where they are: 100 i + 10 j + k of the raw description.
std::vector<double> numbered_values() {
  std::vector<double> values;
  for (int k = 0; k < 4; ++k) {
    for (int j = 0; j < 3; ++j) {
      for (int i = 0; i < 2; ++i) values.push_back(100.0 * i + 10.0 * j + k);
    }
  }
  return values;
}

GridGeometry numbered_geometry() {
  GridGeometry g;
  g.origin = Vec3(10, 20, 30);
  g.positions_mm = {std::vector<double>{0, 2}, {0, 3, 7}, {0, 1, 2, 5}};
  return g;
}

// Value of the voxel whose centre lies at `position`; the grid's axes are the patient's.
double value_at(const DoseGrid& grid, const Vec3& position) {
  std::array<std::size_t, 3> index{};
  for (int a = 0; a < 3; ++a) {
    const auto p = grid.positions(a);
    std::size_t i = 0;
    while (i < p.size() && std::abs(grid.origin()[a] + p[i] - position[a]) > 1e-9) ++i;
    if (i == p.size()) throw std::runtime_error("no voxel there");
    index[static_cast<std::size_t>(a)] = i;
  }
  return grid.value(index[0], index[1], index[2]);
}

ErrorCode refusal(const GridGeometry& geometry, std::vector<double> values) {
  const auto grid = DoseGrid::create(geometry, std::move(values));
  return grid ? ErrorCode{} : grid.error().code;
}

TEST(DoseGrid, KeepsAnOrderlyLatticeAsItIs) {
  const auto grid = DoseGrid::create(numbered_geometry(), numbered_values());
  ASSERT_TRUE(grid.has_value());
  EXPECT_EQ(grid->origin(), Vec3(10, 20, 30));
  EXPECT_EQ(grid->value(1, 2, 3), 123.0);
  EXPECT_EQ(grid->minimum_gy(), 0.0);
  EXPECT_EQ(grid->maximum_gy(), 123.0);
  // Half the distance to the neighbour at either end; the spacing is uneven.
  EXPECT_EQ(grid->margin_before(1), 1.5);
  EXPECT_EQ(grid->margin_after(1), 2.0);
  EXPECT_EQ(grid->margin_before(2), 0.5);
  EXPECT_EQ(grid->margin_after(2), 1.5);
}

TEST(DoseGrid, TurnsDescendingAxesRoundWithTheirValues) {
  for (int a = 0; a < 3; ++a) {
    GridGeometry g = numbered_geometry();
    for (double& p : g.positions_mm[static_cast<std::size_t>(a)]) p = -p;
    const auto grid = DoseGrid::create(g, numbered_values());
    ASSERT_TRUE(grid.has_value()) << a;
    EXPECT_EQ(grid->axes(), Mat3::Identity()) << a;
    // The raw voxel (1, 2, 3) is where the raw description puts it.
    Vec3 at(12, 27, 35);
    at[a] = 2 * numbered_geometry().origin[a] - at[a];
    EXPECT_EQ(value_at(*grid, at), 123.0) << a;
    EXPECT_EQ(value_at(*grid, Vec3(10, 20, 30)), 0.0) << a;
    EXPECT_EQ(grid->positions(a).front(), 0.0) << a;
  }
}

TEST(DoseGrid, OrdersTheAxesOfEveryOrientationParallelToThePatient) {
  // All 48 ways of laying three axes along +-x, +-y, +-z: the voxels stay where they were.
  const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
  for (const auto& order : orders) {
    for (int signs = 0; signs < 8; ++signs) {
      GridGeometry g = numbered_geometry();
      g.axes = Mat3::Zero();
      for (int a = 0; a < 3; ++a) g.axes(order[a], a) = (signs >> a & 1) != 0 ? -1.0 : 1.0;
      const auto grid = DoseGrid::create(g, numbered_values());
      ASSERT_TRUE(grid.has_value());
      EXPECT_EQ(grid->axes(), Mat3::Identity());
      for (int k = 0; k < 4; ++k) {
        for (int j = 0; j < 3; ++j) {
          for (int i = 0; i < 2; ++i) {
            const Vec3 local(g.positions_mm[0][static_cast<std::size_t>(i)],
                             g.positions_mm[1][static_cast<std::size_t>(j)],
                             g.positions_mm[2][static_cast<std::size_t>(k)]);
            EXPECT_EQ(value_at(*grid, g.origin + g.axes * local), 100.0 * i + 10.0 * j + k);
          }
        }
      }
    }
  }
}

TEST(DoseGrid, KeepsATiltedLatticeInItsOwnOrder) {
  GridGeometry g = numbered_geometry();
  g.axes << std::cos(0.3), -std::sin(0.3), 0, std::sin(0.3), std::cos(0.3), 0, 0, 0, 1;
  const auto grid = DoseGrid::create(g, numbered_values());
  ASSERT_TRUE(grid.has_value());
  EXPECT_EQ(grid->axes(), g.axes);
  EXPECT_EQ(grid->value(1, 2, 3), 123.0);
}

// An axis that is parallel to the patient's before one that is tilted: the order of the two must not
// be half that of the patient. Every order of the axes tells of the same voxels.
TEST(DoseGrid, OfATiltedLatticeIsTheSameInEveryOrderOfItsAxes) {
  const GridGeometry g = numbered_geometry();
  const double c = std::cos(0.1), s = std::sin(0.1);
  for (const model::Mat3& tilted : {(model::Mat3() << c, -s, 0, s, c, 0, 0, 0, 1).finished(),
                                    (model::Mat3() << c, 0, s, 0, 1, 0, -s, 0, c).finished(),
                                    (model::Mat3() << 1, 0, 0, 0, c, -s, 0, s, c).finished()}) {
    std::array<int, 3> order = {0, 1, 2};
    do {
      GridGeometry turned = g;
      for (std::size_t a = 0; a < 3; ++a) {
        turned.positions_mm[a] = g.positions_mm[static_cast<std::size_t>(order[a])];
        turned.axes.col(static_cast<int>(a)) = tilted.col(order[a]);
      }
      const std::array<std::size_t, 3> size = {turned.positions_mm[0].size(),
                                               turned.positions_mm[1].size(),
                                               turned.positions_mm[2].size()};
      // Each voxel's value is told by where it lies.
      const auto value_at = [](const model::Vec3& at) { return at.dot(model::Vec3(1, 20, 400)); };
      std::vector<double> values;
      for (std::size_t k = 0; k < size[2]; ++k) {
        for (std::size_t j = 0; j < size[1]; ++j) {
          for (std::size_t i = 0; i < size[0]; ++i) {
            values.push_back(value_at(turned.origin +
                                      turned.axes.col(0) * turned.positions_mm[0][i] +
                                      turned.axes.col(1) * turned.positions_mm[1][j] +
                                      turned.axes.col(2) * turned.positions_mm[2][k]));
          }
        }
      }
      const auto grid = DoseGrid::create(turned, values);
      ASSERT_TRUE(grid.has_value()) << grid.error().text;
      for (std::size_t k = 0; k < grid->size(2); ++k) {
        for (std::size_t j = 0; j < grid->size(1); ++j) {
          for (std::size_t i = 0; i < grid->size(0); ++i) {
            const model::Vec3 at = grid->origin() + grid->axis(0) * grid->positions(0)[i] +
                                   grid->axis(1) * grid->positions(1)[j] +
                                   grid->axis(2) * grid->positions(2)[k];
            EXPECT_NEAR(grid->value(i, j, k), value_at(at), 1e-9);
          }
        }
      }
    } while (std::next_permutation(order.begin(), order.end()));
  }
}

TEST(DoseGrid, TakesTheDepthOfASingleLayerWithItThroughTheReordering) {
  GridGeometry g;
  g.positions_mm = {std::vector<double>{0, 1}, {0, 1}, {0}};
  g.single_depth_mm = {0, 0, 5};
  g.axes << 0, 0, 1, 1, 0, 0, 0, 1, 0;  // frames along x
  const auto grid = DoseGrid::create(g, {1, 2, 3, 4});
  ASSERT_TRUE(grid.has_value());
  EXPECT_EQ(grid->size(0), 1U);
  EXPECT_EQ(grid->margin_before(0), 2.5);
  EXPECT_EQ(grid->margin_after(0), 2.5);
  EXPECT_EQ(grid->margin_before(1), 0.5);
}

TEST(DoseGrid, RefusesWhatIsNoGrid) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  const GridGeometry good = numbered_geometry();
  const std::vector<double> values = numbered_values();

  GridGeometry g = good;
  g.positions_mm[1].clear();
  EXPECT_EQ(refusal(g, {}), ErrorCode::GridInvalid);
  EXPECT_EQ(refusal(good, std::vector<double>(23, 1.0)), ErrorCode::GridInvalid);
  for (const std::vector<double>& bad :
       {std::vector<double>{0, 0, 1}, {0, 2, 1}, {2, 1, 1}, {0, kNan, 2}, {0, 1, kInfinite}}) {
    g = good;
    g.positions_mm[1] = bad;
    EXPECT_EQ(refusal(g, values), ErrorCode::GridInvalid);
  }
  g = good;
  g.positions_mm[0] = {kNan};
  EXPECT_EQ(refusal(g, std::vector<double>(12, 1.0)), ErrorCode::GridInvalid);
  g = good;
  g.origin.x() = kNan;
  EXPECT_EQ(refusal(g, values), ErrorCode::GridInvalid);
  for (const Vec3& first :
       {Vec3(1.001, 0, 0), Vec3(0.7, 0.7, 0), Vec3(0, 1, 0), Vec3(kNan, 0, 0)}) {
    g = good;
    g.axes.col(0) = first;
    EXPECT_EQ(refusal(g, values), ErrorCode::GridInvalid) << first.transpose();
  }
}

TEST(DoseGrid, RefusesASingleValueThatIsNotFinite) {
  for (const double bad :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
        -std::numeric_limits<double>::infinity()}) {
    for (const std::size_t at : {std::size_t{0}, std::size_t{13}, std::size_t{23}}) {
      std::vector<double> values = numbered_values();
      values[at] = bad;
      EXPECT_EQ(refusal(numbered_geometry(), values), ErrorCode::GridInvalid) << at;
    }
  }
}

TEST(DoseGrid, AddsAndScalesVoxelByVoxel) {
  const DoseGrid grid = *DoseGrid::create(numbered_geometry(), numbered_values());
  const DoseGrid twice = grid.plus(grid);
  const DoseGrid scaled = grid.scaled(2.0);
  for (std::size_t i = 0; i < grid.values().size(); ++i) {
    EXPECT_EQ(twice.values()[i], 2.0 * grid.values()[i]);
    EXPECT_EQ(scaled.values()[i], twice.values()[i]);
  }
  EXPECT_EQ(scaled.maximum_gy(), 246.0);
  EXPECT_THROW((void)grid.scaled(std::numeric_limits<double>::infinity()), InternalError);
}

TEST(DoseGrid, AddsNothingThatLiesElsewhere) {
  const DoseGrid grid = *DoseGrid::create(numbered_geometry(), numbered_values());
  GridGeometry other = numbered_geometry();
  other.origin.x() += 1.0;
  EXPECT_THROW((void)grid.plus(*DoseGrid::create(other, numbered_values())), InternalError);
  // The same number of voxels in another arrangement.
  GridGeometry turned;
  turned.origin = numbered_geometry().origin;
  turned.positions_mm = {std::vector<double>{0, 1, 2, 5}, {0, 3, 7}, {0, 2}};
  EXPECT_THROW((void)grid.plus(*DoseGrid::create(turned, numbered_values())), InternalError);
}

TEST(DoseGrid, ComparesLatticesAtEveryVoxel) {
  const DoseGrid grid = *DoseGrid::create(numbered_geometry(), numbered_values());
  EXPECT_TRUE(grid.same_lattice(grid, 0.0));
  GridGeometry g = numbered_geometry();
  g.origin.z() += 0.02;
  EXPECT_FALSE(grid.same_lattice(*DoseGrid::create(g, numbered_values()), 0.01));
  EXPECT_TRUE(grid.same_lattice(*DoseGrid::create(g, numbered_values()), 0.03));
  g = numbered_geometry();
  g.positions_mm[2][2] += 0.02;  // one inner layer only
  EXPECT_FALSE(grid.same_lattice(*DoseGrid::create(g, numbered_values()), 0.01));
  g = numbered_geometry();
  g.positions_mm[0].push_back(4);
  EXPECT_FALSE(grid.same_lattice(*DoseGrid::create(g, std::vector<double>(36, 0.0)), 0.01));
}

}  // namespace
}  // namespace dosegate::model
