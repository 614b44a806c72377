// Links, marks and words of the cohort's page.
#include <fmt/format.h>

#include "base/text.h"
#include "batch/cohort_page_parts.h"
#include "report/html_text.h"
#include "report/shown_values.h"

namespace dosegate::batch::page {
namespace {

namespace html = report::html;

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

bool ends_with_html(const std::string& name) {
  const std::string lower = to_lower_ascii(name);
  return lower.ends_with(".html") || lower.ends_with(".htm");
}

}  // namespace

std::string href_of(std::string_view path) {
  if (path.empty() || path.front() == '/') return {};
  std::string href;
  while (!path.empty()) {
    const std::size_t end = path.find('/');
    const std::string_view part = path.substr(0, end);
    path = end == std::string_view::npos ? std::string_view() : path.substr(end + 1);
    if (part == "..") return {};
    if (part.empty() || part == ".") continue;
    if (!href.empty()) href += '/';
    for (const char c : part) {
      href += is_unreserved(c) ? std::string(1, c)
                               : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return href;
}

std::string folder_href(const CohortPlan& plan) {
  return href_of(plan.folder);
}

std::string best_report(const CohortPlan& plan) {
  for (const std::string& name : plan.reports) {
    if (ends_with_html(name)) return name;
  }
  for (const std::string& name : plan.reports) {
    if (to_lower_ascii(name).ends_with(".pdf")) return name;
  }
  return plan.reports.empty() ? std::string() : plan.reports.front();
}

std::string plan_link(const CohortPlan& plan) {
  std::string who = report::shown_name(plan.patient_id);
  if (!who.empty() && !plan.plan_label.empty()) who += ", ";
  who += report::shown_name(plan.plan_label);
  if (who.empty()) who = report::shown_name(plan.key);
  if (who.empty()) who = "no name";
  const std::string folder = folder_href(plan);
  if (folder.empty()) return html::name(who);
  const std::string file = href_of(best_report(plan));
  return fmt::format("<a href=\"{}/{}\">{}</a>", folder, file, html::name(who));
}

std::string unchecked_mark(CohortPlan::Status status) {
  const bool refused = status == CohortPlan::Status::Refused;
  return fmt::format(
      "<span class=\"verdict unchecked\"><svg class=\"shape\" viewBox=\"0 0 24 24\" "
      "aria-hidden=\"true\"><use href=\"#shape-{}\"/></svg>{}</span>",
      refused ? "refused" : "unreadable", refused ? "REFUSED" : "UNREADABLE");
}

std::string status_mark(const CohortPlan& plan) {
  return plan.status == CohortPlan::Status::Checked ? html::verdict_mark(verdict_of(plan.verdict))
                                                    : unchecked_mark(plan.status);
}

// A diamond with a bar, a torn sheet: no shape that a verdict has.
std::string unchecked_shapes() {
  return "<svg class=\"hidden\" aria-hidden=\"true\"><defs>"
         "<symbol id=\"shape-refused\" viewBox=\"0 0 24 24\"><path class=\"ring\" d=\"M12 1.8L22.2 "
         "12 12 22.2 1.8 12z\"/><path class=\"ring\" d=\"M7.5 12h9\"/></symbol>"
         "<symbol id=\"shape-unreadable\" viewBox=\"0 0 24 24\"><path class=\"ring\" d=\"M4 "
         "20V2h16v18l-3.2-3-3.2 4-3.2-4-3.2 4z\"/><path class=\"ring\" d=\"M8.5 6.5l7 7M15.5 "
         "6.5l-7 7\"/></symbol></defs></svg>\n";
}

std::string value_text(double value, const MetricValues& metric) {
  std::vector<double> borders;
  for (const LimitInUse& limit : metric.limits) borders.push_back(limit.at);
  return fixed_beside(value, borders, metric.unit.empty() ? 3 : 2);
}

std::string unit_text(const MetricValues& metric) {
  return metric.unit.empty() ? std::string() : " " + printable(metric.unit);
}

std::string rate_text(std::size_t hits, std::size_t count) {
  const std::optional<Share> share = wilson_share(hits, count);
  if (!share) return "applies to none";
  // Nothing but all is written as 100 %, nothing but none as 0 %.
  const auto percent = [](double part) { return fixed_beside(100.0 * part, {0.0, 100.0}, 1); };
  return fmt::format("{} % ({} to {})", percent(share->share), percent(share->low),
                     percent(share->high));
}

std::string plural(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string limit_text(const LimitInUse& limit, const MetricValues& metric) {
  const std::string_view sign = limit.comparator == "<="   ? "≤"
                                : limit.comparator == ">=" ? "≥"
                                                           : std::string_view(limit.comparator);
  return fmt::format("{} {}{}", report::shown_name(sign), shortest(limit.at), unit_text(metric));
}

std::string heading(std::string_view id, std::string_view title) {
  return fmt::format("<section aria-labelledby=\"{}\"><h2 id=\"{}\">{}</h2>\n", id, id, title);
}

std::string table_head(std::string_view kind, std::string_view label,
                       std::initializer_list<std::string_view> columns) {
  std::string text = fmt::format(
      "<table class=\"{}\" role=\"table\" aria-label=\"{}\"><thead role=\"rowgroup\"><tr "
      "role=\"row\">",
      kind, label);
  for (const std::string_view column : columns) {
    text += fmt::format("<th role=\"columnheader\" scope=\"col\">{}</th>", column);
  }
  return text + "</tr></thead>\n";
}

std::string cell(std::string_view label, std::string_view content, std::string_view kind) {
  return fmt::format("<td role=\"cell\" data-label=\"{}\" class=\"{}\">{}</td>", label, kind,
                     content);
}

}  // namespace dosegate::batch::page
