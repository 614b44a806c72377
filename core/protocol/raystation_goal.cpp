#include "protocol/raystation_goal.h"

#include <cmath>

#include "base/text.h"
#include "metrics/cursor.h"

namespace dosegate::protocol {
namespace {

tl::unexpected<Error> refuse(std::string text) {
  return fail(ErrorCode::MetricSyntax, std::move(text), "column 1");
}

Result<double> number_of(const std::string& text, std::string_view what) {
  metrics::Cursor cursor(text, ErrorCode::RuleSyntax);
  Result<double> value = cursor.number(what);
  if (value && !cursor.at_end()) return cursor.expected("the end of the number");
  return value;
}

// A share of 1 as a percent.
Result<std::string> percent_of(const std::string& text, std::string_view what) {
  const Result<double> share = number_of(text, what);
  if (!share) return tl::unexpected(share.error());
  if (*share > 1.0) {
    return refuse("the " + std::string(what) + " " + text +
                  " is above 1; RayStation writes a relative volume as a share of 1");
  }
  return metrics::plain_number(std::round(*share * 1e8) / 1e6);
}

Result<std::string> metric_of(const RayStationGoal& goal) {
  if (goal.type == "AverageDose") return std::string("Mean[cGy]");
  if (goal.type == "DoseAtAbsoluteVolume" || goal.type == "DoseAtVolume") {
    const bool relative = goal.type == "DoseAtVolume";
    const Result<std::string> volume = relative ? percent_of(goal.parameter, "parameter value")
                                                : Result<std::string>(goal.parameter);
    if (!volume) return volume;
    const Result<double> value = number_of(*volume, "a parameter value");
    if (!value) return tl::unexpected(value.error());
    if (*value == 0.0 && goal.criteria == "AtLeast") {
      // One hot point would meet a goal that is one of coverage.
      return refuse("a dose of at least " + printable(goal.level) +
                    " to a volume of 0 is met by one point; write the volume that the goal is for "
                    "as the parameter value");
    }
    if (*value == 0.0) return std::string("Dmax[cGy]");  // the note on a maximum goes with it
    return "D" + *volume + (relative ? "%" : "cc") + "[cGy]";
  }
  if (goal.type == "VolumeAtDose") return "V" + goal.parameter + "cGy[%]";
  if (goal.type == "AbsoluteVolumeAtDose") return "V" + goal.parameter + "cGy[cc]";
  return refuse("the goal type '" + printable(goal.type) +
                "' is not known; known are AverageDose, DoseAtVolume, DoseAtAbsoluteVolume, "
                "VolumeAtDose and AbsoluteVolumeAtDose");
}

// The unit that the acceptance level is read in; none for a share of 1. `type` is a known one.
std::string_view level_unit(const std::string& type) {
  if (type == "VolumeAtDose") return {};
  return type == "AbsoluteVolumeAtDose" ? "cc" : "cGy";
}

// A unit of its own is not converted to: what RayStation writes has none.
Result<void> check_unit(const RayStationGoal& goal) {
  const std::string_view assumed = level_unit(goal.type);
  if (goal.unit.empty() ||
      (!assumed.empty() && to_lower_ascii(goal.unit) == to_lower_ascii(assumed))) {
    return {};
  }
  return refuse("the unit '" + printable(goal.unit) + "' contradicts the goal type " + goal.type +
                ", whose acceptance level is read " +
                (assumed.empty() ? std::string("as a share of 1, without a unit")
                                 : "in " + std::string(assumed)) +
                "; write it so, or use the columns structure, metric and goal");
}

}  // namespace

Result<FieldLimit> raystation_limit(const RayStationGoal& goal) {
  Result<std::string> metric = metric_of(goal);
  if (!metric) return tl::unexpected(metric.error());
  if (auto unit = check_unit(goal); !unit) return tl::unexpected(unit.error());
  FieldLimit limit;
  limit.metric = std::move(*metric);
  if (goal.criteria == "AtMost") {
    limit.limit = "<= ";
  } else if (goal.criteria == "AtLeast") {
    limit.limit = ">= ";
  } else {
    return refuse("the goal criteria '" + printable(goal.criteria) + "' must be AtMost or AtLeast");
  }
  const bool share = goal.type == "VolumeAtDose";
  const auto level = [&](const std::string& text) {
    return share ? percent_of(text, "acceptance level") : Result<std::string>(text);
  };
  const Result<std::string> primary = level(goal.level);
  if (!primary) return tl::unexpected(primary.error());
  limit.limit += *primary;
  if (!goal.secondary.empty()) {
    const Result<std::string> secondary = level(goal.secondary);
    if (!secondary) return tl::unexpected(secondary.error());
    limit.variation = *secondary;
  }
  return limit;
}

}  // namespace dosegate::protocol
