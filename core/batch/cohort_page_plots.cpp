// Histogram and rate bar of the cohort's page, and what all its drawings share: static SVG without a style of its own,
// with text for who does not see it.
#include "batch/cohort_page_drawing.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "batch/cohort_page_parts.h"
#include "report/html_text.h"
#include "report/shown_values.h"

namespace dosegate::batch::page {
namespace {

namespace html = report::html;

constexpr double kLabelRow = 14.0;

std::string beyond_text(const ValueAxis& shown) {
  std::string text;
  if (shown.below > 0) text += fmt::format("{} further below", shown.below);
  if (shown.above > 0) {
    text += fmt::format("{}{} further above", text.empty() ? "" : ", ", shown.above);
  }
  return text.empty() ? text : text + " than the axis shows";
}

std::string ticks_along(const Scale& scale, double top, double bottom) {
  std::string svg;
  const Axis& axis = scale.axis;
  for (int i = 0; i <= ticks_of(axis); ++i) {
    const double value = axis.from + axis.step * i;
    const std::string x = px(scale.at(value));
    svg += fmt::format(
        "<path class=\"grid\" d=\"M{} {}V{}\"/><text class=\"tick mid\" x=\"{}\" "
        "y=\"{}\">{}</text>",
        x, px(top), px(bottom), x, px(bottom + 15.0), fixed(value, decimals_of_step(axis.step)));
  }
  return svg;
}

// Bins of one width, each with its lower end, the last with both.
struct Bins {
  double width = 1.0;
  std::vector<std::size_t> counts;
};

Bins bins_of(const MetricValues& metric, const Axis& axis) {
  const double wanted = metric.values.size() >= 200 ? 36.0 : 18.0;
  int parts = 10;  // of a step: bins end at ticks
  for (const int candidate : {5, 4, 2, 1}) {
    if (ticks_of(axis) * candidate >= wanted) parts = candidate;
  }
  Bins bins{axis.step / parts,
            std::vector<std::size_t>(static_cast<std::size_t>(ticks_of(axis) * parts), 0)};
  for (const PlanValue& value : metric.values) {
    if (value.value < axis.from || value.value > axis.to) continue;
    const double place = std::floor((value.value - axis.from) / bins.width);
    ++bins.counts[std::min(static_cast<std::size_t>(place), bins.counts.size() - 1)];
  }
  return bins;
}

std::string bars(const Bins& bins, const Scale& x, const Scale& y) {
  std::string svg;
  for (std::size_t i = 0; i < bins.counts.size(); ++i) {
    if (bins.counts[i] == 0) continue;
    const double from = x.axis.from + bins.width * static_cast<double>(i);
    const double left = x.at(from), right = x.at(from + bins.width);
    // A single plan among thousands is still seen.
    const double top = std::min(y.at(static_cast<double>(bins.counts[i])), y.begin - 1.5);
    svg += fmt::format("M{} {}V{}H{}V{}z", px(left + 0.4), px(y.begin), px(top), px(right - 0.4),
                       px(y.begin));
  }
  return fmt::format("<path class=\"hist\" d=\"{}\"/>", svg);
}

// About what a text of the drawings takes: 6.4 units a character. Bytes within a character of UTF-8 are none.
double width_of(std::string_view text) {
  return 6.4 * static_cast<double>(std::count_if(text.begin(), text.end(), [](char c) {
           return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
         }));
}

// Each label in a row of its own above the frame, so that none covers another, and over the lines.
std::string limits_across(const MetricValues& metric, const Scale& x, double bottom) {
  std::string lines, labels;
  const std::size_t shown = std::min(kMostLabels, metric.limits.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const LimitInUse& limit = metric.limits[i];
    const double row = kLabelRow * static_cast<double>(i + 1) - 3.0;
    const bool left_of = limit.at<x.axis.from, right_of = limit.at> x.axis.to;
    const std::string label = limit_label(limit, metric);
    if (left_of || right_of) {
      labels += fmt::format("<text class=\"{}\" x=\"{}\" y=\"{}\">{}{}{}</text>",
                            right_of ? "end" : "start", px(right_of ? kLeft + kWidth : kLeft),
                            px(row), left_of ? "◂ " : "", label, right_of ? " ▸" : "");
      continue;
    }
    const double at = x.at(limit.at);
    const bool to_left = at + 8.0 + width_of(label) > kDrawing;
    const char* kind = limit.kind == LimitInUse::Kind::Goal ? "goal" : "vari";
    lines += fmt::format("<path class=\"{}\" d=\"M{} {}V{}\"/>", kind, px(at), px(row - 9.0),
                         px(bottom));
    labels +=
        fmt::format("<text class=\"halo {}\" x=\"{}\" y=\"{}\">{}</text>",
                    to_left ? "end" : "start", px(at + (to_left ? -5.0 : 5.0)), px(row), label);
  }
  return lines + labels;
}

}  // namespace

std::string px(double position) {
  return shortest(parse_number(fixed(position, 1)).value());
}

int decimals_of_step(double step) {
  return std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 9);
}

int ticks_of(const Axis& axis) {
  return static_cast<int>(std::lround((axis.to - axis.from) / axis.step));
}

