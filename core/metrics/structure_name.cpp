#include "metrics/structure_name.h"

#include <algorithm>

#include "base/text.h"

namespace dosegate::metrics {
namespace {

bool is_name_start(char c) {
  return is_ascii_letter(c) || is_ascii_digit(c) || c == '_';
}

bool is_name_character(char c) {
  return is_name_start(c) || c == '-' || c == '.' || c == '~' || c == '^';
}

// True if `name` can be written without quotes.
bool is_plain_name(std::string_view name) {
  return !name.empty() && is_name_start(name.front()) && name.back() != '-' &&
         std::all_of(name.begin(), name.end(), is_name_character);
}

Result<std::string> parse_quoted(Cursor& cursor) {
  const std::size_t start = cursor.position();
  cursor.advance();
  std::string name;
  while (cursor.peek() != '"') {
    if (cursor.at_end()) return cursor.error_at(start, "the closing double quote is missing");
    if (cursor.peek() == '\\') {
      cursor.advance();
      if (cursor.peek() != '"' && cursor.peek() != '\\') {
        return cursor.expected("'\"' or '\\' behind a backslash");
      }
    }
    name += cursor.peek();
    cursor.advance();
  }
  cursor.advance();
  // ROI names are read with their blanks taken off both ends, so another name could never match.
  if (name.empty() || trim(name) != name || printable(name) != name) {
    return cursor.error_at(start,
                           "a name in quotes must not be empty, begin or end with a blank, "
                           "or hold characters that cannot be shown");
  }
  return name;
}

}  // namespace

Result<std::string> parse_structure_name(Cursor& cursor, std::string_view what) {
  if (cursor.peek() == '"') return parse_quoted(cursor);
  if (!is_name_start(cursor.peek())) return cursor.expected(what);
  const std::size_t start = cursor.position();
  while (is_name_character(cursor.peek())) cursor.advance();
  std::string name(cursor.since(start));
  if (name.back() == '-') {
    return cursor.error(
        "a name that ends in a hyphen must be in double quotes, and a "
        "subtraction needs a blank on both sides");
  }
  return name;
}

std::string structure_name_text(std::string_view name) {
  if (is_plain_name(name)) return std::string(name);
  std::string text = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + "\"";
}

}  // namespace dosegate::metrics
