#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/result.h"

namespace dosegate {
inline namespace base {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view kNoBreakSpace = "\xC2\xA0";

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f' || c == '\0';
}

std::string_view trim_ascii(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// from_chars takes no leading '+', DICOM's DS and IS do.
std::string_view without_plus(std::string_view text) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  return text;
}

// Length of the valid UTF-8 sequence at the start of `text`, 0 if there is none; `code` is its
// value.
std::size_t decode_utf8(std::string_view text, char32_t& code) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  std::size_t length = 0;
  char32_t minimum = 0;
  if (lead < 0x80) {
    code = lead;
    return 1;
  }
  if ((lead & 0xE0U) == 0xC0) {
    length = 2, code = lead & 0x1FU, minimum = 0x80;
  } else if ((lead & 0xF0U) == 0xE0) {
    length = 3, code = lead & 0x0FU, minimum = 0x800;
  } else if ((lead & 0xF8U) == 0xF0) {
    length = 4, code = lead & 0x07U, minimum = 0x10000;
  } else {
    return 0;
  }
  if (text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return 0;
    code = (code << 6) | (byte(i) & 0x3FU);
  }
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  return (code < minimum || code > 0x10FFFF || surrogate) ? 0 : length;
}

bool is_unsafe(char32_t code) {
  const bool control = code < 0x20 || (code >= 0x7F && code < 0xA0);
  // Line and paragraph separators and the bidirectional controls can reorder what a person reads.
  const bool separator = code == 0x2028 || code == 0x2029;
  const bool bidirectional = code == 0x200E || code == 0x200F ||
                             (code >= 0x202A && code <= 0x202E) ||
                             (code >= 0x2066 && code <= 0x2069) || code == 0x061C;
  return control || separator || bidirectional;
}

}  // namespace

std::optional<double> parse_number(std::string_view text) {
  text = without_plus(trim_ascii(text));
  double value = 0.0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc{} || end != text.data() + text.size() || text.empty())
    return std::nullopt;
  if (!std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<int> parse_integer(std::string_view text) {
  text = without_plus(trim_ascii(text));
  int value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc{} || end != text.data() + text.size() || text.empty())
    return std::nullopt;
  return value;
}

std::string shortest(double value) {
  require(std::isfinite(value), "shortest() of a value that is not finite");
  if (value == 0.0) return "0";
  std::array<char, 32> buffer{};
  const auto [end, status] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  require(status == std::errc{}, "shortest(): buffer too small");
  return {buffer.data(), end};
}

std::string fixed(double value, int decimals) {
  require(std::isfinite(value), "fixed() of a value that is not finite");
  std::string text = fmt::format("{:.{}f}", value, decimals);
  if (text.front() == '-' && text.find_first_not_of("-0.") == std::string::npos) text.erase(0, 1);
  return text;
}

namespace {

// On the same side of every border.
bool is_faithful(double shown, double value, const std::vector<double>& borders) {
  return std::all_of(borders.begin(), borders.end(), [&](double border) {
    return (shown < border) == (value < border) && (shown > border) == (value > border);
  });
}

}  // namespace

std::string fixed_beside(double value, const std::vector<double>& borders, int decimals) {
  // 17 significant digits always tell two doubles apart, so the loop ends.
  constexpr int kMostDecimals = 17;
  for (int d = decimals; d < kMostDecimals; ++d) {
    std::string text = fixed(value, d);
    if (is_faithful(parse_number(text).value(), value, borders)) return text;
  }
  return shortest(value);
}

std::optional<std::string> fitted_beside(double value, const std::vector<double>& borders,
                                         std::size_t longest) {
  std::string text = shortest(value);
  if (text.size() <= longest) return text;
  constexpr int kMostDigits = 17;
  for (int digits = kMostDigits; digits > 0; --digits) {
    // The nearest text may lie on a border or beyond; then its neighbours on both sides are looked at.
    const double step = std::pow(10.0, std::floor(std::log10(std::abs(value))) - digits + 1);
    for (const double near : {value, value + step, value - step}) {
      text = fmt::format("{:.{}g}", near, digits);
      const std::optional<double> shown = parse_number(text);
      if (text.size() <= longest && shown && is_faithful(*shown, value, borders)) return text;
    }
  }
  return std::nullopt;
}

std::string_view trim(std::string_view text) {
  for (;;) {
    const std::size_t before = text.size();
    text = trim_ascii(text);
    if (text.substr(0, 2) == kNoBreakSpace) text.remove_prefix(2);
    if (text.size() >= 2 && text.substr(text.size() - 2) == kNoBreakSpace) text.remove_suffix(2);
    if (text.size() == before) return text;
  }
}

std::string to_lower_ascii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    char32_t code = 0;
    const std::size_t length = decode_utf8(text, code);
    if (length == 0 || is_unsafe(code)) {
      out += kReplacement;
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

std::string csv_field(std::string_view text) {
  std::string safe = printable(text);
  if (!text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos) {
    safe.insert(0, "'");
  }
  if (safe.find_first_of(",\"\n\r;") == std::string::npos) return safe;
  std::string quoted = "\"";
  for (const char c : safe) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

}  // namespace base
}  // namespace dosegate
