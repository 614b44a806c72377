#include "batch/cohort_statistics.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include "base/result.h"
#include "base/text.h"

namespace dosegate::batch {
namespace {

// Of values in order. std::lerp and not a sum of products: equal neighbours give themselves, and nothing overflows.
double quantile_of_sorted(std::span<const double> sorted, double at) {
  const double position = at * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(std::floor(position));
  if (below + 1 >= sorted.size()) return sorted.back();
  const double part = position - static_cast<double>(below);
  if (part == 0.5) return std::midpoint(sorted[below], sorted[below + 1]);
  return std::lerp(sorted[below], sorted[below + 1], part);
}

}  // namespace

std::optional<Share> wilson_share(std::size_t hits, std::size_t count) {
  require(hits <= count, "more hits than there are plans");
  if (count == 0) return std::nullopt;
  constexpr double kZ = 1.959963984540054;  // 97.5 % of a normal distribution lie below
  const auto n = static_cast<double>(count);
  const double p = static_cast<double>(hits) / n;
  const double square = kZ * kZ / n;
  const double centre = (p + square / 2.0) / (1.0 + square);
  const double half = kZ * std::sqrt(p * (1.0 - p) / n + square / (4.0 * n)) / (1.0 + square);
  // The ends are exactly 0 and 1 there, and rounding must not say otherwise.
  return Share{p, hits == 0 ? 0.0 : centre - half, hits == count ? 1.0 : centre + half};
}

std::optional<double> quantile(std::span<const double> values, double at) {
  if (values.empty()) return std::nullopt;
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  return quantile_of_sorted(sorted, at);
}

std::optional<double> median(std::span<const double> values) {
  return quantile(values, 0.5);
}

std::optional<double> median_absolute_deviation(std::span<const double> values, double centre) {
  std::vector<double> distances;
  distances.reserve(values.size());
  for (const double value : values) distances.push_back(std::abs(value - centre));
  return median(distances);
}

RobustScores robust_scores(std::span<const double> values) {
  RobustScores robust;
  if (values.size() < kFewestForOutliers) return robust;
  robust.centre = median(values).value();
  robust.mad = median_absolute_deviation(values, robust.centre).value();
  if (robust.mad == 0.0) {
    robust.why = RobustScores::Why::NoSpread;
    return robust;
  }
  constexpr double kNormal = 0.6745;  // MAD of a normal distribution of standard deviation 1
  robust.why = RobustScores::Why::Computed;
  robust.scores.reserve(values.size());
  for (const double value : values) {
    robust.scores.push_back(kNormal * (value - robust.centre) / robust.mad);
  }
  return robust;
}

std::vector<double> running_median(std::span<const double> values, std::size_t window) {
  require(window % 2 == 1, "a running median needs a window of an odd number of values");
  const std::size_t half = window / 2;
  std::vector<double> medians;
  medians.reserve(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t from = i < half ? 0 : i - half;
    const std::size_t to = std::min(values.size(), i + half + 1);
    medians.push_back(median(values.subspan(from, to - from)).value());
  }
  return medians;
}

Axis nice_axis(double low, double high, int steps) {
  require(std::isfinite(low) && std::isfinite(high) && low <= high && steps > 0,
          "an axis needs finite ends in order");
  // One value, or values that differ by their last digits only: an axis around them.
  const double least = std::max(std::max(std::abs(low), std::abs(high)) * 1e-9, 1e-12);
  if (high - low <= least) {
    const double around = std::max(std::max(std::abs(low), std::abs(high)) * 0.05, 0.5);
    low -= around;
    high += around;
  }
  const double wanted = high / steps - low / steps;
  const double power = std::pow(10.0, std::floor(std::log10(wanted)));
  double step = 10.0 * power;
  for (const double factor : {5.0, 2.0, 1.0}) {
    if (factor * power >= wanted * (1.0 - 1e-9)) step = factor * power;
  }
  return {step * std::floor(low / step + 1e-9), step * std::ceil(high / step - 1e-9), step};
}

std::optional<int> day_of(std::string_view dicom_date) {
  constexpr std::size_t kLength = 8;
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (dicom_date.size() != kLength || !std::all_of(dicom_date.begin(), dicom_date.end(), digit)) {
    return std::nullopt;
  }
  const int year = parse_integer(dicom_date.substr(0, 4)).value();
  const auto month = static_cast<unsigned>(parse_integer(dicom_date.substr(4, 2)).value());
  const auto day = static_cast<unsigned>(parse_integer(dicom_date.substr(6, 2)).value());
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  if (!date.ok()) return std::nullopt;
  return static_cast<int>(std::chrono::sys_days(date).time_since_epoch().count());
}

int month_of(int day) {
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(day))};
  return static_cast<int>(date.year()) * 12 + static_cast<int>(unsigned(date.month())) - 1;
}

std::string month_text(int month) {
  return fmt::format("{:04}-{:02}", month / 12, month % 12 + 1);
}

int first_day_of(int month) {
  const std::chrono::year_month_day date{std::chrono::year(month / 12),
                                         std::chrono::month(static_cast<unsigned>(month % 12) + 1),
                                         std::chrono::day(1)};
  return static_cast<int>(std::chrono::sys_days(date).time_since_epoch().count());
}

}  // namespace dosegate::batch
