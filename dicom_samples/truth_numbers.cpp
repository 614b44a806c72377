#include "truth_numbers.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <stdexcept>

namespace dosegate::samples {
namespace {

// The accuracy that Dosegate sets itself against contours as drawn.
constexpr double kVolumeToleranceShare = 1e-4;
constexpr double kMeanTolerance = 0.005;       // Gy
constexpr double kDoseTolerance = 0.01;        // Gy
constexpr double kPartVolumeTolerance = 0.05;  // cc
constexpr double kPartVolumeShare = 1e-4;      // of the whole, where that is more
constexpr double kBin = 0.0005;                // Gy, bin of WeightedDoses
// The hottest 0.03 cc are cut finer, and nothing cooler than that is looked at.
constexpr double kHotStep = 0.04;      // mm
constexpr double kHotMargin = 0.05;    // Gy
constexpr double kSmallVolume = 0.03;  // cc, of D0.03cc

/// The finer of the two steps; about a hundred million pieces for the liver.
double fine_step_mm(double volume_cc) {
  if (volume_cc > 200.0) {
    return 0.2;
  }
  return volume_cc > 20.0 ? 0.1 : 0.05;
}

/// A volume of a solid that is to receive at least the dose asked for.
struct Part {
  const WeightedDoses& doses;
  double volume_cc = 0.0;
};

/// The same quantity from the coarse, the fine and the ideal evaluation.
struct Triple {
  double coarse = 0.0, fine = 0.0, ideal = 0.0;
};

double require_value(const std::optional<double>& value, const std::string& what) {
  if (!value) {
    throw std::runtime_error(what + " does not exist");
  }
  return *value;
}

class Collector {
 public:
  Collector(std::string structure, std::vector<TruthNumber>& out)
      : structure_(std::move(structure)), out_(out) {}

  void add(const std::string& name, const Triple& values, double tolerance, double resolution) {
    const double uncertainty = std::abs(values.fine - values.coarse) + resolution;
    if (uncertainty > 0.25 * tolerance) {
      throw std::runtime_error(fmt::format("{} of {}: {:.6f} then {:.6f} is no convergence to {}",
                                           name, structure_, values.coarse, values.fine,
                                           tolerance));
    }
    out_.push_back({name, values.fine, uncertainty, tolerance, values.ideal});
  }

 private:
  std::string structure_;
  std::vector<TruthNumber>& out_;
};

void require_shoelace(const TruthRequest& request, double volume_cc, double spacing_mm) {
  if (!request.taken_off.empty()) {
    return;
  }
  double sum = 0.0;
  for (const auto& plane : request.base->planes) {
    sum += shoelace_mm2(plane) * spacing_mm / 1000.0;
  }
  if (std::abs(sum - volume_cc) > 1e-8 * volume_cc) {
    throw std::runtime_error(fmt::format("{}: {:.9f} cc by pieces, {:.9f} cc by shoelace",
                                         request.name, volume_cc, sum));
  }
}

IdealTruth ideal_of(const TruthRequest& request, const DoseModel& model) {
  std::vector<Solid> taken_off;
  for (const auto* roi : request.taken_off) {
    taken_off.insert(taken_off.end(), roi->roi.solids.begin(), roi->roi.solids.end());
  }
  return integrate_ideal(request.base->roi.solids, taken_off, model);
}

}  // namespace

std::vector<TruthNumber> truth_numbers(const TruthRequest& request, const SamplePlan& plan,
                                       const StoredDose& dose) {
  const auto layers = layers_of(*request.base, request.taken_off, plan.plane_spacing_mm);
  require_covered(layers, dose);
  const auto ideal = ideal_of(request, plan.dose);
  const double step = fine_step_mm(ideal.volume_cc);
  const auto coarse = integrate_drawn(layers, dose, {2.0 * step, 0.0});
  const auto fine = integrate_drawn(layers, dose, {step, 0.0});
  const auto extremes = extremes_drawn(layers, dose);
  require_shoelace(request, fine.volume_cc(), plan.plane_spacing_mm);

  std::vector<TruthNumber> numbers;
  Collector collect(request.name, numbers);
  const double total = fine.volume_cc();
  collect.add("volume_cc", {coarse.volume_cc(), total, ideal.volume_cc},
              kVolumeToleranceShare * total, 1e-9 * total);
  collect.add("mean_gy", {coarse.mean_gy(), fine.mean_gy(), ideal.doses.mean_gy()}, kMeanTolerance,
              0.0);
  // The extremes come from a finite search, not from pieces: one value, exact up to rounding.
  collect.add("min_gy", {extremes.min_gy, extremes.min_gy, ideal.extremes.min_gy}, kDoseTolerance,
              1e-9);
  collect.add("max_gy", {extremes.max_gy, extremes.max_gy, ideal.extremes.max_gy}, kDoseTolerance,
              1e-9);
  const auto add_dose_at = [&](const std::string& name, const std::array<Part, 3>& parts) {
    const auto at = [&](const Part& part) {
      return require_value(part.doses.dose_at_gy(part.volume_cc), name + " of " + request.name);
    };
    collect.add(name, {at(parts[0]), at(parts[1]), at(parts[2])}, kDoseTolerance, kBin);
  };
  for (const double percent : request.doses_at_percent) {
    const auto share = [&](const WeightedDoses& d) {
      return Part{d, percent / 100.0 * d.volume_cc()};
    };
    add_dose_at(fmt::format("D{}%[Gy]", percent), {share(coarse), share(fine), share(ideal.doses)});
  }
  const double near = require_value(fine.dose_at_gy(kSmallVolume), request.name) - kHotMargin;
  const auto hot_coarse = integrate_drawn(layers, dose, {2.0 * kHotStep, near});
  const auto hot_fine = integrate_drawn(layers, dose, {kHotStep, near});
  add_dose_at("D0.03cc[Gy]", {Part{hot_coarse, kSmallVolume}, Part{hot_fine, kSmallVolume},
                              Part{ideal.doses, kSmallVolume}});
  const double part_tolerance = std::max(kPartVolumeTolerance, kPartVolumeShare * total);
  for (const double gy : request.volumes_at_gy) {
    collect.add(fmt::format("V{}Gy[cc]", gy),
                {coarse.volume_at_cc(gy), fine.volume_at_cc(gy), ideal.doses.volume_at_cc(gy)},
                part_tolerance, 0.0);
  }
  for (const double gy : request.cold_at_gy) {
    const auto cold = [&](const WeightedDoses& d) { return d.volume_cc() - d.volume_at_cc(gy); };
    collect.add(fmt::format("CV{}Gy[cc]", gy), {cold(coarse), cold(fine), cold(ideal.doses)},
                part_tolerance, 0.0);
  }
  return numbers;
}

double drawn_value(const std::vector<TruthNumber>& numbers, const std::string& name) {
  for (const auto& number : numbers) {
    if (number.name == name) {
      return number.drawn;
    }
  }
  throw std::runtime_error(name + " is not among the numbers");
}

}  // namespace dosegate::samples
