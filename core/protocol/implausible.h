// Limits that no plan can miss or none can meet, because a number is in another unit than it was meant
// in: 3500 Gy for 35 Gy stood in templates that clinics use. Such a test decides nothing, so that a rule
// must not pass by it.
#pragma once

#include <string>

#include "protocol/rule.h"

namespace dosegate::protocol {

/// Why a number of the test cannot be meant as it stands, in a sentence; empty if it may be.
struct Implausible {
  std::string goal;       ///< the goal, or what both limits are about: the test decides nothing
  std::string variation;  ///< only the acceptable variation: the goal still decides
};

/// The bars, ours and wide, for nothing is taken as met or missed beyond them: physical doses above 150
/// Gy (no course of external beams gives as much), converted ones above 1500 Gy (BED of 150 Gy at 18 Gy
/// per fraction and alpha/beta 2), more than 300 % of the prescription; at the least 0, or below 1 % of a
/// volume, or a dose below 1 Gy in cGy; at most 100 % of a volume or a probability.
[[nodiscard]] Implausible implausible(const Test& test);

/// What looks like a number of another unit whichever way it is compared, in a sentence; empty if it does
/// not: a dose below 1 Gy in cGy, a percentage below 1.
[[nodiscard]] std::string below_1_gy(double dose_cgy_or_gy, metrics::DoseUnit unit);
[[nodiscard]] std::string below_1_percent(double percent);

}  // namespace dosegate::protocol
