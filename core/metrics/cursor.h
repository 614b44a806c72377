// Reading position in one line of the metric and rule language, shared by its parsers.
//
// A cursor only ever moves forward, never reads beyond the text, and makes the error that names the
// column. Columns are 1-based and count characters (UTF-8 code points), as an editor shows them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace dosegate::metrics {

/// Longest text of one metric, rule or expression, in bytes. Real ones are below 200; the bound
/// keeps a hostile file from costing time.
inline constexpr std::size_t kLongestText = 4096;
/// Deepest nesting of parentheses and operators, so that no recursion can exhaust the stack.
inline constexpr int kDeepestNesting = 64;
/// Numbers of the language are 0 or lie within these bounds, in whatever unit they have.
inline constexpr double kSmallestNumber = 1e-6;
inline constexpr double kLargestNumber = 1e7;

class Cursor {
 public:
  /// `text` must outlive the cursor. `code` is the code of the errors that this cursor makes.
  Cursor(std::string_view text, ErrorCode code) : text_(text), code_(code) {}

  [[nodiscard]] bool at_end() const { return position_ >= text_.size(); }
  /// The character `ahead` places further on; NUL beyond the end (NUL is part of no token).
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return position_ + ahead < text_.size() ? text_[position_ + ahead] : '\0';
  }
  [[nodiscard]] std::string_view rest() const { return text_.substr(position_); }
  [[nodiscard]] std::size_t position() const { return position_; }
  /// What was read since `start`, an earlier position().
  [[nodiscard]] std::string_view since(std::size_t start) const {
    return text_.substr(start, position_ - start);
  }
  /// True if the character before the cursor is a blank, or the cursor stands at the start.
  [[nodiscard]] bool after_blank() const;

  void advance(std::size_t count = 1);
  /// Skips blanks, tabs and line ends; the number skipped.
  std::size_t skip_blanks();
  /// Moves over `literal` if it stands here.
  bool take(std::string_view literal);
  /// The ASCII letters, digits and underscores that stand here; does not move.
  [[nodiscard]] std::string_view peek_word() const;
  /// Moves over `word` if it stands here as a whole word.
  bool take_word(std::string_view word);

  /// num = digits [ "." digits ]: ASCII, dot only, no sign, no exponent; 0 or within the bounds
  /// above. `what` names what is expected, for the error.
  [[nodiscard]] Result<double> number(std::string_view what);
  /// The same, and not 0.
  [[nodiscard]] Result<double> positive_number(std::string_view what);

  /// 1-based column of the cursor, and of an earlier position.
  [[nodiscard]] std::size_t column() const { return column_at(position_); }
  [[nodiscard]] std::size_t column_at(std::size_t position) const;

  /// "expected `what`, found ..." at the cursor.
  [[nodiscard]] tl::unexpected<Error> expected(std::string_view what) const;
  /// Any other sentence, at the cursor or at an earlier position.
  [[nodiscard]] tl::unexpected<Error> error(std::string text) const;
  [[nodiscard]] tl::unexpected<Error> error_at(std::size_t position, std::string text) const;

 private:
  std::string_view text_;
  std::size_t position_ = 0;
  ErrorCode code_;
};

/// Shortest plain decimal text (no exponent) that reads back as the same double: what number()
/// reads.
[[nodiscard]] std::string plain_number(double value);

[[nodiscard]] bool is_ascii_letter(char c);
[[nodiscard]] bool is_ascii_digit(char c);

}  // namespace dosegate::metrics
