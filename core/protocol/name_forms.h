// Forms of structure names that matching compares. Internal to the room; the rules stand in
// names.h.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace dosegate::protocol {

/// Lower case, without blanks, no-break spaces, '_' and '.', except a leading '_' (helper
/// structures) and a '.' between digits (a number). Hyphens, digits and all else stay.
[[nodiscard]] std::string normalised(std::string_view name);

/// True if the '_' parts of `name` are those of `wanted` reversed or rotated, ASCII case folded.
[[nodiscard]] bool is_reverse_order(std::string_view name, std::string_view wanted);

/// ROIInterpretedType that a structure of this name should have: GTV, CTV, PTV, EXTERNAL, else
/// ORGAN.
[[nodiscard]] std::string_view expected_type(std::string_view name);

/// True if `interpreted_type` says that a ROI is something else than names that begin with `prefix`
/// say. An empty type, NONE and, for organs, AVOIDANCE and the like say nothing against it.
[[nodiscard]] bool contradicts_type(std::string_view prefix, std::string_view interpreted_type);

/// What in `tail`, a name's end behind a target's prefix, says that the volume was derived from it.
[[nodiscard]] std::optional<std::string> derived_mark(std::string_view tail);

/// How alike two names are, 0 best; nothing if they are not similar. Edit distance of the
/// normalised names, at most a third of the shorter one's length; a name that begins with the other
/// one is similar at any length.
[[nodiscard]] std::optional<std::size_t> similarity_distance(std::string_view a,
                                                             std::string_view b);

}  // namespace dosegate::protocol
