// What was measured: the values of each rule's metrics beside their limits, and those that lie far from the others.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "batch/cohort_page_parts.h"
#include "report/html_text.h"
#include "report/shown_values.h"

namespace dosegate::batch::page {
namespace {

namespace html = report::html;

std::string why_not_computed(const MetricValues& metric) {
  switch (metric.robust.why) {
    case RobustScores::Why::Computed:
      return {};
    case RobustScores::Why::TooFew:
      return fmt::format("not looked for: {} of at least {} values", metric.values.size(),
                         kFewestForOutliers);
    case RobustScores::Why::NoSpread:
      return "not looked for: more than half of the values are the same (MAD is 0)";
  }
  return {};
}

// "Median 17.53 Gy, middle half 16.02 to 18.40, range 9.11 to 24.60 Gy."
std::string numbers_of(const MetricValues& metric) {
  std::vector<double> values;
  for (const PlanValue& value : metric.values) values.push_back(value.value);
  const auto text = [&](double at) { return value_text(quantile(values, at).value(), metric); };
  return fmt::format("{}: median <strong>{}{}</strong>, middle half {} to {}, range {} to {}{}.",
                     plural(values.size(), "value"), text(0.5), html::escaped(unit_text(metric)),
                     text(0.25), text(0.75), text(0.0), text(1.0),
                     html::escaped(unit_text(metric)));
}

std::string missing_of(const MetricValues& metric, const RuleSummary& rule) {
  std::string text;
  if (metric.without_value > 0) {
    text +=
        fmt::format(" {} without a value of this metric.", plural(metric.without_value, "plan"));
  }
  if (rule.unmeasured > 0) {
    text += fmt::format(" In {} to which the rule applies nothing could be measured.",
                        plural(rule.unmeasured, "plan"));
  }
  return text.empty() ? text : fmt::format("<strong class=\"absent\">{}</strong>", text);
}

std::string limits_of(const MetricValues& metric) {
  if (metric.limits.empty()) return "No limit: reported only.";
  std::string text;
  for (const LimitInUse& limit : metric.limits) {
    text += fmt::format("{}{} {} <small>({})</small>", text.empty() ? "" : "; ",
                        limit.kind == LimitInUse::Kind::Goal ? "goal" : "variation",
                        html::escaped(limit_text(limit, metric)), plural(limit.plans, "plan"));
  }
  return fmt::format("Limits: {}.", text);
}

std::string outliers_of(const MetricValues& metric) {
  const std::string why = why_not_computed(metric);
  if (!why.empty()) return fmt::format("Outliers {}.", why);
  if (metric.outliers.empty()) return "No outlier.";
  return fmt::format("<a href=\"#outliers\">{}</a>.", plural(metric.outliers.size(), "outlier"));
}

std::string figure(const MetricValues& metric, const RuleSummary& rule) {
  std::string text =
      fmt::format("<h4><code>{}</code>{}</h4>\n", html::escaped(report::shown_name(metric.metric)),
                  metric.unit.empty() ? " ratio, no unit" : "");
  if (metric.values.empty()) {
    return text +
           fmt::format("<p>{}</p>\n<p>{}</p>\n", missing_of(metric, rule), limits_of(metric));
  }
  text += fmt::format("<p>{}{}</p>\n", numbers_of(metric), missing_of(metric, rule));
  text += fmt::format("<p>{} {}</p>\n", limits_of(metric), outliers_of(metric));
  return text + "<div class=\"pair\">\n" + histogram(metric) + trend(metric, rule) + "</div>\n";
}

std::string card(const RuleSummary& rule, std::size_t index) {
  std::string text = fmt::format(
      "<article class=\"card\" id=\"rule-{}\">\n<h3>{} <code>{}</code> <small>{}, "
      "{}{}{}</small></h3>\n",
      index, html::name(report::shown_name(rule.label)), html::escaped(report::shown_name(rule.id)),
      html::name(report::shown_name(rule.protocol)), html::escaped(report::shown_name(rule.level)),
      rule.structure.empty() ? "" : ", ",
      rule.structure.empty() ? std::string() : html::name(report::shown_name(rule.structure)));
  for (const MetricValues& metric : rule.metrics) text += figure(metric, rule);
  return text + "</article>\n";
}

// An outlier of some metric of some rule.
struct Outlier {
  const RuleSummary* rule;
  const MetricValues* metric;
  std::size_t value;
  [[nodiscard]] double score() const { return metric->robust.scores[value]; }
};

std::vector<Outlier> outliers_of(const CohortSummary& summary) {
  std::vector<Outlier> all;
  for (const RuleSummary& rule : summary.rules) {
    for (const MetricValues& metric : rule.metrics) {
      for (const std::size_t value : metric.outliers) all.push_back({&rule, &metric, value});
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const Outlier& a, const Outlier& b) {
    return std::abs(a.score()) > std::abs(b.score());
  });
  return all;
}

std::string outlier_row(const Outlier& outlier, const Cohort& cohort) {
  const MetricValues& metric = *outlier.metric;
  const PlanValue& value = metric.values[outlier.value];
  const double score = outlier.score();
  std::string row = "<tr role=\"row\">" + cell("Plan", plan_link(cohort.plans[value.plan]));
  row += cell("Rule", fmt::format("<code>{}</code> <small>{}</small>",
                                  html::escaped(report::shown_name(outlier.rule->id)),
                                  html::escaped(report::shown_name(outlier.rule->protocol))));
  row += cell("Metric",
              fmt::format("<code>{}</code>", html::escaped(report::shown_name(metric.metric))));
  row += cell("Value", value_text(value.value, metric) + html::escaped(unit_text(metric)), "num");
  row += cell("Median", value_text(metric.robust.centre, metric), "num");
  // What is beyond 3.5 is never shown as 3.5.
  row += cell("z", fixed_beside(score, {-kOutlierScore, kOutlierScore}, 1), "num");
  return row + cell("Verdict of the rule", html::verdict_mark(value.verdict)) + "</tr>\n";
}

bool any_computed(const CohortSummary& summary) {
  for (const RuleSummary& rule : summary.rules) {
    for (const MetricValues& metric : rule.metrics) {
      if (metric.robust.why == RobustScores::Why::Computed) return true;
    }
  }
  return false;
}

std::string not_looked_for(const CohortSummary& summary) {
  std::string items;
  std::size_t count = 0;
  for (const RuleSummary& rule : summary.rules) {
    for (const MetricValues& metric : rule.metrics) {
      if (metric.robust.why == RobustScores::Why::Computed) continue;
      ++count;
      items +=
          fmt::format("<li><code>{}</code> <code>{}</code> ({}): {}</li>\n",
                      html::escaped(report::shown_name(rule.id)),
                      html::escaped(report::shown_name(metric.metric)),
                      html::escaped(report::shown_name(rule.protocol)), why_not_computed(metric));
    }
  }
  if (count == 0) return {};
  return fmt::format(
      "<details class=\"more\"><summary>Not looked for in {}</summary>\n<ul "
      "class=\"compact\">\n{}</ul>\n</details>\n<p class=\"on-paper\">Not looked for in {}: the "
      "file says in which and why.</p>\n",
      plural(count, "metric"), items, plural(count, "metric"));
}

}  // namespace

std::string outliers_section(const PageContent& content) {
  constexpr std::size_t kMostRows = 200;
  const std::vector<Outlier> all = outliers_of(content.summary);
  std::string text = heading("outliers", "Outliers");
  text += fmt::format(
      "<p>Values far from the others of the same rule and metric: z = 0.6745 (value − median) / "
      "MAD, beyond ±{} (Iglewicz and Hoaglin 1993); MAD is the median distance to the median. Far "
      "from the others is not wrong, and what is wrong in every plan is not found here.</p>\n",
      shortest(kOutlierScore));
  if (all.empty()) {
    text +=
        fmt::format("<p class=\"none\">{}</p>\n",
                    any_computed(content.summary)
                        ? "There is none."
                        : "Not looked for: no metric has enough values, or values that differ.");
  } else {
    text += table_head("data outliers", "Outliers, the furthest first",
                       {"Plan", "Rule", "Metric", "Value", "Median", "z", "Verdict of the rule"});
    text += "<tbody role=\"rowgroup\">\n";
    for (std::size_t i = 0; i < std::min(kMostRows, all.size()); ++i) {
      text += outlier_row(all[i], content.cohort);
    }
    text += "</tbody></table>\n";
  }
  if (all.size() > kMostRows) {
    text += fmt::format(
        "<p>The {} furthest of {}. All of them: in the table of plans, choose “with an "
        "outlier”.</p>\n",
        kMostRows, all.size());
  }
  return text + not_looked_for(content.summary) + "</section>\n";
}

std::string values_section(const PageContent& content) {
  std::string cards, without;
  for (std::size_t i = 0; i < content.summary.rules.size(); ++i) {
    const RuleSummary& rule = content.summary.rules[i];
    if (!rule.metrics.empty()) {
      cards += card(rule, i);
    } else if (rule.kind == CohortRule::Kind::Rule) {
      without += fmt::format(
          "<li>{} <code>{}</code>: {}</li>\n", html::name(report::shown_name(rule.label)),
          html::escaped(report::shown_name(rule.id)),
          rule.counts.applicable() == 0
              ? std::string("applies to no plan")
              : fmt::format("applies to {}; nothing could be measured in any of them",
                            plural(rule.counts.applicable(), "plan")));
    }
  }
  std::string text = heading("values", "Values by rule");
  text +=
      "<p>Each dot is a plan. A solid line is a goal, a dashed line an acceptable variation. A "
      "rule "
      "that other branches decided in other plans has one figure for each metric.</p>\n";
  text += cards.empty() ? "<p class=\"none\">Nothing was measured.</p>\n" : cards;
  if (!without.empty()) {
    text += "<h3>Rules without a value</h3>\n<ul class=\"compact\">\n" + without + "</ul>\n";
  }
  return text + "</section>\n";
}

}  // namespace dosegate::batch::page
