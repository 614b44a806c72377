// What parts of a structure add to a curve. Private to dvh/.
//
// Take a part of a cell in which the dose rises along u by g. Every line along u through the part
// begins and ends on its border, and the dose along the line is spread evenly between the doses of
// its two ends. So the curve, the volume below a dose as a function of the dose, gets steeper by
// (how many lines) / g at the dose where lines begin, and less steep where they end. Along a straight
// piece of border the dose runs from one value to another: the change of slope is spread over a
// *ramp* between the two.
//
// That is the exact share of any polygon in a dose that is linear in the plane. Neighbours join
// without gap or overlap, because both see the same doses on the side that they share.
#pragma once

#include <cstddef>
#include <vector>

namespace dosegate::dvh {

/// A change of the curve's slope by `slope_cc_gy`, spread evenly over `width_gy` about `centre_gy`.
struct Ramp {
  double centre_gy = 0.0, width_gy = 0.0, slope_cc_gy = 0.0;
};

/// Sums over parts of their exact volume (negative to take it away), its amount, and it times the mean
/// dose and the mean squared dose.
struct PartSums {
  double cc = 0.0, gross_cc = 0.0, cc_gy = 0.0, cc_gy2 = 0.0;
  /// `spread_gy2` is 12 times the variance of the part's dose.
  void add(double volume_cc, double mean_gy, double spread_gy2) {
    cc += volume_cc;
    gross_cc += volume_cc < 0.0 ? -volume_cc : volume_cc;
    cc_gy += mean_gy * volume_cc;
    cc_gy2 += (mean_gy * mean_gy + spread_gy2 * (1.0 / 12.0)) * volume_cc;
  }
  void add(const PartSums& other) {
    cc += other.cc;
    gross_cc += other.gross_cc;
    cc_gy += other.cc_gy;
    cc_gy2 += other.cc_gy2;
  }
};

struct Shares {
  std::vector<Ramp> ramps;  ///< the slopes of a part's ramps add up to 0
  PartSums parts;
  /// Parts with one and the same dose everywhere: among `parts`, without ramps.
  struct Atom {
    double dose_gy = 0.0, volume_cc = 0.0;
  };
  std::vector<Atom> atoms;

  void clear() {
    ramps.clear();
    parts = {};
    atoms.clear();
  }
  void negate() {
    for (Ramp& ramp : ramps) ramp.slope_cc_gy = -ramp.slope_cc_gy;
    parts.cc = -parts.cc;
    parts.cc_gy = -parts.cc_gy;
    parts.cc_gy2 = -parts.cc_gy2;
    for (Atom& atom : atoms) atom.volume_cc = -atom.volume_cc;
  }
};

}  // namespace dosegate::dvh
