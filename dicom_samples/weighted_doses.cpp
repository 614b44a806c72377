#include "weighted_doses.h"

namespace dosegate::samples {
namespace {

constexpr double kBinsPerGy = 2000.0;

}  // namespace

void WeightedDoses::add(double dose_gy, double volume_mm3) {
  const auto bin = static_cast<std::size_t>(dose_gy * kBinsPerGy);
  if (bin >= bins_.size()) {
    bins_.resize(bin + 1000, 0.0);
  }
  bins_[bin] += volume_mm3;
  volume_mm3_ += volume_mm3;
  integral_ += dose_gy * volume_mm3;
}

double WeightedDoses::volume_at_cc(double dose_gy) const {
  const double position = dose_gy * kBinsPerGy;
  const auto bin = static_cast<std::size_t>(position);
  if (bin >= bins_.size()) {
    return 0.0;
  }
  double sum = bins_[bin] * (1.0 - (position - static_cast<double>(bin)));
  for (std::size_t i = bin + 1; i < bins_.size(); ++i) {
    sum += bins_[i];
  }
  return sum / 1000.0;
}

std::optional<double> WeightedDoses::dose_at_gy(double volume_cc) const {
  const double wanted = volume_cc * 1000.0;
  double sum = 0.0;
  for (std::size_t i = bins_.size(); i-- > 0;) {
    if (bins_[i] > 0.0 && sum + bins_[i] >= wanted) {
      const double share = (wanted - sum) / bins_[i];
      return (static_cast<double>(i) + 1.0 - share) / kBinsPerGy;
    }
    sum += bins_[i];
  }
  return std::nullopt;
}

}  // namespace dosegate::samples
