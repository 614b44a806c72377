#include "protocol/tg263.h"

#include <algorithm>
#include <array>

#include "metrics/cursor.h"

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

}  // namespace

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
