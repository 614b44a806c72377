#include "evaluation/compare_tps.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.h"
#include "evaluation/match_tps.h"

namespace dosegate::evaluation {
namespace {

// Of the largest value by its size; keeps the first of equals.
void keep_largest(double value, double at, std::optional<double>& largest,
                  std::optional<double>& where) {
  if (largest && std::abs(value) <= std::abs(*largest)) return;
  largest = value;
  where = at;
}

std::optional<double> less(const std::optional<double>& a, const std::optional<double>& b) {
  if (!a || !b) return std::nullopt;
  return *a - *b;
}

// How far apart two sets of numbers are, as a multiple of the bars: 1 is as far as they allow.
double distance(const TpsNumbers& ours, const TpsNumbers& theirs) {
  double most = 0.0;
  const auto hold = [&](const std::optional<double>& off, double bar) {
    if (off) most = std::max(most, std::abs(*off) / bar);
  };
  if (theirs.volume_cc) {
    hold(less(ours.volume_cc, theirs.volume_cc), 0.01 * kTpsVolumeBar_pct * *theirs.volume_cc);
  }
  hold(less(ours.mean_gy, theirs.mean_gy), kTpsDoseBar_gy);
  hold(less(ours.maximum_gy, theirs.maximum_gy), kTpsDoseBar_gy);
  return most;
}

std::string shown(const TpsNumbers& n) {
  std::string text;
  const auto add = [&](std::string_view name, const std::optional<double>& value,
                       std::string_view unit) {
    if (!value) return;
    text += fmt::format("{}{}{} {}", text.empty() ? "" : ", ", name, fixed(*value, 3), unit);
  };
  add("", n.volume_cc, "cc");
  add("mean ", n.mean_gy, "Gy");
  add("maximum ", n.maximum_gy, "Gy");
  return text;
}

// The readings whose volumes enclose theirs most closely: the name of the smaller, of the larger.
std::string between(const TpsComparison& c) {
  const TpsAlternative* below = nullptr;
  const TpsAlternative* above = nullptr;
  for (const TpsAlternative& reading : c.readings) {
    if (!reading.numbers.volume_cc || !c.theirs.volume_cc) continue;
    const double v_cc = *reading.numbers.volume_cc;
    if (v_cc <= *c.theirs.volume_cc && (!below || v_cc > *below->numbers.volume_cc)) {
      below = &reading;
    }
    if (v_cc >= *c.theirs.volume_cc && (!above || v_cc < *above->numbers.volume_cc)) {
      above = &reading;
    }
  }
  if (below == nullptr || above == nullptr) return {};
  return fmt::format(" Their volume lies between ours with {} ({} cc) and with {} ({} cc).",
                     below->reading, fixed(*below->numbers.volume_cc, 3), above->reading,
                     fixed(*above->numbers.volume_cc, 3));
}

std::string explain(const TpsComparison& c, const TpsAlternative* nearest) {
  std::string text;
  if (!c.differs) {
    text = fmt::format("They agree within {} % of the volume and {} Gy of mean and maximum.",
                       shortest(kTpsVolumeBar_pct), shortest(kTpsDoseBar_gy));
  } else if (nearest == nullptr) {
    text = "No other reading could be tried.";
  } else if (distance(nearest->numbers, c.theirs) <= 1.0) {
    text = fmt::format("With {}, ours is {}, and agrees: that convention explains the difference.",
                       nearest->reading, shown(nearest->numbers));
  } else {
    text = fmt::format("None of the readings tried explains it; the nearest is {}: {}.",
                       nearest->reading, shown(nearest->numbers));
    // Where the volumes agree, they are not what is to be explained.
    const auto& off_pct = c.difference.volume_pct;
    if (off_pct && std::abs(*off_pct) > kTpsVolumeBar_pct) text += between(c);
  }
  if (c.uncovered_cc && *c.uncovered_cc > 0.0) {
    text += fmt::format(" {} cc of ours have no dose.", fixed_beside(*c.uncovered_cc, {0.0}, 2));
  }
  return text;
}

TpsNumbers numbers_of(const dvh::Dvh& dvh) {
  const auto value = [](const std::optional<Gy>& dose) -> std::optional<double> {
    if (!dose) return std::nullopt;
    return dose->value();
  };
  return {dvh.volume().value(), value(dvh.mean()), value(dvh.maximum())};
}

// The part that receives at least `from_gy` (> 0).
TpsNumbers numbers_from(const dvh::Dvh& dvh, double from_gy) {
  TpsNumbers numbers = numbers_of(dvh);
  const double part_cc = dvh.volume_at_least(Gy(from_gy)).value();
  numbers.volume_cc = part_cc;
  if (!dvh.mean() || !(part_cc > 0.0)) return numbers;
  // Mean dose of the rest: the area between the curve and its value at `from_gy`. The curve bends
  // little over the half bin of hundredths of a Gy that this is about.
  constexpr int kSteps = 100;
  const double low_gy = std::min(0.0, dvh.minimum()->value());
  const double step_gy = (from_gy - low_gy) / kSteps;
  double rest_cc_gy = low_gy * (dvh.covered().value() - part_cc);
  for (int i = 0; i < kSteps; ++i) {
    const Gy middle(low_gy + (i + 0.5) * step_gy);
    rest_cc_gy += step_gy * (dvh.volume_at_least(middle).value() - part_cc);
  }
  numbers.mean_gy = (dvh.mean()->value() * dvh.covered().value() - rest_cc_gy) / part_cc;
  return numbers;
}

}  // namespace

void add_reading(std::string_view name, const dvh::Dvh& dvh, double begins_gy, TpsComparison& c) {
  c.readings.push_back({std::string(name), numbers_of(dvh)});
  const double from_gy = begins_gy > 0.0 ? begins_gy : std::numeric_limits<double>::min();
  const double part_cc = dvh.volume_at_least(Gy(from_gy)).value();
  constexpr double kNothing = 1e-6;  // of the volume: rounding of the sums
  if (dvh.volume().value() - part_cc <= kNothing * dvh.volume().value()) return;
  const std::string from =
      begins_gy > 0.0 ? fmt::format("from {} Gy on", shortest(begins_gy)) : "above 0 Gy";
  c.readings.push_back(
      {fmt::format("{} and only the volume {}, where their curve begins", name, from),
       numbers_from(dvh, from_gy)});
}

TpsComparison compare_curves(const dvh::Dvh& ours, const TpsCurve& theirs) {
  TpsComparison c;
  c.theirs = {theirs.volume_cc, theirs.mean_gy(), theirs.maximum_gy()};
  c.ours = numbers_of(ours);
  c.uncovered_cc = ours.uncovered().value();
  TpsDifference& d = c.difference;
  d.volume_cc = less(c.ours.volume_cc, c.theirs.volume_cc);
  if (d.volume_cc) d.volume_pct = 100.0 * *d.volume_cc / *c.theirs.volume_cc;
  d.mean_gy = less(c.ours.mean_gy, c.theirs.mean_gy);
  d.maximum_gy = less(c.ours.maximum_gy, c.theirs.maximum_gy);
  c.differs = distance(c.ours, c.theirs) > 1.0;
  const Cc base = ours.volume_at_least(Gy(theirs.begins_gy));
  if (!(base.value() > 0.0)) return c;
  for (std::size_t i = 0; i < theirs.dose_gy.size(); ++i) {
    const double ours_share = std::min(1.0, ours.volume_at_least(Gy(theirs.dose_gy[i])) / base);
    keep_largest(100.0 * (ours_share - theirs.share[i]), theirs.dose_gy[i], d.curve_pct,
                 d.curve_pct_at_gy);
  }
  for (int percent = 1; percent <= 99; ++percent) {
    const double of_share = 0.01 * percent;
    const auto ours_gy = ours.hottest(of_share * base);
    if (!ours_gy) continue;
    keep_largest(ours_gy->value() - theirs.hottest_gy(of_share), percent, d.curve_gy,
                 d.curve_gy_at_pct);
  }
  return c;
}

// Of readings that are equally near the first: numbers that should be the same differ by rounding.
void choose_nearest(TpsComparison& c) {
  constexpr double kRounding = 1e-6;
  const TpsAlternative* nearest = nullptr;
  for (const TpsAlternative& reading : c.readings) {
    if (nearest == nullptr ||
        distance(reading.numbers, c.theirs) < distance(nearest->numbers, c.theirs) - kRounding) {
      nearest = &reading;
    }
  }
  if (nearest != nullptr) c.nearest = nearest->reading;
  c.explanation = explain(c, nearest);
}

Finding tps_difference_finding(const TpsComparison& c) {
  return {FindingCode::TpsDvhDiffers,
          fmt::format("The planning system's own DVH has {}; ours has {}. {}", shown(c.theirs),
                      shown(c.ours), c.explanation),
          c.name};
}

}  // namespace dosegate::evaluation
