// RTDOSE: ImageOrientationPatient and PixelSpacing.
#include <Eigen/Geometry>
#include <numbers>

#include "pitfalls/pitfall_shapes.h"

namespace dosegate::pitfalls {
namespace {

// A patient position by its direction cosines; the structure stays where it is in the patient.
Row position_row(const std::string& id, const std::string& position, const Vec3& row,
                 const Vec3& column) {
  return {.id = id,
          .line = "IOP: " + position,
          .input = "row along (" + text_of({row.x(), row.y(), row.z()}) + "), column along (" +
                   text_of({column.x(), column.y(), column.z()}) + ")",
          .others = "dicompyler-core 144, DVHA 62",
          .make =
              [row, column](Input& in) {
                Grid grid;
                grid.row = row;
                grid.column = column;
                grid.centre_at({0.2, 0.3, 0.1});
                put(grid, *in.dose);
              },
          .outcome = standard_outcome()};
}

// A grid turned by `degrees` about the axis, large enough to hold the structure.
void turned(Input& in, double degrees, const Vec3& axis) {
  const Mat3 turn =
      Eigen::AngleAxisd(degrees * std::numbers::pi / 180.0, axis.normalized()).matrix();
  Grid grid;
  grid.row = turn.col(0);
  grid.column = turn.col(1);
  grid.columns = 21;
  grid.rows = 19;
  grid.offsets_mm.clear();
  for (int k = 0; k < 21; ++k) grid.offsets_mm.push_back(3.0 * k);
  grid.centre_at({0.2, 0.3, 0.1});
  put(grid, *in.dose);
}

// Direction cosines are written to ten digits: at 40 mm from the grid's origin a voxel is off by
// 1e-8 mm, far below the step of the stored dose. The grid is resampled onto the structure's frame,
// which is exact for a linear dose.
Row turned_row(const std::string& id, const std::string& input, double degrees, const Vec3& axis) {
  return {.id = id,
          .line = "IOP: oblique",
          .input = input,
          .derivation = "resampled onto the planes' frame, exact for a linear dose",
          .make = [=](Input& in) { turned(in, degrees, axis); },
          .outcome = standard_outcome()};
}

// The standard grid with its row direction turned by `angle` in the plane, the column kept.
void skewed(Input& in, const std::string& orientation) {
  in.dose->orientation = orientation;
}

}  // namespace

std::vector<Row> dose_orientation_rows() {
  Outcome nearly = standard_outcome({FindingCode::DoseOrientationAdjusted});
  for (Expected& number : nearly.structures[0].numbers) {
    // The row is turned back by 2e-4 rad. Over the 50 mm of a row the voxels stand 0.01 mm off in y,
    // at 0.5 Gy/mm: 0.005 Gy.
    if (number.metric != "Volume[cc]") number.tolerance = 0.005 + kDose_gy;
    if (number.metric == "D50%[Gy]") number.tolerance = kCurve_gy + 0.005;
  }
  return {
      position_row("iop-hfs", "HFS", {1, 0, 0}, {0, 1, 0}),
      position_row("iop-hfp", "HFP", {-1, 0, 0}, {0, -1, 0}),
      position_row("iop-ffs", "FFS", {-1, 0, 0}, {0, 1, 0}),
      position_row("iop-ffp", "FFP", {1, 0, 0}, {0, -1, 0}),
      position_row("iop-hfdr", "HFDR (decubitus)", {0, -1, 0}, {1, 0, 0}),
      position_row("iop-hfdl", "HFDL (decubitus)", {0, 1, 0}, {-1, 0, 0}),
      position_row("iop-ffdr", "FFDR (decubitus)", {0, -1, 0}, {-1, 0, 0}),
      position_row("iop-ffdl", "FFDL (decubitus)", {0, 1, 0}, {1, 0, 0}),
      position_row("iop-sagittal", "sagittal frames", {0, 1, 0}, {0, 0, -1}),
      position_row("iop-coronal", "coronal frames", {1, 0, 0}, {0, 0, -1}),
      turned_row("iop-oblique-z", "turned by 20 degrees about z", 20.0, {0, 0, 1}),
      turned_row("iop-oblique", "turned by 25 degrees about (1, 2, 3)", 25.0, {1, 2, 3}),
      {.id = "iop-not-orthonormal",
       .line = "IOP: non-orthonormal by 1e-4",
       .input = "1, 2e-4, 0: the row is not perpendicular to the column",
       .derivation = "made orthonormal; 0.01 mm at the end of a row, in 0.5 Gy/mm",
       .make = [](Input& in) { skewed(in, "1\\0.0002\\0\\0\\1\\0"); },
       .outcome = nearly},
      {.id = "iop-rounded",
       .line = "IOP: non-orthonormal by 1e-4",
       .input = "1, 1e-6, 0: rounding, no word",
       .make = [](Input& in) { skewed(in, "1\\0.000001\\0\\0\\1\\0"); },
       .outcome =
           [] {
             Outcome outcome = standard_outcome();
             // 1e-6 rad over 50 mm, in 0.5 Gy/mm: 2.5e-5 Gy.
             for (Expected& number : outcome.structures[0].numbers) number.tolerance += 2.5e-5;
             return outcome;
           }()},
      {.id = "iop-skew",
       .line = "IOP: non-orthonormal",
       .input = "row and column 3 degrees off a right angle",
       .make = [](Input& in) { skewed(in, "0.99863\\0.05234\\0\\0\\1\\0"); },
       .outcome = refusal(ErrorCode::GeometryUnusable)},
      {.id = "spacing-negative",
       .line = "negative step",
       .input = "PixelSpacing 4, -3.5",
       .make = [](Input& in) { in.dose->spacing = "4\\-3.5"; },
       .outcome = refusal(ErrorCode::GeometryUnusable)},
      {.id = "spacing-zero",
       .line = "negative step",
       .input = "PixelSpacing 0, 3.5",
       .make = [](Input& in) { in.dose->spacing = "0\\3.5"; },
       .outcome = refusal(ErrorCode::GeometryUnusable)},
      {.id = "spacing-unequal",
       .line = "PixelSpacing row/column unequal",
       .input = "the standard case: rows 4 mm apart, columns 3.5 mm",
       .others = "matRad, dicompyler-core's DoseGrid class",
       .make = [](Input&) {},
       .outcome = standard_outcome()},
      {.id = "spacing-odd",
       .line = "spacing like 2.02265",
       .input = "columns 2.02265 mm apart, 27 of them",
       .others = "dicompyler-core 117",
       .make =
           [](Input& in) {
             Grid grid;
             grid.columns = 27;
             grid.across_mm = 2.02265;
             grid.centre_at({0.2, 0.3, 0.1});
             put(grid, *in.dose);
           },
       .outcome = standard_outcome()},
  };
}

}  // namespace dosegate::pitfalls
