// The bracket of a value: how far another reading, the integration and the dose grid could move it.
#include <algorithm>
#include <cmath>

#include "metrics/compute.h"
#include "metrics/dose_axis.h"
#include "metrics/index_metric.h"
#include "metrics/model_metric.h"

namespace dosegate::metrics {
namespace {

using dvh::ReadingDvhs;

// A structure of fewer planes can lie anywhere between them.
constexpr int kFewPlanes = 8;
// At a peak the chord between two voxels is off by h^2 / 8 of the second derivative at the most, 1.5
// times the mean over a cell.
constexpr double kAtExtremes = 1.5;

class BracketMaker {
 public:
  BracketMaker(const Metric& metric, const ReadingDvhs& dvhs, int planes,
               const MetricContext& context, const DoseAxis& axis, double value)
      : metric_(metric),
        dvhs_(dvhs),
        planes_(planes),
        context_(context),
        axis_(axis),
        value_(value) {
    unit_ = output_unit(metric);
    if (unit_ == Unit::CGy) per_gy_ = 100.0;
    if (unit_ == Unit::PercentOfPrescription) per_gy_ = 100.0 / *context.prescription_gy;
    if (unit_ == Unit::PercentOfVolume) per_cc_ = 100.0 / dvhs.value.volume().value();
  }

  Bracket run() {
    for (const auto& other : dvhs_.others) {
      bracket_.readings.push_back(other ? compute_metric(metric_, *other, context_).value
                                        : std::nullopt);
    }
    switch (metric_.kind) {
      case MetricKind::Min:
      case MetricKind::Max:
        shift_dose(kAtExtremes * dvhs_.doubt.bias_at(Gy(physical())));
        break;
      case MetricKind::Mean:
        shift_mean();
        break;
      case MetricKind::Median:
      case MetricKind::D:
      case MetricKind::DC:
        shift_dose(dvhs_.doubt.bias_at(Gy(physical())));
        bracket_.integration = dose_error();
        break;
      case MetricKind::V:
      case MetricKind::CV:
        shift_volume();
        break;
      case MetricKind::Volume:
        break;
      case MetricKind::GEud:
      case MetricKind::Veff:
      case MetricKind::Ntcp:
        shift_model();
        break;
      case MetricKind::ConformityIndex:
      case MetricKind::ConformationNumber:
      case MetricKind::HomogeneityIndex:
      case MetricKind::GradientIndex:
        throw InternalError("an index has a bracket of its own");
    }
    phase();
    return std::move(bracket_);
  }

 private:
  // The value of a dose metric as a physical dose, Gy.
  [[nodiscard]] double physical() const { return axis_.to_physical(value_ / per_gy_); }

  void shift_dose(double bias_gy) {
    const double dose_gy = physical();
    const double moved = axis_.from_physical(std::max(0.0, dose_gy - bias_gy)) * per_gy_;
    bracket_.grid_bias = std::abs(moved - value_);
  }

  void shift_mean() {
    const double bias_gy = dvhs_.doubt.mean_bias_gy;
    const double mean_gy = dvhs_.value.mean()->value();
    const double square = *dvhs_.value.mean_square_gy2();
    // Mean of (D - b)^2, b taken as the same everywhere.
    const double moved_square = std::max(0.0, square - 2.0 * mean_gy * bias_gy + bias_gy * bias_gy);
    bracket_.grid_bias =
        std::abs(axis_.mean(mean_gy - bias_gy, moved_square) - axis_.mean(mean_gy, square)) *
        per_gy_;
  }

  // Powers weigh the hot part: its own bias or the mean one, whichever is larger.
  void shift_model() {
    const double highest_gy = dvhs_.value.maximum()->value();
    const double bias_gy =
        std::max(std::abs(dvhs_.doubt.mean_bias_gy), std::abs(dvhs_.doubt.bias_at(Gy(highest_gy))));
    for (const double shift_gy : {-bias_gy, bias_gy}) {
      const auto moved = model_value(metric_, dvhs_.value, axis_, context_, shift_gy);
      if (moved) bracket_.grid_bias = std::max(bracket_.grid_bias, std::abs(*moved - value_));
    }
  }

  void shift_volume() {
    double dose_gy = metric_.argument;
    if (metric_.dose_unit == DoseUnit::CGy) dose_gy *= 0.01;
    if (metric_.dose_unit == DoseUnit::Percent) dose_gy *= *context_.prescription_gy / 100.0;
    const Gy threshold(axis_.to_physical(dose_gy));
    const Gy bias(std::abs(dvhs_.doubt.bias_at(threshold)));
    const Cc here = dvhs_.value.volume_at_least(threshold);
    const double up = std::abs((dvhs_.value.volume_at_least(threshold + bias) - here).value());
    const double down = std::abs((dvhs_.value.volume_at_least(threshold - bias) - here).value());
    bracket_.grid_bias = std::max(up, down) * per_cc_;
    bracket_.integration = dvhs_.doubt.volume_error(dvhs_.value, threshold).value() * per_cc_;
  }

