// Large structures, whose inner cells the engine takes several at a time: against closed forms, and
// against the same structure cell by cell (a `cell` option asks for no larger pieces).
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "dvh/compute_dvh.h"
#include "support/shapes.h"

namespace dosegate::dvh {
namespace {

using testing::grid_of;
using testing::GridSpec;
using testing::rectangle;
using testing::stack;
using testing::Vec3;

// x 0..200, y 0..160, z -1.5..121.5: 3936 cc.
geometry::Region large_box() {
  const auto roi =
      stack("box", 0, 3, 41, [](double) { return std::vector{rectangle(0, 0, 200, 160)}; });
  auto built = geometry::build_region(roi, *geometry::contour_frame(roi));
  EXPECT_TRUE(built.has_value());
  return built->region;
}

model::DoseGrid grid_over_it(const std::function<double(const Vec3&)>& dose) {
  GridSpec spec;
  spec.first = Vec3(-10.7, -11.1, -10.9);
  spec.step = Vec3(2.5, 2.5, 2.5);
  spec.count = {90, 75, 58};
  return grid_of(spec, dose);
}

TEST(CellBlocks, AreExactInALinearDose) {
  // Uniform between 10 and 40 Gy along x, and between 10 and 26 Gy along y.
  for (const bool along_x : {true, false}) {
    const auto grid =
        grid_over_it([&](const Vec3& p) { return 10 + (along_x ? 0.15 * p.x() : 0.1 * p.y()); });
    const Dvh dvh = compute_dvh(large_box(), grid);
    const double range_gy = along_x ? 30.0 : 16.0;
    EXPECT_NEAR(dvh.volume().value(), 3936.0, 1e-6);
    EXPECT_NEAR(dvh.mean()->value(), 10 + 0.5 * range_gy, 1e-9);
    EXPECT_NEAR(dvh.minimum()->value(), 10.0, 1e-9);
    EXPECT_NEAR(dvh.maximum()->value(), 10.0 + range_gy, 1e-9);
    for (const double share : {0.01, 0.05, 0.37, 0.5, 0.95, 0.99}) {
      // 1e-6: nodes of the curve, 1e-3 Gy apart.
      EXPECT_NEAR(dvh.hottest(Cc(3936.0 * share))->value(), 10 + range_gy * (1 - share), 1e-6);
    }
  }
}

// A bath like those around targets, steep and bent in one corner: blocks form in most of the box.
TEST(CellBlocks, ChangeNoDoseOfABentOneThatMatters) {
  const auto grid = grid_over_it([](const Vec3& p) {
    const double bath = 30 * std::exp(-0.5 * (p - Vec3(60, 70, 50)).squaredNorm() / (60.0 * 60.0));
    return bath + 20 / (1 + std::exp((Vec3(20, 30, 60) - p).norm() / 4.0 - 5.0));
  });
  const geometry::Region box = large_box();
  const Dvh blocks = compute_dvh(box, grid);
  DvhOptions options;
  options.cell = Mm(2.5);
  const Dvh cells = compute_dvh(box, grid, options);
  EXPECT_NE(blocks.volume_at_least(Gy(21.0)).value(), cells.volume_at_least(Gy(21.0)).value())
      << "no block was formed, and this test says nothing";
  EXPECT_NEAR(blocks.mean()->value(), cells.mean()->value(), 1e-9);
  EXPECT_EQ(blocks.minimum()->value(), cells.minimum()->value());
  EXPECT_EQ(blocks.maximum()->value(), cells.maximum()->value());
  // Of the square, the shape inside a block is left out. In the mean EQD2 of 25 fractions 5e-4 is
  // 5e-4 / (25 * 5) = 4e-6 Gy.
  EXPECT_NEAR(*blocks.mean_square_gy2(), *cells.mean_square_gy2(), 5e-4);
  for (const double share : {0.0001, 0.01, 0.02, 0.05, 0.2, 0.5, 0.8, 0.95, 0.98, 0.99}) {
    // Half of the 0.001 Gy that the accuracy bars call the best of the field.
    EXPECT_NEAR(blocks.hottest(Cc(3936.0 * share))->value(),
                cells.hottest(Cc(3936.0 * share))->value(), 5e-4)
        << share;
  }
}

// From plane to plane the dose swings about a slope along x, so that half-way between planes it looks
// as straight as can be: no block may form.
TEST(CellBlocks, DoNotFormWhereVoxelsAlternate) {
  const auto grid = grid_over_it([](const Vec3& p) {
    const auto index = [](double x, double first) { return std::lround((x - first) / 2.5); };
    const bool odd = (index(p.x(), -10.7) + index(p.z(), -10.9)) % 2 != 0;
    return 20 + 0.1 * p.x() + (odd ? 0.05 : -0.05);
  });
  const geometry::Region box = large_box();
  const Dvh blocks = compute_dvh(box, grid);
  DvhOptions options;
  options.cell = Mm(2.5);
  const Dvh cells = compute_dvh(box, grid, options);
  for (double x = 19.0; x < 42.0; x += 0.37) {
    // Rounding: the same shares in another order.
    EXPECT_NEAR(blocks.volume_at_least(Gy(x)).value(), cells.volume_at_least(Gy(x)).value(), 1e-8)
        << x;
  }
}

}  // namespace
}  // namespace dosegate::dvh
