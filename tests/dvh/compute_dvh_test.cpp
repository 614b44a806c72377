// The engine against closed forms. In a linear dose trilinear interpolation is exact, so what is
// compared is integration alone; where the dose is curved, the truth is that of the trilinear
// field.
#include "dvh/compute_dvh.h"

#include <gtest/gtest.h>

#include <Eigen/Geometry>
#include <numbers>

#include "dvh/dose_lattice.h"
#include "support/shapes.h"

namespace dosegate::dvh {
namespace {

using geometry::build_region;
using geometry::contour_frame;
using geometry::Region;
using testing::circle;
using testing::grid_of;
using testing::GridSpec;
using testing::Polygon;
using testing::rectangle;
using testing::Roi;
using testing::stack;
using testing::Vec3;

Region region_of(const Roi& roi) {
  auto built = build_region(roi, *contour_frame(roi));
  EXPECT_TRUE(built.has_value());
  return built->region;
}

Region box_region() {  // x 0..20, y 0..30, z -1.5..31.5
  return region_of(
      stack("box", 0, 3, 11, [](double) { return std::vector{rectangle(0, 0, 20, 30)}; }));
}

GridSpec covering(double step, Vec3 phase) {
  GridSpec spec;
  spec.first = Vec3(-12, -12, -12) + phase;
  spec.step = Vec3(step, step, step);
  const int n = static_cast<int>(70 / step);
  spec.count = {n, n, n};
  return spec;
}

TEST(ComputeDvh, IsExactForABoxInALinearDose) {
  const Region box = box_region();
  // D = 10 + 0.7 z: uniform between 8.95 and 32.05 Gy.
  const auto grid =
      grid_of(covering(2.5, {0.3, 0.9, 0.37}), [](const Vec3& p) { return 10 + 0.7 * p.z(); });
  const Dvh dvh = compute_dvh(box, grid);
  EXPECT_NEAR(dvh.volume().value(), 19.8, 1e-9);
  EXPECT_EQ(dvh.uncovered().value(), 0.0);
  EXPECT_NEAR(dvh.mean()->value(), 20.5, 1e-9);
  EXPECT_NEAR(dvh.minimum()->value(), 8.95, 1e-9);
  EXPECT_NEAR(dvh.maximum()->value(), 32.05, 1e-9);
  for (const double share : {0.01, 0.05, 0.5, 0.95, 0.99}) {
    // D(v) falls evenly from the maximum to the minimum. 1e-6: nodes of the curve, 1e-3 Gy apart.
    EXPECT_NEAR(dvh.hottest(Cc(19.8 * share))->value(), 32.05 - 23.1 * share, 1e-6) << share;
    EXPECT_NEAR(dvh.coldest(Cc(19.8 * share))->value(), 8.95 + 23.1 * share, 1e-6) << share;
  }
  EXPECT_NEAR(dvh.volume_at_least(20.5_gy).value(), 9.9, 1e-7);
  // Mean of D^2 of a uniform: mean^2 + width^2 / 12.
  EXPECT_NEAR(*dvh.mean_square_gy2(), 20.5 * 20.5 + 23.1 * 23.1 / 12, 1e-7);
}

// A dose with an edge at a plane of voxel centres, in the middle of a slab: half of the slab lies on
// either side of it.
TEST(ComputeDvh, TellsTheTwoSidesOfABendWithinASlab) {
  // x 0..20, y 0..30, z -21.25..21.25 in 17 slabs: 0.6 cc a mm.
  const auto box = region_of(
      stack("box", -20, 2.5, 17, [](double) { return std::vector{rectangle(0, 0, 20, 30)}; }));
  GridSpec spec;
  spec.first = Vec3(-6, -7, -30);
  spec.step = Vec3(2.5, 2.5, 2.5);
  spec.count = {20, 20, 25};
  const auto grid = grid_of(spec, [](const Vec3& p) { return 10 + std::abs(p.z()); });
  const Dvh dvh = compute_dvh(box, grid);
  EXPECT_NEAR(dvh.volume().value(), 25.5, 1e-9);
  EXPECT_NEAR(dvh.mean()->value(), 10 + 0.5 * 21.25, 1e-9);
  EXPECT_NEAR(dvh.minimum()->value(), 10.0, 1e-9);  // at the plane, not at a face
  EXPECT_NEAR(dvh.maximum()->value(), 31.25, 1e-9);
  for (const double above_gy : {0.1, 0.6, 1.0, 7.0, 20.0}) {
    // Linear between nodes of the curve, so that only rounding is left.
    EXPECT_NEAR(dvh.volume_at_least(Gy(10 + above_gy)).value(), 1.2 * (21.25 - above_gy), 1e-6);
  }
}

TEST(ComputeDvh, DoesNotDependOnTheGridsPhase) {
  const Region ball = region_of(stack("ball", -12, 1, 25, [](double z) {
    return std::vector{circle(0, 0, std::sqrt(std::max(0.01, 144 - z * z)), 200)};
  }));
  const auto linear = [](const Vec3& p) {
    return 16 + 0.6 * p.x() - 0.5 * p.y() + 0.62449979984 * p.z();
  };
  std::vector<Dvh> all;
  for (const double phase : {0.0, 0.31, 0.77}) {
    GridSpec spec = covering(2.5, {phase, -phase, 2 * phase});
    spec.first -= Vec3(10, 10, 10);
    all.push_back(compute_dvh(ball, grid_of(spec, linear)));
  }
  for (const Dvh& dvh : all) {
    for (const double share : {0.01, 0.05, 0.5, 0.95, 0.99}) {
      const Cc v(all[0].volume().value() * share);
      // The bar for shifted grids is 0.002 Gy.
      EXPECT_NEAR(dvh.hottest(v)->value(), all[0].hottest(v)->value(), 0.002) << share;
    }
    EXPECT_NEAR(dvh.mean()->value(), all[0].mean()->value(), 1e-9);
    EXPECT_NEAR(dvh.maximum()->value(), all[0].maximum()->value(), 1e-9);
    EXPECT_NEAR(dvh.minimum()->value(), all[0].minimum()->value(), 1e-9);
  }
}

TEST(ComputeDvh, MatchesTheClosedFormOfACylinderAlongAndAcrossTheGradient) {
  // Radius 12, 24 mm long with its half-slice caps; 16 Gy at the centre, 1 Gy/mm. 720 corners: the
  // inscribed polygon has 1.3e-5 less area than the circle.
  const Region cylinder = region_of(
      stack("cylinder", -11, 2, 12, [](double) { return std::vector{circle(0, 0, 12, 720)}; }));
  const double volume = std::numbers::pi * 144 * 24 / 1000;
  EXPECT_NEAR(cylinder.volume().value(), volume, volume * 2e-5);
  GridSpec spec = covering(3, {0.1, 0.2, 0.37});
  spec.first -= Vec3(10, 10, 10);
  const Dvh along = compute_dvh(cylinder, grid_of(spec, [](const Vec3& p) { return 16 + p.z(); }));
  // facts of the suite, "cyl along": D99 4.240, D95 5.200, D5 26.800, D0.03cc 27.934.
  EXPECT_NEAR(along.hottest(Cc(0.99 * volume))->value(), 4.240, 0.001);
  EXPECT_NEAR(along.hottest(Cc(0.95 * volume))->value(), 5.200, 0.001);
  EXPECT_NEAR(along.hottest(Cc(0.05 * volume))->value(), 26.800, 0.001);
  EXPECT_NEAR(along.hottest(0.03_cc)->value(), 27.934, 0.001);
  const Dvh across = compute_dvh(cylinder, grid_of(spec, [](const Vec3& p) { return 16 + p.y(); }));
  // "cyl across": 4.788, 6.335, 25.665, 27.667; the printed digits and the polygon allow 0.002.
  EXPECT_NEAR(across.hottest(Cc(0.99 * volume))->value(), 4.788, 0.002);
  EXPECT_NEAR(across.hottest(Cc(0.95 * volume))->value(), 6.335, 0.002);
  EXPECT_NEAR(across.hottest(Cc(0.05 * volume))->value(), 25.665, 0.002);
  EXPECT_NEAR(across.hottest(0.03_cc)->value(), 27.667, 0.002);
  EXPECT_NEAR(across.maximum()->value(), 28.0, 0.001);
  EXPECT_NEAR(across.minimum()->value(), 4.0, 0.001);
}

TEST(ComputeDvh, DecidesPlateausByTheirExactDose) {
  // Two levels: 5 Gy for x < 10, 20 Gy beyond, with the step inside one voxel distance (9.5
  // .. 10.5).
  const auto grid =
      grid_of(covering(1, {0.5, 0, 0}), [](const Vec3& p) { return p.x() < 10 ? 5.0 : 20.0; });
  const Dvh dvh = compute_dvh(box_region(), grid);
  const double volume = 19.8;
  // 9.5 of 20 mm at exactly 5 Gy, 9.5 at exactly 20 Gy, 1 mm of ramp between.
  EXPECT_NEAR(dvh.volume_at_least(20.0_gy).value(), volume * 9.5 / 20, 1e-9);
  EXPECT_NEAR(dvh.volume_at_least(5.0_gy).value(), volume, 1e-12);
  EXPECT_EQ(dvh.volume_below(5.0_gy).value(), 0.0);
  EXPECT_NEAR(dvh.volume_below(5.0000001_gy).value(), volume * 9.5 / 20, 1e-6);
  EXPECT_EQ(dvh.hottest(Cc(volume * 0.4))->value(), 20.0);
  EXPECT_EQ(dvh.hottest(Cc(volume * 0.6))->value(), 5.0);
  EXPECT_EQ(dvh.coldest(Cc(volume * 0.4))->value(), 5.0);
  EXPECT_EQ(dvh.coldest(Cc(volume * 0.6))->value(), 20.0);
}

TEST(ComputeDvh, TellsHottestAndColdestApartOnTwoLevels) {
  // Exactly half the volume on either level and nothing between: the box's own midline is a voxel
  // border of a grid whose outermost centres repeat. D50% is the hot level, DC50% the cold one.
  GridSpec spec = covering(1, {0, 0, 0});
  const auto grid = grid_of(spec, [](const Vec3& p) { return p.y() < -5 ? 0.0 : 7.0; });
  const Dvh dvh = compute_dvh(box_region(), grid);
  EXPECT_EQ(dvh.minimum()->value(), 7.0);
  EXPECT_EQ(dvh.maximum()->value(), 7.0);
  EXPECT_EQ(dvh.mean()->value(), 7.0);
  EXPECT_EQ(dvh.hottest(Cc(19.8))->value(), 7.0);
  EXPECT_EQ(dvh.volume_below(7.0_gy).value(), 0.0);
  EXPECT_FALSE(dvh.hottest(Cc(19.81)).has_value());
  EXPECT_FALSE(dvh.hottest(Cc(0.0)).has_value());
}

TEST(ComputeDvh, CountsVolumeBeyondTheGridAsUncoveredAndNotAsZeroDose) {
  // Voxel centres from 0.5 to 9.5 in x: dose reaches from 0 to 10 mm, half of the box.
  GridSpec spec;
  spec.first = Vec3(0.5, -12, -12);
  spec.step = Vec3(1, 2, 2);
  spec.count = {10, 40, 40};
  const Dvh dvh = compute_dvh(box_region(), grid_of(spec, [](const Vec3& p) { return 2 + p.x(); }));
  // The end tolerance of 1e-3 mm is 1e-3 cc here.
  EXPECT_NEAR(dvh.uncovered().value(), 9.9, 1.1e-3);
  EXPECT_NEAR(dvh.covered().value(), 9.9, 1.1e-3);
  EXPECT_NEAR(dvh.minimum()->value(), 2.5, 1e-12);  // constant for half a voxel beyond the centres
  EXPECT_NEAR(dvh.maximum()->value(), 11.5, 1e-12);
  EXPECT_NEAR(dvh.volume_below(2.5_gy).value(), 0.0, 1e-12);
}

TEST(ComputeDvh, HasNoDoseAtAllForARegionBesideTheGrid) {
  GridSpec spec;
  spec.first = Vec3(500, 500, 500);
  spec.count = {4, 4, 4};
  const Dvh dvh = compute_dvh(box_region(), grid_of(spec, [](const Vec3&) { return 30.0; }));
  EXPECT_NEAR(dvh.uncovered().value(), 19.8, 1e-9);
  EXPECT_FALSE(dvh.maximum().has_value());
  EXPECT_FALSE(dvh.mean().has_value());
  EXPECT_FALSE(dvh.hottest(0.03_cc).has_value());
}

TEST(ComputeDvh, FindsTheTurningPointOnASlantedBorder) {
  // D = x y on a 10 mm grid is bilinear: along the border x + y = 10 of the triangle (0,0) (10,0)
  // (0,10) the dose turns at x = y = 5 with 25 Gy, which no corner and no node shows.
  const Region triangle = region_of(stack("triangle", 0, 2, 5, [](double) {
    return std::vector{Polygon{{{0, 0}, {10, 0}, {0, 10}}}};
  }));
  GridSpec spec;
  spec.first = Vec3(-10, -10, -20);
  spec.step = Vec3(10, 10, 10);
  spec.count = {5, 5, 6};
  const Dvh dvh =
      compute_dvh(triangle, grid_of(spec, [](const Vec3& p) { return p.x() * p.y(); }), {20.0_mm});
  EXPECT_NEAR(dvh.maximum()->value(), 25.0, 1e-12);
  EXPECT_NEAR(dvh.minimum()->value(), 0.0, 1e-12);
  // Mean of xy over the triangle: 100/12; exact although a single cell holds it.
  EXPECT_NEAR(dvh.mean()->value(), 100.0 / 12.0, 1e-9);
}

TEST(ComputeDvh, IntegratesTheTrilinearFieldItselfHoweverCoarseItsCells) {
  // A curved dose on a coarse grid. The mean is exact at any cell size; compare two very different
  // ones.
  const Region ball = region_of(stack("ball", -12, 1, 25, [](double z) {
    return std::vector{circle(0.3, -0.2, std::sqrt(std::max(0.01, 144 - z * z)), 200)};
  }));
  GridSpec spec = covering(3, {0.2, 0.5, 0.8});
  spec.first -= Vec3(10, 10, 10);
  const auto grid =
      grid_of(spec, [](const Vec3& p) { return 50 * std::exp(-p.squaredNorm() / 200); });
  const Dvh coarse = compute_dvh(ball, grid, {3.0_mm});
  const Dvh fine = compute_dvh(ball, grid, {0.25_mm});
  EXPECT_NEAR(coarse.mean()->value(), fine.mean()->value(), 1e-9);
  EXPECT_NEAR(coarse.maximum()->value(), fine.maximum()->value(), 1e-9);
  EXPECT_NEAR(coarse.minimum()->value(), fine.minimum()->value(), 1e-9);
  const Dvh usual = compute_dvh(ball, grid);
  for (const double share : {0.01, 0.05, 0.5, 0.95, 0.99}) {
    const Cc v(fine.volume().value() * share);
    // The bar is 0.01 Gy in a linear and 0.03 Gy in a Gaussian dose; half the stricter one is asked
    // for.
    EXPECT_NEAR(usual.hottest(v)->value(), fine.hottest(v)->value(), 0.005) << share;
  }
}

TEST(ComputeDvh, MatchesABruteForceCountOfTheTrilinearField) {
  // Independent of the engine: dose_at() on a fine lattice of points inside the drawn prisms.
  const Roi roi = stack("shape", 0, 3, 6, [](double z) {
    return std::vector{circle(0.1 * z, 1, 10 + 0.2 * z, 40), circle(2, 0, 3, 24)};
  });
  const Region region = region_of(roi);
  GridSpec spec = covering(2.5, {0.4, 0.1, 0.6});
  spec.first -= Vec3(10, 10, 10);
  const auto grid = grid_of(spec, [](const Vec3& p) {
    return 30 * std::exp(-(p - Vec3(6, 2, 5)).squaredNorm() / 150) + 0.05 * p.z() + 3;
  });
  constexpr double kStep = 0.25;
  double count = 0, sum = 0, above = 0;
  for (const geometry::Slab& slab : region.slabs()) {
    for (double w = slab.w_lo + 0.125; w < slab.w_hi; w += kStep) {
      for (double y = -15 + kStep / 3; y < 16; y += kStep) {
        for (double x = -15 + kStep / 3; x < 18; x += kStep) {
          double winding = 0;
          for (const auto& e : slab.edges()) {
            if (e.v0 <= y && y < e.v1 && x < e.u0 + (e.u1 - e.u0) * ((y - e.v0) / (e.v1 - e.v0))) {
              winding += e.sign;
            }
          }
          if (winding == 0) continue;
          const double dose = *dose_at(grid, Vec3(x, y, w));
          ++count;
          sum += dose;
          above += dose >= 20.0;
        }
      }
    }
  }
  const Dvh dvh = compute_dvh(region, grid);
  // Counting points 0.25 mm apart: a few parts in ten thousand of scatter on borders of this
  // length.
  EXPECT_NEAR(count * kStep * kStep * kStep / 1000, dvh.volume().value(), 5e-3);
  EXPECT_NEAR(sum / count, dvh.mean()->value(), 5e-3);
  EXPECT_NEAR(above * kStep * kStep * kStep / 1000, dvh.volume_at_least(20.0_gy).value(), 5e-3);
}

TEST(ComputeDvh, HandlesATiltedGridAndATiltedStackAlike) {
  // A linear dose is the same field on any grid, so turning grid or contours must change nothing.
  const auto dose = [](const Vec3& p) { return 20 + 0.4 * p.x() - 0.3 * p.y() + 0.2 * p.z(); };
  const double tilt = 0.2;
  model::Mat3 turn;
  turn << std::cos(tilt), -std::sin(tilt), 0, std::sin(tilt), std::cos(tilt), 0, 0, 0, 1;
  model::GridGeometry g;
  g.origin = Vec3(-30, -60, -30);
  g.axes = turn;
  std::vector<double> values;
  for (auto& positions : g.positions_mm) {
    for (int i = 0; i < 50; ++i) positions.push_back(2.5 * i);
  }
  for (double z : g.positions_mm[2]) {
    for (double y : g.positions_mm[1]) {
      for (double x : g.positions_mm[0]) values.push_back(dose(g.origin + turn * Vec3(x, y, z)));
    }
  }
  const auto tilted = model::DoseGrid::create(g, values);
  ASSERT_TRUE(tilted.has_value());
  const Dvh expected = compute_dvh(box_region(), grid_of(covering(2.5, {0, 0, 0}), dose));
  const Dvh actual = compute_dvh(box_region(), *tilted);
  EXPECT_EQ(actual.uncovered().value(), 0.0);
  EXPECT_NEAR(actual.mean()->value(), expected.mean()->value(), 1e-6);
  EXPECT_NEAR(actual.maximum()->value(), expected.maximum()->value(), 1e-6);
  EXPECT_NEAR(actual.minimum()->value(), expected.minimum()->value(), 1e-6);
  for (const double share : {0.05, 0.5, 0.95}) {
    EXPECT_NEAR(actual.hottest(Cc(19.8 * share))->value(),
                expected.hottest(Cc(19.8 * share))->value(), 0.002);
  }
}

TEST(ComputeDvh, HandlesAStackThatIsTiltedAboutOneOfTheGridsAxes) {
  // The frame shares one axis with the grid and not the other two: the box x 0..20, y 0..30,
  // z -1.5..31.5, turned by 5 degrees about x, y or z (about z its outline alone turns).
  const auto dose = [](const Vec3& p) { return 40 + 0.4 * p.x() - 0.3 * p.y() + 0.2 * p.z(); };
  const auto grid = grid_of(covering(2.5, {0.1, 0.2, 0.3}), dose);
  for (int axis = 0; axis < 3; ++axis) {
    const model::Mat3 turn =
        Eigen::AngleAxisd(5.0 * std::numbers::pi / 180.0, Vec3::Unit(axis)).matrix();
    Roi roi = stack("box", 0, 3, 11, [](double) { return std::vector{rectangle(0, 0, 20, 30)}; });
    for (testing::Contour& contour : roi.contours) {
      for (Vec3& p : contour.points) p = turn * p;
    }
    const Dvh dvh = compute_dvh(region_of(roi), grid);
    double lowest = 1e9;
    double highest = -1e9;
    for (int corner = 0; corner < 8; ++corner) {
      const Vec3 p((corner & 1) * 20.0, (corner >> 1 & 1) * 30.0, -1.5 + (corner >> 2) * 33.0);
      lowest = std::min(lowest, dose(turn * p));
      highest = std::max(highest, dose(turn * p));
    }
    // A linear dose: its mean is that of the centroid, its extremes those of the corners; 1e-9 for
    // sums of a few ten thousand cells.
    EXPECT_EQ(dvh.uncovered().value(), 0.0) << axis;
    EXPECT_NEAR(dvh.volume().value(), 19.8, 1e-9) << axis;
    EXPECT_NEAR(dvh.mean()->value(), dose(turn * Vec3(10, 15, 15)), 1e-9) << axis;
    EXPECT_NEAR(dvh.minimum()->value(), lowest, 1e-9) << axis;
    EXPECT_NEAR(dvh.maximum()->value(), highest, 1e-9) << axis;
  }
}

TEST(ComputeDvh, GivesTheSameForEveryAxisTheStackIsDrawnAlong) {
  // The box as sagittal, coronal and axial stacks: one solid, one DVH.
  const auto dose = [](const Vec3& p) { return 20 + 0.4 * p.x() - 0.3 * p.y() + 0.2 * p.z(); };
  const auto grid = grid_of(covering(2.5, {0.1, 0.2, 0.3}), dose);
  Roi sagittal, coronal;
  for (int i = 0; i < 10; ++i) {
    testing::Contour c;
    const double x = 1 + 2 * i;
    c.points = {{x, 0, -1.5}, {x, 30, -1.5}, {x, 30, 31.5}, {x, 0, 31.5}};
    sagittal.contours.push_back(c);
    const double y = 1.5 + 3 * i;
    c.points = {{0, y, -1.5}, {20, y, -1.5}, {20, y, 31.5}, {0, y, 31.5}};
    coronal.contours.push_back(c);
  }
  const Dvh expected = compute_dvh(box_region(), grid);
  for (const Roi& roi : {sagittal, coronal}) {
    const Dvh dvh = compute_dvh(region_of(roi), grid);
    EXPECT_NEAR(dvh.volume().value(), 19.8, 1e-9);
    EXPECT_NEAR(dvh.mean()->value(), expected.mean()->value(), 1e-9);
    EXPECT_NEAR(dvh.maximum()->value(), expected.maximum()->value(), 1e-9);
    EXPECT_NEAR(dvh.hottest(1.0_cc)->value(), expected.hottest(1.0_cc)->value(), 0.002);
  }
}

}  // namespace
}  // namespace dosegate::dvh
