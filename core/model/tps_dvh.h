// The dose-volume histograms that a planning system wrote into its RT Dose (DVHSequence), as they
// stand in the file. Nothing is interpreted here: which dose of a bin its volume belongs to, whether
// the stated mean is in the unit it claims, and how all this compares with our own curves is decided
// in evaluation/.
#pragma once

#include <optional>
#include <vector>

namespace dosegate::model {

/// DVHType (3004,0001).
enum class TpsDvhType {
  Cumulative,    ///< volume with at least a dose
  Differential,  ///< volume in each bin
  Natural,       ///< volume in each bin per u, with u = dose^-1.5 (brachytherapy)
};

/// DoseUnits (3004,0002) of one DVH.
enum class TpsDoseUnit {
  Gy,
  CentiGy,   ///< not in the standard, but written
  Relative,  ///< to DVHNormalizationDoseValue
};

/// DVHVolumeUnits (3004,0054).
enum class TpsVolumeUnit {
  Cc,
  Percent,  ///< of the structure, 0 to 100
  PerU,     ///< cc per u, u = dose^-1.5 in the unit of the dose
};

/// DVHReferencedROISequence (3004,0060), one item.
struct TpsContribution {
  enum class Part { Included, Excluded };
  int roi_number = 0;
  Part part = Part::Included;
};

/// One histogram. Both lists have the same length, at least 1; all numbers are finite, no width is
/// negative and their sum is positive.
struct TpsDvh {
  std::vector<TpsContribution> contributions;  ///< at least one Included
  TpsDvhType type = TpsDvhType::Cumulative;
  TpsDoseUnit dose_unit = TpsDoseUnit::Gy;
  TpsVolumeUnit volume_unit = TpsVolumeUnit::Cc;
  /// Of each bin from dose 0 on, in `dose_unit`; DVHDoseScaling (3004,0052) is multiplied in.
  std::vector<double> bin_widths;
  /// Of each bin, in `volume_unit`: never negative, and never rising where the histogram is
  /// cumulative (residuals of rounding are taken out).
  std::vector<double> bin_volumes;  // unit: volume_unit
  /// DVHMinimumDose, DVHMaximumDose, DVHMeanDose as written: said to be in `dose_unit`.
  std::optional<double> stated_minimum, stated_maximum, stated_mean;
};

/// All of one RT Dose.
struct TpsDvhs {
  std::vector<TpsDvh> curves;
  /// DVHNormalizationDoseValue (3004,0042), Gy: what RELATIVE doses are relative to.
  std::optional<double> normalization_gy;
};

}  // namespace dosegate::model
