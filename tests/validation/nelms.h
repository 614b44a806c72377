// The published test of DVH calculators by Nelms et al. (Med Phys 42:4435, 2015): five solids of
// 24 mm, two linear doses, four contour spacings and four dose grids. As published (real DICOM
// files of sphere and cylinder, where they are at hand), and generated (all five solids).
#pragma once

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dosegate::validation {

constexpr std::array<std::string_view, 9> kNelmsMetrics = {
    "volume", "Dmin", "Dmax", "Dmean", "D99", "D95", "D5", "D1", "D0.03cc"};

/// One structure on one dose.
struct NelmsRow {
  std::string structure;  ///< as published: shape, spacing in tenths of a mm, shift
  std::string shape;
  double spacing_mm = 0.0;
  std::string grid;      ///< voxel in mm
  std::string gradient;  ///< AntPost or SupInf
  bool shifted = false;
  std::array<double, kNelmsMetrics.size()> truth{};   ///< cc, Gy
  std::array<double, kNelmsMetrics.size()> engine{};  ///< cc, Gy
  /// Error of the cumulative curve at 301 doses from 0 to 30 Gy, % of the whole volume.
  std::vector<double> curve_error_pct;

  [[nodiscard]] double error_pct(std::size_t metric) const {
    return 100.0 * (engine[metric] - truth[metric]) / truth[metric];
  }
};

/// Rows of the published files that are there, in the order of the published table; none if `folder`
/// does not exist. Throws std::runtime_error if a file cannot be read.
[[nodiscard]] std::vector<NelmsRow> published_rows(const std::string& folder);

enum class NelmsTest {
  Fine,      ///< test 1: contours every 0.2 mm, all grids: 340 values
  Clinical,  ///< test 2: 1, 2 and 3 mm, grid as wide as the spacing: 255 values
};
/// The full matrix of one test: planes on both ends, 376 points a circle, vanishing end sections as
/// tiny polygons; truth by closed form: the ideal solid and half a spacing of its end sections
/// beyond either end.
[[nodiscard]] std::vector<NelmsRow> generated_rows(NelmsTest test);

[[nodiscard]] bool belongs(const NelmsRow& row, NelmsTest test);

struct NelmsScore {
  int values = 0;
  std::array<int, 3> beyond{};  ///< 3, 2 and 1 % of the true value
};
/// A volume counts once for both gradients, as published.
[[nodiscard]] NelmsScore score(const std::vector<NelmsRow>& rows);

/// Lowest and highest error of one metric in per cent, over the rows.
[[nodiscard]] std::array<double, 2> error_range_pct(const std::vector<NelmsRow>& rows,
                                                    std::size_t metric);

/// The curve's error, mean of the rows at each dose: over all doses, % of the whole volume.
struct CurveSpread {
  double lowest_pct = 0.0, highest_pct = 0.0, mean_pct = 0.0, deviation_pct = 0.0;
};
/// `rows` must not be empty.
[[nodiscard]] CurveSpread curve_spread(const std::vector<NelmsRow>& rows);

template <class Wanted>
[[nodiscard]] std::vector<NelmsRow> select(const std::vector<NelmsRow>& rows, Wanted wanted) {
  std::vector<NelmsRow> chosen;
  std::copy_if(rows.begin(), rows.end(), std::back_inserter(chosen), wanted);
  return chosen;
}

}  // namespace dosegate::validation
