// How the cohort's page begins: how many plans came to what, and what was not checked at all.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "batch/cohort_page_parts.h"
#include "report/html_text.h"
#include "report/report_content.h"
#include "report/shown_values.h"

namespace dosegate::batch::page {
namespace {

namespace html = report::html;
using evaluation::Verdict;
using Status = CohortPlan::Status;

std::string tile(const std::string& mark, std::string_view word, std::size_t count,
                 std::size_t all) {
  const double percent = 100.0 * static_cast<double>(count) / static_cast<double>(all);
  return fmt::format(
      "<li><a href=\"#plans\" data-status=\"{}\">{}<strong class=\"num\">{}</strong><small "
      "class=\"num\">{} % of all</small></a></li>\n",
      word, mark, count, fixed_beside(percent, {0.0, 100.0}, 1));
}

std::string tiles(const PageContent& content) {
  const CohortSummary& summary = content.summary;
  const std::size_t all = content.cohort.plans.size();
  std::string text = "<ul class=\"tiles\" aria-label=\"Plans by verdict\">\n";
  for (const Verdict verdict :
       {Verdict::Pass, Verdict::Variation, Verdict::Fail, Verdict::Unknown}) {
    text += tile(html::verdict_mark(verdict), evaluation::to_text(verdict),
                 summary.counts.of(verdict), all);
  }
  if (summary.counts.not_applicable > 0) {
    text += tile(html::verdict_mark(Verdict::NotApplicable), "NOT_APPLICABLE",
                 summary.counts.not_applicable, all);
  }
  text += tile(unchecked_mark(Status::Refused), "REFUSED", summary.refused, all);
  text += tile(unchecked_mark(Status::Unreadable), "UNREADABLE", summary.unreadable, all);
  return text + "</ul>\n";
}

std::string row(const CohortPlan& plan) {
  std::string what = plan_link(plan);
  if (!plan.patient_id.empty() || !plan.plan_label.empty()) {
    what += fmt::format("<br><small>{}</small>", html::name(report::shown_name(plan.key)));
  }
  const std::string reason = plan.reason.empty() ? "No reason was given: this is a defect."
                                                 : report::shown_sentence(plan.reason);
  return "<tr role=\"row\">" + cell("Status", status_mark(plan), "v") + cell("What", what) +
         cell("Why", html::escaped(reason)) + "</tr>\n";
}

}  // namespace

std::string head(const PageContent& content) {
  const CohortSummary& summary = content.summary;
  const std::size_t all = content.cohort.plans.size();
  const std::size_t unchecked = summary.refused + summary.unreadable;
  std::string text = fmt::format(
      "<header class=\"top\">\n<p class=\"kicker\">Dosegate {}, cohort</p>\n<h1>{} "
      "checked{}</h1>\n",
      html::escaped(report::shown_name(content.cohort.software_version)),
      plural(all - unchecked, "plan"),
      unchecked == 0 ? std::string() : fmt::format(", {} not checked", unchecked));
  if (all == 0) {
    text += "<p class=\"lead\">No plan was found. Nothing was checked, so nothing passed.</p>\n";
  } else {
    text += tiles(content);
  }
  text += "<dl class=\"lines\">\n";
  for (const ProtocolInUse& protocol : summary.protocols) {
    text +=
        fmt::format("<div><dt>Protocol</dt><dd><strong>{}</strong> <small>{}</small></dd></div>\n",
                    html::name(report::shown_name(protocol.text)), plural(protocol.plans, "plan"));
  }
  text += "</dl>\n";
  text += fmt::format("<p class=\"use\">{}</p>\n", report::kResearchUse);
  text +=
      "<nav aria-label=\"Parts of this page\"><a href=\"#rules\">Pass rates</a><a "
      "href=\"#plans\">Plans</a><a href=\"#months\">Over time</a><a "
      "href=\"#outliers\">Outliers</a><a href=\"#treatments\">Treatments</a><a "
      "href=\"#values\">Values by rule</a></nav>\n";
  return text + "</header>\n";
}

std::string unchecked_section(const PageContent& content) {
  constexpr std::size_t kShownAtOnce = 8;
  std::vector<std::string> rows;
  for (const CohortPlan& plan : content.cohort.plans) {
    if (plan.status != Status::Checked) rows.push_back(row(plan));
  }
  if (rows.empty()) return {};
  const auto begin = [&] {
    return table_head("data unchecked-table", "Not checked", {"Status", "What", "Why"}) +
           "<tbody role=\"rowgroup\">\n";
  };
  std::string text = "<div class=\"unchecked-box\">\n" + heading("unchecked", "Not checked");
  text +=
      "<p>These have no verdict and are in no rate, value or trend below. Nobody has checked "
      "them.</p>\n";
  const std::size_t first = std::min(kShownAtOnce, rows.size());
  text += begin();
  for (std::size_t i = 0; i < first; ++i) text += rows[i];
  text += "</tbody></table>\n";
  if (rows.size() > first) {
    text +=
        fmt::format("<details class=\"more\"><summary>{} more that were not checked</summary>\n",
                    rows.size() - first) +
        begin();
    for (std::size_t i = first; i < rows.size(); ++i) text += rows[i];
    text += "</tbody></table>\n</details>\n";
    text += fmt::format(
        "<p class=\"on-paper\">{} more that were not checked are in the file, not on paper.</p>\n",
        rows.size() - first);
  }
  return text + "</section>\n</div>\n";
}

}  // namespace dosegate::batch::page
