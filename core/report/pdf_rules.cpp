// The table of rules of the PDF, and the bars in it.
#include <fmt/format.h>

#include <algorithm>

#include "report/pdf_parts.h"

namespace dosegate::report::pdf {
namespace {

using evaluation::Verdict;

constexpr double kBarWidth_pt = 88.0;
constexpr double kBarHeight_pt = 22.0;

void add_value(Text& text, const ShownTest& test, const Style& plain, const Style& strong) {
  text.push_back({test.metric + " ", plain});
  text.push_back({test.value, strong});
  if (!test.bracket.empty()) text.push_back({fmt::format(" ({})", test.bracket), plain});
  if (test.borderline) text.push_back({" [borderline]", strong});
  if (!test.beside.empty()) text.push_back({fmt::format("; {}", test.beside), plain});
}

Cell value_cell(const ShownRule& rule) {
  Cell cell;
  if (rule.tests.empty()) {
    cell.text = {{kNotMeasured, kBold}};
  } else {
    add_value(cell.text, rule.tests[rule.shown], {7.5, Weight::Normal, Family::Sans, kSoft}, kBold);
  }
  return cell;
}

Cell rule_cell(const ShownRule& rule) {
  Text text = {{rule.label, kBold}, {" " + rule.id + " ", kCode}, {name(rule.structure), kPlain}};
  if (rule.rois.empty()) {
    text.push_back({" (no structure taken)", kSmall});
  } else if (rule.rois != rule.structure) {
    text.push_back({" taken: " + name(rule.rois), kSmall});
  }
  return {text, 0.0, {}, 0.0};
}

Text other_test(const ShownTest& test) {
  const Style plain{7.4, Weight::Normal, Family::Sans, kInk};
  const Style strong{7.4, Weight::Bold, Family::Sans, kInk};
  Text text = {{verdict_word(test.outcome) + ": ",
                {7.4, Weight::Bold, Family::Sans, verdict_colour(test.outcome)}}};
  add_value(text, test, plain, strong);
  text.push_back({", goal " + test.goal, plain});
  if (!test.variation.empty()) text.push_back({", variation " + test.variation, plain});
  if (!test.reason.empty()) text.push_back({": " + test.reason, plain});
  return text;
}

Text source_line(const ShownRule& rule, const Sources& sources) {
  const ShownSource& source = rule.source;
  Text text = {{rule.text, kCode},
               {fmt::format("  Source [{}]", sources.number_of(source)), kSmall}};
  const auto add = [&](const char* label, const std::string& value) {
    if (!value.empty()) text.push_back({fmt::format("; {}: {}", label, value), kSmall});
  };
  add("read there", source.read);
  add("mark", source.mark);
  add("note", source.note);
  return text;
}

// Whatever is not in the cells, in the words of the HTML page.
std::vector<Text> below(const ShownRule& rule, const Sources& sources) {
  const Style style{7.4, Weight::Normal, Family::Sans, kInk};
  std::vector<Text> lines;
  const auto add = [&](const std::string& sentence) {
    if (!sentence.empty()) lines.push_back({{sentence, style}});
  };
  add(rule.branch);
  add(rule.reason);
  for (std::size_t i = 0; i < rule.tests.size(); ++i) {
    if (i != rule.shown) lines.push_back(other_test(rule.tests[i]));
  }
  if (!rule.headroom.empty() && rule.verdict != Verdict::Unknown) {
    add("If the dose is scaled: " + rule.headroom + ".");
  }
  lines.push_back(source_line(rule, sources));
  return lines;
}

}  // namespace

void draw_tier_bar(Canvas& canvas, const TierBar& bar, double x, double y, double width_pt) {
  constexpr Colour kMet{0.827, 0.941, 0.851}, kNear{0.965, 0.875, 0.643}, kBeyond{0.93, 0.68, 0.71};
  constexpr double kZoneTop_pt = 6.0, kZone_pt = 6.0;
  const double top = y + kZoneTop_pt, bottom = top + kZone_pt;
  const auto at = [&](double share) { return x + width_pt * std::clamp(share, 0.0, 1.0); };
  const auto zone = [&](Colour colour, double from, double to) {
    if (to > from)
      canvas.fill(Path().rectangle(at(from), top, at(to) - at(from), kZone_pt), colour);
  };
  const double outer = bar.variation.value_or(bar.goal);
  if (bar.lower_is_better) {
    zone(kMet, 0.0, bar.goal);
    zone(kNear, bar.goal, outer);
    zone(kBeyond, outer, 1.0);
  } else {
    zone(kBeyond, 0.0, outer);
    zone(kNear, outer, bar.goal);
    zone(kMet, bar.goal, 1.0);
  }
  canvas.stroke(Path().rectangle(x, top, width_pt, kZone_pt), {kSoft, 0.4, {}});
  const auto limit = [&](double share, std::vector<double> dashes_pt) {
    canvas.stroke(Path().move(at(share), top - 1.5).line(at(share), bottom + 2.0),
                  {kInk, 1.0, std::move(dashes_pt)});
  };
  limit(bar.goal, {});
  if (bar.variation) limit(*bar.variation, {1.5, 1.2});
  if (bar.low && bar.high) {
    const double middle = top + kZone_pt / 2.0;
    canvas.stroke(Path().move(at(*bar.low), middle).line(at(*bar.high), middle), {kInk, 1.6, {}});
  }
  if (bar.value) {
    const double tip = at(*bar.value);
    canvas.fill(
        Path().move(tip, top + 1.0).line(tip - 3.2, top - 5.0).line(tip + 3.2, top - 5.0).close(),
        kInk);
  }
  const Style tick{5.8, Weight::Normal, Family::Sans, kSoft};
  canvas.draw(canvas.lay({{bar.from, tick}}, {width_pt / 2.0, 1, Align::Left}), x, bottom + 2.5);
  canvas.draw(canvas.lay({{bar.to, tick}}, {width_pt / 2.0, 1, Align::Right}), x + width_pt / 2.0,
              bottom + 2.5);
}

void rules_section(Flow& flow, const ReportContent& content, const Sources& sources) {
  flow.heading("Rules", 1, 190.0);
  if (content.rule_groups.empty()) {
    flow.paragraph({{"No rule applies to this plan.", kPlain}});
    return;
  }
  flow.paragraph(
      {{"The arrow is the value, the line through it what it may be in truth (bracket); the full "
        "stroke is the "
        "goal, the broken one the acceptable variation. Sources are listed at the end.",
        kSmall}});
  for (const RuleGroup& group : content.rule_groups) {
    flow.heading(group.title, 2, 130.0);
    Table table(flow, {{"Verdict", 80.0, Align::Left},
                       {"Rule and structure", 137.0, Align::Left},
                       {"Value (bracket)", 102.0, Align::Left},
                       {"Goal", 51.0, Align::Left},
                       {"Variation", 51.0, Align::Left},
                       {"Where it lies", Flow::kWidth_pt - 421.0, Align::Left}});
    for (const ShownRule& rule : group.rules) {
      const ShownTest* test = rule.tests.empty() ? nullptr : &rule.tests[rule.shown];
      Cell goal, variation, place;
      goal.text = {{test != nullptr ? test->goal : std::string(), kPlain}};
      variation.text = {
          {test != nullptr && !test->variation.empty() ? test->variation : "none", kPlain}};
      if (test != nullptr && test->bar) {
        place.drawing = [bar = *test->bar](Canvas& canvas, double x, double y) {
          draw_tier_bar(canvas, bar, x, y, kBarWidth_pt);
        };
        place.drawing_height_pt = kBarHeight_pt;
      }
      table.row(
          {verdict_cell(rule.verdict), rule_cell(rule), value_cell(rule), goal, variation, place},
          below(rule, sources));
    }
  }
}

}  // namespace dosegate::report::pdf
