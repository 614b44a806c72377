#include "metrics/index_metric.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace dosegate::metrics {
namespace {

using dvh::Dvh;
using dvh::ReadingDvhs;

// V_ref holds TV_ref if the enclosure holds the target, but for the integration's error, which is far
// below this share.
constexpr double kSameVolume_frac = 0.01;

// One number of an index.
struct Part {
  Metric metric;
  bool of_enclosure = false;  // else of the target
  bool raises = false;        // whether the index grows with it
};

Metric volume_at(const Metric& index, double share) {
  Metric metric;
  metric.kind = MetricKind::V;
  metric.argument = index.argument * share;
  metric.dose_unit = index.dose_unit;
  metric.basis = index.basis;
  return metric;
}

Metric dose_at(const Metric& index, double percent) {
  Metric metric;
  metric.kind = MetricKind::D;
  metric.argument = percent;
  metric.volume_unit = VolumeUnit::Percent;
  metric.basis = index.basis;
  return metric;
}

Metric whole_volume() {
  Metric metric;
  metric.kind = MetricKind::Volume;
  return metric;
}

std::vector<Part> parts_of(const Metric& index) {
  const Metric reference = volume_at(index, 1.0);
  switch (index.kind) {
    case MetricKind::ConformityIndex:
      return {{reference, true, true}, {whole_volume(), false, false}};
    case MetricKind::ConformationNumber:
      return {{reference, false, true}, {reference, true, false}, {whole_volume(), false, false}};
    case MetricKind::HomogeneityIndex:  // what it divides is never negative, so D50% lowers it
      return {{dose_at(index, 2.0), false, true},
              {dose_at(index, 98.0), false, false},
              {dose_at(index, 50.0), false, false}};
    case MetricKind::GradientIndex:
      return {{volume_at(index, 0.5), true, true}, {reference, true, false}};
    default:
      throw InternalError("not an index");
  }
}

// Absent where it would divide by 0.
std::optional<double> ratio_of(MetricKind kind, const std::vector<double>& parts) {
  const auto over = [](double a, double b) {
    return b > 0.0 ? std::optional(a / b) : std::nullopt;
  };
  switch (kind) {
    case MetricKind::ConformityIndex:
      if (parts[0] == 0.0) return std::nullopt;  // else a miss would meet every upper limit
      return over(parts[0], parts[1]);
    case MetricKind::GradientIndex:
      return over(parts[0], parts[1]);
    case MetricKind::ConformationNumber:
      if (parts[0] == 0.0) return 0.0;  // a complete miss, also where nothing at all has the dose
      return over(parts[0] * parts[0], parts[1] * parts[2]);
    default:
      return over(parts[0] - parts[1], parts[2]);
  }
}

// The index of one number of each part; absent where a part has none.
template <class Number>
std::optional<double> index_of(const Metric& metric, const std::vector<MetricValue>& values,
                               Number number) {
  std::vector<double> parts;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::optional<double> part = number(i, values[i]);
    if (!part) return std::nullopt;
    parts.push_back(*part);
  }
  return ratio_of(metric.kind, parts);
}

MetricValue absent(std::string reason) {
  MetricValue value;
  value.unit = Unit::Ratio;
  value.reason = std::move(reason);
  return value;
}

std::string_view nothing_reached(MetricKind kind) {
  return kind == MetricKind::HomogeneityIndex
             ? "The median dose is 0 Gy."
             : "Nothing of the structure that bounds the isodose receives the reference dose.";
}

// The enclosure that a metric asks for; null where it asks for none. Errors: NotComputable.
Result<const ReadingDvhs*> enclosure_of(const Metric& metric, const MetricContext& context) {
  if (!needs_enclosure(metric.kind)) return nullptr;
  const auto found = context.enclosures.find(metric.within);
  if (found == context.enclosures.end()) {
    return fail(ErrorCode::NotComputable, "No structure was given that bounds the isodose volume.");
  }
  if (found->second.dvhs == nullptr) return fail(ErrorCode::NotComputable, found->second.reason);
  return found->second.dvhs;
}

// Where the enclosure does not hold the target, its isodose is not the target's.
bool misses_target(const Metric& metric, const Dvh& target, const Dvh& enclosure,
                   const MetricContext& context) {
  const MetricValue inside = compute_metric(volume_at(metric, 1.0), target, context);
  const MetricValue whole = compute_metric(volume_at(metric, 1.0), enclosure, context);
  return inside.low && whole.high && *whole.high < (1.0 - kSameVolume_frac) * *inside.low;
}

// Where an isodose of the index leaves the enclosure, so that it would look smaller than it is.
bool cuts_isodose(const Metric& metric, const Dvh& rim, const MetricContext& context) {
  const double lowest = metric.kind == MetricKind::GradientIndex ? 0.5 : 1.0;
  const MetricValue beyond = compute_metric(volume_at(metric, lowest), rim, context);
  return beyond.high && *beyond.high > 0.0;
}

