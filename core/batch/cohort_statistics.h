// The statistics of a cohort, of plain numbers: pure functions, each with its definition or source. What is not
// computed is absent, never a number that stands for it.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dosegate::batch {

/// A share and the range that holds it, each 0..1.
struct Share {
  double share = 0.0, low = 0.0, high = 1.0;
};

/// `hits` of `count` with the 95 % Wilson score interval (z = 1.959964):
///   (p + z^2/2n ± z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n).
/// Source: Wilson, J Am Stat Assoc 22 (1927) 209-212; recommended for few plans and for shares near 0 or 1 by Brown,
/// Cai, DasGupta, Statist Sci 16 (2001) 101-133, equation 4. Absent for a count of 0; hits > count is an
/// InternalError.
[[nodiscard]] std::optional<Share> wilson_share(std::size_t hits, std::size_t count);

/// Value at the share `at` (0..1) of the values in order, linear between neighbours: at position at (n - 1),
/// counted from 0 (Hyndman and Fan, Am Stat 50 (1996) 361-365, type 7). At 0.5 the usual median. Absent without values.
[[nodiscard]] std::optional<double> quantile(std::span<const double> values, double at);
[[nodiscard]] std::optional<double> median(std::span<const double> values);

/// Median of the distances to `centre`, not scaled. Absent without values.
[[nodiscard]] std::optional<double> median_absolute_deviation(std::span<const double> values,
                                                              double centre);

/// With fewer values, median and MAD say too little to call one of them odd.
inline constexpr std::size_t kFewestForOutliers = 8;
/// A value further out than this is an outlier.
inline constexpr double kOutlierScore = 3.5;

/// Modified z-scores 0.6745 (x - median) / MAD, which is (x - median) / (1.4826 MAD): for values that are
/// distributed normally it is the usual z. |score| > 3.5 labels a potential outlier.
/// Source: Iglewicz and Hoaglin, How to Detect and Handle Outliers, ASQC Quality Press 1993, section 3.
struct RobustScores {
  enum class Why {
    Computed,
    TooFew,    ///< fewer than kFewestForOutliers values
    NoSpread,  ///< MAD of 0: more than half of the values are one and the same
  };
  Why why = Why::TooFew;
  double centre = 0.0, mad = 0.0;  ///< meaningful if Computed
  std::vector<double> scores;      ///< one for each value, in their order; empty unless Computed
};
[[nodiscard]] RobustScores robust_scores(std::span<const double> values);

/// For each value the median of the `window` values around it (an odd number), of fewer at both ends: the values from
/// (window - 1) / 2 before to as many behind. Empty without values; an even window is an InternalError.
[[nodiscard]] std::vector<double> running_median(std::span<const double> values,
                                                 std::size_t window);

/// Ends of an axis and the distance of its ticks.
struct Axis {
  double from = 0.0, to = 1.0, step = 1.0;
};

/// From at most `low` to at least `high` in whole steps of 1, 2 or 5 times a power of ten, about `steps` of them.
[[nodiscard]] Axis nice_axis(double low, double high, int steps);

/// Days since 1970-01-01 of a DICOM date (YYYYMMDD); absent for anything else.
[[nodiscard]] std::optional<int> day_of(std::string_view dicom_date);

/// Months since January of year 0, and back to "2024-03".
[[nodiscard]] int month_of(int day);
[[nodiscard]] std::string month_text(int month);
/// The day that a month begins with.
[[nodiscard]] int first_day_of(int month);

}  // namespace dosegate::batch
