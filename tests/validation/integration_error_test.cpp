// The error that the engine states for its own integration against the error that it has.
#include <gtest/gtest.h>

#include <cmath>

#include "dvh/reading_dvhs.h"
#include "metrics/compute.h"
#include "validation/validation_case.h"

namespace dosegate::validation {
namespace {

// The truth's own error: a linear dose has none but bisection's, other doses are integrated
// (truth_test.cpp holds that below a tenth of the bars, most of it far below).
constexpr double kBisection_gy = 1e-5;

struct Tally {
  int checks = 0, within = 0, within_two = 0;
  double worst_ratio = 0.0;
  std::string worst;

  void add(double error, double stated, double truth_error, const std::string& what) {
    ++checks;
    within += error <= stated + truth_error ? 1 : 0;
    within_two += error <= 2.0 * stated + truth_error ? 1 : 0;
    const double ratio = std::max(0.0, error - truth_error) / std::max(stated, 1e-12);
    if (ratio > worst_ratio) {
      worst_ratio = ratio;
      worst = what + ": off by " + std::to_string(error) + ", stated " + std::to_string(stated);
    }
  }
};

void tally_case(const ValidationCase& tried, Tally& doses, Tally& volumes) {
  const DrawnBody body = draw(tried.solid, tried.drawing);
  const DoseModel dose = tried.model();
  const DoseLatticeSpec lattice = sample(dose, body, tried.grid);
  const auto truth = drawn_truth(body, dose, lattice);
  const Numbers exact = numbers_of(*truth);
  const dvh::ReadingDvhs dvhs = dvh::compute_reading_dvhs(engine_region(body), {}, lattice.grid());
  for (std::size_t i = 0; i < kDoseMetrics.size(); ++i) {
    const auto metric = metrics::parse_metric(std::string(kDoseMetrics[i]) + "[Gy]").value();
    const auto found = metrics::compute_bracketed(metric, dvhs, 0, {});
    if (!found.value || !found.bracket || !exact.hottest_gy[i]) continue;
    doses.add(std::abs(*found.value - *exact.hottest_gy[i]), found.bracket->integration,
              dose.linear ? kBisection_gy : 3e-4,
              tried.name() + " " + std::string(kDoseMetrics[i]));
  }
  for (std::size_t i = 10; i < kCurvePoints; i += 20) {  // V(x) along the whole curve
    const double x_gy = truth->min_gy + (truth->max_gy - truth->min_gy) * static_cast<double>(i) /
                                            static_cast<double>(kCurvePoints - 1);
    const double error = std::abs(dvhs.value.volume_at_least(Gy(x_gy)).value() - exact.curve_cc[i]);
    const double stated = dvhs.doubt.volume_error(dvhs.value, Gy(x_gy)).value();
    volumes.add(error, stated, (dose.linear ? 1e-7 : 1e-5) * truth->volume_cc,
                tried.name() + " V" + std::to_string(x_gy));
  }
}

TEST(StatedIntegrationError, HoldsForNinetyNineOfAHundredChecks) {
  Tally doses, volumes;
  for (const ValidationCase& tried : validation_cases(Extent::Default, kSeed)) {
    tally_case(tried, doses, volumes);
  }
  EXPECT_GT(doses.checks, 1000);
  EXPECT_GE(doses.within, 0.99 * doses.checks)
      << doses.checks << " checks, " << doses.within_two << " within twice; worst " << doses.worst;
  EXPECT_GE(volumes.within, 0.99 * volumes.checks)
      << volumes.checks << " checks, " << volumes.within_two << " within twice; worst "
      << volumes.worst;
}

}  // namespace
}  // namespace dosegate::validation
