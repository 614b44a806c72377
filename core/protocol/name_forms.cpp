#include "protocol/name_forms.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.h"
#include "metrics/cursor.h"
#include "protocol/names.h"

namespace dosegate::protocol {
namespace {

// ROI names have at most 64 characters by the standard; what is longer is cut for the edit
// distance, whose cost is quadratic.
constexpr std::size_t kComparedLength = 64;

constexpr std::string_view kNoBreakSpace = "\xC2\xA0";

std::vector<std::string> parts_of(std::string_view name) {
  std::vector<std::string> parts;
  const std::string folded = to_lower_ascii(name);
  std::size_t start = 0;
  for (std::size_t end = folded.find('_'); end != std::string::npos;
       end = folded.find('_', start)) {
    parts.push_back(folded.substr(start, end - start));
    start = end + 1;
  }
  parts.push_back(folded.substr(start));
  return parts;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row[b.size()];
}

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

// The unit of a length such as 5mm, 5 mm, 1cm somewhere in `folded`.
std::optional<std::string> length_unit(std::string_view folded) {
  for (const std::string_view unit : {std::string_view("mm"), std::string_view("cm")}) {
    for (std::size_t at = folded.find(unit); at != std::string_view::npos;
         at = folded.find(unit, at + 1)) {
      std::size_t before = at;
      while (before > 0 && folded[before - 1] == ' ') --before;
      if (before > 0 && metrics::is_ascii_digit(folded[before - 1])) return std::string(unit);
    }
  }
  return std::nullopt;
}

}  // namespace

std::string normalised(std::string_view name) {
  const std::string folded = to_lower_ascii(name);
  std::string text;
  for (std::size_t i = 0; i < folded.size(); ++i) {
    const char c = folded[i];
    if (std::string_view(folded).substr(i).starts_with(kNoBreakSpace)) {
      ++i;
      continue;
    }
    const bool separator = c == ' ' || c == '\t' || (c == '_' && i > 0);
    const bool decimal_point = c == '.' && i > 0 && metrics::is_ascii_digit(folded[i - 1]) &&
                               i + 1 < folded.size() && metrics::is_ascii_digit(folded[i + 1]);
    if (separator || (c == '.' && !decimal_point)) continue;
    text += c;
  }
  return text;
}

bool is_reverse_order(std::string_view name, std::string_view wanted) {
  const std::vector<std::string> have = parts_of(name);
  std::vector<std::string> want = parts_of(wanted);
  if (have.size() != want.size() || want.size() < 2) return false;
  // A leading underscore marks a helper structure, so an empty part must not move to another place.
  if (std::any_of(have.begin(), have.end(), [](const std::string& p) { return p.empty(); })) {
    return false;
  }
  if (std::equal(have.begin(), have.end(), want.rbegin())) return true;
  for (std::size_t turn = 0; turn < want.size(); ++turn) {
    std::rotate(want.begin(), want.begin() + 1, want.end());
    if (have == want) return true;
  }
  return false;
}

std::string_view expected_type(std::string_view name) {
  const std::string folded = to_lower_ascii(name);
  if (folded.starts_with("gtv")) return "GTV";
  if (folded.starts_with("ctv")) return "CTV";
  if (folded.starts_with("ptv")) return "PTV";
  if (folded == "body" || folded == "external") return "EXTERNAL";
  return "ORGAN";
}

bool contradicts_type(std::string_view prefix, std::string_view interpreted_type) {
  const std::string_view expected = expected_type(prefix);
  if (interpreted_type.empty() || interpreted_type == "NONE" || interpreted_type == expected) {
    return false;
  }
  constexpr std::array<std::string_view, 4> kOrganLike{"OAR", "AVOIDANCE", "CAVITY", "ORGAN"};
  return expected != "ORGAN" || !contains(kOrganLike, interpreted_type);
}

std::optional<std::string> derived_mark(std::string_view tail) {
  constexpr std::array<std::string_view, 19> kMarks{
      "+",     "ring", "shell", "opt",  "ptv",  "ctv",  "itv",    "prv",   "exp", "margin",
      "minus", "old",  "avoid", "dose", "wall", "copy", "backup", "phase", "mip"};
  const std::string folded = to_lower_ascii(tail);
  for (const std::string_view mark : kMarks) {
    if (folded.find(mark) != std::string::npos) return std::string(mark);
  }
  return length_unit(folded);
}

std::optional<std::size_t> similarity_distance(std::string_view a, std::string_view b) {
  const std::string left = normalised(a.substr(0, kComparedLength));
  const std::string right = normalised(b.substr(0, kComparedLength));
  const std::size_t shorter = std::min(left.size(), right.size());
  if (shorter < 2) return std::nullopt;
  const std::size_t distance = edit_distance(left, right);
  const bool begins = left.starts_with(right) || right.starts_with(left);
  if (distance <= shorter / 3 || begins) return distance;
  return std::nullopt;
}

bool same_name(std::string_view a, std::string_view b) {
  return normalised(a) == normalised(b);
}

bool is_derived_from(std::string_view alias, std::string_view name) {
  const std::string parent = normalised(name);
  const std::string other = normalised(alias);
  // Planning organ at risk volume, an expansion; the letters occur in no organ's name.
  const auto is_prv = [](const std::string& n) { return n.find("prv") != std::string::npos; };
  if (is_prv(other) && !is_prv(parent)) return true;
  for (const char c : {'-', '+', '~', '^'}) {
    const std::size_t at = other.find(c);
    if (at == std::string::npos || parent.find(c) != std::string::npos) continue;
    // Only where the part before or behind the sign is the parent: "Small-Bowel" is no subtraction.
    if (other.substr(0, at) == parent || other.substr(at + 1) == parent) return true;
  }
  return false;
}

}  // namespace dosegate::protocol
