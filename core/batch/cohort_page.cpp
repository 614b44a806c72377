#include "batch/cohort_page.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/result.h"
#include "batch/cohort_page_assets.h"
#include "batch/cohort_page_parts.h"
#include "report/html_text.h"

namespace dosegate::batch {
namespace {

namespace html = report::html;

std::string_view asset(std::span<const report::PageAsset> assets, std::string_view id) {
  const auto found = std::find_if(assets.begin(), assets.end(),
                                  [&](const report::PageAsset& one) { return one.id == id; });
  require(found != assets.end(), "a style or script of the cohort's page is not built in");
  return {reinterpret_cast<const char*>(found->bytes), found->size};
}

}  // namespace

std::string cohort_page(const Cohort& cohort) {
  const CohortSummary summary = summarize(cohort);
  const page::PageContent content{cohort, summary};
  // The style of a plan's page first: a cohort's page looks like it, and adds what it alone has.
  const std::string_view base = asset(report::page_assets(), "page_style");
  const std::string_view style = asset(cohort_page_assets(), "cohort_style");
  const std::string_view script = asset(cohort_page_assets(), "cohort_script");
  std::string text = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<meta name=\"referrer\" content=\"no-referrer\">\n"
      "<title>Cohort of {}</title>\n<style>{}</style>\n<style>{}</style>\n</head>\n<body>\n",
      html::content_policy({base, style}, {script}), page::plural(cohort.plans.size(), "plan"),
      base, style);
  text += html::verdict_shapes() + page::unchecked_shapes();
  text += page::head(content);
  text += "<main>\n";
  text += page::unchecked_section(content);
  text += page::rules_section(content);
  text += page::plans_section(content);
  text += page::months_section(content);
  text += page::outliers_section(content);
  text += page::treatments_section(content);
  text += page::values_section(content);
  text += "</main>\n";
  text += "<script type=\"application/json\" id=\"cohort-data\">";
  text += page::plans_json(content);
  text += "</script>\n<script>";
  text += script;
  return text + "</script>\n</body>\n</html>\n";
}

}  // namespace dosegate::batch
