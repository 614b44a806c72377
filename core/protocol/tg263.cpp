#include "protocol/tg263.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.h"
#include "metrics/cursor.h"
#include "protocol/name_forms.h"
#include "protocol/names.h"

namespace dosegate::protocol {
namespace {

// Source: the official worksheet of 2017 to the TG-263 report, the rows for the abdomen and what
// lies in the beams' way to it. Its misspelling Colon_Decending stands in the table below.
constexpr std::array kNames = std::to_array<std::string_view>({
    "Bag_Bowel",
    "BileDuct_Common",
    "Body",
    "Bowel",
    "Bowel_Large",
    "Bowel_Small",
    "CTV",
    "CaudaEquina",
    "Cecum",
    "Chestwall",
    "Colon",
    "Colon_Ascending",
    "Colon_Descending",
    "Colon_Sigmoid",
    "Colon_Transverse",
    "Duodenum",
    "Esophagus",
    "Esophagus_I",
    "Esophagus_M",
    "Esophagus_S",
    "External",
    "GTV",
    "Gallbladder",
    "GreatVes",
    "Heart",
    "ITV",
    "Ileum",
    "Jejunum",
    "Jejunum_Ileum",
    "Kidney-GTV",
    "Kidney_Cortex",
    "Kidney_Hilums",
    "Kidney_L",
    "Kidney_R",
    "Kidneys",
    "Liver",
    "Liver-CTV",
    "Liver-GTV",
    "Lungs",
    "Lungs-GTV",
    "PTV",
    "Pancreas",
    "Pericardium",
    "Rectum",
    "Rib",
    "Skin",
    "Spc_Bowel",
    "Spc_Bowel_Small",
    "SpinalCanal",
    "SpinalCord",
    "Spleen",
    "Stomach",
    "ThecalSac",
    "V_Portal",
    "V_Venacava_I",
});

struct Correction {
  std::string_view wrong, right;
};
constexpr std::array kCorrections = std::to_array<Correction>({
    {"Colon_Decending", "Colon_Descending"},
    {"Colon_PTVxx", "Colon_PRVxx"},
});

// `name` without `_PRVnn`, nn being its millimetres.
std::string_view without_prv(std::string_view name) {
  constexpr std::string_view kMark = "_PRV";
  const std::size_t at = name.rfind(kMark);
  if (at == std::string_view::npos) return name;
  const std::string_view digits = name.substr(at + kMark.size());
  const bool all =
      digits.size() == 2 && std::all_of(digits.begin(), digits.end(), metrics::is_ascii_digit);
  return all ? name.substr(0, at) : name;
}

// The parts between blanks, commas, '_' and '.' and at each SmallToCapital step, in lower case. A hyphen
// is a subtraction and stays.
std::vector<std::string> words_of(std::string_view name) {
  const auto is_small = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  std::vector<std::string> words(1);
  char before = ' ';
  for (const char c : name) {
    const bool gap = c == ' ' || c == '\t' || c == ',' || c == '_' || c == '.';
    const bool step = is_small(before) && is_capital(c);
    if ((gap || step) && !words.back().empty()) words.emplace_back();
    if (!gap) words.back() += to_lower_ascii(std::string(1, c));
    before = c;
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

std::optional<char> side_of(std::string_view word) {
  for (const std::string_view left : {"l", "lt", "left"}) {
    if (word == left) return 'L';
  }
  for (const std::string_view right : {"r", "rt", "right"}) {
    if (word == right) return 'R';
  }
  return std::nullopt;
}

// "Left Kidney", "kidney lt" -> Kidney_L.
std::optional<std::string_view> by_side(std::string_view name) {
  std::vector<std::string> words = words_of(name);
  std::optional<char> side;
  std::string rest;
  for (const std::string& word : words) {
    const auto one = side_of(word);
    if (one && side) return std::nullopt;
    if (one) {
      side = one;
    } else {
      rest += word;
    }
  }
  if (!side) return std::nullopt;
  for (const std::string_view listed : kNames) {
    const bool sided = listed.size() > 2 && listed[listed.size() - 2] == '_';
    if (!sided || listed.back() != *side) continue;
    if (normalised(listed.substr(0, listed.size() - 2)) == rest) return listed;
  }
  return std::nullopt;
}

struct Prv {
  std::string_view organ;
  int margin_mm = 0;
};

// "SpinalCord PRV 5mm", "cord_prv05": what stands before PRV, and its millimetres.
std::optional<Prv> prv_of(std::string_view name) {
  const std::string folded = to_lower_ascii(name);
  const std::size_t at = folded.find("prv");
  if (at == std::string::npos || at == 0) return std::nullopt;
  std::string digits;
  for (const char c : folded.substr(at + 3)) {
    if (metrics::is_ascii_digit(c)) digits += c;
  }
  const auto margin = parse_integer(digits);
  if (!margin || *margin < 1 || *margin > 99) return std::nullopt;
  std::string_view organ = name.substr(0, at);
  while (!organ.empty() && (organ.back() == '_' || organ.back() == ' ')) organ.remove_suffix(1);
  return Prv{organ, *margin};
}

bool same_digits(std::string_view a, std::string_view b) {
  const auto digits = [](std::string_view text) {
    std::string found;
    for (const char c : text) {
      if (metrics::is_ascii_digit(c)) found += c;
    }
    return found;
  };
  return digits(a) == digits(b);
}

// The nearest listed name, a typing error away. What begins with a listed name is likely to be
// derived from it.
std::optional<std::string_view> similar(std::string_view name) {
  // Three letters are near to any other three, and behind a hyphen every letter counts.
  constexpr std::size_t kShortest = 5;
  const bool helper = name.starts_with('_') || name.starts_with('z') || name.starts_with('Z');
  if (helper || normalised(name).size() < kShortest || name.find('-') != std::string_view::npos) {
    return std::nullopt;
  }
  std::optional<std::string_view> best;
  std::size_t best_distance = 0;
  for (const std::string_view listed : kNames) {
    const auto distance = similarity_distance(listed, name);
    if (!distance || *distance == 0 || !same_digits(listed, name)) continue;
    if (listed.size() < kShortest || listed.find('-') != std::string_view::npos) continue;
    // Lung_L is not Lungs, Esophag_Up not Esophagus: a part more or less says another thing.
    if (words_of(listed).size() != words_of(name).size()) continue;
    const std::string have = normalised(name);
    const std::string want = normalised(listed);
    if (have.starts_with(want) || want.starts_with(have)) continue;
    if (best && *distance >= best_distance) continue;
    best = listed;
    best_distance = *distance;
  }
  return best;
}

template <class Fits>
std::optional<std::string_view> first_that(Fits fits) {
  const auto at = std::find_if(kNames.begin(), kNames.end(), fits);
  return at == kNames.end() ? std::nullopt : std::optional<std::string_view>(*at);
}

}  // namespace

std::optional<Tg263Advice> tg263_advice(std::string_view roi_name) {
  const std::string name(trim(roi_name));
  if (is_tg263_name(name)) return Tg263Advice{name, "TG-263 name"};
  if (const auto right = tg263_correction(name)) {
    return Tg263Advice{std::string(*right), "right spelling"};
  }
  if (const auto prv = prv_of(name)) {
    const auto organ = tg263_advice(prv->organ);
    if (!organ || organ->how == "similar") return std::nullopt;
    return Tg263Advice{
        organ->name + "_PRV" + (prv->margin_mm < 10 ? "0" : "") + std::to_string(prv->margin_mm),
        "spelling of a PRV"};
  }
  const auto advice = [](std::string_view listed, const char* how) {
    return Tg263Advice{std::string(listed), how};
  };
  const std::string folded = to_lower_ascii(name);
  if (auto n = first_that([&](std::string_view l) { return to_lower_ascii(l) == folded; })) {
    return advice(*n, "other case");
  }
  std::string parts;
  for (const std::string& word : words_of(name)) parts += (parts.empty() ? "" : "_") + word;
  if (auto n = first_that([&](std::string_view l) { return is_reverse_order(parts, l); })) {
    return advice(*n, "reverse order");
  }
  if (auto n = first_that([&](std::string_view l) { return normalised(l) == normalised(name); })) {
    return advice(*n, "other separators");
  }
  if (auto n = by_side(name)) return advice(*n, "spelling of the side");
  if (auto n = similar(name)) return advice(*n, "similar");
  return std::nullopt;
}

bool is_tg263_name(std::string_view name) {
  const std::string_view organ = without_prv(name);
  return std::find(kNames.begin(), kNames.end(), organ) != kNames.end();
}

std::optional<std::string_view> tg263_correction(std::string_view name) {
  for (const Correction& c : kCorrections) {
    if (name == c.wrong) return c.right;
  }
  return std::nullopt;
}

}  // namespace dosegate::protocol
