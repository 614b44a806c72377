// The DVH plots of the PDF. A curve has a colour, a dash pattern and a number; the number stands on the curve and,
// beside the frame, before its name, so that it reads in grey.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "report/pdf_parts.h"
#include "report/plot_axis.h"

namespace dosegate::report::pdf {
namespace {

// More than these in one frame cannot be told apart.
constexpr std::size_t kCurvesAFrame = 10;

constexpr Colour kColours[] = {{0.0, 0.447, 0.698},   {0.753, 0.251, 0.0},   {0.0, 0.478, 0.349},
                               {0.608, 0.227, 0.471}, {0.184, 0.184, 0.184}, {0.651, 0.435, 0.0},
                               {0.294, 0.494, 0.82},  {0.49, 0.353, 0.235}};
const std::vector<double> kDashes_pt[] = {{}, {6.0, 2.5}, {1.5, 2.0}, {7.0, 2.0, 1.5, 2.0}};

constexpr double kFrameLeft_pt = Flow::kLeft_pt + 34.0;
constexpr double kFrameWidth_pt = 326.0;
constexpr double kFrameHeight_pt = 232.0;
constexpr double kDrawing_pt = kFrameHeight_pt + 40.0;
constexpr double kNames_pt = kFrameLeft_pt + kFrameWidth_pt + 12.0;

using Curves = std::vector<const PlotCurve*>;

Colour colour_of(std::size_t i) {
  return kColours[i % std::size(kColours)];
}

class Frame {
 public:
  Frame(Canvas& canvas, const PlotContent& plot, double top)
      : canvas_(canvas), axis_(dose_axis(plot.highest_gy)), top_(top) {}
  [[nodiscard]] double x(double dose_gy) const {
    return kFrameLeft_pt + kFrameWidth_pt * std::min(1.0, dose_gy / axis_.end_gy);
  }
  [[nodiscard]] double y(double volume_pct) const {
    return top_ + kFrameHeight_pt * (1.0 - volume_pct / 100.0);
  }
  [[nodiscard]] const DoseAxis& axis() const { return axis_; }
  [[nodiscard]] double top() const { return top_; }
  [[nodiscard]] double bottom() const { return top_ + kFrameHeight_pt; }

  void write(const std::string& text, const Style& style, double x, double y, double width_pt,
             Align align) {
    canvas_.draw(canvas_.lay({{text, style}}, {width_pt, 1, align}), x, y);
  }
  void stroke(const Path& path, const Pen& pen) { canvas_.stroke(path, pen); }
  Canvas& canvas() { return canvas_; }

