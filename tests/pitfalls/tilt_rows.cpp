// RTSTRUCT: planes that are not axial, and contours that are not plane.
#include <Eigen/Geometry>
#include <numbers>

#include "pitfalls/pitfall_shapes.h"

namespace dosegate::pitfalls {
namespace {

Mat3 turn(double degrees, const Vec3& axis) {
  return Eigen::AngleAxisd(degrees * std::numbers::pi / 180.0, axis.normalized()).matrix();
}

Outline turned(Outline outline, const Mat3& by) {
  for (Vec3& p : outline) p = by * p;
  return outline;
}

// The standard structure turned about the origin, its planes and all.
Row turned_row(const std::string& id, const std::string& line, const std::string& input,
               const std::string& others, const Mat3& by) {
  // Coordinates of ten digits: 1e-8 mm. The dose is resampled onto the planes' frame, exact for a
  // linear dose but for the rounding of the stored values.
  return {.id = id,
          .line = line,
          .input = input,
          .derivation = "the same box, 4.8 cc; the linear dose at its turned centroid and corners",
          .others = others,
          .make =
              [by](Input& in) {
                RoiSpec& roi = in.structures->rois[0];
                roi.contours.clear();
                for (const double z : kPlanes) {
                  roi.contours.push_back(contour(turned(at_z(kBox, z), by)));
                }
              },
          .outcome = one("Liver", solid({{turned(kBox, by), -7.5, 7.5, 1.0, by.col(2)}}))};
}

// The standard box drawn in planes of constant x or y.
RoiSpec upright(const std::vector<double>& planes, const std::function<Outline(double)>& at) {
  RoiSpec roi;
  roi.contours.clear();
  for (const double p : planes) roi.contours.push_back(contour(at(p)));
  return roi;
}

Outline sagittal(double x) {
  return {{x, -6, -7.5}, {x, 10, -7.5}, {x, 10, 7.5}, {x, -6, 7.5}};
}

Outline coronal(double y) {
  return {{-8, y, -7.5}, {12, y, -7.5}, {12, y, 7.5}, {-8, y, 7.5}};
}

// One point of the middle contour off its plane.
void bent(Input& in, double off_mm) {
  Outline outline = kBox;
  outline[0].z() += off_mm;
  in.structures->rois[0].contours[2] = contour(outline);
}

std::vector<Row> bent_rows() {
  return {
      {.id = "bent-0.08-mm",
       .line = "non-planar CLOSED_PLANAR",
       .input = "one point of the middle contour 0.08 mm off its plane",
       .derivation = "the middle plane stands 0.02 mm higher; its neighbours tile what it leaves",
       .make = [](Input& in) { bent(in, 0.08); },
       .outcome = standard_outcome({FindingCode::RoiContourNonPlanar})},
      {.id = "bent-2-mm",
       .line = "non-planar CLOSED_PLANAR",
       .input = "one point of the middle contour 2 mm off its plane",
       .make = [](Input& in) { bent(in, 2.0); },
       .outcome = {{}, {{"Liver", {}, ErrorCode::ContoursNotPlanar}}, {}}},
      {.id = "tilts-differ",
       .line = "tilted axial by 5 degrees",
       .input = "the middle contour tilted by 5 degrees, the others axial",
       .others = "all but RTTB (which refuses the file) flatten it",
       .make =
           [](Input& in) {
             in.structures->rois[0].contours[2] = contour(turned(kBox, turn(5, {1, 0, 0})));
           },
       .outcome = {{}, {{"Liver", {}, ErrorCode::ContoursNotParallel}}, {}}},
  };
}

}  // namespace

std::vector<Row> tilt_rows() {
  std::vector<Row> rows = {
      {.id = "planes-sagittal",
       .line = "Sagittal contours",
       .input = "the same box on the planes x -6, -2, 2, 6, 10",
       .make =
           [](Input& in) {
             in.structures->rois = {upright({-6, -2, 2, 6, 10}, sagittal)};
           },
       .outcome = standard_outcome()},
      {.id = "planes-coronal",
       .line = "Coronal contours",
       .input = "the same box on the planes y -4, 0, 4, 8",
       .make =
           [](Input& in) {
             in.structures->rois = {upright({-4, 0, 4, 8}, coronal)};
           },
       .outcome = standard_outcome()},
      turned_row("planes-tilted-5", "tilted axial by 5 degrees",
                 "the box turned by 5 degrees about x", "RTTB (refuses the file), others flatten",
                 turn(5, {1, 0, 0})),
      turned_row("planes-oblique", "oblique planes",
                 "the box turned by 30 degrees about (1, -2, 2)",
                 "RTTB (refuses the file), others flatten", turn(30, {1, -2, 2})),
      turned_row("planes-turned-in-plane", "oblique contours in axial planes",
                 "the box turned by 30 degrees about z", "", turn(30, {0, 0, 1})),
  };
  const std::vector<Row> bent = bent_rows();
  rows.insert(rows.end(), bent.begin(), bent.end());
  return rows;
}

}  // namespace dosegate::pitfalls
