// The plans of the cohort's page: as data for the script, and as a plain table of those that do not pass for whoever
// has no scripts.
//
// The data, one object; what is empty or absent is "" or null:
//   states     names, worst first; a plan's state is an index into it
//   rules      [protocol, id, label, level, "rule" or "check"]
//   codes      codes of findings
//   protocols  what plans were held against
//   reports    lists of [name, link]; the link continues the plan's folder and "/"
//   metrics    {rule, metric, unit, decimals, gaps, values, outliers}: values in the order of the plans, gaps the
//              distances of their plans' indices (the first from 0), outliers indices into values
//   plans      [state, patient, label, date, site, fractions, total dose, BED, EQD2, folder, reports, rules, codes,
//              reason, key, protocols]: date as 2024-03-01 where it is one; rules one character each: P V F U N, "." for
//              a rule that the plan was not held against, small where borderline
#include <fmt/format.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "batch/cohort_page_parts.h"
#include "report/html_text.h"
#include "report/shown_values.h"

namespace dosegate::batch::page {
namespace {

namespace html = report::html;
using evaluation::Verdict;
using Json = nlohmann::ordered_json;

constexpr std::string_view kStates[] = {"UNREADABLE", "REFUSED", "FAIL",          "UNKNOWN",
                                        "VARIATION",  "PASS",    "NOT_APPLICABLE"};

std::string_view state_word(const CohortPlan& plan) {
  if (plan.status == CohortPlan::Status::Unreadable) return kStates[0];
  if (plan.status == CohortPlan::Status::Refused) return kStates[1];
  return evaluation::to_text(verdict_of(plan.verdict));
}

std::size_t state_of(const CohortPlan& plan) {
  std::size_t state = 0;
  while (kStates[state] != state_word(plan)) ++state;
  return state;
}

std::string date_text(const std::string& date) {
  if (!day_of(date)) return report::shown_name(date);
  return date.substr(0, 4) + "-" + date.substr(4, 2) + "-" + date.substr(6, 2);
}

// Texts that many plans share, each once, in the order in which they came.
template <typename Value>
class Table {
 public:
  std::size_t place_of(const Value& value) {
    const auto [at, fresh] = places_.try_emplace(value, values_.size());
    if (fresh) values_.push_back(value);
    return at->second;
  }
  [[nodiscard]] const std::vector<Value>& values() const { return values_; }

