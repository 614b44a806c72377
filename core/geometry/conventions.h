// Readings by name: Dosegate's own, and approximations of what other dose-volume calculators are
// reported to do, for comparing numbers across systems. None of them makes Dosegate a copy of that
// system: only end caps and interpolation are taken over, never its sampling, bins or dose model.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "geometry/reading.h"

namespace dosegate::geometry {

struct Convention {
  std::string_view id;  ///< "as-eclipse"
  Reading reading;
  std::string_view source;
  std::string_view note;  ///< what is approximated, one sentence
};

/// The reading that numbers and verdicts are made with unless another is asked for.
inline constexpr std::string_view kDefaultConvention = "dosegate";
/// What a reading is called that was put together from end caps and interpolation by hand.
inline constexpr std::string_view kCustomConvention = "custom";

/// All conventions, the default first.
[[nodiscard]] std::span<const Convention> conventions();
/// The convention of that id, or nothing.
[[nodiscard]] std::optional<Convention> find_convention(std::string_view id);

/// "half", "none", "capped1.5", "rounded".
[[nodiscard]] std::string_view name_of(EndCaps caps);
/// "slab", "blend", "cubic".
[[nodiscard]] std::string_view name_of(Interpolation interpolation);

}  // namespace dosegate::geometry
