// One dose-volume metric as it is written: D0.03cc[Gy], CV5Gy[cc], Max[Gy]@EQD2(ab=10). This header
// is the language only: syntax tree, parser, printer. Values are computed in compute.h.
//
// The words are those of AAPM TG-263 (report section 9.2): query type, query value, query unit,
// [output unit]. Spelling is case-sensitive, there are no blanks inside a metric, and no unit is
// ever guessed.
//
//   metric = query [ "@" basis ] ;
//   query  = ( "Min" | "Mean" | "Max" | "Median" ) "[" dunit "]"
//          | ( "D" | "DC" ) num vunit "[" dunit "]"
//          | ( "V" | "CV" ) num dunit "[" vunit "]"
//          | "Volume" "[" "cc" "]"
//          | "gEUD(a=" num ")[Gy]" | "Veff(n=" num ",Dref=" ( num "Gy" | "Rx" ) ")[%]"
//          | "NTCP(" model ")[%]"
//          | ( "CI" | "CN" | "GI" ) [ "(" ref | in | ref "," in ")" ] | "HI" ;
//   ref    = "Dref=" ( num dunit | "Rx" ) ;     in = "in=" name ;    (structure_name.h)
//   basis  = "PHYS" | "BED(ab=" num ")" | "EQD2(ab=" num ")" | "EQDX(d=" num ",ab=" num ")" ;
//   dunit  = "Gy" | "cGy" | "%" ;      vunit = "cc" | "%" ;
//   num    = digits [ "." digits ] ;   (ASCII, dot only; greater than 0)
//
// The four indices are ratios, without a unit and so without a bracket. CI, CN and GI compare the
// volume of an isodose with the target: `Dref` is the isodose's dose (the prescription if it is left
// out), `in` the structure within which its volume is taken (left out: the only ROI of type EXTERNAL).
//
// Beyond the grammar, what has no meaning is refused: a volume above 100 %, a percent dose on a
// converted basis (percent of which prescription?), a basis on Volume and on NTCP, which has its own.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "radiobiology/lkb.h"

namespace dosegate::metrics {

class Cursor;

/// What is asked. V_x = volume with D >= x; CV_x = volume with D < x; D_v = largest x with V_x >=
/// v; DC_v = smallest x with volume(D <= x) >= v. gEUD(a) = (mean of D^a)^(1/a); Veff(n, Dref) = mean
/// of (D / Dref)^(1/n), the share of the organ that would suffer the same at Dref; NTCP: see
/// radiobiology/lkb.h. CI, CN, HI, GI: see index_metric.h.
enum class MetricKind {
  Min,
  Mean,
  Max,
  Median,
  D,
  DC,
  V,
  CV,
  Volume,
  GEud,
  Veff,
  Ntcp,
  ConformityIndex,
  ConformationNumber,
  HomogeneityIndex,
  GradientIndex,
};

enum class DoseUnit { Gy, CGy, Percent };  ///< Percent: of the prescription
enum class VolumeUnit { Cc, Percent };     ///< Percent: of the structure's volume

/// Which dose is meant. Unstated means physical; the two differ only in how they are written.
enum class BasisKind { Unstated, Physical, Bed, Eqd2, Eqdx };

struct Basis {
  BasisKind kind = BasisKind::Unstated;
  double alpha_beta_gy = 0.0;         ///< for Bed, Eqd2, Eqdx; 0 otherwise
  double dose_per_fraction_gy = 0.0;  ///< the x of EQDx; 0 otherwise

  bool operator==(const Basis&) const = default;
  /// True if the dose has to be converted (needs the number of fractions).
  [[nodiscard]] bool is_converted() const {
    return kind != BasisKind::Unstated && kind != BasisKind::Physical;
  }
};

struct Metric {
  MetricKind kind = MetricKind::Mean;
  /// D, DC: the volume, in volume_unit. V, CV: the dose, in dose_unit and on `basis`; CI, CN, GI: the
  /// isodose's (100 % is written Rx). GEud: a. Veff: n. Others: 0.
  double argument = 0.0;
  /// V, CV, CI, CN, GI: unit of the argument. Volume, HI: Gy, without meaning. Others: unit of the
  /// value.
  DoseUnit dose_unit = DoseUnit::Gy;
  /// V, CV, Volume: unit of the value. D, DC: unit of the argument. Others: Cc, without meaning.
  VolumeUnit volume_unit = VolumeUnit::Cc;
  Basis basis;
  /// Veff: the reference dose, Gy, on `basis`; 0: the prescription. Others: 0.
  double reference_gy = 0.0;
  /// Ntcp: whose probability. Others: without meaning.
  radiobiology::LkbModelId model = radiobiology::LkbModelId::RildPrimary;
  /// CI, CN, GI: the structure within which the isodose's volume is taken; empty: the only ROI of type
  /// EXTERNAL. Others: empty.
  std::string within = {};

  bool operator==(const Metric&) const = default;
};

/// Smallest and largest a of gEUD, and 1/n of Veff: beyond, the numbers mean an extreme.
inline constexpr double kSmallestExponent = 0.1;
inline constexpr double kLargestExponent = 100.0;

/// Unit of a metric's value, and so of its limits.
enum class Unit { Gy, CGy, PercentOfPrescription, Cc, PercentOfVolume, PercentProbability, Ratio };

[[nodiscard]] Unit output_unit(const Metric& metric);
/// "Gy", "cGy", "%", "cc": as written in the language. All percents are "%"; a ratio is "".
[[nodiscard]] std::string_view to_text(Unit unit);
[[nodiscard]] std::string_view to_text(DoseUnit unit);
[[nodiscard]] std::string_view to_text(VolumeUnit unit);
/// A number that is already text with its unit, "17.53 Gy"; a ratio stays as it is.
[[nodiscard]] std::string with_unit(std::string number, Unit unit);

/// True if the metric's value is a dose (Min, Mean, Max, Median, D, DC, GEud).
[[nodiscard]] bool is_dose_metric(MetricKind kind);
/// True if the prescription occurs: a percent of it, as the argument or as the output unit, or as
/// the reference of Veff.
[[nodiscard]] bool needs_prescription(const Metric& metric);
/// True for CI, CN, HI, GI: ratios, without a unit.
[[nodiscard]] bool is_index(MetricKind kind);
/// True for CI, CN, GI, which need the structure `within` beside their own.
[[nodiscard]] bool needs_enclosure(MetricKind kind);

/// Parses the whole of `text`; blanks at both ends are allowed.
/// Errors: MetricSyntax, where = "column N" (1-based), text says what was expected.
[[nodiscard]] Result<Metric> parse_metric(std::string_view text);

/// Parses the metric that stands at the cursor and moves behind it. For the rule parser.
[[nodiscard]] Result<Metric> parse_metric(Cursor& cursor);

/// Canonical text; parse_metric(to_text(m)) == m for every metric that parse_metric can return.
[[nodiscard]] std::string to_text(const Metric& metric);

}  // namespace dosegate::metrics