 private:
  std::map<Value, std::size_t> places_;
  std::vector<Value> values_;
};

Json rounded(const std::optional<double>& value, int decimals) {
  if (!value || !std::isfinite(*value)) return nullptr;
  return *parse_number(fixed(*value, decimals));
}

char letter_of(Verdict verdict) {
  return "PVFUN"[static_cast<int>(verdict)];
}

// A rule that a plan has twice counts by the worse of both.
int badness(char letter) {
  constexpr std::string_view kOrder = ".NPVUF";
  const char upper = letter >= 'a' ? static_cast<char>(letter - 'a' + 'A') : letter;
  return static_cast<int>(kOrder.find(upper));
}

std::string rule_letters(const CohortPlan& plan, const std::vector<std::size_t>& places,
                         std::size_t rules) {
  std::string letters(plan.status == CohortPlan::Status::Checked ? rules : 0, '.');
  for (std::size_t i = 0; i < places.size(); ++i) {
    char letter = letter_of(verdict_of(plan.rules[i].verdict));
    if (plan.rules[i].borderline && letter != 'N') letter = static_cast<char>(letter - 'A' + 'a');
    char& known = letters[places[i]];
    if (badness(letter) >= badness(known)) known = letter;
  }
  return letters;
}

Json metric_json(const MetricValues& metric, std::size_t rule) {
  const int decimals = metric.unit.empty() ? 3 : 2;
  Json gaps = Json::array(), values = Json::array();
  std::size_t last = 0;
  for (const PlanValue& value : metric.values) {
    gaps.push_back(value.plan - last);
    last = value.plan;
    values.push_back(*parse_number(value_text(value.value, metric)));
  }
  return {{"rule", rule},
          {"metric", report::shown_name(metric.metric)},
          {"unit", report::shown_name(metric.unit)},
          {"decimals", decimals},
          {"gaps", std::move(gaps)},
          {"values", std::move(values)},
          {"outliers", metric.outliers}};
}

struct Tables {
  Table<std::string> codes, protocols;
  Table<std::vector<std::string>> reports;
};

Json plan_json(const CohortPlan& plan, std::string letters, Tables& tables) {
  Json codes = Json::array();
  for (const CohortFinding& finding : plan.findings) {
    const std::size_t code = tables.codes.place_of(report::shown_name(finding.code));
    if (std::find(codes.begin(), codes.end(), code) == codes.end()) codes.push_back(code);
  }
  return Json::array(
      {state_of(plan), report::shown_name(plan.patient_id), report::shown_name(plan.plan_label),
       date_text(plan.plan_date), report::shown_name(plan.site),
       plan.fractions ? Json(*plan.fractions) : Json(nullptr), rounded(plan.prescription_gy, 2),
       rounded(plan.bed_gy, 2), rounded(plan.eqd2_gy, 2), folder_href(plan),
       tables.reports.place_of(plan.reports), std::move(letters), std::move(codes),
       report::shown_sentence(plan.reason), report::shown_name(plan.key),
       tables.protocols.place_of(report::shown_name(plan.protocols))});
}

Json reports_json(const std::vector<std::vector<std::string>>& reports) {
  Json lists = Json::array();
  for (const std::vector<std::string>& names : reports) {
    Json list = Json::array();
    for (const std::string& name : names) {
      const std::string href = href_of(name);
      if (!href.empty()) list.push_back({report::shown_name(name), href});
    }
    lists.push_back(std::move(list));
  }
  return lists;
}

std::string not_met(const CohortPlan& plan) {
  if (plan.status != CohortPlan::Status::Checked)
    return html::escaped(report::shown_sentence(plan.reason));
  std::string text;
  for (const Verdict verdict : {Verdict::Fail, Verdict::Unknown, Verdict::Variation}) {
    std::string ids;
    for (const CohortRule& rule : plan.rules) {
      if (verdict_of(rule.verdict) != verdict) continue;
      ids += fmt::format("{}<code>{}</code>{}", ids.empty() ? "" : ", ",
                         html::escaped(report::shown_name(rule.id)),
                         rule.level == "required" ? "" : " (advisory)");
    }
    if (!ids.empty()) text += fmt::format("<div>{}: {}</div>", evaluation::to_text(verdict), ids);
  }
  return text.empty() ? html::escaped(report::shown_sentence(plan.reason)) : text;
}

std::string links(const CohortPlan& plan) {
  const std::string folder = folder_href(plan);
  if (folder.empty()) return {};
  std::string text;
  for (const std::string& name : plan.reports) {
    const std::string href = href_of(name);
    if (href.empty()) continue;
    text += fmt::format("<a href=\"{}/{}\">{}</a> ", folder, href,
                        html::name(report::shown_name(name)));
  }
  return text + fmt::format("<a href=\"{}/\">folder</a>", folder);
}

std::string plain_row(const CohortPlan& plan) {
  return "<tr role=\"row\">" + cell("Verdict", status_mark(plan), "v") +
         cell("Plan", plan_link(plan)) + cell("Date", html::escaped(date_text(plan.plan_date))) +
         cell("Site", html::escaped(report::shown_name(plan.site))) +
         cell("Not met", not_met(plan)) + cell("Files", links(plan)) + "</tr>\n";
}

}  // namespace

std::string plans_json(const PageContent& content) {
  Tables tables;
  Json plans = Json::array(), rules = Json::array(), metrics = Json::array();
  for (std::size_t i = 0; i < content.summary.rules.size(); ++i) {
    const RuleSummary& rule = content.summary.rules[i];
    rules.push_back({report::shown_name(rule.protocol), report::shown_name(rule.id),
                     report::shown_name(rule.label), report::shown_name(rule.level),
                     rule.kind == CohortRule::Kind::Rule ? "rule" : "check"});
    for (const MetricValues& metric : rule.metrics) metrics.push_back(metric_json(metric, i));
  }
  for (std::size_t i = 0; i < content.cohort.plans.size(); ++i) {
    const CohortPlan& plan = content.cohort.plans[i];
    plans.push_back(
        plan_json(plan, rule_letters(plan, content.summary.rule_of[i], rules.size()), tables));
  }
  const Json data = {{"states", kStates},
                     {"rules", std::move(rules)},
                     {"codes", tables.codes.values()},
                     {"protocols", tables.protocols.values()},
                     {"reports", reports_json(tables.reports.values())},
                     {"metrics", std::move(metrics)},
                     {"plans", std::move(plans)}};
  return html::script_json(data.dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::string plans_section(const PageContent& content) {
  std::string text = heading("plans", "Plans");
  if (content.cohort.plans.empty()) {
    return text + "<p class=\"none\">There is no plan.</p>\n</section>\n";
  }
  text += "<div id=\"plans-live\" hidden></div>\n<noscript>\n";
  std::string rows;
  std::size_t count = 0;
  for (const CohortPlan& plan : content.cohort.plans) {
    if (state_word(plan) == "PASS") continue;
    rows += plain_row(plan);
    ++count;
  }
  text += fmt::format(
      "<p>Scripts are off: here stand the {} that did not pass or were not checked. All {} stand "
      "in "
      "rules.csv beside this page; with scripts they are sorted and filtered here.</p>\n",
      plural(count, "plan"), content.cohort.plans.size());
  text += table_head("data plain-plans", "Plans that did not pass",
                     {"Verdict", "Plan", "Date", "Site", "Not met", "Files"});
  text += "<tbody role=\"rowgroup\">\n" + rows + "</tbody></table>\n</noscript>\n";
  return text + "</section>\n";
}

}  // namespace dosegate::batch::page
