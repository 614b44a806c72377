// Doses that hold throughout their voxel: masks are then counted, and every number is that of a count.
#include <algorithm>
#include <cmath>
#include <functional>
#include <random>

#include "memory_case.h"

namespace dosegate::plugin_test {
namespace {

dosegate_options by_voxel() {
  auto options = sized<dosegate_options>();
  options.dose_interpolation = DOSEGATE_DOSE_VOXEL;
  options.workers = 1;
  return options;
}

// Random doses and a random mask on one grid, and the doses of the mask's voxels, hottest first.
struct Counted {
  dosegate_lattice grid = lattice({12, 9, 7}, {-17, 5, 40}, {3, 3, 2.5});
  double voxel_cc = 3 * 3 * 2.5 / 1000.0;
  std::vector<double> doses;
  std::vector<uint8_t> mask;
  std::vector<double> inside;

  explicit Counted(unsigned seed) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<> any(0.0, 1.0);
    for (std::size_t i = 0; i < 12U * 9U * 7U; ++i) {
      doses.push_back(60.0 * any(random));
      mask.push_back(any(random) < 0.4 ? 1 : 0);
      if (mask.back() != 0) inside.push_back(doses.back());
    }
    std::sort(inside.begin(), inside.end(), std::greater<>());
  }
};

TEST(VoxelDoses, OfAMaskAreThoseOfACount) {
  for (const unsigned seed : {1U, 2U, 3U}) {
    const Counted counted(seed);
    MemorySession s;
    const dosegate_options options = by_voxel();
    const dosegate_result r =
        s.dvh_of(s.make(dose_of(counted.grid, counted.doses), mask_of(counted.grid, counted.mask)),
                 {"D95%[Gy]", "D37.3%[Gy]", "D0.5cc[Gy]", "V30Gy[cc]", "CV5Gy[cc]"}, &options);
    const dosegate_dvh_structure found = s.structure(r);
    const auto n = counted.inside.size();
    double sum = 0.0;
    for (const double dose_gy : counted.inside) sum += dose_gy;
    EXPECT_NEAR(found.volume_cc, static_cast<double>(n) * counted.voxel_cc, 1e-9);
    // Steps between voxels of up to 60 Gy take 2e-6 mm at each of a voxel's six faces: 1e-6 of it.
    constexpr double kStep = 2e-6;
    EXPECT_NEAR(found.mean_gy, sum / static_cast<double>(n), 60.0 * kStep);
    EXPECT_NEAR(found.max_gy, counted.inside.front(), 1e-9);
    EXPECT_NEAR(found.min_gy, counted.inside.back(), 1e-9);
    // The largest dose that so much of the volume receives: the count's, unless so much ends within
    // a step of the next voxel.
    const auto hottest = [&](double cc) {
      return counted.inside[static_cast<std::size_t>(std::ceil(cc / counted.voxel_cc - 1e-3)) - 1];
    };
    // Nodes of the curve are 0.001 Gy apart, voxels' own doses are kept exactly.
    EXPECT_NEAR(s.metric(r, 0).value, hottest(0.95 * found.volume_cc), 1e-3) << seed;
    EXPECT_NEAR(s.metric(r, 1).value, hottest(0.373 * found.volume_cc), 1e-3) << seed;
    EXPECT_NEAR(s.metric(r, 2).value, hottest(0.5), 1e-3) << seed;
    const auto at_least_30 = std::count_if(counted.inside.begin(), counted.inside.end(),
                                           [](double dose_gy) { return dose_gy >= 30.0; });
    const auto below_5 = std::count_if(counted.inside.begin(), counted.inside.end(),
                                       [](double dose_gy) { return dose_gy < 5.0; });
    EXPECT_NEAR(s.metric(r, 3).value, static_cast<double>(at_least_30) * counted.voxel_cc,
                found.volume_cc * kStep);
    EXPECT_NEAR(s.metric(r, 4).value, static_cast<double>(below_5) * counted.voxel_cc,
                found.volume_cc * kStep);
  }
}

// A target of 60 Gy in a surrounding of 10 Gy, voxel to voxel: nothing of the step between them.
TEST(VoxelDoses, OfPlateausAreTheirOwnAtTheLimitItself) {
  const dosegate_lattice grid = lattice({6, 6, 6}, {0, 0, 0}, {3, 3, 2.5});
  std::vector<double> doses(216, 10.0);
  std::vector<uint8_t> target(216, 0), around(216, 1);
  for (std::size_t k = 2; k < 4; ++k) {
    for (std::size_t j = 2; j < 4; ++j) {
      for (std::size_t i = 2; i < 4; ++i) {
        const std::size_t at = i + 6 * (j + 6 * k);
        doses[at] = 60.0;
        target[at] = 1;
        around[at] = 0;
      }
    }
  }
  MemorySession s;
  const dosegate_builder builder = s.begin();
  s.add(builder, dose_of(grid, doses));
  s.add(builder, mask_of(grid, target, 1, "PTV"));
  s.add(builder, mask_of(grid, around, 2, "Liver"));
  const dosegate_options options = by_voxel();
  const dosegate_result r = s.dvh_of(
      s.finish(builder), {"V60Gy[%]", "D100%[Gy]", "Min[Gy]", "Max[Gy]", "Mean[Gy]"}, &options);
  const double of_target[] = {100.0, 60.0, 60.0, 60.0, 60.0};
  const double of_liver[] = {0.0, 10.0, 10.0, 10.0, 10.0};
  for (std::size_t m = 0; m < 5; ++m) {
    EXPECT_EQ(s.metric(r, m, 0).value, of_target[m]) << m;
    EXPECT_EQ(s.metric(r, m, 1).value, of_liver[m]) << m;
  }
}

TEST(VoxelDoses, InVoxelsThatAreTooThinAreRefused) {
  MemorySession s;
  const dosegate_lattice grid = lattice({2, 2, 2}, {0, 0, 0}, {1, 1, 0.005});
  const dosegate_lattice mask = lattice({1, 1, 1}, {0, 0, 0}, {1, 1, 1});
  const std::vector<double> doses(8, 1.0);
  const std::vector<uint8_t> voxels(1, 1);
  const std::size_t index = s.make(dose_of(grid, doses), mask_of(mask, voxels));
  const dosegate_options options = by_voxel();
  dosegate_result result = 77;
  EXPECT_EQ(dosegate_dvh(s, index, nullptr, &options, &result), 300);
  EXPECT_EQ(result, 77U);
}

TEST(VoxelDoses, AreNamedInTheResultAndInAFinding) {
  Session s;
  s.read({sample("hcc_25fx_pass")});
  const dosegate_options options = by_voxel();
  const std::string json = s.render(s.evaluate(&options));
  EXPECT_NE(json.find("\"dose_interpolation\": \"voxel\""), std::string::npos);
  EXPECT_NE(json.find("each voxel's dose throughout the voxel"), std::string::npos);
  EXPECT_NE(s.render(s.evaluate()).find("\"dose_interpolation\": \"linear\""), std::string::npos);
}

TEST(VoxelDoses, AreRefusedForASumAndForAnUnknownNumber) {
  MemorySession s;
  const Counted counted(1);
  const std::size_t index =
      s.make(dose_of(counted.grid, counted.doses), mask_of(counted.grid, counted.mask));
  const std::size_t other =
      s.make(dose_of(counted.grid, counted.doses), mask_of(counted.grid, counted.mask));
  dosegate_options options = by_voxel();
  options.add_cases = &other;
  options.add_case_count = 1;
  dosegate_result result = 77;
  EXPECT_EQ(dosegate_dvh(s, index, nullptr, &options, &result), DOSEGATE_OPTION_INVALID);
  options = by_voxel();
  options.dose_interpolation = 2;
  EXPECT_EQ(dosegate_dvh(s, index, nullptr, &options, &result), DOSEGATE_OPTION_INVALID);
  EXPECT_EQ(result, 77U);
}

}  // namespace
}  // namespace dosegate::plugin_test
