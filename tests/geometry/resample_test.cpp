// Doses onto one lattice: exact for a linear dose, and no dose where there was none.
#include "geometry/resample.h"

#include <gtest/gtest.h>

#include <cmath>

#include "support/shapes.h"

namespace dosegate::geometry {
namespace {

using model::DoseGrid;
using testing::grid_of;
using testing::GridSpec;
using testing::Vec3;

double linear(const Vec3& p) {
  return 20 + 0.3 * p.x() - 0.2 * p.y() + 0.1 * p.z();
}

Vec3 centre(const DoseGrid& grid, std::size_t i, std::size_t j, std::size_t k) {
  return grid.origin() +
         grid.axes() * Vec3(grid.positions(0)[i], grid.positions(1)[j], grid.positions(2)[k]);
}

void expect_linear(const DoseGrid& grid) {
  for (std::size_t k = 0; k < grid.size(2); ++k) {
    for (std::size_t j = 0; j < grid.size(1); ++j) {
      for (std::size_t i = 0; i < grid.size(0); ++i) {
        // Trilinear interpolation of a linear field is exact but for rounding.
        EXPECT_NEAR(grid.value(i, j, k), linear(centre(grid, i, j, k)), 1e-10);
      }
    }
  }
}

// Centres from -20 to 20 mm every 4 mm.
GridSpec coarse() {
  return {Vec3(-20, -20, -20), Vec3(4, 4, 4), {11, 11, 11}};
}

TEST(ResampleOnto, ReproducesALinearDoseExactly) {
  const DoseGrid source = grid_of(coarse(), linear);
  const GridSpec fine = {Vec3(-19.1, -17.3, -15.7), Vec3(1.7, 2.1, 3.3), {20, 15, 9}};
  const auto result = resample_onto(source, grid_of(fine, [](const Vec3&) { return 0.0; }));
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->values().size(), 20U * 15U * 9U);
  expect_linear(*result);
}

TEST(ResampleOnto, KeepsOnlyVoxelsWithinTheOutermostCentresOfTheSource) {
  const DoseGrid source = grid_of(coarse(), linear);
  const GridSpec wider = {Vec3(-30, -30, -30), Vec3(3, 3, 3), {40, 40, 40}};
  const auto result = resample_onto(source, grid_of(wider, [](const Vec3&) { return 0.0; }));
  ASSERT_TRUE(result.has_value());
  for (int a = 0; a < 3; ++a) {
    // Of -30, -27 ... 87 those in -20..20: -18 to 18. None is invented with 0 Gy.
    EXPECT_EQ(result->origin()[a], -18.0);
    EXPECT_EQ(result->positions(a).back(), 36.0);
  }
  expect_linear(*result);
}

TEST(ResampleOnto, TakesACentreOnTheEdgeOfTheSourceDespiteRounding) {
  const DoseGrid source = grid_of(coarse(), linear);
  const GridSpec touching = {Vec3(-20.0004, -20, -20), Vec3(40.0008, 40, 40), {2, 2, 2}};
  const auto result = resample_onto(source, grid_of(touching, [](const Vec3&) { return 0.0; }));
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->values().size(), 8U);
  // 0.4 micrometre beyond the last centre: the edge's own dose, 1.2e-4 Gy from the linear one.
  EXPECT_NEAR(result->value(0, 0, 0), linear(Vec3(-20, -20, -20)), 1e-9);
}

TEST(ResampleOnto, WorksOnLatticesThatAreTurnedAlike) {
  const double t = 0.3;
  model::Mat3 turn;
  turn << std::cos(t), -std::sin(t), 0, std::sin(t), std::cos(t), 0, 0, 0, 1;
  const auto turned = [&](const Vec3& origin, double step, int count) {
    model::GridGeometry g;
    g.origin = origin;
    g.axes = turn;
    std::vector<double> values;
    for (auto& positions : g.positions_mm) {
      for (int i = 0; i < count; ++i) positions.push_back(step * i);
    }
    for (double z : g.positions_mm[2]) {
      for (double y : g.positions_mm[1]) {
        for (double x : g.positions_mm[0]) values.push_back(linear(origin + turn * Vec3(x, y, z)));
      }
    }
    return *DoseGrid::create(g, std::move(values));
  };
  const auto result =
      resample_onto(turned(Vec3(-20, -20, -20), 4, 11), turned(Vec3(-12, -8, -9), 2.3, 8));
  ASSERT_TRUE(result.has_value());
  expect_linear(*result);
}

TEST(ResampleOnto, KeepsTheDepthOfTheOnlyLayerThatIsLeft) {
  const DoseGrid source = grid_of({Vec3(-20, -20, -1), Vec3(4, 4, 2), {11, 11, 2}}, linear);
  const DoseGrid target = grid_of({Vec3(-8, -8, -20), Vec3(4, 4, 5), {5, 5, 9}}, linear);
  const auto result = resample_onto(source, target);
  ASSERT_TRUE(result.has_value());
  ASSERT_EQ(result->size(2), 1U);  // only z = 0 lies in -1..1
  EXPECT_EQ(result->margin_before(2), 2.5);
  expect_linear(*result);
}

