// The parts of the cohort's page, each a function of the cohort and of what summarize() makes of it. Internal to the
// room.
#pragma once

#include <string>
#include <string_view>

#include "batch/cohort_page.h"
#include "batch/cohort_summary.h"

namespace dosegate::batch::page {

struct PageContent {
  const Cohort& cohort;
  const CohortSummary& summary;
};

/// A relative path as a link: each part percent-encoded (RFC 3986, all but unreserved characters), so that no name can
/// be a scheme, a query or a fragment. Empty where there is no safe one: an absolute path, or one that leaves
/// the page's folder by "..".
[[nodiscard]] std::string href_of(std::string_view path);

/// The folder of a plan's files as a link without "/" at its end; empty if it has none.
[[nodiscard]] std::string folder_href(const CohortPlan& plan);

/// Of a plan's files the one that people read: the first HTML report, else PDF, else any; empty if none.
[[nodiscard]] std::string best_report(const CohortPlan& plan);

/// "patient, plan" (the key where both are empty), linked to best_report() or the folder where there is one.
[[nodiscard]] std::string plan_link(const CohortPlan& plan);

/// The verdict of a checked plan, or that there is none: shape and word.
[[nodiscard]] std::string status_mark(const CohortPlan& plan);
[[nodiscard]] std::string unchecked_mark(CohortPlan::Status status);
/// The shapes of unchecked_mark(); once a page.
[[nodiscard]] std::string unchecked_shapes();

/// With the metric's decimals, and as many more as are needed never to contradict a limit in use; no unit.
[[nodiscard]] std::string value_text(double value, const MetricValues& metric);
/// " Gy"; "" for a ratio.
[[nodiscard]] std::string unit_text(const MetricValues& metric);
/// "92.1 % (95 %: 89.0 to 94.6)"; "none applies" for a count of 0.
[[nodiscard]] std::string rate_text(std::size_t hits, std::size_t count);
/// "1 plan", "2 plans".
[[nodiscard]] std::string plural(std::size_t count, std::string_view noun);
/// "≤ 18 Gy", of an unrounded limit.
[[nodiscard]] std::string limit_text(const LimitInUse& limit, const MetricValues& metric);

/// `<section ...><h2 id=...>`; a section ends with "</section>\n".
[[nodiscard]] std::string heading(std::string_view id, std::string_view title);
[[nodiscard]] std::string table_head(std::string_view kind, std::string_view label,
                                     std::initializer_list<std::string_view> columns);
/// A cell that says its column's name where the table is shown as cards. `content` is HTML.
[[nodiscard]] std::string cell(std::string_view label, std::string_view content,
                               std::string_view kind = "");

/// Histogram of a metric's values with the limits as lines: one SVG.
[[nodiscard]] std::string histogram(const MetricValues& metric);
/// Values by plan date with running median and limits, and the share of PASS of each month below.
[[nodiscard]] std::string trend(const MetricValues& metric, const RuleSummary& rule);
/// A bar of the share with its interval as a line.
[[nodiscard]] std::string rate_bar(std::size_t hits, std::size_t count);
/// Share of PASS of all plans by month with its interval, and the number of plans.
[[nodiscard]] std::string month_plot(const std::map<int, VerdictCounts>& by_month);

[[nodiscard]] std::string head(const PageContent& content);
[[nodiscard]] std::string unchecked_section(const PageContent& content);
[[nodiscard]] std::string rules_section(const PageContent& content);
[[nodiscard]] std::string plans_section(const PageContent& content);
[[nodiscard]] std::string months_section(const PageContent& content);
[[nodiscard]] std::string outliers_section(const PageContent& content);
[[nodiscard]] std::string treatments_section(const PageContent& content);
[[nodiscard]] std::string values_section(const PageContent& content);
/// What the script needs of the plans: JSON that may stand in a script element. Its layout is told in
/// cohort_page_data.cpp.
[[nodiscard]] std::string plans_json(const PageContent& content);

}  // namespace dosegate::batch::page