ValueAxis value_axis(const MetricValues& metric) {
  // Tukey's outer fences (Exploratory Data Analysis, 1977): three times the middle half beyond the quartiles.
  constexpr double kFarOut = 3.0;
  constexpr double kLimitReach = 2.0;
  std::vector<double> values;
  for (const PlanValue& value : metric.values) values.push_back(value.value);
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  double low = *least, high = *most;
  const double q1 = quantile(values, 0.25).value(), q3 = quantile(values, 0.75).value();
  if (values.size() >= kFewestForOutliers && q3 > q1) {
    low = std::max(low, q1 - kFarOut * (q3 - q1));
    high = std::min(high, q3 + kFarOut * (q3 - q1));
  }
  const double reach = kLimitReach * std::max(high - low, 0.1 * std::abs(high));
  const double low_of_values = low, high_of_values = high;
  for (const LimitInUse& limit : metric.limits) {
    if (limit.at < low_of_values && low_of_values - limit.at <= reach)
      low = std::min(low, limit.at);
    if (limit.at > high_of_values && limit.at - high_of_values <= reach) {
      high = std::max(high, limit.at);
    }
  }
  ValueAxis shown{nice_axis(low, high, 5), 0, 0};
  for (const double value : values) {
    if (value < shown.axis.from) ++shown.below;
    if (value > shown.axis.to) ++shown.above;
  }
  return shown;
}

std::string limit_label(const LimitInUse& limit, const MetricValues& metric) {
  return fmt::format("{} {}", limit.kind == LimitInUse::Kind::Goal ? "goal" : "variation",
                     html::escaped(limit_text(limit, metric)));
}

std::string ticks_up(const Scale& scale, int decimals) {
  std::string svg;
  const Axis& axis = scale.axis;
  for (int i = 0; i <= ticks_of(axis); ++i) {
    const double value = axis.from + axis.step * i;
    const double y = scale.at(value);
    svg += fmt::format(
        "<path class=\"grid\" d=\"M{} {}h{}\"/><text class=\"tick end\" x=\"{}\" "
        "y=\"{}\">{}</text>",
        kLeft, px(y), kWidth, kLeft - 6.0, px(y + 4.0), fixed(value, decimals));
  }
  return svg;
}

std::string svg_begin(double height, const std::string& label) {
  return fmt::format(
      "<svg class=\"plot-svg\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">", kDrawing,
      px(height), html::escaped(label));
}

std::string frame(double top, double height) {
  return fmt::format("<rect class=\"frame\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>", kLeft,
                     px(top), kWidth, px(height));
}

std::string title_of(const MetricValues& metric) {
  return report::shown_name(metric.metric) + (metric.unit.empty() ? " (ratio)" : "");
}

std::string histogram(const MetricValues& metric) {
  const ValueAxis shown = value_axis(metric);
  const double top =
      kLabelRow * static_cast<double>(std::min(kMostLabels, metric.limits.size())) + 6.0;
  const double bottom = top + kHeight;
  const Scale x{shown.axis, kLeft, kWidth};
  const Bins bins = bins_of(metric, shown.axis);
  const std::size_t highest = *std::max_element(bins.counts.begin(), bins.counts.end());
  Axis counts = nice_axis(0.0, static_cast<double>(std::max<std::size_t>(highest, 1)), 3);
  if (counts.step < 1.0) counts = {0.0, std::ceil(counts.to), 1.0};
  const Scale y{counts, bottom, -kHeight};
  std::string limits;
  for (const LimitInUse& limit : metric.limits) {
    limits += ", " + std::string(limit.kind == LimitInUse::Kind::Goal ? "goal " : "variation ") +
              limit_text(limit, metric);
  }
  std::string svg =
      svg_begin(bottom + 36.0, fmt::format("Histogram of {} of {}{}", title_of(metric),
                                           plural(metric.values.size(), "plan"), limits));
  svg += ticks_along(x, top, bottom) + ticks_up(y, 0) + frame(top, kHeight);
  svg += bars(bins, x, y) + limits_across(metric, x, bottom);
  std::string axis = html::escaped(title_of(metric));
  if (const std::string beyond = beyond_text(shown); !beyond.empty()) axis += "; " + beyond;
  svg += fmt::format("<text class=\"axis mid\" x=\"{}\" y=\"{}\">{}</text></svg>\n",
                     kLeft + kWidth / 2.0, px(bottom + 32.0), axis);
  return svg;
}

std::string rate_bar(std::size_t hits, std::size_t count) {
  const std::optional<Share> share = wilson_share(hits, count);
  if (!share) return {};
  constexpr double kLong = 120.0;
  return fmt::format(
      "<svg class=\"rate-bar\" viewBox=\"0 0 122 12\" aria-hidden=\"true\"><rect class=\"track\" "
      "x=\"1\" y=\"2\" width=\"{}\" height=\"8\"/><rect class=\"part\" x=\"1\" y=\"2\" "
      "width=\"{}\" height=\"8\"/><path class=\"span\" d=\"M{} 6H{}M{} 3v6M{} 3v6\"/></svg>",
      kLong, px(kLong * share->share), px(1.0 + kLong * share->low), px(1.0 + kLong * share->high),
      px(1.0 + kLong * share->low), px(1.0 + kLong * share->high));
}

}  // namespace dosegate::batch::page