 private:
  Canvas& canvas_;
  DoseAxis axis_;
  double top_;
};

void draw_axes(Frame& frame) {
  const Style tick{6.8, Weight::Normal, Family::Sans, kSoft};
  const Pen grid{kLine, 0.4, {}};
  for (int volume_pct = 0; volume_pct <= 100; volume_pct += 20) {
    const double y = frame.y(volume_pct);
    frame.stroke(Path().move(kFrameLeft_pt, y).line(kFrameLeft_pt + kFrameWidth_pt, y), grid);
    frame.write(std::to_string(volume_pct), tick, kFrameLeft_pt - 34.0, y - 4.2, 30.0,
                Align::Right);
  }
  const DoseAxis& axis = frame.axis();
  const int ticks = static_cast<int>(std::lround(axis.end_gy / axis.step_gy));
  for (int i = 0; i <= ticks; ++i) {
    const double dose_gy = axis.step_gy * i;
    const double x = frame.x(dose_gy);
    frame.stroke(Path().move(x, frame.top()).line(x, frame.bottom()), grid);
    frame.write(fixed_beside(dose_gy, {}, axis.step_gy < 1.0 ? 1 : 0), tick, x - 25.0,
                frame.bottom() + 3.0, 50.0, Align::Centre);
  }
  const Style label{7.2, Weight::Bold, Family::Sans, kSoft};
  frame.write("Dose (Gy)", label, kFrameLeft_pt, frame.bottom() + 14.0, kFrameWidth_pt,
              Align::Centre);
  frame.write("Volume (%)", label, Flow::kLeft_pt, frame.top() - 14.0, 80.0, Align::Left);
  frame.stroke(Path().rectangle(kFrameLeft_pt, frame.top(), kFrameWidth_pt, kFrameHeight_pt),
               {kSoft, 0.8, {}});
}

// A twentieth of a point is below what a printer can show.
Path path_of(const PlotCurve& curve, const Frame& frame) {
  constexpr double kSeen_pt = 0.05;
  Path path;
  double last_x = -1.0, last_y = -1.0;
  for (const PlotPoint& point : curve.points) {
    const double x = frame.x(point.dose_gy), y = frame.y(point.volume_pct);
    if (std::abs(x - last_x) < kSeen_pt && std::abs(y - last_y) < kSeen_pt) continue;
    path.steps().empty() ? path.move(x, y) : path.line(x, y);
    last_x = x;
    last_y = y;
  }
  return path;
}

bool is_drawn(const LimitMark& mark, const DoseAxis& axis) {
  return !mark.eqd2_alpha_beta_gy && mark.dose_gy <= axis.end_gy;
}

// A corner that the curve must not enter: up and right of an upper limit, down and left of a lower one. A limit
// on a mean stands on the axis.
void draw_mark(Frame& frame, const LimitMark& mark, std::size_t number) {
  constexpr double kArm_pt = 12.0;
  const Pen pen{kInk, 1.1, mark.variation ? std::vector<double>{2.0, 1.4} : std::vector<double>{}};
  const Style style{6.2, Weight::Bold, Family::Sans, kInk};
  const double x = frame.x(mark.dose_gy);
  if (!mark.volume_pct) {
    frame.stroke(Path().move(x, frame.bottom()).line(x, frame.bottom() - 2.0 * kArm_pt), pen);
    frame.write(std::to_string(number), style, x - 10.0, frame.bottom() - 2.0 * kArm_pt - 8.5, 20.0,
                Align::Centre);
    return;
  }
  const double y = frame.y(*mark.volume_pct);
  // A limit close to an edge keeps its arms inside of the frame.
  const double end_x = mark.upper ? std::min(x + kArm_pt, kFrameLeft_pt + kFrameWidth_pt)
                                  : std::max(x - kArm_pt, kFrameLeft_pt);
  const double end_y =
      mark.upper ? std::max(y - kArm_pt, frame.top()) : std::min(y + kArm_pt, frame.bottom());
  frame.stroke(Path().move(x, end_y).line(x, y).line(end_x, y), pen);
  const double label_x = mark.upper ? x + 2.0 : x - 8.0;
  const double label_y = mark.upper ? std::max(y - 9.5, frame.top() + 1.0) : y + 1.5;
  frame.canvas().fill(Path().rectangle(label_x, label_y + 0.6, 6.0, 7.0), kPaper);
  frame.write(std::to_string(number), style, label_x - 7.0, label_y, 20.0, Align::Centre);
}

void draw_number(Frame& frame, std::size_t i, double x, double y) {
  constexpr double kRadius_pt = 5.4;
  frame.canvas().fill(Path().circle(x, y, kRadius_pt), kPaper);
  frame.stroke(Path().circle(x, y, kRadius_pt), {colour_of(i), 0.9, {}});
  frame.write(std::to_string(i + 1), {6.4, Weight::Bold, Family::Sans, colour_of(i)}, x - 10.0,
              y - 3.9, 20.0, Align::Centre);
}

// Numbers at heights of their own, so that none covers another.
void draw_numbers(Frame& frame, const Curves& curves) {
  for (std::size_t i = 0; i < curves.size(); ++i) {
    const double volume_pct = curves.size() < 2 ? 50.0
                                                : 92.0 - 84.0 * static_cast<double>(i) /
                                                             static_cast<double>(curves.size() - 1);
    draw_number(frame, i, frame.x(dose_at(*curves[i], volume_pct)), frame.y(volume_pct));
  }
}

void draw_names(Frame& frame, const Curves& curves) {
  constexpr double kLine_pt = 22.0;
  const double width_pt = Flow::kLeft_pt + Flow::kWidth_pt - kNames_pt;
  double y = frame.top() + 6.0;
  for (std::size_t i = 0; i < curves.size(); ++i) {
    draw_number(frame, i, kNames_pt + 6.0, y);
    frame.stroke(Path().move(kNames_pt + 15.0, y).line(kNames_pt + 45.0, y),
                 {colour_of(i), 1.5, kDashes_pt[i % std::size(kDashes_pt)]});
    const Laid laid =
        frame.canvas().lay({{name(curves[i]->name), {7.4, Weight::Normal, Family::Sans, kInk}}},
                           {width_pt - 49.0, 2, Align::Left});
    frame.canvas().draw(laid, kNames_pt + 49.0, y - std::min(9.3, laid.height_pt() / 2.0));
    y += kLine_pt;
  }
}

void draw_plot(Frame& frame, const PlotContent& plot, const Curves& curves) {
  draw_axes(frame);
  if (plot.prescription_gy && *plot.prescription_gy <= frame.axis().end_gy) {
    const double x = frame.x(*plot.prescription_gy);
    frame.stroke(Path().move(x, frame.top()).line(x, frame.bottom()), {kInk, 0.9, {1.0, 2.2}});
  }
  for (std::size_t i = 0; i < curves.size(); ++i) {
    frame.stroke(path_of(*curves[i], frame),
                 {colour_of(i), 1.5, kDashes_pt[i % std::size(kDashes_pt)]});
  }
  for (std::size_t i = 0; i < curves.size(); ++i) {
    for (const LimitMark& mark : curves[i]->marks) {
      if (is_drawn(mark, frame.axis())) draw_mark(frame, mark, i + 1);
    }
  }
  draw_numbers(frame, curves);
  draw_names(frame, curves);
}

void limits(Flow& flow, const PlotContent& plot, const Curves& curves) {
  const DoseAxis axis = dose_axis(plot.highest_gy);
  for (std::size_t i = 0; i < curves.size(); ++i) {
    Text text = {{fmt::format("{}  ", i + 1), {7.0, Weight::Bold, Family::Sans, colour_of(i)}}};
    for (const LimitMark& mark : curves[i]->marks) {
      const char* where = mark.eqd2_alpha_beta_gy ? " (in EQD2, not drawn)"
                          : is_drawn(mark, axis)  ? ""
                                                  : " (beyond the plot)";
      text.push_back({fmt::format("{}{}limit {}{}", text.size() > 1 ? "; " : "",
                                  mark.variation ? "variation " : "", mark.text, where),
                      kSmall});
    }
    if (text.size() > 1) flow.paragraph(text, kFrameLeft_pt - Flow::kLeft_pt);
  }
}

void figures(Flow& flow, const PlotContent& plot, Curves curves, const char* title) {
  // From the hottest to the coldest, as they lie in the plot from right to left.
  for (std::size_t from = 0; from < curves.size(); from += kCurvesAFrame) {
    const std::size_t to = std::min(curves.size(), from + kCurvesAFrame);
    Curves some(curves.begin() + static_cast<std::ptrdiff_t>(from),
                curves.begin() + static_cast<std::ptrdiff_t>(to));
    std::stable_sort(some.begin(), some.end(), [](const PlotCurve* a, const PlotCurve* b) {
      return a->median_gy.value_or(0.0) > b->median_gy.value_or(0.0);
    });
    const std::string part = curves.size() > kCurvesAFrame
                                 ? fmt::format(" ({} to {} of {})", from + 1, to, curves.size())
                                 : "";
    flow.heading(title + part, 2, kDrawing_pt + 16.0);
    Frame frame(flow.canvas(), plot, flow.y() + 14.0);
    draw_plot(frame, plot, some);
    flow.skip(kDrawing_pt + 12.0);
    limits(flow, plot, some);
  }
}

}  // namespace

void plot_section(Flow& flow, const PlotContent& plot) {
  flow.heading("Dose-volume histograms", 1, plot.curves.empty() ? 20.0 : kDrawing_pt + 60.0);
  if (plot.curves.empty()) return flow.paragraph({{"There is no curve.", kPlain}});
  Curves shown, others;
  for (const PlotCurve& curve : plot.curves) {
    (curve.use == CurveUse::Other ? others : shown).push_back(&curve);
  }
  flow.paragraph(
      {{"Volume that receives at least a dose, in percent of the whole structure. A corner marks a "
        "limit (broken: "
        "the acceptable variation): the curve must not enter it. A short line on the axis is a "
        "limit on a mean "
        "dose; the dotted line is the prescription. Limits bear the number of their curve.",
        kSmall}});
  if (shown.empty()) return figures(flow, plot, others, "Structures");
  figures(flow, plot, shown, "Structures that rules judge, and targets");
  if (others.empty()) return;
  flow.paragraph(
      {{fmt::format(
            "The curves of {} more structure{} that no rule judges are not drawn here; the HTML "
            "report has them.",
            others.size(), others.size() == 1 ? "" : "s"),
        kSmall}});
}

}  // namespace dosegate::report::pdf
