// The engine against the drawn solids: every check of every case within its bar.
#include <gtest/gtest.h>

#include "dvh/compute_dvh.h"
#include "validation/error_table.h"

namespace dosegate::validation {
namespace {

class IntegrationBars : public ::testing::TestWithParam<std::string> {};

TEST_P(IntegrationBars, HoldForEverySpacingGridAndPhase) {
  std::size_t cases = 0;
  for (const ValidationCase& tried : validation_cases(Extent::Default, kSeed)) {
    if (tried.solid.name != GetParam()) continue;
    ++cases;
    EXPECT_EQ(checks_beyond({run_case(tried)}), "") << "seed " << kSeed;
  }
  EXPECT_GT(cases, 1U);
}

INSTANTIATE_TEST_SUITE_P(Solids, IntegrationBars,
                         ::testing::Values("sphere", "cylinder", "cylinder across", "cone",
                                           "cone across", "box", "turned box", "ellipsoid", "shell",
                                           "two bodies", "merged spheres", "liver minus GTV"),
                         [](const auto& solid) {
                           std::string name = solid.param;
                           for (char& c : name) c = c == ' ' ? '_' : c;
                           return name;
                         });

// A linear dose is the same on every grid, so the grid's place must not show.
TEST(ShiftedGrids, AreEqualTo2mGy) {
  for (const Solid& solid : {sphere(12), cylinder(12, Axis::AlongW), cone(12, Axis::Across),
                             box(12, 0.35), sphere(3), cone(3, Axis::AlongW)}) {
    for (const Shape shape : {Shape::AlongW, Shape::AlongB, Shape::Oblique}) {
      const ValidationCase tried{solid, {2, {0, -6, 6}, 0.4, 2.0, 0.0}, shape, {}};
      const DrawnBody body = draw(tried.solid, tried.drawing);
      const DoseModel dose = tried.model();
      const geometry::Region region = engine_region(body);
      const auto truth = drawn_truth(body, dose, {});
      std::vector<Numbers> all;
      for (const double phase : {0.0, 0.25, 0.5, 0.81}) {
        const GridChoice choice{"", {3, 3, 3}, {phase, 0.5 * phase, phase}};
        all.push_back(
            numbers_of(dvh::compute_dvh(region, sample(dose, body, choice).grid()), *truth));
      }
      for (const Numbers& n : all) {
        SCOPED_TRACE(tried.name());
        EXPECT_NEAR(n.mean_gy, all[0].mean_gy, 0.002);
        EXPECT_NEAR(n.min_gy, all[0].min_gy, 0.002);
        EXPECT_NEAR(n.max_gy, all[0].max_gy, 0.002);
        for (std::size_t i = 0; i < kDoseMetrics.size(); ++i) {
          EXPECT_NEAR(*n.hottest_gy[i], *all[0].hottest_gy[i], 0.002) << kDoseMetrics[i];
        }
      }
    }
  }
}

}  // namespace
}  // namespace dosegate::validation
