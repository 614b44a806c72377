// Names of AAPM TG-263 (2018) for the organs and targets this project is about. Internal to the room.
#pragma once

#include <optional>
#include <string_view>

namespace dosegate::protocol {

/// True for a name of the list, spelt as there; PRV volumes of a listed name (`SpinalCord_PRV05`)
/// included.
[[nodiscard]] bool is_tg263_name(std::string_view name);

/// The right spelling of a name that the published worksheet itself misspells (`Colon_Decending`).
[[nodiscard]] std::optional<std::string_view> tg263_correction(std::string_view name);

}  // namespace dosegate::protocol
