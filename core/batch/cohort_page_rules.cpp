// The tables of the cohort's page that count: pass rates by rule, by month, and the treatments.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "batch/cohort_page_parts.h"
#include "report/html_text.h"
#include "report/shown_values.h"

namespace dosegate::batch::page {
namespace {

namespace html = report::html;
using evaluation::Verdict;

std::string rule_words(const RuleSummary& rule) {
  std::string text = fmt::format("<strong>{}</strong> <code>{}</code><br><small>{}{}",
                                 html::name(report::shown_name(rule.label)),
                                 html::escaped(report::shown_name(rule.id)),
                                 rule.kind == CohortRule::Kind::PlanCheck ? "plan check, " : "",
                                 html::escaped(report::shown_name(rule.level)));
  if (!rule.structure.empty()) text += ", " + html::name(report::shown_name(rule.structure));
  return text + "</small>";
}

// A number that leads to the plans that it counts, where there are scripts; to the table of plans where there are none.
std::string count_cell(std::size_t rule, const RuleSummary& of, Verdict verdict) {
  const std::size_t count = of.counts.of(verdict);
  const std::string_view word = evaluation::to_text(verdict);
  const std::string content =
      count == 0 ? "<span class=\"faint\">0</span>"
                 : fmt::format("<a href=\"#plans\" data-rule=\"{}\" data-state=\"{}\">{}</a>", rule,
                               word, count);
  return cell(verdict == Verdict::NotApplicable ? "NOT APPLICABLE" : word, content, "num");
}

std::string rule_row(std::size_t index, const RuleSummary& rule) {
  std::string row = "<tr role=\"row\">" + cell("Rule", rule_words(rule), "rule-name");
  for (const Verdict verdict : {Verdict::Pass, Verdict::Variation, Verdict::Fail, Verdict::Unknown,
                                Verdict::NotApplicable}) {
    row += count_cell(index, rule, verdict);
  }
  row += cell("Borderline",
              rule.borderline == 0 ? std::string("<span class=\"faint\">0</span>")
                                   : std::to_string(rule.borderline),
              "num");
  const std::size_t count = rule.counts.applicable();
  return row +
         cell("Pass rate",
              rate_bar(rule.counts.pass, count) + fmt::format("<span class=\"num rate\">{}</span>",
                                                              rate_text(rule.counts.pass, count)),
              "rate-cell") +
         "</tr>\n";
}

std::string month_rows(const std::map<int, VerdictCounts>& by_month) {
  std::string text;
  for (const auto& [month, counts] : by_month) {
    text += "<tr role=\"row\">" + cell("Month", month_text(month));
    for (const Verdict verdict :
         {Verdict::Pass, Verdict::Variation, Verdict::Fail, Verdict::Unknown}) {
      text += cell(evaluation::to_text(verdict), std::to_string(counts.of(verdict)), "num");
    }
    text += cell("PASS (95 %)", rate_text(counts.pass, counts.applicable()), "num") + "</tr>\n";
  }
  return text;
}

std::string dose_text(double value_gy) {
  return fixed(value_gy, 2);
}

// A median may lie between two whole numbers.
std::string fraction_text(double fractions) {
  const std::string text = fixed(fractions, 1);
  return text.ends_with(".0") ? text.substr(0, text.size() - 2) : text;
}

std::string spread_cell(std::string_view label, const Spread& spread,
                        std::string (*number)(double)) {
  if (spread.known == 0) {
    return cell(label,
                fmt::format("<span class=\"absent\">unknown</span><br><small>n 0, unknown "
                            "{}</small>",
                            spread.unknown),
                "num");
  }
  std::string text =
      fmt::format("<strong>{}</strong> <span class=\"range\">({} to {})</span><br><small>n {}",
                  number(spread.median), number(spread.low), number(spread.high), spread.known);
  if (spread.unknown > 0) text += fmt::format(", unknown {}", spread.unknown);
  return cell(label, text + "</small>", "num");
}

std::string group_name(const TreatmentGroup& group, const CohortSummary& summary) {
  constexpr std::size_t kNamed = 12;
  switch (group.by) {
    case TreatmentGroup::By::All:
      return "<strong>All plans that were checked</strong>";
    case TreatmentGroup::By::Site:
      return group.name.empty() ? "site not given" : html::name(report::shown_name(group.name));
    case TreatmentGroup::By::Fractions:
      return group.name.empty() ? "number not known" : html::escaped(group.name);
    case TreatmentGroup::By::Rule:
      break;
  }
  std::string text;
  for (std::size_t i = 0; i < group.rules.size() && i < kNamed; ++i) {
    const RuleSummary& rule = summary.rules[group.rules[i]];
    text += fmt::format("{}<code>{}</code>", i == 0 ? "" : ", ",
                        html::escaped(report::shown_name(rule.id)));
  }
  if (group.rules.size() > kNamed) {
    text += fmt::format(" and {} more with the same plans", group.rules.size() - kNamed);
  }
  return text;
}

std::string_view by_words(TreatmentGroup::By by) {
  switch (by) {
    case TreatmentGroup::By::Site:
      return "By site";
    case TreatmentGroup::By::Fractions:
      return "By number of fractions";
    case TreatmentGroup::By::Rule:
      return "By rule that applied (rules that applied to the same plans in one line)";
    case TreatmentGroup::By::All:
      break;
  }
  return {};
}

}  // namespace

std::string rules_section(const PageContent& content) {
  const CohortSummary& summary = content.summary;
  std::string text = heading("rules", "Pass rate of each rule");
  if (summary.rules.empty())
    return text + "<p class=\"none\">No rule was checked.</p>\n</section>\n";
  text +=
      "<p>Share of PASS among the plans to which the rule applies, with its 95 % interval "
      "(Wilson). "
      "UNKNOWN applies and is no pass. Borderline: a limit lies inside the value's bracket, so "
      "that "
      "another system could decide otherwise.</p>\n";
  text +=
      table_head("data rates", "Pass rate of each rule",
                 {"Rule", html::verdict_mark(Verdict::Pass), html::verdict_mark(Verdict::Variation),
                  html::verdict_mark(Verdict::Fail), html::verdict_mark(Verdict::Unknown),
                  "Not applicable", "Borderline", "Pass rate (95 %)"});
  std::string open;
  for (std::size_t i = 0; i < summary.rules.size(); ++i) {
    const RuleSummary& rule = summary.rules[i];
    if (i == 0 || rule.protocol != open) {
      if (i > 0) text += "</tbody>\n";
      open = rule.protocol;
      text += fmt::format(
          "<tbody role=\"rowgroup\"><tr role=\"row\" class=\"group\"><th role=\"rowheader\" "
          "colspan=\"8\" scope=\"rowgroup\">{}</th></tr>\n",
          html::name(report::shown_name(rule.protocol)));
    }
    text += rule_row(i, rule);
  }
  return text + "</tbody></table>\n</section>\n";
}

std::string months_section(const PageContent& content) {
  const CohortSummary& summary = content.summary;
  std::string text = heading("months", "Over time");
  if (summary.undated > 0) {
    text += fmt::format(
        "<p>{} without a date that can be read (RT Plan Date 300A,0006): in no "
        "trend.</p>\n",
        plural(summary.undated, "checked plan"));
  }
  if (summary.by_month.empty()) {
    return text + "<p class=\"none\">No plan's date is known: there is no trend.</p>\n</section>\n";
  }
  text += "<div class=\"pair\">\n" + month_plot(summary.by_month);
  text +=
      "<div class=\"month-table\" tabindex=\"0\" role=\"group\" aria-label=\"Verdicts by "
      "month\">\n";
  text += table_head("plain", "Verdicts by month of the plan's date",
                     {"Month", "PASS", "VARIATION", "FAIL", "UNKNOWN", "PASS (95 %)"});
  text += "<tbody role=\"rowgroup\">\n" + month_rows(summary.by_month);
  return text + "</tbody></table>\n</div>\n</div>\n</section>\n";
}

std::string treatments_section(const PageContent& content) {
  const CohortSummary& summary = content.summary;
  std::string text = heading("treatments", "Treatments");
  if (summary.treatments.empty()) {
    return text + "<p class=\"none\">No plan was checked.</p>\n</section>\n";
  }
  const char* bed = summary.bed_is_bed10 ? "BED<sub>10</sub> (Gy)" : "BED (Gy)";
  text += fmt::format(
      "<p>Median (range) of what the plans prescribe. {}</p>\n",
      summary.bed_is_bed10
          ? "BED and EQD2 are at α/β 10 Gy, the protocol's for the tumour."
          : "BED and EQD2 are at the α/β that each plan's protocol states for the tumour; it is "
            "not 10 Gy, or not known to be, for all of them.");
  text += table_head("data treatments", "Treatments",
                     {"Plans", "n", "Total dose (Gy)", bed, "EQD2 (Gy)", "Fractions"});
  TreatmentGroup::By open = TreatmentGroup::By::All;
  text += "<tbody role=\"rowgroup\">\n";
  for (const TreatmentGroup& group : summary.treatments) {
    if (group.by != open) {
      open = group.by;
      text += fmt::format(
          "</tbody>\n<tbody role=\"rowgroup\"><tr role=\"row\" class=\"group\"><th "
          "role=\"rowheader\" colspan=\"6\" scope=\"rowgroup\">{}</th></tr>\n",
          by_words(open));
    }
    text += "<tr role=\"row\">" + cell("Plans", group_name(group, summary), "rule-name") +
            cell("n", std::to_string(group.plans), "num whole");
    text += spread_cell("Total dose (Gy)", group.prescription_gy, dose_text);
    text += spread_cell("BED (Gy)", group.bed_gy, dose_text);
    text += spread_cell("EQD2 (Gy)", group.eqd2_gy, dose_text);
    text += spread_cell("Fractions", group.fractions, fraction_text) + "</tr>\n";
  }
  return text + "</tbody></table>\n</section>\n";
}

}  // namespace dosegate::batch::page
