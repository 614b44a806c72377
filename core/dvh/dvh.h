// Dose-volume histogram of a region: how much of its volume receives how much dose.
//
// The curve is not a list of bins. It is the sum of two parts:
// - a continuous part, known exactly at dose nodes 0.001 Gy apart (wider where the range is beyond
//   65 Gy) and linear between them;
// - atoms: volume that receives one and the same dose to the last bit (zero-dose tails, plateaus),
//   kept with that exact dose, so that a plateau at a limit is decided by the value in the file.
// Volume, mean, mean square, minimum and maximum are accumulated on their own, never read off the
// curve.
//
// Conventions (design 4.3, facts 1.4):
//   V(x) = volume with D >= x          cold(x) = volume with D < x
//   D(v) = largest x with V(x) >= v    DC(v)   = smallest x with volume(D <= x) >= v
//   V(x) + cold(x) = covered()
// All of them speak of the covered part. Volume without dose is `uncovered()`, never counted as 0
// Gy; what it may do to a metric is worked out in metrics/.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "base/units.h"

namespace dosegate::dvh {

class DvhBuilder;

/// Volumes are sums of up to millions of terms: differences below this part of the region are
/// rounding. So much uncovered volume is none, and a curve that reaches a volume to within it
/// reaches it (a plateau of exactly half the structure has a D50%).
inline constexpr double kVolumeRounding = 1e-9;

class Dvh {
 public:
  /// Volume of the region, covered or not.
  [[nodiscard]] Cc volume() const { return volume_; }
  [[nodiscard]] Cc covered() const { return covered_; }
  [[nodiscard]] Cc uncovered() const { return uncovered_; }

  /// Over the covered part; absent if nothing is covered.
  [[nodiscard]] std::optional<Gy> minimum() const { return minimum_; }
  [[nodiscard]] std::optional<Gy> maximum() const { return maximum_; }
  [[nodiscard]] std::optional<Gy> mean() const { return mean_; }
  /// Mean of the squared dose, Gy^2 (to a few millionths of the dose range, squared): with it
  /// follow the means of BED and EQD2, which are quadratic in the dose. Absent if nothing is
  /// covered.
  [[nodiscard]] std::optional<double> mean_square_gy2() const { return mean_square_gy2_; }

  /// Mean of f(dose) over the covered part, for a smooth f: exact for atoms, and between two nodes
  /// (0.001 Gy) by Gauss' rule with two points. Absent if nothing is covered.
  [[nodiscard]] std::optional<double> mean_of(const std::function<double(double)>& f) const;

  /// Covered volume with D >= dose.
  [[nodiscard]] Cc volume_at_least(Gy dose) const;
  /// Covered volume with D < dose.
  [[nodiscard]] Cc volume_below(Gy dose) const;
  /// Largest x with V(x) >= volume: the dose that the hottest `volume` receives at least.
  /// Absent if volume is not positive or exceeds the covered volume.
  [[nodiscard]] std::optional<Gy> hottest(Cc volume) const;
  /// Smallest x with volume(D <= x) >= volume: the highest dose in the coldest `volume`.
  /// Absent if volume is not positive or exceeds the covered volume.
  [[nodiscard]] std::optional<Gy> coldest(Cc volume) const;

  /// V(x) in cc at x = 0, bin, 2 bin ... up to the first bin beyond the maximum: the curve for
  /// display and for `dvh --json`. `bin` > 0.
  [[nodiscard]] std::vector<double> cumulative_cc(Gy bin) const;

 private:
  friend class DvhBuilder;
  struct Atom {
    double dose_gy = 0.0;
    double volume_cc = 0.0;
    double below_cc = 0.0;  // sum of all atoms of lower dose
  };
  Dvh() = default;
  [[nodiscard]] double continuous_below(double dose_gy) const;
  [[nodiscard]] double atoms_below(double dose_gy) const;
  [[nodiscard]] double cold_including(double dose_gy) const;
  [[nodiscard]] double node(std::size_t i) const {
    return first_gy_ + step_gy_ * static_cast<double>(i);
  }

  Cc volume_, covered_, uncovered_;
  std::optional<Gy> minimum_, maximum_, mean_;
  std::optional<double> mean_square_gy2_;
  double first_gy_ = 0.0, step_gy_ = 0.0;
  std::vector<double> below_cc_;  // continuous volume with D < node(i); never falls
  double continuous_cc_ = 0.0;
  std::vector<Atom> atoms_;  // ascending in dose
};

}  // namespace dosegate::dvh
