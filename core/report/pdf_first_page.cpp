// The first page of the PDF: what answers in ten seconds.
#include <fmt/format.h>

#include <algorithm>

#include "report/pdf_parts.h"

namespace dosegate::report::pdf {
namespace {

using evaluation::Verdict;

constexpr Style kLead{10.5, Weight::Bold, Family::Sans, kInk};
constexpr Style kBody{9.0, Weight::Normal, Family::Sans, kInk};

// Verdict, what it means, and what decided, in a frame with a thick left edge.
void band(Flow& flow, const ReportContent& content) {
  constexpr double kEdge_pt = 9.0, kPad_pt = 10.0, kShape_pt = 30.0;
  constexpr double kInner_pt = Flow::kWidth_pt - kEdge_pt - 2.0 * kPad_pt;
  const Colour colour = verdict_colour(content.verdict);
  Canvas& canvas = flow.canvas();
  const Laid word =
      canvas.lay({{verdict_word(content.verdict), {27.0, Weight::Bold, Family::Sans, colour}}},
                 {kInner_pt - 42.0});
  std::vector<Laid> lines = {
      canvas.lay({{content.verdict_sentence, kLead}}, {kInner_pt, 3, Align::Left}),
      canvas.lay({{content.verdict_reason, kBody}}, {kInner_pt, 8, Align::Left})};
  if (content.borderline_rules > 0) {
    lines.push_back(canvas.lay(
        {{fmt::format("{} required {} borderline: another system could decide otherwise.",
                      content.borderline_rules,
                      content.borderline_rules == 1 ? "rule is" : "rules are"),
          kBody}},
        {kInner_pt, 2, Align::Left}));
  }
  double height_pt = 2.0 * kPad_pt + word.height_pt();
  for (const Laid& line : lines) height_pt += line.height_pt() + 2.0;
  const double top = flow.y();
  const Path frame = Path().rectangle(Flow::kLeft_pt, top, Flow::kWidth_pt, height_pt);
  canvas.fill(frame, kPanel);
  canvas.stroke(frame, {colour, 1.3, {}});
  canvas.fill(Path().rectangle(Flow::kLeft_pt, top, kEdge_pt, height_pt), colour);
  const double x = Flow::kLeft_pt + kEdge_pt + kPad_pt;
  double y = top + kPad_pt;
  draw_shape(canvas, content.verdict, x, y + (word.height_pt() - kShape_pt) / 2.0, kShape_pt);
  canvas.draw(word, x + kShape_pt + 10.0, y);
  y += word.height_pt() + 2.0;
  for (const Laid& line : lines) {
    canvas.draw(line, x, y);
    y += line.height_pt() + 2.0;
  }
  flow.skip(height_pt + 8.0);
}

// Labels above their values, `columns` a line.
void grid(Flow& flow, const std::vector<LabelledText>& entries, std::size_t columns,
          double size_pt) {
  const double width_pt = Flow::kWidth_pt / static_cast<double>(columns);
  Canvas& canvas = flow.canvas();
  for (std::size_t from = 0; from < entries.size(); from += columns) {
    const std::size_t to = std::min(entries.size(), from + columns);
    double height_pt = 0.0;
    for (std::size_t i = from; i < to; ++i) {
      const double x = Flow::kLeft_pt + width_pt * static_cast<double>(i - from);
      const Measure measure{width_pt - 10.0, 3, Align::Left};
      const Laid label = canvas.lay({{entries[i].label, kSmall}}, measure);
      const Laid value =
          canvas.lay({{entries[i].value, {size_pt, Weight::Bold, Family::Sans, kInk}}}, measure);
      canvas.draw(label, x, flow.y());
      canvas.draw(value, x, flow.y() + label.height_pt());
      double used_pt = label.height_pt() + value.height_pt();
      if (!entries[i].note.empty()) {
        const Laid note = canvas.lay({{entries[i].note, kSmall}}, measure);
        canvas.draw(note, x, flow.y() + used_pt);
        used_pt += note.height_pt();
      }
      height_pt = std::max(height_pt, used_pt);
    }
    flow.skip(height_pt + 5.0);
  }
}

void rule_off(Flow& flow) {
  flow.canvas().stroke(
      Path().move(Flow::kLeft_pt, flow.y()).line(Flow::kLeft_pt + Flow::kWidth_pt, flow.y()),
      {kLine, 0.7, {}});
  flow.skip(5.0);
}

void open_points(Flow& flow, const ReportContent& content) {
  if (content.open_points.empty()) {
    flow.paragraph({{content.verdict == Verdict::Pass ? "No required rule is open."
                                                      : "No required rule applies.",
                     kBody}});
    return;
  }
  flow.heading("Required and not met", 2, 70.0);
  Table table(flow, {{"", 80.0, Align::Left}, {"", Flow::kWidth_pt - 80.0, Align::Left}});
  for (const OpenPoint& point : content.open_points) {
    Text text = {{point.label, {8.5, Weight::Bold, Family::Sans, kInk}}, {"  " + point.id, kCode}};
    if (point.borderline) text.push_back({"  [borderline]", kBold});
    std::vector<Text> below;
    if (!point.measured.empty()) below.push_back({{point.measured, kPlain}});
    if (!point.reason.empty()) below.push_back({{point.reason, kPlain}});
    table.row({verdict_cell(point.verdict), {text, 0.0, {}, 0.0}}, below);
  }
}

}  // namespace

void first_page(Flow& flow, const ReportContent& content) {
  flow.canvas().bookmark("Verdict: " + verdict_word(content.verdict), 1, flow.y());
  band(flow, content);
  grid(flow,
       {{"Patient", name(content.patient_name), ""},
        {"Patient ID", name(content.patient_id), ""},
        {"Plan", name(content.plan_label), ""}},
       3, 10.0);
  rule_off(flow);
  std::vector<LabelledText> prescription = content.prescription;
  for (LabelledText& line : prescription) line.value = name(line.value);
  grid(flow, prescription, 4, 9.0);
  rule_off(flow);
  open_points(flow, content);
  flow.skip(5.0);
  for (const std::string& flag : content.flags) flow.paragraph({{flag, kBody}});
  if (!content.headroom.empty()) {
    flow.paragraph({{"Headroom", {9.0, Weight::Bold, Family::Sans, kInk}},
                    {", dose and prescription scaled together: " + content.headroom +
                         (content.headroom.back() == '.' ? "" : "."),
                     kBody}});
  }
  flow.skip(3.0);
  flow.paragraph({{kResearchUse, {8.0, Weight::Normal, Family::Sans, kSoft}}});
}

}  // namespace dosegate::report::pdf
