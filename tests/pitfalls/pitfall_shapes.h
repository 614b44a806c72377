// What the rows draw, and the closed forms of what they have drawn. Nothing here uses the engine.
#pragma once

#include <string>
#include <vector>

#include "pitfalls/pitfall.h"

namespace dosegate::pitfalls {

using dicom_test::ContourSpec;
using dicom_test::DoseSpec;
using dicom_test::RoiSpec;
using model::Mat3;
using model::Vec3;
using Outline = std::vector<Vec3>;

/// D = 32 + x/4 + y/2 + z Gy.
[[nodiscard]] double standard_dose_gy(const Vec3& position);

/// A dose grid by its geometry and a formula; the voxels are placed as DICOM PS3.3 C.7.6.2.1.1 says.
struct Grid {
  Vec3 origin{-24.3, -21.7, -17.9};  ///< centre of the first voxel, mm
  Vec3 row{1, 0, 0};                 ///< direction in which the column index grows
  Vec3 column{0, 1, 0};              ///< direction in which the row index grows
  double across_mm = 3.5, down_mm = 4.0;
  unsigned columns = 15, rows = 12;
  std::vector<double> offsets_mm = {0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 33, 36};
  std::string scaling = "1e-6";
  enum class Shell { Zero, Dose } shell = Shell::Zero;  ///< what the outermost layer holds
  std::function<double(const Vec3&)> dose_gy = standard_dose_gy;

  /// Puts the middle of the grid at `middle` by moving the origin.
  void centre_at(const Vec3& middle);
};

/// Geometry, offsets, scaling and voxel values of `grid` into `spec`; bits and sign are the spec's.
void put(const Grid& grid, DoseSpec& spec);

/// DICOM text of numbers, at most 16 characters each.
[[nodiscard]] std::string text_of(double value);
[[nodiscard]] std::string text_of(const std::vector<double>& values);

[[nodiscard]] ContourSpec contour(const Outline& points, const std::string& type = "CLOSED_PLANAR");
[[nodiscard]] Outline rectangle(double x0, double y0, double x1, double y1, double z);
/// Regular polygon on a circle.
[[nodiscard]] Outline circle(double x, double y, double radius, double z, int corners);
[[nodiscard]] Outline reversed(Outline outline);
/// The outline at another height.
[[nodiscard]] Outline at_z(Outline outline, double z);

/// Each outline of `at_zero` on every plane.
[[nodiscard]] RoiSpec roi_of(const std::string& name, int number,
                             const std::vector<Outline>& at_zero,
                             const std::vector<double>& planes);
inline const std::vector<double> kPlanes = {-6, -3, 0, 3, 6};  ///< of the standard structure, z mm
inline const Outline kBox = rectangle(-8, -6, 12, 10, 0);

/// A part of a solid: an outline swept along the unit normal of its plane from `below` to `above`
/// (mm from the outline); sign -1 takes it away.
struct Prism {
  Outline outline;
  double below = -7.5, above = 7.5;
  double sign = 1.0;
  Vec3 normal{0, 0, 1};
};

/// Volume, mean, minimum and maximum of a solid in the standard dose: shoelace areas, the dose at
/// the centroids, and the dose at the corners of its positive parts (a linear dose has its extremes
/// there; no hole of a row takes such a corner away).
[[nodiscard]] std::vector<Expected> solid(const std::vector<Prism>& parts);
/// The same with other tolerances, cc and Gy.
[[nodiscard]] std::vector<Expected> solid(const std::vector<Prism>& parts, double tolerance_cc,
                                          double tolerance_gy);

/// "Liver" as in the standard case.
[[nodiscard]] StructureOutcome standard_liver();
[[nodiscard]] Outcome standard_outcome(std::set<FindingCode> findings = {});
[[nodiscard]] Outcome refusal(ErrorCode code);
/// One structure with these numbers.
[[nodiscard]] Outcome one(std::string name, std::vector<Expected> numbers,
                          std::set<FindingCode> findings = {});

/// A volume in double arithmetic on coordinates of at most six decimals, cc.
inline constexpr double kVolume_cc = 1e-7;
/// Half a stored step of 1e-6 Gy, and its share in the interpolation's rounding.
inline constexpr double kDose_gy = 1e-6;
/// D(v) and V(x) are read off a curve known at nodes 0.001 Gy apart: the bar of the design for
/// integration, for a dose and for a volume of a few cc.
inline constexpr double kCurve_gy = 0.01;

}  // namespace dosegate::pitfalls
