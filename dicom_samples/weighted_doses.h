// A volume as many small pieces of known dose: the common end of both ways to the truth.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace dosegate::samples {

/// Pieces are sorted into bins of 0.0005 Gy; volume and mean are kept apart from the bins.
class WeightedDoses {
 public:
  void add(double dose_gy, double volume_mm3);

  [[nodiscard]] double volume_cc() const { return volume_mm3_ / 1000.0; }
  [[nodiscard]] double mean_gy() const { return integral_ / volume_mm3_; }
  /// Volume with dose >= `dose_gy`, cc; linear inside a bin.
  [[nodiscard]] double volume_at_cc(double dose_gy) const;
  /// The dose that the hottest `volume_cc` receive at least, Gy; nothing where the whole is
  /// smaller.
  [[nodiscard]] std::optional<double> dose_at_gy(double volume_cc) const;

 private:
  std::vector<double> bins_;
  double volume_mm3_ = 0.0;
  double integral_ = 0.0;
};

}  // namespace dosegate::samples
