#include "dicom/tps_dvh_sequence.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/text.h"
#include "dicom/tags.h"

namespace dosegate::dicom {
namespace {

using model::DoseType;
using model::TpsContribution;
using model::TpsDoseUnit;
using model::TpsDvh;
using model::TpsDvhType;
using model::TpsVolumeUnit;

// Volumes that should be 0 are written as the rounding of a sum leaves them (-1e-12 of 14 000 cc).
// Below 0, or rising, by less than this part of the largest volume is such a residual ...
constexpr double kResidual = 1e-6;
// ... and above 0 by less than this one: far smaller, for a real hot spot is a small part of a body.
constexpr double kNothing = 1e-9;

std::string quoted(const std::string& code) {
  return code.empty() ? "missing" : "\"" + printable(code).substr(0, 40) + "\"";
}

// Why the DVH cannot be used, as the end of a sentence; empty if it can.
using Problem = std::string;

Problem read_units(const Attributes& item, TpsDvh& dvh) {
  const std::string type = item.code(tag::kDvhType);
  if (type == "CUMULATIVE") {
    dvh.type = TpsDvhType::Cumulative;
  } else if (type == "DIFFERENTIAL") {
    dvh.type = TpsDvhType::Differential;
  } else if (type == "NATURAL") {
    dvh.type = TpsDvhType::Natural;
  } else {
    return fmt::format("its DVHType is {}", quoted(type));
  }
  const std::string dose = item.code(tag::kDoseUnits);
  if (dose == "GY") {
    dvh.dose_unit = TpsDoseUnit::Gy;
  } else if (dose == "CGY") {
    dvh.dose_unit = TpsDoseUnit::CentiGy;
  } else if (dose == "RELATIVE") {
    dvh.dose_unit = TpsDoseUnit::Relative;
  } else {
    return fmt::format("its DoseUnits is {}", quoted(dose));
  }
  const std::string volume = item.code(tag::kDvhVolumeUnits);
  if (volume == "CM3") {
    dvh.volume_unit = TpsVolumeUnit::Cc;
  } else if (volume == "PERCENT") {
    dvh.volume_unit = TpsVolumeUnit::Percent;
  } else if (volume == "PER_U") {
    dvh.volume_unit = TpsVolumeUnit::PerU;
  } else {
    return fmt::format("its DVHVolumeUnits is {}", quoted(volume));
  }
  // A natural histogram's volumes are per u, and no other's are: what else is written may mean
  // either.
  if ((dvh.type == TpsDvhType::Natural) != (dvh.volume_unit == TpsVolumeUnit::PerU)) {
    return fmt::format("its DVHType {} does not go with its DVHVolumeUnits {}", type, volume);
  }
  return {};
}

// A DVH of what the grid does not hold says nothing about our curve.
Problem check_dose_type(const Attributes& item, DoseType dose_type) {
  const std::string type = item.code(tag::kDoseType);
  const bool effective = dose_type == DoseType::Effective;
  if (type.empty() || type == (effective ? "EFFECTIVE" : "PHYSICAL")) return {};
  return fmt::format("its DoseType is {} and the dose's is {}", quoted(type),
                     effective ? "EFFECTIVE" : "PHYSICAL");
}

Problem read_rois(const Attributes& item, TpsDvh& dvh) {
  bool included = false;
  for (const Attributes& roi : item.items(tag::kDvhReferencedRois)) {
    const auto number = roi.integer(tag::kReferencedRoiNumber);
    if (!number || !*number) return "it names a ROI without a usable number";
    const std::string part = roi.code(tag::kDvhRoiContribution);
    if (part != "INCLUDED" && part != "EXCLUDED") {
      return fmt::format("the DVHROIContributionType of its ROI {} is {}", **number, quoted(part));
    }
    const bool excluded = part == "EXCLUDED";
    included = included || !excluded;
    dvh.contributions.push_back(
        {**number, excluded ? TpsContribution::Part::Excluded : TpsContribution::Part::Included});
  }
  return included ? Problem() : "it names no ROI that it includes";
}

// Takes out what rounding left of volumes that are 0, or that should not rise.
Problem settle_volumes(TpsDvh& dvh) {
  const double largest = *std::max_element(dvh.bin_volumes.begin(), dvh.bin_volumes.end());
  if (!(largest > 0.0)) return "it holds no volume";
  const double residual = kResidual * largest;
  double sum = 0.0;
  double ceiling = std::numeric_limits<double>::infinity();
  for (double& v : dvh.bin_volumes) {
    if (v < -residual) return fmt::format("it holds a volume of {}", shortest(v));
    if (v < kNothing * largest) v = 0.0;
    sum += v;
    if (dvh.type != TpsDvhType::Cumulative) continue;
    if (v > ceiling + residual) {
      return fmt::format("it is CUMULATIVE and rises from {} to {}", shortest(ceiling),
                         shortest(v));
    }
    v = std::min(v, ceiling);
    ceiling = v;
  }
  if (sum > std::numeric_limits<double>::max()) return "its volumes are beyond all measure";
  return {};
}

Problem read_bins(const Attributes& item, TpsDvh& dvh) {
  const auto scaling = item.number(tag::kDvhDoseScaling);
  if (!scaling) return "its DVHDoseScaling is no number";
  const double scale = scaling->value_or(1.0);
  if (!(scale > 0.0)) return fmt::format("its DVHDoseScaling is {}", shortest(scale));
  const auto data = item.numbers(tag::kDvhData);
  if (!data) return "its DVHData is no list of numbers";
  if (data->empty()) return "its DVHData is empty";
  if (data->size() % 2 != 0) {
    return fmt::format("its DVHData has {} numbers, which are no pairs of width and volume",
                       data->size());
  }
  double range = 0.0;
  for (std::size_t i = 0; i < data->size(); i += 2) {
    const double width = (*data)[i] * scale;
    if (width < 0.0) return fmt::format("it holds a bin of width {}", shortest((*data)[i]));
    range += width;
    dvh.bin_widths.push_back(width);
    dvh.bin_volumes.push_back((*data)[i + 1]);
  }
  // Sums of finite numbers may overflow.
  if (!(range > 0.0 && range <= std::numeric_limits<double>::max())) {
    return "its bins have no usable width";
  }
  return settle_volumes(dvh);
}

// The statistics beside the curve. One that cannot be read is as good as absent: the curve is there.
void read_stated(const Attributes& item, TpsDvh& dvh) {
  const auto stated = [&](const Tag& tag) {
    const auto value = item.number(tag);
    return value ? *value : std::nullopt;
  };
  dvh.stated_minimum = stated(tag::kDvhMinimumDose);
  dvh.stated_maximum = stated(tag::kDvhMaximumDose);
  dvh.stated_mean = stated(tag::kDvhMeanDose);
}

Problem read_one(const Attributes& item, DoseType dose_type, TpsDvh& dvh) {
  Problem problem = read_rois(item, dvh);
  if (problem.empty()) problem = read_units(item, dvh);
  if (problem.empty()) problem = check_dose_type(item, dose_type);
  if (problem.empty()) problem = read_bins(item, dvh);
  if (problem.empty()) read_stated(item, dvh);
  return problem;
}

std::string rois_of(const TpsDvh& dvh) {
  constexpr std::size_t kShown = 5;  // a hostile file may name any number
  std::string text;
  for (std::size_t i = 0; i < std::min(kShown, dvh.contributions.size()); ++i) {
    text += fmt::format("{}{}", i == 0 ? " of ROI " : ", ", dvh.contributions[i].roi_number);
  }
  return text + (dvh.contributions.size() > kShown ? " ..." : "");
}

// The pairs that are there are what counts; the number beside them has been seen wrong.
void check_count(const Attributes& item, const TpsDvh& dvh, const std::string& where,
                 Findings& findings) {
  const auto count = item.integer(tag::kDvhBinCount);
  const bool agrees =
      count && *count && **count >= 0 && static_cast<std::size_t>(**count) == dvh.bin_widths.size();
  if (agrees) return;
  findings.push_back(
      {FindingCode::TpsDvhDoubtful,
       fmt::format(
           "DVHNumberOfBins of the planning system's DVH{} is {}, and DVHData has {} pairs; "
           "the pairs were taken as they are.",
           rois_of(dvh), quoted(item.code(tag::kDvhBinCount)), dvh.bin_widths.size()),
       where});
}

}  // namespace

model::TpsDvhs read_tps_dvhs(const Attributes& root, DoseType dose_type, const std::string& path,
                             Findings& findings) {
  model::TpsDvhs dvhs;
  const auto normalization = root.number(tag::kDvhNormalizationDose);
  if (normalization && *normalization && **normalization > 0.0) {
    dvhs.normalization_gy = **normalization;
  }
  std::size_t number = 0;
  for (const Attributes& item : root.items(tag::kDvhs)) {
    ++number;
    const std::string where = fmt::format("{}, item {}", place(path, tag::kDvhs), number);
    TpsDvh dvh;
    const Problem problem = read_one(item, dose_type, dvh);
    if (!problem.empty()) {
      findings.push_back(
          {FindingCode::TpsDvhUnusable,
           fmt::format("The planning system's DVH{} was left out: {}.", rois_of(dvh), problem),
           where});
      continue;
    }
    check_count(item, dvh, where, findings);
    dvhs.curves.push_back(std::move(dvh));
  }
  return dvhs;
}

}  // namespace dosegate::dicom
