#include "dicom/attributes.h"

#include <dcmtk/config/osconfig.h>
// osconfig.h comes first in every file that uses DCMTK.
#include <dcmtk/dcmdata/dctk.h>
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "base/text.h"
#include "dicom/dicom_file.h"

namespace dosegate::dicom {
namespace {

DcmElement* find(DcmItem& item, const Tag& tag) {
  DcmElement* element = nullptr;
  if (item.findAndGetElement(DcmTagKey(tag.group, tag.element), element).bad()) return nullptr;
  return element;
}

// A blank of a decimal string, or the NUL that some writers pad with.
bool is_padding(char c) {
  return c == ' ' || c == '\0' || c == '\r' || c == '\n' || c == '\t';
}

// Both read one decimal from `at` on and return where it ends, or nullptr if it is not theirs.
//
// Digits with at most one point among them, few enough that they and the power of ten are exact
// doubles, are the usual case. Their quotient is the double nearest to the decimal, which is what
// from_chars returns, in a fraction of the time.
const char* plain_decimal(const char* at, const char* end, double& value) {
  constexpr std::array<double, 16> kPowers = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                              1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
  constexpr std::ptrdiff_t kMostDigits = 15;  // 10^15 is below 2^53
  const bool negative = at != end && *at == '-';
  if (negative) ++at;
  std::uint64_t digits = 0;
  const auto take_digits = [&] {
    const char* const from = at;
    for (; at != end; ++at) {
      const unsigned digit = static_cast<unsigned char>(*at) - static_cast<unsigned>('0');
      if (digit > 9) break;
      digits = 10 * digits + digit;
    }
    return at - from;
  };
  std::ptrdiff_t count = take_digits();
  std::ptrdiff_t decimals = 0;
  if (at != end && *at == '.') {
    ++at;
    decimals = take_digits();
    count += decimals;
  }
  const bool goes_on = at != end && (*at == 'e' || *at == 'E');
  if (count == 0 || count > kMostDigits || goes_on) return nullptr;
  const double size = static_cast<double>(static_cast<std::int64_t>(digits)) /
                      kPowers[static_cast<std::size_t>(decimals)];
  value = negative ? -size : size;
  return at;
}

// With padding before it, a plus, an exponent, any number of digits.
const char* any_decimal(const char* at, const char* end, double& value) {
  while (at != end && is_padding(*at)) ++at;
  // from_chars takes no leading '+', a decimal string may have one.
  if (at != end && *at == '+') {
    ++at;
    if (at != end && *at == '-') return nullptr;
  }
  const auto [rest, status] = std::from_chars(at, end, value);
  return status == std::errc{} && std::isfinite(value) ? rest : nullptr;
}

// Enough of a bad value to recognise it, and no more: it may be of any length.
std::string excerpt(std::string_view text) {
  constexpr std::size_t kShown = 40;
  return printable(text.substr(0, kShown)) + (text.size() > kShown ? "..." : "");
}

tl::unexpected<Error> bad_value(const DicomFile& file, const Tag& tag, std::string_view value,
                                std::string_view wanted) {
  return fail(
      ErrorCode::TagInvalid,
      fmt::format("{} is \"{}\", which is no {}; correct the value and export the file again.",
                  to_text(tag), excerpt(value), wanted),
      place(file.path(), tag));
}

}  // namespace

std::string to_text(const Tag& tag) {
  return fmt::format("{} ({:04X},{:04X})", tag.keyword, tag.group, tag.element);
}

std::string place(const std::string& path, const Tag& tag) {
  return fmt::format("{}, {}", printable(path), to_text(tag));
}

bool Attributes::has(const Tag& tag) const {
  return find(*item_, tag) != nullptr;
}

std::string_view Attributes::raw(const Tag& tag) const {
  DcmElement* element = find(*item_, tag);
  if (element == nullptr || element->getLength() == 0) return {};
  char* text = nullptr;
  Uint32 length = 0;
  if (element->getString(text, length).good() && text != nullptr) return {text, length};
  // An element that kept the VR UN: its bytes are the text.
  Uint8* bytes = nullptr;
  if (element->ident() == EVR_UN && element->getUint8Array(bytes).good() && bytes != nullptr) {
    return {reinterpret_cast<const char*>(bytes), element->getLength()};
  }
  return {};
}

std::string Attributes::text(const Tag& tag) const {
  return std::string(trim(raw(tag)));
}

std::string Attributes::code(const Tag& tag) const {
  std::string value = text(tag);
  for (char& c : value) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return value;
}

std::string Attributes::name(const Tag& tag) const {
  // Padding goes before the conversion (a NUL would end up in the name), no-break spaces after it.
  std::string_view bytes = raw(tag);
  while (!bytes.empty() && is_padding(bytes.back())) bytes.remove_suffix(1);
  return std::string(trim(file_->to_utf8(bytes)));
}

Result<std::optional<double>> Attributes::number(const Tag& tag) const {
  const std::string_view value = trim(raw(tag));
  if (value.empty()) return std::optional<double>{};
  const std::optional<double> number = parse_number(value);
  if (!number) return bad_value(*file_, tag, value, "number");
  return number;
}

Result<std::optional<int>> Attributes::integer(const Tag& tag) const {
  const std::string_view value = trim(raw(tag));
  if (value.empty()) return std::optional<int>{};
  const std::optional<int> number = parse_integer(value);
  if (!number) return bad_value(*file_, tag, value, "whole number");
  return number;
}

Result<std::vector<double>> Attributes::numbers(const Tag& tag) const {
  std::vector<double> values;
  const std::string_view value = raw(tag);
  if (trim(value).empty()) return values;
  if (!parse_decimals(value, values)) return bad_value(*file_, tag, value, "list of numbers");
  return values;
}

std::optional<unsigned> Attributes::unsigned_short(const Tag& tag) const {
  DcmElement* element = find(*item_, tag);
  Uint16 value = 0;
  if (element == nullptr || element->getLength() == 0 || element->getUint16(value).bad()) {
    return std::nullopt;
  }
  return value;
}

std::vector<Attributes> Attributes::items(const Tag& tag) const {
  std::vector<Attributes> items;
  DcmElement* element = find(*item_, tag);
  if (element == nullptr || element->ident() != EVR_SQ) return items;
  // getItem(i) walks the list from its start for each i; nextInContainer does not.
  auto* sequence = static_cast<DcmSequenceOfItems*>(element);
  items.reserve(sequence->card());
  DcmObject* object = nullptr;
  while ((object = sequence->nextInContainer(object)) != nullptr) {
    items.emplace_back(*file_, *static_cast<DcmItem*>(object));
  }
  return items;
}

bool parse_decimals(std::string_view text, std::vector<double>& values) {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (true) {
    double value = 0.0;
    const char* rest = plain_decimal(at, end, value);
    if (rest == nullptr) rest = any_decimal(at, end, value);
    if (rest == nullptr) return false;
    values.push_back(value);
    at = rest;
    while (at != end && is_padding(*at)) ++at;
    if (at == end) return true;
    if (*at++ != '\\') return false;
  }
}

}  // namespace dosegate::dicom
