// The DVH plot of the HTML page: a static SVG with its legend, and the curves for the script.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "report/html_parts.h"
#include "report/plot_axis.h"

namespace dosegate::report::html {
namespace {

using Json = nlohmann::ordered_json;

// More than these in one frame cannot be told apart.
constexpr std::size_t kCurvesAFrame = 10;
constexpr std::size_t kColours = 8;

// The frame of a plot inside of its drawing, in its units.
constexpr double kLeft = 46.0, kTop = 12.0, kWidth = 440.0, kHeight = 300.0;

class Frame {
 public:
  explicit Frame(const PlotContent& plot) : axis_(dose_axis(plot.highest_gy)) {}
  [[nodiscard]] std::string x(double dose_gy) const {
    return fixed(kLeft + kWidth * std::min(1.0, dose_gy / axis_.end_gy), 1);
  }
  [[nodiscard]] std::string y(double volume_pct) const {
    return fixed(kTop + kHeight * (1.0 - volume_pct / 100.0), 1);
  }
  [[nodiscard]] const DoseAxis& axis() const { return axis_; }

 private:
  DoseAxis axis_;
};

std::string axes(const Frame& frame) {
  std::string svg;
  for (int volume_pct = 0; volume_pct <= 100; volume_pct += 20) {
    svg += fmt::format(
        "<path class=\"grid\" d=\"M{} {}h{}\"/><text class=\"tick end\" x=\"{}\" "
        "y=\"{}\">{}</text>",
        kLeft, frame.y(volume_pct), kWidth, kLeft - 6,
        fixed(kTop + kHeight * (1.0 - volume_pct / 100.0) + 4.0, 1), volume_pct);
  }
  const DoseAxis& axis = frame.axis();
  const int ticks = static_cast<int>(std::lround(axis.end_gy / axis.step_gy));
  for (int i = 0; i <= ticks; ++i) {
    const double dose_gy = axis.step_gy * i;
    svg += fmt::format(
        "<path class=\"grid\" d=\"M{} {}v{}\"/><text class=\"tick mid\" x=\"{}\" "
        "y=\"{}\">{}</text>",
        frame.x(dose_gy), kTop, kHeight, frame.x(dose_gy), kTop + kHeight + 16,
        fixed_beside(dose_gy, {}, axis.step_gy < 1.0 ? 1 : 0));
  }
  svg += fmt::format("<text class=\"axis mid\" x=\"{}\" y=\"{}\">Dose (Gy)</text>",
                     kLeft + kWidth / 2.0, kTop + kHeight + 34);
  svg += fmt::format(
      "<text class=\"axis mid\" transform=\"translate(12 {}) rotate(-90)\">Volume "
      "(%)</text>",
      kTop + kHeight / 2.0);
  return svg;
}

// Half a pixel of the drawing is below what an eye can see.
std::string path_of(const PlotCurve& curve, const Frame& frame) {
  std::string d;
  std::string last_x, last_y;
  for (const PlotPoint& point : curve.points) {
    const std::string x = frame.x(point.dose_gy), y = frame.y(point.volume_pct);
    if (x == last_x && y == last_y) continue;
    d += fmt::format("{}{} {}", d.empty() ? 'M' : 'L', x, y);
    last_x = x;
    last_y = y;
  }
  return d;
}

// A corner that the curve must not enter: up and right of an upper limit, down and left of a lower one.
// A limit on a mean stands on the axis.
std::string mark_of(const LimitMark& mark, std::size_t number, const Frame& frame) {
  const char* kind = mark.variation ? "mark vari" : "mark";
  std::string svg = fmt::format("<g class=\"{}\"><title>{}</title>", kind, escaped(mark.text));
  const std::string x = frame.x(mark.dose_gy);
  if (!mark.volume_pct) {
    svg += fmt::format("<path d=\"M{} {}v-30\"/><text x=\"{}\" y=\"{}\" class=\"mid\">{}</text>", x,
                       kTop + kHeight, x, kTop + kHeight - 33, number);
  } else {
    const std::string y = frame.y(*mark.volume_pct);
    const double label_y = kTop + kHeight * (1.0 - *mark.volume_pct / 100.0);
    svg += mark.upper ? fmt::format("<path d=\"M{} {}v-16M{} {}h16\"/>", x, y, x, y)
                      : fmt::format("<path d=\"M{} {}v16M{} {}h-16\"/>", x, y, x, y);
    svg += fmt::format("<text x=\"{}\" y=\"{}\"{}>{}</text>", x,
                       fixed(mark.upper ? label_y - 4.0 : label_y + 13.0, 1),
                       mark.upper ? " dx=\"4\"" : " dx=\"-4\" class=\"end\"", number);
  }
  return svg + "</g>";
}

std::string tag_of(const PlotCurve& curve, std::size_t i, std::size_t count, const Frame& frame) {
  // Each number at a height of its own, so that none covers another.
  const double volume_pct =
      count < 2 ? 50.0 : 92.0 - 84.0 * static_cast<double>(i) / static_cast<double>(count - 1);
  const std::string x = frame.x(dose_at(curve, volume_pct));
  const double y = kTop + kHeight * (1.0 - volume_pct / 100.0);
  return fmt::format(
      "<g class=\"tag c{}\"><circle cx=\"{}\" cy=\"{}\" r=\"8\"/><text x=\"{}\" "
      "y=\"{}\" class=\"mid\">{}</text></g>",
      i % kColours, x, fixed(y, 1), x, fixed(y + 3.6, 1), i + 1);
}

using Curves = std::vector<const PlotCurve*>;

std::string drawing(const PlotContent& plot, const Curves& curves, const std::string& label) {
  const Frame frame(plot);
  std::string svg = fmt::format(
      "<svg class=\"dvh\" viewBox=\"0 0 500 350\" role=\"img\" "
      "aria-label=\"{}\">",
      escaped(label));
  svg += axes(frame);
  svg += fmt::format("<rect class=\"frame\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>", kLeft,
                     kTop, kWidth, kHeight);
  if (plot.prescription_gy && *plot.prescription_gy <= frame.axis().end_gy) {
    svg += fmt::format("<path class=\"rx\" d=\"M{} {}v{}\"><title>Prescription</title></path>",
                       frame.x(*plot.prescription_gy), kTop, kHeight);
  }
  for (std::size_t i = 0; i < curves.size(); ++i) {
    svg += fmt::format("<path class=\"curve c{} d{}\" d=\"{}\"/>", i % kColours, i % 4,
                       path_of(*curves[i], frame));
  }
  for (std::size_t i = 0; i < curves.size(); ++i) {
    for (const LimitMark& mark : curves[i]->marks) {
      if (mark.eqd2_alpha_beta_gy || mark.dose_gy > frame.axis().end_gy) continue;
      svg += mark_of(mark, i + 1, frame);
    }
  }
  for (std::size_t i = 0; i < curves.size(); ++i)
    svg += tag_of(*curves[i], i, curves.size(), frame);
  return svg + "</svg>\n";
}

std::string legend(const PlotContent& plot, const Curves& curves) {
  const double end_gy = dose_axis(plot.highest_gy).end_gy;
  std::string text = "<ol class=\"legend\">\n";
  for (std::size_t i = 0; i < curves.size(); ++i) {
    text += fmt::format(
        "<li><svg viewBox=\"0 0 36 10\" aria-hidden=\"true\"><path class=\"curve c{} d{}\" d=\"M0 "
        "5h36\"/></svg> {}",
        i % kColours, i % 4, name(curves[i]->name));
    for (const LimitMark& mark : curves[i]->marks) {
      const char* where = mark.eqd2_alpha_beta_gy ? " (on the axis of EQD2 only)"
                          : mark.dose_gy > end_gy ? " (beyond the plot)"
                                                  : "";
      text += fmt::format("<br><small>{}limit {}{}</small>", mark.variation ? "variation " : "",
                          escaped(mark.text), where);
    }
    text += "</li>\n";
  }
  return text + "</ol>\n";
}

std::string figure(const PlotContent& plot, Curves curves, const char* title) {
  // From the hottest to the coldest, as they lie in the plot from right to left.
  std::stable_sort(curves.begin(), curves.end(), [](const PlotCurve* a, const PlotCurve* b) {
    return a->median_gy.value_or(0.0) > b->median_gy.value_or(0.0);
  });
  std::string names;
  for (const PlotCurve* curve : curves) names += (names.empty() ? "" : ", ") + curve->name;
  return fmt::format("<figure><figcaption>{}</figcaption><div class=\"plot\">", title) +
         drawing(plot, curves, "Cumulative dose-volume histograms of " + names) +
         legend(plot, curves) + "</div></figure>\n";
}

std::string figures(const PlotContent& plot, const Curves& curves, const char* title) {
  std::string text;
  for (std::size_t from = 0; from < curves.size(); from += kCurvesAFrame) {
    const auto first = curves.begin() + static_cast<std::ptrdiff_t>(from);
    const auto count = std::min(kCurvesAFrame, curves.size() - from);
    text += figure(plot, Curves(first, first + static_cast<std::ptrdiff_t>(count)), title);
  }
  return text;
}

Json rounded(double value) {
  return Json(value == 0.0 ? 0.0 : value);
}

Json curve_json(const PlotCurve& curve) {
  Json doses_gy = Json::array(), volumes_pct = Json::array(), marks = Json::array();
  for (const PlotPoint& point : curve.points) {
    doses_gy.push_back(*parse_number(fixed(point.dose_gy, 2)));
    volumes_pct.push_back(*parse_number(fixed(point.volume_pct, 3)));
  }
  for (const LimitMark& mark : curve.marks) {
    marks.push_back(
        {{"dose", rounded(mark.dose_gy)},
         {"volume", mark.volume_pct ? Json(*mark.volume_pct) : Json(nullptr)},
         {"upper", mark.upper},
         {"ab", mark.eqd2_alpha_beta_gy ? Json(*mark.eqd2_alpha_beta_gy) : Json(nullptr)},
         {"text", mark.text}});
  }
  return {{"name", curve.name},
          {"use", curve.use == CurveUse::Other ? "other" : "shown"},
          {"cc", curve.volume_cc},
          {"ab", curve.alpha_beta_gy},
          {"ab_from", curve.alpha_beta_from},
          {"dose", std::move(doses_gy)},
          {"volume", std::move(volumes_pct)},
          {"marks", std::move(marks)}};
}

}  // namespace

std::string plot_data(const PlotContent& plot) {
  Json json = {{"fractions", plot.fractions ? Json(*plot.fractions) : Json(nullptr)},
               {"no_conversion", plot.no_conversion},
               {"highest", plot.highest_gy},
               {"curves", Json::array()}};
  for (const PlotCurve& curve : plot.curves) json["curves"].push_back(curve_json(curve));
  return script_json(json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::string plot_section(const ReportContent& content, PageScripts scripts) {
  const PlotContent& plot = content.plot;
  std::string text =
      "<section aria-labelledby=\"dvh\"><h2 id=\"dvh\">Dose-volume histograms</h2>\n";
  if (plot.curves.empty()) return text + "<p class=\"none\">There is no curve.</p>\n</section>\n";
  Curves shown, others;
  for (const PlotCurve& curve : plot.curves) {
    (curve.use == CurveUse::Other ? others : shown).push_back(&curve);
  }
  if (scripts == PageScripts::WhereBuilt) text += "<div id=\"dvh-live\" hidden></div>\n";
  text += "<div id=\"dvh-static\">\n";
  text +=
      "<p>Volume that receives at least a dose, in percent of the whole structure. A corner marks "
      "a "
      "limit: the curve must not enter it. A short line on the axis is a limit on a mean dose"
      "; a dotted line is the prescription.</p>\n";
  text += figures(plot, shown, "Structures that rules judge, and targets");
  if (!others.empty() && !shown.empty()) {
    text +=
        fmt::format("<details class=\"more\"><summary>Curves of {} more structure{}</summary>\n",
                    others.size(), others.size() == 1 ? "" : "s");
    text += figures(plot, others, "Other structures") + "</details>\n";
    text += fmt::format(
        "<p class=\"on-paper\">The curves of {} more are in the file, not on paper.</p>\n",
        others.size());
  } else {
    text += figures(plot, others, "Structures");
  }
  return text + "</div>\n</section>\n";
}

}  // namespace dosegate::report::html
