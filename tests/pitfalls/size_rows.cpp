// Structures much smaller and much larger than the standard one.
#include <cmath>
#include <numbers>

#include "pitfalls/pitfall_shapes.h"

namespace dosegate::pitfalls {
namespace {

// The standard grid with a dose of 20 Gy + 1 Gy/mm along z.
void dose_along_z(Input& in) {
  Grid grid;
  grid.dose_gy = [](const Vec3& p) { return 20.0 + p.z(); };
  put(grid, *in.dose);
}

Outcome small_outcome() {
  const Outline outline = rectangle(2.2, 1.1, 3.2, 2.1, 0);
  std::vector<Expected> numbers = solid({{outline, -0.5, 1.5}});
  numbers.push_back(unknown("D0.03cc[Gy]"));
  return one("Liver", numbers);
}

// A body of 300 planes 1 mm apart of 2000 points on a circle of 56.42 mm: 3000 cc.
constexpr double kBodyRadius = 56.42;
constexpr int kBodyPoints = 2000, kBodyPlanes = 300;

void body(Input& in) {
  const Outline outline = circle(0, 0, kBodyRadius, 0, kBodyPoints);
  std::vector<double> planes;
  for (int i = 0; i < kBodyPlanes; ++i) planes.push_back(i - 149.5);
  in.structures->rois = {roi_of("Body", 1, {outline}, planes)};
  Grid grid;
  grid.across_mm = grid.down_mm = 5.0;
  grid.columns = grid.rows = 29;
  grid.offsets_mm.clear();
  for (int k = 0; k < 67; ++k) grid.offsets_mm.push_back(5.0 * k);
  grid.centre_at(Vec3::Zero());
  // 1 Gy/mm along z would fall below 0: a quarter of it.
  grid.dose_gy = [](const Vec3& p) { return 60.0 + p.x() / 4.0 + p.y() / 8.0 + p.z() / 4.0; };
  put(grid, *in.dose);
}

Outcome body_outcome() {
  const double area_mm2 = 0.5 * kBodyPoints * kBodyRadius * kBodyRadius *
                          std::sin(2.0 * std::numbers::pi / kBodyPoints);
  const double volume_cc = area_mm2 * kBodyPlanes / 1000.0;
  return one("Body", {is("Volume[cc]", volume_cc, 1e-4),
                      // Symmetric about the origin in a linear dose: mean and median are D(0).
                      is("Mean[Gy]", 60.0, 1e-5), is("D50%[Gy]", 60.0, kCurve_gy),
                      is("V60Gy[cc]", volume_cc / 2.0, 5e-4 * volume_cc)});
}

}  // namespace

std::vector<Row> size_rows() {
  const Outline outer = rectangle(-8, -6, 12, 10, 0);
  const Outline inner = rectangle(-7, -5, 11, 9, 0);
  return {
      {.id = "size-below-a-voxel",
       .line = "ROI smaller than a voxel",
       .input = "1 x 1 mm on two planes 1 mm apart, between voxel centres",
       .derivation = "0.002 cc, exact mean and extremes; D0.03cc is not defined, never 0",
       .others = "RTTB, dicompyler (empty)",
       .make =
           [](Input& in) {
             in.structures->rois = {roi_of("Liver", 1, {rectangle(2.2, 1.1, 3.2, 2.1, 0)}, {0, 1})};
           },
       .outcome = small_outcome()},
      {.id = "size-0.03-cc",
       .line = "0.03 cc ROI",
       .input = "3 x 4 mm on two planes 1.25 mm apart: 30 mm^3; 1 Gy/mm along z",
       .derivation = "D0.03cc is the minimum: 20 - 0.625 Gy",
       .make =
           [](Input& in) {
             dose_along_z(in);
             in.structures->rois = {roi_of("Liver", 1, {rectangle(1, 1, 4, 5, 0)}, {0, 1.25})};
           },
       .outcome =
           one("Liver", {is("Volume[cc]", 0.03, kVolume_cc), is("Mean[Gy]", 20.625, kDose_gy),
                         is("D0.03cc[Gy]", 19.375, kCurve_gy)})},
      {.id = "size-0.04-cc",
       .line = "0.03 cc ROI",
       .input = "4 x 5 mm on two planes 1 mm apart: 40 mm^3; 1 Gy/mm along z",
       .derivation = "the hottest 30 mm^3 are the upper 1.5 mm: D0.03cc = 20 Gy",
       .make =
           [](Input& in) {
             dose_along_z(in);
             in.structures->rois = {roi_of("Liver", 1, {rectangle(1, 1, 5, 6, 0)}, {0, 1})};
           },
       .outcome =
           one("Liver", {is("Volume[cc]", 0.04, kVolume_cc), is("D0.03cc[Gy]", 20.0, kCurve_gy)})},
      {.id = "size-thin-shell",
       .line = "thin shell 1 mm",
       .input = "a wall of 1 mm in voxels of 3.5 x 4 x 3 mm",
       .derivation = "(20 x 16 - 18 x 14) x 15 mm^3",
       .others = "voxel engines (69 % for 0.5 mm points)",
       .make =
           [=](Input& in) {
             in.structures->rois = {roi_of("Liver", 1, {outer, inner}, kPlanes)};
           },
       .outcome = one("Liver", solid({{outer}, {inner, -7.5, 7.5, -1.0}}))},
      {.id = "size-body",
       .line = "3000 cc body with 300 slices x 2000 points",
       .input = "a cylinder of 56.42 mm, 300 mm long",
       .derivation = "n/2 r^2 sin(2 pi/n) x 300 mm^3; symmetric in a linear dose",
       .make = body,
       .outcome = body_outcome()},
  };
}

}  // namespace dosegate::pitfalls