// Why the isodose volume within the enclosure is not the one that is meant; empty if it is.
std::string doubt_of(const Metric& metric, const Dvh& target, const Enclosure& enclosure,
                     const MetricContext& context) {
  if (misses_target(metric, target, enclosure.dvhs->value, context)) {
    return "The structure that bounds the isodose volume does not hold the target; name another "
           "one, "
           "as in CI(in=Body).";
  }
  if (enclosure.rim != nullptr && cuts_isodose(metric, *enclosure.rim, context)) {
    return "The isodose reaches the border of the structure that bounds it, so that its volume is "
           "not "
           "known; name a larger one, as in CI(in=Body), or give the patient's outline the "
           "type EXTERNAL.";
  }
  return {};
}

}  // namespace

MetricValue compute_index(const Metric& metric, const Dvh& dvh, const MetricContext& context) {
  const auto enclosure = enclosure_of(metric, context);
  if (!enclosure) return absent(enclosure.error().text);
  if (*enclosure != nullptr) {
    const std::string doubt = doubt_of(metric, dvh, context.enclosures.at(metric.within), context);
    if (!doubt.empty()) return absent(doubt);
  }
  const std::vector<Part> parts = parts_of(metric);
  std::vector<MetricValue> values;
  MetricValue result;
  result.unit = Unit::Ratio;
  for (const Part& part : parts) {
    const Dvh& of = part.of_enclosure ? (*enclosure)->value : dvh;
    values.push_back(compute_metric(part.metric, of, context));
    if (values.back().value || !result.reason.empty()) continue;
    result.reason = part.of_enclosure
                        ? "In the structure that bounds the isodose volume: " + values.back().reason
                        : values.back().reason;
  }
  if (result.reason.empty()) {
    result.value = result.low = result.high =
        index_of(metric, values, [](std::size_t, const MetricValue& v) { return v.value; });
    if (!result.value) result.reason = nothing_reached(metric.kind);
    return result;
  }
  const auto bound = [&](bool upper) {
    return index_of(metric, values, [&, upper](std::size_t i, const MetricValue& v) {
      return parts[i].raises == upper ? v.high : v.low;
    });
  };
  result.low = bound(false);
  result.high = bound(true);
  // A volume with half of the dose holds the one with all of it; no dose falls as volume shrinks.
  const double least = metric.kind == MetricKind::GradientIndex ? 1.0 : 0.0;
  if (result.low) result.low = std::max(*result.low, least);
  return result;
}

Bracket index_bracket(const Metric& metric, const ReadingDvhs& dvhs, int planes,
                      const MetricContext& context, double value) {
  const auto enclosure = enclosure_of(metric, context);
  require(enclosure.has_value(), "an index with a value and without its enclosure");
  std::vector<MetricValue> values;
  for (const Part& part : parts_of(metric)) {
    const ReadingDvhs& of = part.of_enclosure ? **enclosure : dvhs;
    // The phase of few planes belongs to the index as a whole: it changes TV and TV_ref alike.
    values.push_back(compute_bracketed(part.metric, of, 0, context));
  }
  Bracket bracket;
  for (std::size_t reading = 0; reading < dvhs.others.size(); ++reading) {
    bracket.readings.push_back(
        index_of(metric, values, [&](std::size_t, const MetricValue& v) -> std::optional<double> {
          const auto& readings = v.bracket->readings;
          return reading < readings.size() ? readings[reading] : std::nullopt;
        }));
  }
  // How far the index moves if one part is off by its error, to the side that moves it more.
  const auto moved = [&](std::size_t which, double error) {
    double most = 0.0;
    for (const double shift : {-error, error}) {
      const auto other = index_of(metric, values, [&](std::size_t i, const MetricValue& v) {
        return std::optional(i == which ? std::max(0.0, *v.value + shift) : *v.value);
      });
      if (other) most = std::max(most, std::abs(*other - value));
    }
    return most;
  };
  for (std::size_t i = 0; i < values.size(); ++i) {
    bracket.integration += moved(i, values[i].bracket->integration);
    bracket.grid_bias += moved(i, values[i].bracket->grid_bias);
  }
  if (const auto phase = volume_phase(planes)) {
    const bool inverse = metric.kind == MetricKind::ConformityIndex;
    if (inverse || metric.kind == MetricKind::ConformationNumber) {
      bracket.phase_low = inverse ? value / phase->most : value * phase->least;
      bracket.phase_high = inverse ? value / phase->least : value * phase->most;
    }
  }
  return bracket;
}

}  // namespace dosegate::metrics
