#include "report/html_text.h"

#include <fmt/format.h>

#include "base/result.h"
#include "base/sha256.h"
#include "report/report_content.h"

namespace dosegate::report::html {
namespace {

using evaluation::Verdict;

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

}  // namespace

std::string escaped(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      case '\'':
        safe += "&#39;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

std::string name(std::string_view text) {
  return "<bdi>" + escaped(text) + "</bdi>";
}

std::string script_json(std::string_view json) {
  std::string safe;
  safe.reserve(json.size());
  for (const char c : json) c == '<' ? safe += "\\u003c" : safe += c;
  return safe;
}

std::string_view verdict_class(Verdict verdict) {
  switch (verdict) {
    case Verdict::Pass:
      return "pass";
    case Verdict::Variation:
      return "variation";
    case Verdict::Fail:
      return "fail";
    case Verdict::Unknown:
      return "unknown";
    case Verdict::NotApplicable:
      return "na";
  }
  throw InternalError("unknown verdict");
}

std::string verdict_mark(Verdict verdict) {
  const std::string_view kind = verdict_class(verdict);
  return fmt::format(
      "<span class=\"verdict {}\"><svg class=\"shape\" viewBox=\"0 0 24 24\" aria-hidden=\"true\">"
      "<use href=\"#shape-{}\"/></svg>{}</span>",
      kind, kind, verdict_word(verdict));
}

// A circle, a triangle, an octagon, a square and a ring: told apart without colour, and in print.
std::string verdict_shapes() {
  return "<svg class=\"hidden\" aria-hidden=\"true\"><defs>"
         "<symbol id=\"shape-pass\" viewBox=\"0 0 24 24\"><circle class=\"body\" cx=\"12\" "
         "cy=\"12\" r=\"11\"/><path class=\"sign\" d=\"M6.5 12.5l3.8 3.8 7.2-8\"/></symbol>"
         "<symbol id=\"shape-variation\" viewBox=\"0 0 24 24\"><path class=\"body\" d=\"M12 "
         "1.5L23.5 "
         "22h-23z\"/><path class=\"sign\" d=\"M12 9v6.5M12 18.4v.6\"/></symbol>"
         "<symbol id=\"shape-fail\" viewBox=\"0 0 24 24\"><path class=\"body\" d=\"M7.5 "
         "1h9L23 7.5v9L16.5 23h-9L1 16.5v-9z\"/><path class=\"sign\" d=\"M8 8l8 8M16 8l-8 "
         "8\"/></symbol>"
         "<symbol id=\"shape-unknown\" viewBox=\"0 0 24 24\"><path class=\"body\" d=\"M2.5 "
         "1h19a1.5 1.5 0 0 1 1.5 1.5v19a1.5 "
         "1.5 0 0 1-1.5 1.5h-19A1.5 1.5 0 0 1 1 21.5v-19A1.5 1.5 0 0 1 2.5 1z\"/><path "
         "class=\"sign\" d=\"M8.9 9.3a3.1 3.1 0 1 1 4.6 2.7c-1 "
         ".6-1.5 1.1-1.5 2.3M12 17.6v.3\"/></symbol>"
         "<symbol id=\"shape-na\" viewBox=\"0 0 24 24\"><circle class=\"ring\" cx=\"12\" cy=\"12\" "
         "r=\"10\"/></symbol></defs></svg>\n";
}

std::string content_policy(const std::vector<std::string_view>& styles,
                           const std::vector<std::string_view>& scripts) {
  std::string text = "default-src 'none'; base-uri 'none'; form-action 'none'; style-src";
  for (const std::string_view style : styles) text += " " + policy_hash(style);
  if (scripts.empty()) return text;
  text += "; script-src";
  for (const std::string_view script : scripts) text += " " + policy_hash(script);
  return text;
}

}  // namespace dosegate::report::html
