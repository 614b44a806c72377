// The first screen of the HTML page, its table of rules, and the bars in it.
#include <fmt/format.h>

#include "base/text.h"
#include "report/html_parts.h"

namespace dosegate::report::html {
namespace {

using evaluation::Verdict;

constexpr const char* kBorderline =
    "<span class=\"borderline\" title=\"A limit lies inside the bracket: another system could "
    "decide otherwise.\">borderline</span>";

std::string labelled(const LabelledText& line) {
  std::string text = fmt::format("<div><dt>{}</dt><dd>{}", escaped(line.label), name(line.value));
  if (!line.note.empty()) text += fmt::format(" <small>{}</small>", escaped(line.note));
  return text + "</dd></div>\n";
}

// One line where the screen is wide enough.
std::string open_point(const OpenPoint& point) {
  std::string measured = escaped(point.measured);
  if (point.borderline) measured += fmt::format(" {}", kBorderline);
  return fmt::format(
      "<li>{}<span><strong>{}</strong> <code>{}</code></span><span class=\"num\">{}</span>"
      "<span>{}</span></li>\n",
      verdict_mark(point.verdict), escaped(point.label), escaped(point.id), measured,
      escaped(point.reason));
}

std::string open_points(const ReportContent& content) {
  if (content.open_points.empty()) {
    return content.verdict == Verdict::Pass ? "<p class=\"none\">No required rule is open.</p>\n"
                                            : "<p class=\"none\">No required rule applies.</p>\n";
  }
  std::string text = "<h2 id=\"open\">Required and not met</h2>\n<ul class=\"open\">\n";
  for (const OpenPoint& point : content.open_points) text += open_point(point);
  return text + "</ul>\n";
}

std::string value_cell(const ShownTest& test) {
  const bool measured = test.value != kNotMeasured;
  std::string text =
      fmt::format("<span class=\"metric\">{}</span> <strong class=\"num{}\">{}</strong>",
                  escaped(test.metric), measured ? "" : " absent", escaped(test.value));
  if (!test.bracket.empty()) {
    text += fmt::format(" <span class=\"bracket num\">({})</span>", escaped(test.bracket));
  }
  if (test.borderline) text += fmt::format(" {}", kBorderline);
  if (!test.beside.empty()) text += fmt::format("<br><small>{}</small>", escaped(test.beside));
  return text;
}

std::string source_details(const ShownRule& rule) {
  const ShownSource& source = rule.source;
  std::string text = fmt::format(
      "<details><summary>Rule and source</summary><dl class=\"lines\"><div><dt>Rule</dt>"
      "<dd><code>{}</code></dd></div><div><dt>Source</dt><dd>{}",
      escaped(rule.text), escaped(source.citation));
  if (!source.doi.empty()) text += fmt::format(" doi:{}", escaped(source.doi));
  text += "</dd></div>";
  const auto add = [&](const char* label, const std::string& value) {
    if (value.empty()) return;
    text += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", label, escaped(value));
  };
  add("Read there", source.read);
  add("Mark", source.mark);
  add("Note", source.note);
  return text + "</dl></details>";
}

// Whatever is not in the cells: in whole sentences, below them.
std::string why_cell(const ShownRule& rule) {
  std::string text;
  const auto add = [&](const std::string& sentence) {
    if (!sentence.empty()) text += fmt::format("<p>{}</p>", escaped(sentence));
  };
  add(rule.branch);
  add(rule.reason);
  for (std::size_t i = 0; i < rule.tests.size(); ++i) {
    if (i == rule.shown) continue;
    const ShownTest& test = rule.tests[i];
    text += fmt::format("<p class=\"other\">{} {}, goal {}{}{}{}</p>", verdict_mark(test.outcome),
                        value_cell(test), escaped(test.goal),
                        test.variation.empty() ? "" : ", variation ", escaped(test.variation),
                        test.reason.empty() ? "" : ": " + escaped(test.reason));
  }
  if (!rule.headroom.empty() && rule.verdict != Verdict::Unknown) {
    add("If the dose is scaled: " + rule.headroom + ".");
  }
  return text + source_details(rule);
}

std::string cell(const char* label, const char* kind, const std::string& content) {
  return fmt::format("<td role=\"cell\" data-label=\"{}\" class=\"{}\">{}</td>", label, kind,
                     content);
}

std::string rule_rows(const ShownRule& rule) {
  std::string subject = name(rule.structure);
  if (rule.rois.empty()) {
    subject += " <span class=\"absent\">(no structure taken)</span>";
  } else if (rule.rois != rule.structure) {
    subject += fmt::format(" <small>taken: {}</small>", name(rule.rois));
  }
  std::string row = fmt::format("<tbody role=\"rowgroup\" class=\"rule {}\"><tr role=\"row\">",
                                verdict_class(rule.verdict));
  row += cell("Verdict", "v", verdict_mark(rule.verdict));
  row += cell("Rule", "r",
              fmt::format("<strong>{}</strong> <code>{}</code><br>{}", escaped(rule.label),
                          escaped(rule.id), subject));
  const ShownTest* test = rule.tests.empty() ? nullptr : &rule.tests[rule.shown];
  row += cell("Value", "m",
              test != nullptr ? value_cell(*test)
                              : fmt::format("<strong class=\"absent\">{}</strong>", kNotMeasured));
  row += cell("Goal", "num g", test != nullptr ? escaped(test->goal) : std::string());
  row += cell("Variation", "num g",
              test != nullptr && !test->variation.empty() ? escaped(test->variation) : "none");
  row += cell("Place", "b", test != nullptr && test->bar ? tier_bar(*test, *test->bar) : "");
  return row + fmt::format(
                   "</tr><tr role=\"row\" class=\"why\"><td role=\"cell\"></td>"
                   "<td role=\"cell\" colspan=\"5\">{}</td></tr></tbody>\n",
                   why_cell(rule));
}

}  // namespace

std::string tier_bar(const ShownTest& test, const TierBar& bar) {
  constexpr double kLeft = 6.0, kWidth = 188.0;
  const auto x = [&](double at) { return fixed(kLeft + kWidth * at, 1); };
  const auto zone = [&](const char* kind, double from, double to) {
    return fmt::format("<rect class=\"{}\" x=\"{}\" y=\"12\" width=\"{}\" height=\"9\"/>", kind,
                       x(from), fixed(kWidth * (to - from), 1));
  };
  const double outer = bar.variation.value_or(bar.goal);
  std::string svg = fmt::format(
      "<svg class=\"bar\" viewBox=\"0 0 200 37\" role=\"img\" aria-label=\"{} on an axis from {} "
      "to "
      "{}; goal {}{}{}\">",
      escaped(test.value), escaped(bar.from), escaped(bar.to), escaped(test.goal),
      test.variation.empty() ? "" : ", variation ", escaped(test.variation));
  if (bar.lower_is_better) {
    svg += zone("met", 0.0, bar.goal) + zone("near", bar.goal, outer) + zone("beyond", outer, 1.0);
  } else {
    svg += zone("beyond", 0.0, outer) + zone("near", outer, bar.goal) + zone("met", bar.goal, 1.0);
  }
  const auto limit = [&](const char* kind, double at) {
    return fmt::format("<path class=\"{}\" d=\"M{} 9v15\"/>", kind, x(at));
  };
  svg += limit("goal", bar.goal);
  if (bar.variation) svg += limit("vari", *bar.variation);
  if (bar.low && bar.high) {
    svg += fmt::format("<path class=\"span\" d=\"M{} 16.5H{}\"/>", x(*bar.low), x(*bar.high));
  }
  if (bar.value) {
    svg += fmt::format("<path class=\"value\" d=\"M{} 12.5l-5-9.5h10z\"/>", x(*bar.value));
  }
  svg += fmt::format(
      "<text x=\"6\" y=\"33\">{}</text><text x=\"194\" y=\"33\" class=\"end\">{}"
      "</text></svg>",
      escaped(bar.from), escaped(bar.to));
  return svg;
}

std::string first_screen(const ReportContent& content) {
  std::string text = fmt::format(
      "<header>\n<section class=\"band {}\" aria-label=\"Verdict\" role=\"region\">\n"
      "<h1>{}</h1>\n<p class=\"lead\">{}</p>\n<p>{}</p>\n",
      verdict_class(content.verdict), verdict_mark(content.verdict),
      escaped(content.verdict_sentence), escaped(content.verdict_reason));
  if (content.borderline_rules > 0) {
    text += fmt::format(
        "<p>{} required {} borderline: another system could decide otherwise.</p>\n",
        content.borderline_rules, content.borderline_rules == 1 ? "rule is" : "rules are");
  }
  text += "</section>\n<dl class=\"identity\" aria-label=\"Patient and plan\">\n";
  text += labelled({"Patient", content.patient_name, ""});
  text += labelled({"Patient ID", content.patient_id, ""});
  text += labelled({"Plan", content.plan_label, ""});
  text += "</dl>\n<dl class=\"prescription\" aria-label=\"Prescription\">\n";
  for (const LabelledText& line : content.prescription) text += labelled(line);
  text += "</dl>\n" + open_points(content);
  for (const std::string& flag : content.flags) {
    text += fmt::format("<p class=\"flag\">{}</p>\n", escaped(flag));
  }
  if (!content.headroom.empty()) {
    text += fmt::format(
        "<p class=\"headroom\"><strong>Headroom</strong>, dose and prescription "
        "scaled together: {}{}</p>\n",
        escaped(content.headroom), content.headroom.back() == '.' ? "" : ".");
  }
  text +=
      "<nav aria-label=\"Contents\"><a href=\"#rules\">Rules</a> <a href=\"#dvh\">DVH</a> <a "
      "href=\"#structures\">Structures</a> <a href=\"#findings\">Findings</a> <a "
      "href=\"#checks\">Plan checks</a> <a href=\"#provenance\">Provenance</a> <a "
      "href=\"#signature\">Signature</a></nav>\n";
  return text + fmt::format("<p class=\"use\">{}</p>\n</header>\n", kResearchUse);
}

std::string rules_section(const ReportContent& content) {
  std::string text = "<section aria-labelledby=\"rules\"><h2 id=\"rules\">Rules</h2>\n";
  if (content.rule_groups.empty()) text += "<p class=\"none\">No rule applies to this plan.</p>\n";
  for (const RuleGroup& group : content.rule_groups) {
    text += fmt::format(
        "<h3>{}</h3>\n<table class=\"rules\" role=\"table\" aria-label=\"{}\"><thead "
        "role=\"rowgroup\"><tr role=\"row\">",
        escaped(group.title), escaped(group.title));
    for (const char* head : {"Verdict", "Rule and structure", "Value (bracket)", "Goal",
                             "Variation", "Where it lies"}) {
      text += fmt::format("<th role=\"columnheader\" scope=\"col\">{}</th>", head);
    }
    text += "</tr></thead>\n";
    for (const ShownRule& rule : group.rules) text += rule_rows(rule);
    text += "</table>\n";
  }
  return text + "</section>\n";
}

}  // namespace dosegate::report::html