  // Half the distance between the doses at volumes one standard error apart to either side.
  [[nodiscard]] double dose_error() const {
    const Cc error = dvhs_.doubt.volume_error(dvhs_.value, Gy(physical()));
    const Cc volume = argument_cc();
    const double far = std::abs(dose_at(volume + error) - value_);
    const double near = std::abs(dose_at(volume - error) - value_);
    return std::max(far, near);
  }

  [[nodiscard]] Cc argument_cc() const {
    const double all_cc = dvhs_.value.volume().value();
    if (metric_.kind == MetricKind::Median) return Cc(0.5 * all_cc);
    if (metric_.volume_unit == VolumeUnit::Cc) return Cc(metric_.argument);
    return Cc(metric_.argument / 100.0 * all_cc);
  }

  // The metric's dose at another volume, in its unit; at volumes that there are none of, the extreme.
  [[nodiscard]] double dose_at(Cc volume) const {
    const bool cold = metric_.kind == MetricKind::DC;
    const auto dose = cold ? dvhs_.value.coldest(volume) : dvhs_.value.hottest(volume);
    const bool none = volume.value() <= 0.0;
    const auto& extreme = cold == none ? dvhs_.value.minimum() : dvhs_.value.maximum();
    return axis_.from_physical((dose ? *dose : *extreme).value()) * per_gy_;
  }

  void phase() {
    const auto phase = volume_phase(planes_);
    if (!phase) return;
    const auto [least, most] = *phase;
    const bool volume = unit_ == Unit::Cc;
    const bool at_volume = (metric_.kind == MetricKind::D || metric_.kind == MetricKind::DC) &&
                           metric_.volume_unit == VolumeUnit::Cc;
    if (volume) {
      bracket_.phase_low = value_ * least;
      bracket_.phase_high = value_ * most;
    } else if (at_volume) {  // the same volume is another share of a structure of another size
      const double a = dose_at(Cc(metric_.argument / least));
      const double b = dose_at(Cc(metric_.argument / most));
      bracket_.phase_low = std::min(a, b);
      bracket_.phase_high = std::max(a, b);
    }
  }

  const Metric& metric_;
  const ReadingDvhs& dvhs_;
  int planes_;
  const MetricContext& context_;
  const DoseAxis& axis_;
  double value_;
  Unit unit_ = Unit::Gy;
  double per_gy_ = 1.0, per_cc_ = 1.0;
  Bracket bracket_;
};

}  // namespace

std::optional<VolumePhase> volume_phase(int planes) {
  if (planes <= 0 || planes >= kFewPlanes) return std::nullopt;
  if (planes == 1) return VolumePhase{0.5, 2.0};
  const double n2 = static_cast<double>(planes) * planes;
  // The stack is off by -1/n^2 .. 1/(2 n^2) of the truth, so the truth is the stack over these.
  return VolumePhase{1.0 / (1.0 + 0.5 / n2), 1.0 / (1.0 - 1.0 / n2)};
}

MetricValue compute_bracketed(const Metric& metric, const ReadingDvhs& dvhs, int planes,
                              const MetricContext& context) {
  MetricValue result = compute_metric(metric, dvhs.value, context);
  if (!result.value) return result;
  const auto axis = axis_for(basis_of(metric), context);
  require(axis.has_value(), "a value on a basis that does not exist");
  const double value = *result.value;
  const Bracket bracket = is_index(metric.kind)
                              ? index_bracket(metric, dvhs, planes, context, value)
                              : BracketMaker(metric, dvhs, planes, context, *axis, value).run();
  double low = value;
  double high = value;
  const auto include = [&](const std::optional<double>& other) {
    if (!other) return;
    low = std::min(low, *other);
    high = std::max(high, *other);
  };
  for (const auto& reading : bracket.readings) include(reading);
  include(bracket.phase_low);
  include(bracket.phase_high);
  const double widen = bracket.integration + bracket.grid_bias;
  // No error makes a dose or a volume negative, and no share more than the whole.
  low = std::min(value, std::max(low - widen, std::min(low, 0.0)));
  high += widen;
  const bool share =
      result.unit == Unit::PercentOfVolume || result.unit == Unit::PercentProbability;
  if (share) high = std::min(high, std::max(value, 100.0));
  if (metric.kind == MetricKind::ConformationNumber) high = std::min(high, std::max(value, 1.0));
  result.low = low;
  result.high = high;
  result.bracket = bracket;
  return result;
}

}  // namespace dosegate::metrics
