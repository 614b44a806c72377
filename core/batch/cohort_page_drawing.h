// What the drawings of the cohort's page are put together from. Internal to the room.
#pragma once

#include <cstddef>
#include <string>

#include "batch/cohort_summary.h"

namespace dosegate::batch::page {

/// The frame inside of a drawing, in its units. Small enough that 12 px text stays legible on a phone.
inline constexpr double kDrawing = 460.0, kLeft = 44.0, kWidth = 398.0, kHeight = 128.0;
/// As many limits have a label of their own; the text beside the drawing names them all.
inline constexpr std::size_t kMostLabels = 6;

/// From numbers on an axis to the drawing's units.
struct Scale {
  Axis axis;
  double begin = 0.0, length = 1.0;  ///< a negative length goes upwards
  [[nodiscard]] double at(double value) const {
    return begin + length * (value - axis.from) / (axis.to - axis.from);
  }
};

/// What the axis of a metric shows: all values but those that lie so far out that they would press the others into a
/// line, and the limits unless these do. What is beyond is counted.
struct ValueAxis {
  Axis axis;
  std::size_t below = 0, above = 0;
};
/// Of a metric that has values.
[[nodiscard]] ValueAxis value_axis(const MetricValues& metric);

/// A position with at most one decimal.
[[nodiscard]] std::string px(double position);
/// Decimals that tell one tick from the next.
[[nodiscard]] int decimals_of_step(double step);
/// Ticks of an axis beside the first.
[[nodiscard]] int ticks_of(const Axis& axis);

/// "goal ≤ 18 Gy", escaped.
[[nodiscard]] std::string limit_label(const LimitInUse& limit, const MetricValues& metric);
/// The metric as its axis is titled; not escaped.
[[nodiscard]] std::string title_of(const MetricValues& metric);

/// `<svg ...>` with a text (escaped here) for who does not see it.
[[nodiscard]] std::string svg_begin(double height, const std::string& label);
[[nodiscard]] std::string frame(double top, double height);
/// Grid lines across the frame with their numbers at its left.
[[nodiscard]] std::string ticks_up(const Scale& scale, int decimals);

}  // namespace dosegate::batch::page
