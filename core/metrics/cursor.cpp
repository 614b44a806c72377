#include "metrics/cursor.h"

#include <array>
#include <charconv>
#include <cmath>

#include "base/text.h"

namespace dosegate::metrics {
namespace {

// More digits than this carry nothing for a double within the language's bounds.
constexpr std::size_t kLongestNumber = 40;
// How much of what was found is repeated in a message.
constexpr std::size_t kExcerpt = 16;

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool is_word_character(char c) {
  return is_ascii_letter(c) || is_ascii_digit(c) || c == '_';
}

bool is_continuation_byte(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

// What stands at the start of `rest`, for a message: the word there, or the single character.
std::string excerpt(std::string_view rest) {
  if (rest.empty()) return "the end";
  std::size_t length = 0;
  while (length < rest.size() && length < kExcerpt && is_word_character(rest[length])) ++length;
  if (length == 0) {
    length = 1;
    while (length < rest.size() && length < 4 && is_continuation_byte(rest[length])) ++length;
  }
  return "'" + printable(rest.substr(0, length)) + "'";
}

}  // namespace

bool is_ascii_letter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool is_ascii_digit(char c) {
  return c >= '0' && c <= '9';
}

bool Cursor::after_blank() const {
  return position_ == 0 || is_blank(text_[position_ - 1]);
}

void Cursor::advance(std::size_t count) {
  position_ = count > text_.size() - position_ ? text_.size() : position_ + count;
}

std::size_t Cursor::skip_blanks() {
  const std::size_t start = position_;
  while (!at_end() && is_blank(text_[position_])) ++position_;
  return position_ - start;
}

bool Cursor::take(std::string_view literal) {
  if (!rest().starts_with(literal)) return false;
  position_ += literal.size();
  return true;
}

std::string_view Cursor::peek_word() const {
  std::size_t end = position_;
  while (end < text_.size() && is_word_character(text_[end])) ++end;
  return text_.substr(position_, end - position_);
}

bool Cursor::take_word(std::string_view word) {
  if (peek_word() != word) return false;
  position_ += word.size();
  return true;
}

Result<double> Cursor::number(std::string_view what) {
  const std::size_t start = position_;
  if (!is_ascii_digit(peek())) return expected(what);
  while (is_ascii_digit(peek())) advance();
  // Two dots are the range operator, not a decimal point.
  if (peek() == '.' && is_ascii_digit(peek(1))) {
    advance();
    while (is_ascii_digit(peek())) advance();
  } else if (peek() == ',' && is_ascii_digit(peek(1))) {
    return error("a decimal comma is not allowed; write a dot");
  } else if (peek() == '.' && peek(1) != '.') {
    return error("a decimal point needs a digit on both sides");
  }
  const std::string_view digits = since(start);
  if (digits.size() > kLongestNumber) {
    return error_at(start, "a number of more than " + std::to_string(kLongestNumber) +
                               " characters is not allowed; round it");
  }
  double value = 0.0;
  const auto status = std::from_chars(digits.data(), digits.data() + digits.size(), value,
                                      std::chars_format::fixed);
  const bool in_range = value == 0.0 || (value >= kSmallestNumber && value <= kLargestNumber);
  if (status.ec != std::errc{} || !in_range) {
    return error_at(start, "the number " + std::string(digits) + " is out of range: 0, or from " +
                               plain_number(kSmallestNumber) + " to " +
                               plain_number(kLargestNumber));
  }
  return value;
}

Result<double> Cursor::positive_number(std::string_view what) {
  const std::size_t start = position_;
  Result<double> value = number(what);
  if (value && *value == 0.0) return error_at(start, "0 is not allowed here; it must be above 0");
  return value;
}

std::size_t Cursor::column_at(std::size_t position) const {
  std::size_t column = 1;
  for (std::size_t i = 0; i < position && i < text_.size(); ++i) {
    if (!is_continuation_byte(text_[i])) ++column;
  }
  return column;
}

tl::unexpected<Error> Cursor::expected(std::string_view what) const {
  return error("expected " + std::string(what) + ", found " + excerpt(rest()));
}

tl::unexpected<Error> Cursor::error(std::string text) const {
  return error_at(position_, std::move(text));
}

tl::unexpected<Error> Cursor::error_at(std::size_t position, std::string text) const {
  return fail(code_, std::move(text), "column " + std::to_string(column_at(position)));
}

std::string plain_number(double value) {
  require(std::isfinite(value) && std::abs(value) <= kLargestNumber,
          "a number outside the range of the rule language");
  std::array<char, 64> buffer{};
  const auto [end, status] =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed);
  require(status == std::errc{}, "a number that does not fit its buffer");
  return std::string(buffer.data(), end);
}

}  // namespace dosegate::metrics
