// Names of AAPM TG-263 (2018) for the organs and targets this project is about.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dosegate::protocol {

/// True for a name of the list, spelt as there; PRV volumes of a listed name (`SpinalCord_PRV05`)
/// included.
[[nodiscard]] bool is_tg263_name(std::string_view name);

/// The right spelling of a name that the published worksheet itself misspells (`Colon_Decending`).
[[nodiscard]] std::optional<std::string_view> tg263_correction(std::string_view name);

/// What a ROI should be called by TG-263.
struct Tg263Advice {
  std::string name;
  std::string how;  ///< "TG-263 name", "other case", "reverse order", "similar" ...
};

/// Advice for a name as it stands in a structure set: the name itself where it is on the list; else
/// the listed name that differs in case, order of the parts, separators, spelling of left and right or
/// of a PRV, or a few letters ("similar"; look before renaming). Absent where nothing is near, and for
/// derived volumes and helpers, which are not what their parent is. For people only: a rule never
/// takes a ROI because of it.
[[nodiscard]] std::optional<Tg263Advice> tg263_advice(std::string_view roi_name);

}  // namespace dosegate::protocol
