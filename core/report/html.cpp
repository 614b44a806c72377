#include "report/html.h"

#include <fmt/format.h>

#include "report/html_parts.h"
#include "report/page_assets.h"

namespace dosegate::report {
namespace {

std::string_view asset(std::string_view id) {
  for (const PageAsset& asset : page_assets()) {
    if (asset.id == id) return {reinterpret_cast<const char*>(asset.bytes), asset.size};
  }
  return {};
}

std::string title(const ReportContent& content) {
  return fmt::format("{}: plan {}, patient {}", verdict_word(content.verdict), content.plan_label,
                     content.patient_id);
}

// At the foot of every printed page: whose it is. Bytes other than letters and digits are written as escapes, so
// that no name can end the string; what is beyond ASCII stays, printable() made it valid UTF-8.
std::string page_foot(const ReportContent& content) {
  std::string text;
  for (const char c : title(content)) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                       static_cast<unsigned char>(c) >= 0x80U;
    text += plain ? std::string(1, c) : fmt::format("\\{:06x}", static_cast<unsigned>(c));
  }
  return fmt::format("@page {{ @bottom-left {{ content: \"{}\"; }} }}", text);
}

}  // namespace

std::string to_html(const evaluation::Evaluation& evaluation, PageScripts wanted) {
  const ReportContent content = report_content(evaluation);
  const std::string_view style = asset("page_style");
  const std::string foot = page_foot(content);
  const std::string_view dygraphs = asset("dygraph");
  std::vector<std::string_view> scripts;
  if (wanted == PageScripts::WhereBuilt && !dygraphs.empty()) {
    scripts = {dygraphs, asset("page_script")};
  }
  const PageScripts used = scripts.empty() ? PageScripts::None : PageScripts::WhereBuilt;
  std::string page = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<meta name=\"referrer\" content=\"no-referrer\">\n"
      "<title>{}</title>\n<style>{}</style>\n<style>{}</style>\n</head>\n<body>\n",
      html::content_policy({style, foot}, scripts), html::escaped(title(content)), style, foot);
  page += html::verdict_shapes();
  page += html::first_screen(content);
  page += "<main>\n";
  page += html::rules_section(content);
  page += html::plot_section(content, used);
  page += html::structures_section(content);
  page += html::tps_section(content);
  page += html::findings_section(content);
  page += html::checks_section(content);
  page += html::provenance_section(content);
  page += html::signature_section(content);
  page += "</main>\n";
  if (!scripts.empty()) {
    page += fmt::format("<script type=\"application/json\" id=\"dvh-data\">{}</script>\n",
                        html::plot_data(content.plot));
  }
  for (const std::string_view script : scripts) {
    ((page += "<script>") += script) += "</script>\n";
  }
  return page + "</body>\n</html>\n";
}

}  // namespace dosegate::report
