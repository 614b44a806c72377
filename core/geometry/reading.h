// How the space between contour planes, and beyond the last of them, is filled: the two choices on
// which dose-volume calculators differ. The default is Dosegate's own reading.
#pragma once

namespace dosegate::geometry {

/// What a stack of planes does at its two ends, and at both sides of a real gap inside it.
enum class EndCaps {
  Half,  ///< a prism of half the nominal spacing beyond the end planes (default; most systems)
  None,  ///< the solid ends at the end planes
  /// As Half, but the prism is at most 1.5 mm high. Source: Pepin 2022 (Med Phys, mp.15916), of
  /// ProKnow.
  Capped1_5,
  /// Half the nominal spacing high, but rounded off: the share of the end plane's area that belongs
  /// to the solid falls as in an ellipsoid's half, 1 - s^2 at the part s of the cap's height, so
  /// that the cap holds 2/3 of Half's prism (integral of 1 - s^2 from 0 to 1). Approximation: a
  /// real rounded cap narrows the outline, this one thins it out; volume and mean height are those
  /// of the rounded body, and no outline is invented. Source: Pepin 2022 on Eclipse ("rounded"
  /// caps), whose exact form is not published.
  Rounded,
};

/// What fills the space between neighbouring planes of one body.
enum class Interpolation {
  Slab,  ///< each plane's prism reaches to the midpoints (default)
  /// The planes' indicator functions interpolated linearly along w: a point belongs to the solid by
  /// the weighted mean of what the two planes next to it say. No vertices are matched, so branching
  /// needs no rule.
  Blend,
  /// As Blend, but by the polynomial through the four nearest planes of the body, at their real
  /// positions (Lagrange); in the two end gaps these are the first and last four. A body of three
  /// planes is interpolated by a parabola, one of two by a line. Shares may overshoot below 0 and
  /// above 1.
  Cubic,
};

struct Reading {
  EndCaps end_caps = EndCaps::Half;
  Interpolation interpolation = Interpolation::Slab;
  friend bool operator==(const Reading&, const Reading&) = default;
};

}  // namespace dosegate::geometry
