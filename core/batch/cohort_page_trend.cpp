// The cohort over time: values by plan date, and the share of PASS by month.
#include "batch/cohort_page_drawing.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/text.h"
#include "batch/cohort_page_parts.h"

namespace dosegate::batch::page {
namespace {

struct MonthSpan {
  int first_day = 0, last_day = 0;
};

// Where days lie: from the first day of the first month to the last of the last.
Scale day_scale(MonthSpan span) {
  const int first = first_day_of(month_of(span.first_day));
  const int last = first_day_of(month_of(span.last_day) + 1);
  return {{static_cast<double>(first), static_cast<double>(last), 1.0}, kLeft, kWidth};
}

std::string month_ticks(const Scale& x, double top, double bottom) {
  constexpr int kMostTicks = 6;
  const int first = month_of(static_cast<int>(x.axis.from));
  const int last = month_of(static_cast<int>(x.axis.to));
  int step = 1;
  for (const int candidate : {600, 240, 120, 60, 36, 24, 12, 6, 3, 2, 1}) {
    if ((last - first) / candidate <= kMostTicks) step = candidate;
  }
  while ((last - first) / step > kMostTicks) step *= 2;
  std::string svg;
  const double end = x.begin + x.length;
  for (int month = (first + step - 1) / step * step; month <= last; month += step) {
    const double at = x.at(first_day_of(month));
    svg += fmt::format("<path class=\"grid\" d=\"M{} {}V{}\"/>", px(at), px(top), px(bottom));
    if (at > end - 18.0) continue;  // its text would leave the drawing
    svg += fmt::format("<text class=\"tick mid\" x=\"{}\" y=\"{}\">{}</text>", px(at),
                       px(bottom + 15.0), month_text(month));
  }
  return svg;
}

// Bars of the share of PASS, each on a base line that says that there were plans.
std::string share_strip(const std::map<int, VerdictCounts>& by_month, const Scale& x, double top,
                        double height) {
  std::string bases, shares;
  for (const auto& [month, counts] : by_month) {
    if (counts.applicable() == 0) continue;
    const double left = x.at(first_day_of(month)) + 0.3;
    const double right = std::max(x.at(first_day_of(month + 1)) - 0.3, left + 0.4);
    const double share =
        static_cast<double>(counts.pass) / static_cast<double>(counts.applicable());
    bases += fmt::format("M{} {}H{}", px(left), px(top + height), px(right));
    shares += fmt::format("M{} {}V{}H{}V{}z", px(left), px(top + height),
                          px(top + height * (1.0 - share)), px(right), px(top + height));
  }
  return fmt::format("<path class=\"hist\" d=\"{}\"/><path class=\"base\" d=\"{}\"/>", shares,
                     bases);
}

std::string strip_axis(double top, double height) {
  return fmt::format(
      "<text class=\"tick end\" x=\"{}\" y=\"{}\">100</text><text class=\"tick end\" x=\"{}\" "
      "y=\"{}\">0</text>",
      kLeft - 6.0, px(top + 8.0), kLeft - 6.0, px(top + height + 3.0));
}

using Dated = std::vector<const PlanValue*>;

Dated dated_values(const MetricValues& metric) {
  Dated dated;
  for (const PlanValue& value : metric.values) {
    if (value.day) dated.push_back(&value);
  }
  std::stable_sort(dated.begin(), dated.end(),
                   [](const PlanValue* a, const PlanValue* b) { return *a->day < *b->day; });
  return dated;
}

// One dot for each place of a grid of whole units: more cannot be told apart, and the page stays small.
std::string dots(const Dated& dated, const Scale& x, const Scale& y) {
  std::set<std::pair<long, long>> places;
  std::string beyond;
  for (const PlanValue* value : dated) {
    const long column = std::lround(x.at(*value->day + 0.5));
    if (value->value > y.axis.to) {
      beyond += fmt::format("M{} {}l3 5h-6z", column, px(y.at(y.axis.to) + 1.0));
    } else if (value->value < y.axis.from) {
      beyond += fmt::format("M{} {}l3 -5h-6z", column, px(y.at(y.axis.from) - 1.0));
    } else {
      places.insert({column, std::lround(y.at(value->value))});
    }
  }
  std::string d;
  for (const auto& [column, row] : places) d += fmt::format("M{} {}h0", column, row);
  constexpr std::size_t kFew = 60;  // so few have room to be large
  return fmt::format("<path class=\"dots{}\" d=\"{}\"/><path class=\"beyond\" d=\"{}\"/>",
                     places.size() <= kFew ? " big" : "", d, beyond);
}

// About a twentieth of the values, an odd number.
std::size_t window_of(std::size_t count) {
  constexpr std::size_t kLeast = 7, kMost = 101;
  return std::clamp(count / 20, kLeast, kMost) | 1U;
}

std::string median_line(const Dated& dated, const Scale& x, const Scale& y) {
  std::vector<double> values;
  for (const PlanValue* value : dated) values.push_back(value->value);
  const std::vector<double> medians = running_median(values, window_of(values.size()));
  std::string d;
  for (std::size_t i = 0; i < dated.size();) {
    std::size_t end = i;
    while (end < dated.size() && *dated[end]->day == *dated[i]->day) ++end;
    // Of plans of one day the middle one.
    const double at = std::clamp(medians[(i + end - 1) / 2], y.axis.from, y.axis.to);
    d +=
        fmt::format("{}{} {}", d.empty() ? 'M' : 'L', px(x.at(*dated[i]->day + 0.5)), px(y.at(at)));
    i = end;
  }
  return fmt::format("<path class=\"running\" d=\"{}\"/>", d);
}

std::string limits_along(const MetricValues& metric, const Scale& y) {
  std::string svg;
  const std::size_t shown = std::min(kMostLabels, metric.limits.size());
  double last = -1e9;
  for (std::size_t i = 0; i < shown; ++i) {
    const LimitInUse& limit = metric.limits[i];
    if (limit.at < y.axis.from || limit.at > y.axis.to) continue;
    const double at = y.at(limit.at);
    const char* kind = limit.kind == LimitInUse::Kind::Goal ? "goal" : "vari";
    svg += fmt::format("<path class=\"{}\" d=\"M{} {}h{}\"/>", kind, kLeft, px(at), kWidth);
    if (std::abs(at - last) < 11.0) continue;  // told in the histogram
    last = at;
    svg += fmt::format("<text class=\"halo end\" x=\"{}\" y=\"{}\">{}</text>",
                       px(kLeft + kWidth - 3.0), px(at - 3.0), limit_label(limit, metric));
  }
  return svg;
}

}  // namespace

std::string trend(const MetricValues& metric, const RuleSummary& rule) {
  const Dated dated = dated_values(metric);
  if (dated.empty()) return "<p class=\"none\">No plan's date is known: there is no trend.</p>\n";
  constexpr double kStrip = 34.0;
  const double top = 8.0, bottom = top + kHeight, strip = bottom + 10.0;
  MonthSpan span{*dated.front()->day, *dated.back()->day};
  if (!rule.by_month.empty()) {
    span.first_day = std::min(span.first_day, first_day_of(rule.by_month.begin()->first));
    span.last_day = std::max(span.last_day, first_day_of(rule.by_month.rbegin()->first));
  }
  const Scale x = day_scale(span);
  const ValueAxis shown = value_axis(metric);
  const Scale y{shown.axis, bottom, -kHeight};
  std::string svg = svg_begin(
      strip + kStrip + 34.0,
      fmt::format("{} of {} by plan date, {} to {}, with running median; below, the share of PASS "
                  "of each month",
                  title_of(metric), plural(dated.size(), "plan"),
                  month_text(month_of(*dated.front()->day)),
                  month_text(month_of(*dated.back()->day))));
  svg += ticks_up(y, decimals_of_step(shown.axis.step)) + month_ticks(x, top, strip + kStrip);
  svg += frame(top, kHeight) + dots(dated, x, y) + limits_along(metric, y);
  const bool enough = dated.size() >= window_of(dated.size());
  if (enough) svg += median_line(dated, x, y);
  svg += share_strip(rule.by_month, x, strip, kStrip) + strip_axis(strip, kStrip);
  const std::string line = enough ? fmt::format("line: median of {} plans", window_of(dated.size()))
                                  : std::string("too few plans for a running median");
  svg += fmt::format(
      "<text class=\"axis mid\" x=\"{}\" y=\"{}\">{}; below: % PASS of the rule by "
      "month</text></svg>\n",
      kLeft + kWidth / 2.0, px(strip + kStrip + 31.0), line);
  return svg;
}

std::string month_plot(const std::map<int, VerdictCounts>& by_month) {
  constexpr double kStrip = 40.0;
  const double top = 8.0, bottom = top + kHeight, strip = bottom + 12.0;
  const Scale x =
      day_scale({first_day_of(by_month.begin()->first), first_day_of(by_month.rbegin()->first)});
  const Scale y{{0.0, 100.0, 25.0}, bottom, -kHeight};
  std::string spans, points, numbers, line;
  std::size_t most = 1;
  for (const auto& [month, counts] : by_month) most = std::max(most, counts.applicable());
  for (const auto& [month, counts] : by_month) {
    const std::optional<Share> share = wilson_share(counts.pass, counts.applicable());
    if (!share) continue;
    const double left = x.at(first_day_of(month)), right = x.at(first_day_of(month + 1));
    const std::string middle = px((left + right) / 2.0);
    spans += fmt::format("M{} {}V{}", middle, px(y.at(100.0 * share->low)),
                         px(y.at(100.0 * share->high)));
    const std::string height = px(y.at(100.0 * share->share));
    points += fmt::format("M{} {}h0", middle, height);
    line += fmt::format("{}{} {}", line.empty() ? 'M' : 'L', middle, height);
    const double part = static_cast<double>(counts.applicable()) / static_cast<double>(most);
    numbers += fmt::format("M{} {}V{}H{}V{}z", px(left + 0.3), px(strip + kStrip),
                           px(strip + kStrip * (1.0 - part)), px(std::max(right - 0.3, left + 0.7)),
                           px(strip + kStrip));
  }
  std::string svg = svg_begin(
      strip + kStrip + 34.0,
      "Share of plans that PASS by month of the plan's date, with 95 % intervals; the numbers are "
      "in the table beside it");
  svg += ticks_up(y, 0) + month_ticks(x, top, strip + kStrip) + frame(top, kHeight);
  svg += fmt::format(
      "<path class=\"span thin\" d=\"{}\"/><path class=\"running\" d=\"{}\"/><path class=\"dots "
      "big\" d=\"{}\"/><path class=\"hist\" d=\"{}\"/>",
      spans, line, points, numbers);
  svg += fmt::format("<text class=\"tick end\" x=\"{}\" y=\"{}\">{}</text>", kLeft - 6.0,
                     px(strip + 8.0), most);
  svg += fmt::format(
      "<text class=\"axis mid\" x=\"{}\" y=\"{}\">% PASS with 95 % interval; below: plans a "
      "month</text></svg>\n",
      kLeft + kWidth / 2.0, px(strip + kStrip + 31.0));
  return svg;
}

}  // namespace dosegate::batch::page
