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

/// Of a part: exact volume (negative to take it away) and mean dose; the spread of its dose, 12 times
/// the variance.
struct Part {
  double volume_cc = 0.0, mean_gy = 0.0, spread_gy2 = 0.0;
};

struct Shares {
  std::vector<Ramp> ramps;  ///< the slopes of a part's ramps add up to 0
  std::vector<Part> parts;
  /// Parts with one and the same dose everywhere: among `parts`, without ramps.
  struct Atom {
    double dose_gy = 0.0, volume_cc = 0.0;
  };
  std::vector<Atom> atoms;

  void clear() {
    ramps.clear();
    parts.clear();
    atoms.clear();
  }
  void negate() {
    for (Ramp& ramp : ramps) ramp.slope_cc_gy = -ramp.slope_cc_gy;
    for (Part& part : parts) part.volume_cc = -part.volume_cc;
    for (Atom& atom : atoms) atom.volume_cc = -atom.volume_cc;
  }
};

}  // namespace dosegate::dvh
