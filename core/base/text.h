// Text and numbers without a locale: the same bytes in Berlin and in Boston. Also the escaping of
// text that comes from DICOM files, which must be treated as hostile wherever it is shown.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dosegate {
inline namespace base {

/// Parses the whole of `text` (ASCII blanks around it allowed, one leading '+' allowed, exponent
/// allowed) as a finite double. Empty, trailing rubbish, "nan", "inf", a decimal comma: nullopt.
[[nodiscard]] std::optional<double> parse_number(std::string_view text);

/// Parses the whole of `text` (blanks around it, leading '+' allowed) as a decimal int.
[[nodiscard]] std::optional<int> parse_integer(std::string_view text);

/// Shortest decimal text that reads back as the same double; "-0" becomes "0".
/// Never called with a non-finite value (InternalError).
[[nodiscard]] std::string shortest(double value);

/// Fixed number of decimals, rounding half to even on the exact value; "-0.00" becomes "0.00".
[[nodiscard]] std::string fixed(double value, int decimals);

/// Text of `value` with at least `decimals` decimals and as many more as are needed so that the
/// text, read back, lies on the same side of every limit in `borders` as the value itself: what is
/// shown never contradicts a verdict that was reached by comparing unrounded values.
[[nodiscard]] std::string fixed_beside(double value, const std::vector<double>& borders,
                                       int decimals);

/// Decimal text of `value` of at most `longest` characters, with an exponent where it needs one: the shortest that
/// reads back as the same double if that fits, else as many digits as fit, on the same side of every limit in
/// `borders` as the value itself. Nothing where no text that short lies there. Never called with a non-finite value
/// (InternalError).
[[nodiscard]] std::optional<std::string> fitted_beside(double value,
                                                       const std::vector<double>& borders,
                                                       std::size_t longest);

/// Blanks, tabs, line ends, NULs and no-break spaces taken off both ends.
[[nodiscard]] std::string_view trim(std::string_view text);
[[nodiscard]] std::string to_lower_ascii(std::string_view text);

/// Valid UTF-8 on one line, safe for a terminal or a log: invalid bytes become U+FFFD, control
/// characters (C0, C1, DEL) and bidirectional overrides become U+FFFD too.
[[nodiscard]] std::string printable(std::string_view text);

/// One CSV field (RFC 4180): quoted when needed, and a leading = + - @ tab or CR in text gets a
/// single quote before it so that a spreadsheet does not run it as a formula. Not for numbers.
[[nodiscard]] std::string csv_field(std::string_view text);

}  // namespace base
}  // namespace dosegate
