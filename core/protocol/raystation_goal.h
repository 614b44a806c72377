// A clinical goal of RayStation in the words of the rule language. Internal to the room.
//
// Its scripting interface writes doses in cGy and relative volumes as shares of 1; a share is turned into
// a percent to 6 decimals.
#pragma once

#include <string>

#include "base/result.h"
#include "protocol/field_test.h"

namespace dosegate::protocol {

struct RayStationGoal {
  std::string criteria;   ///< AtMost, AtLeast
  std::string type;       ///< AverageDose, DoseAtVolume, DoseAtAbsoluteVolume, VolumeAtDose ...
  std::string level;      ///< the limit: cGy, share or cc, as the type has it
  std::string secondary;  ///< the variation, or empty
  std::string parameter;  ///< the volume (share or cc) or dose (cGy) that the type asks for
  std::string
      unit;  ///< what a column of units says, which must be what `level` is read in; or empty
};

/// Errors: MetricSyntax, RuleSyntax; where = "column 1".
[[nodiscard]] Result<FieldLimit> raystation_limit(const RayStationGoal& goal);

}  // namespace dosegate::protocol
