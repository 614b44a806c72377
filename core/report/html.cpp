#include "report/html.h"

#include <fmt/format.h>

#include "base/sha256.h"
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

unsigned hex_digit(char c) {
  return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10);
}

// RFC 4648 of bytes that are given as hex digits.
std::string base64_of_hex(std::string_view hex) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  constexpr unsigned kSix = 0x3F;
  std::string text;
  unsigned buffer = 0;
  int bits = 0;
  for (const char digit : hex) {
    buffer = (buffer << 4U) | hex_digit(digit);
    bits += 4;
    if (bits < 6) continue;
    bits -= 6;
    text += kAlphabet[(buffer >> static_cast<unsigned>(bits)) & kSix];
  }
  if (bits > 0) text += kAlphabet[(buffer << static_cast<unsigned>(6 - bits)) & kSix];
  while (text.size() % 4 != 0) text += '=';
  return text;
}

// What the policy names an inline style or script by.
std::string policy_hash(std::string_view text) {
  return fmt::format("'sha256-{}'", base64_of_hex(sha256_hex(text)));
}

std::string policy(std::string_view style, const std::vector<std::string_view>& scripts) {
  std::string text =
      "default-src 'none'; base-uri 'none'; form-action 'none'; style-src " + policy_hash(style);
  if (scripts.empty()) return text;
  text += "; script-src";
  for (const std::string_view script : scripts) text += " " + policy_hash(script);
  return text;
}

std::string title(const ReportContent& content) {
  return html::escaped(fmt::format("{}: plan {}, patient {}", verdict_word(content.verdict),
                                   content.plan_label, content.patient_id));
}

}  // namespace

std::string to_html(const evaluation::Evaluation& evaluation, PageScripts wanted) {
  const ReportContent content = report_content(evaluation);
  const std::string_view style = asset("page_style");
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
      "<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n",
      policy(style, scripts), title(content), style);
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
