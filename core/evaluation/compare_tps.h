// The planning system's own DVHs (DVHSequence) beside ours: how far they are apart, and which of the
// readings that are in use brings ours nearest to theirs. Nothing here decides a rule; where they
// differ, a finding says so. Costs nothing where the dose carries no DVHs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/finding.h"

namespace dosegate::evaluation {

/// Beyond these the two are said to differ: volume of theirs (Nelms et al. 2015: look into anything
/// reproducible above 2 %), mean and maximum (the house's bar: no rule is decided by less without
/// being borderline).
inline constexpr double kTpsVolumeBar_pct = 2.0;
inline constexpr double kTpsDoseBar_gy = 0.5;

struct TpsNumbers {
  std::optional<double> volume_cc;  ///< of the whole structure; absent where it is not stated
  std::optional<double> mean_gy, maximum_gy;  ///< absent where no part of the structure has dose
};

/// Ours, read by another convention.
struct TpsAlternative {
  std::string reading;  ///< "half end caps", "no end caps"
  TpsNumbers numbers;
};

/// Ours less theirs.
struct TpsDifference {
  std::optional<double> volume_cc, volume_pct;  ///< percent of their volume
  std::optional<double> mean_gy, maximum_gy;
  /// Largest difference of the two cumulative curves at equal dose, in percent of the structure,
  /// each curve relative to its own volume from the dose on at which theirs begins, at the doses of
  /// their points.
  std::optional<double> curve_pct, curve_pct_at_gy;
  /// Largest difference at equal volume, in Gy, over D1%, D2% ... D99%.
  std::optional<double> curve_gy, curve_gy_at_pct;
};

struct TpsComparison {
  std::string name;               ///< the ROI's name, or "A + B - C"
  std::optional<int> roi_number;  ///< absent for several ROIs
  std::string dose_axis;          ///< which dose of a bin their volumes were taken to belong to
  TpsNumbers theirs, ours;
  std::optional<double> uncovered_cc;  ///< of ours, without dose
  TpsDifference difference;
  bool differs = false;                  ///< by more than the bars
  std::vector<TpsAlternative> readings;  ///< all that were tried; ours is one of them
  std::string nearest;                   ///< name of the reading nearest to theirs; may be empty
  std::string explanation;               ///< whole sentences; never empty
};

using TpsComparisons = std::vector<TpsComparison>;

}  // namespace dosegate::evaluation
