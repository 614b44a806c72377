// The cases of the validation suite, and one case's numbers from the engine and from its truth.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dvh/dvh.h"
#include "geometry/region.h"
#include "validation/analytic_doses.h"
#include "validation/analytic_solids.h"

namespace dosegate::validation {

struct ValidationCase {
  Solid solid;
  Drawing drawing;
  Shape dose = Shape::AlongW;
  GridChoice grid;

  [[nodiscard]] std::string name() const;
  [[nodiscard]] model::Vec3 centre() const;
  [[nodiscard]] DoseModel model() const;
};

enum class Extent {
  Default,  ///< a seeded selection, for every test run
  Full,     ///< every combination, fine contours and fine grids too
};

/// The same cases for the same seed on every machine.
[[nodiscard]] std::vector<ValidationCase> validation_cases(Extent extent, std::uint64_t seed);
constexpr std::uint64_t kSeed = 20260;

/// The number of dose values at which whole curves are compared.
constexpr std::size_t kCurvePoints = 301;
/// D metrics that are compared, in this order.
constexpr std::array<std::string_view, 8> kDoseMetrics = {"D99%", "D98%", "D95%", "D50%",
                                                          "D5%",  "D2%",  "D1%",  "D0.03cc"};

/// What is compared, cc and Gy.
struct Numbers {
  double volume_cc = 0.0;
  double mean_gy = 0.0, min_gy = 0.0, max_gy = 0.0;
  std::array<std::optional<double>, kDoseMetrics.size()> hottest_gy;  ///< as kDoseMetrics
  double at_least_5gy_cc = 0.0, below_5gy_cc = 0.0;                   ///< V5Gy and CV5Gy
  std::vector<double> curve_cc;  ///< evenly from min_gy to max_gy of the truth
};

[[nodiscard]] Numbers numbers_of(const TruthCurve& truth);
/// The engine's, its curve at the truth's places.
[[nodiscard]] Numbers numbers_of(const dvh::Dvh& dvh, const TruthCurve& truth);

/// The region of a drawn body, built by the engine from its ROIs.
[[nodiscard]] geometry::Region engine_region(const DrawnBody& body);

/// Truth against the contours as drawn and the grid as stored.
[[nodiscard]] std::unique_ptr<TruthCurve> drawn_truth(const DrawnBody& body, const DoseModel& dose,
                                                      const DoseLatticeSpec& lattice);

/// Truth of the ideal solid; null where it has no closed form or the dose is not linear.
[[nodiscard]] std::unique_ptr<TruthCurve> ideal_truth(const ValidationCase& tried);

/// One number of the engine against its truth.
struct Check {
  std::string metric;   ///< "volume", "mean", "Dmin", "Dmax", a name of kDoseMetrics, or "curve"
  std::string unit;     ///< "cc", "Gy"; "% of volume" for the curve
  double engine = 0.0;  ///< for the curve: where it is farthest off
  double truth = 0.0;
  double bar = 0.0;   ///< largest difference that is allowed, same unit
  double best = 0.0;  ///< best of field
  [[nodiscard]] double error() const { return engine - truth; }
  [[nodiscard]] bool beyond() const { return !(error() <= bar && error() >= -bar); }
};

struct CaseResult {
  ValidationCase tried;
  double volume_cc = 0.0;     ///< truth
  std::vector<Check> checks;  ///< against the drawn solid
  /// Against the ideal solid, where that is known: the reading error of the contours, for which
  /// there is no bar.
  std::vector<Check> reading;
};

/// The bars of integration: volume 0.01 % or 1e-5 cc, mean 0.005 Gy, extremes 0.01 Gy, dose metrics
/// 0.01 Gy (0.03 Gy where the dose is steep), curve 0.05 % of the volume; best of field a tenth
/// (volume a hundredth). Of a clinical dose V5Gy and CV5Gy too, to 0.1 cc.
[[nodiscard]] std::vector<Check> compare(const Numbers& engine, const Numbers& truth,
                                         const DoseModel& dose);

[[nodiscard]] CaseResult run_case(const ValidationCase& tried);

}  // namespace dosegate::validation