TEST(ResampleOnto, RefusesGridsThatShareNoVoxel) {
  const DoseGrid source = grid_of(coarse(), linear);
  for (int a = 0; a < 3; ++a) {
    GridSpec apart = coarse();
    apart.first[a] = 21;
    const auto result = resample_onto(source, grid_of(apart, linear));
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, ErrorCode::GridsDoNotOverlap);
  }
}

TEST(ResampleOnto, RefusesTurnedAndUnevenGrids) {
  const DoseGrid even = grid_of(coarse(), linear);
  model::GridGeometry g;
  g.origin = even.origin();
  for (auto& positions : g.positions_mm) positions = {0, 4, 8};
  g.axes << std::cos(0.01), -std::sin(0.01), 0, std::sin(0.01), std::cos(0.01), 0, 0, 0, 1;
  const auto turned = resample_onto(*DoseGrid::create(g, std::vector<double>(27, 1.0)), even);
  ASSERT_FALSE(turned.has_value());
  EXPECT_EQ(turned.error().code, ErrorCode::GridInvalid);

  g.axes = model::Mat3::Identity();
  g.positions_mm[2] = {0, 4, 9};
  const auto uneven = resample_onto(*DoseGrid::create(g, std::vector<double>(27, 1.0)), even);
  ASSERT_FALSE(uneven.has_value());
  EXPECT_EQ(uneven.error().code, ErrorCode::GridInvalid);
}

TEST(CropTo, CutsOutExactlyTheVoxelsOfTheBlock) {
  const DoseGrid grid = grid_of(coarse(), linear);
  const DoseGrid block =
      grid_of({Vec3(-12, -8, 0), Vec3(4, 4, 4), {3, 4, 2}}, [](const Vec3&) { return 0.0; });
  const auto cut = crop_to(grid, block);
  ASSERT_TRUE(cut.has_value());
  EXPECT_TRUE(cut->same_lattice(block, 0.0));
  expect_linear(*cut);
}

TEST(CropTo, RefusesALatticeThatIsNoBlockOfTheGrid) {
  const DoseGrid grid = grid_of(coarse(), linear);
  const GridSpec rows[] = {
      {Vec3(-12, -8, 1), Vec3(4, 4, 4), {2, 2, 2}},  // between the layers
      {Vec3(-12, -8, 0), Vec3(4, 8, 4), {2, 2, 2}},  // every second row
      {Vec3(-24, -8, 0), Vec3(4, 4, 4), {2, 2, 2}},  // begins outside
      {Vec3(16, -8, 0), Vec3(4, 4, 4), {3, 2, 2}},   // ends outside
  };
  for (const GridSpec& spec : rows) {
    const auto cut = crop_to(grid, grid_of(spec, linear));
    ASSERT_FALSE(cut.has_value());
    EXPECT_EQ(cut.error().code, ErrorCode::GridInvalid);
  }
}

TEST(Refined, HasTheSameDoseBetweenVoxelsAndBeyondThem) {
  const DoseGrid grid = grid_of(coarse(), linear);
  const DoseGrid all = refined(grid, {{0, 0, 0}, {10, 10, 10}}, 3);
  ASSERT_EQ(all.size(0), 33U);  // 10 distances of 3 pieces, the last voxel, a rim at both ends
  for (int a = 0; a < 3; ++a) {
    const auto index = static_cast<std::size_t>(a);
    // The grid ends where it ended: 2 mm beyond the outermost centres.
    EXPECT_NEAR(all.origin()[a] - all.margin_before(a), -22.0, 1e-12) << index;
    EXPECT_NEAR(all.origin()[a] + all.positions(a).back() + all.margin_after(a), 22.0, 1e-12);
  }
  EXPECT_EQ(all.value(0, 5, 5), all.value(1, 5, 5));  // constant beyond the outermost centre
  const DoseGrid inner = refined(grid, {{2, 3, 4}, {6, 7, 8}}, 4);
  EXPECT_EQ(inner.size(0), 17U);
  EXPECT_EQ(inner.origin(), Vec3(-12, -8, -4));
  expect_linear(inner);
}

// x y z is trilinear, so that it is kept at every node; (x y)^2 is not, and its nodes lie on chords.
TEST(Refined, IsTrilinear) {
  const auto bent = [](const Vec3& p) { return 1e4 + p.x() * p.y() * p.z(); };
  const DoseGrid fine = refined(grid_of(coarse(), bent), {{1, 1, 1}, {4, 4, 4}}, 2);
  for (std::size_t i = 0; i < fine.size(0); ++i) {
    EXPECT_NEAR(fine.value(i, 3, 1), bent(centre(fine, i, 3, 1)), 1e-9);
  }
  const DoseGrid chords = refined(grid_of(coarse(), [](const Vec3& p) { return p.x() * p.x(); }),
                                  {{0, 0, 0}, {10, 10, 10}}, 2);
  EXPECT_EQ(chords.value(2, 5, 5), 0.5 * (20 * 20 + 16 * 16));  // the rim, -20, then halfway to -16
}

}  // namespace
}  // namespace dosegate::geometry
