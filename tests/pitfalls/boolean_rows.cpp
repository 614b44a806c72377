// Structure expressions: liver without GTV, and what the GTV may be.
#include <Eigen/Geometry>
#include <cmath>
#include <numbers>

#include "pitfalls/pitfall_shapes.h"

namespace dosegate::pitfalls {
namespace {

// The standard liver with further ROIs, and "Liver - GTV*" asked for.
std::function<void(Input&)> with(const std::vector<RoiSpec>& rois) {
  return [rois](Input& in) {
    for (RoiSpec roi : rois) {
      roi.interpreted_type = "GTV";
      in.structures->rois.push_back(roi);
    }
    in.expressions = {"Liver - GTV*"};
  };
}

Outcome left(const std::vector<Prism>& parts, std::set<FindingCode> findings = {}) {
  return one("Liver - GTV*", solid(parts), std::move(findings));
}

Outcome refused(ErrorCode code, std::set<FindingCode> findings = {}) {
  return {{}, {{"Liver - GTV*", {}, code}}, std::move(findings)};
}

const Outline kGtv = rectangle(-4, -2, 2, 4, 0);
const std::vector<double> kMiddle = {-3, 0, 3};

std::vector<Row> gtv_rows() {
  const Outline half_out = rectangle(8, 2, 16, 6, 0);
  const Outline second = rectangle(5, 2, 9, 8, 0);
  return {
      {.id = "gtv-inside",
       .line = "Boolean: GTV inside the liver",
       .input = "6 x 6 mm on z -3, 0, 3",
       .derivation = "320 x 15 - 36 x 9 mm^3",
       .make = with({roi_of("GTV", 2, {kGtv}, kMiddle)}),
       .outcome = left({{kBox}, {kGtv, -4.5, 4.5, -1.0}})},
      {.id = "gtv-partly-outside",
       .line = "Boolean: GTV not inside liver",
       .input = "x 8..16, of which 8..12 in the liver, on z -3, 0, 3",
       .derivation = "320 x 15 - 4 x 4 x 9 mm^3: only what is inside is taken away",
       .make = with({roi_of("GTV", 2, {half_out}, kMiddle)}),
       .outcome = left({{kBox}, {rectangle(8, 2, 12, 6, 0), -4.5, 4.5, -1.0}})},
      {.id = "gtv-outside",
       .line = "Boolean: GTV not inside liver",
       .input = "a GTV that nowhere meets the liver",
       .derivation = "the liver as it is",
       .make = with({roi_of("GTV", 2, {rectangle(14, 2, 18, 6, 0)}, kMiddle)}),
       .outcome = left({{kBox}})},
      {.id = "gtv-absent",
       .line = "Boolean: GTV absent",
       .input = "no ROI of that name",
       .derivation = "never the whole liver instead",
       .make = with({}),
       .outcome = refused(ErrorCode::StructureMissing)},
      {.id = "gtv-without-contours",
       .line = "Boolean: GTV absent",
       .input = "a GTV without contours",
       .derivation = "never the whole liver instead",
       .make =
           [](Input& in) {
             RoiSpec gtv = roi_of("GTV", 2, {}, {});
             with({gtv})(in);
           },
       .outcome = refused(ErrorCode::StructureMissing, {FindingCode::RoiWithoutContours})},
      {.id = "gtv-equals-liver",
       .line = "Boolean: GTV equals liver",
       .input = "the same contours",
       .make = with({roi_of("GTV", 2, {kBox}, kPlanes)}),
       .outcome = refused(ErrorCode::RegionEmpty)},
      {.id = "gtv-several",
       .line = "Boolean: several GTVs",
       .input = "GTV1 and GTV2, overlapping nowhere",
       .derivation = "320 x 15 - (36 + 24) x 9 mm^3",
       .make = with({roi_of("GTV1", 2, {kGtv}, kMiddle), roi_of("GTV2", 3, {second}, kMiddle)}),
       .outcome = left({{kBox}, {kGtv, -4.5, 4.5, -1.0}, {second, -4.5, 4.5, -1.0}})},
      {.id = "gtv-several-overlapping",
       .line = "Boolean: several GTVs",
       .input = "GTV1 inside GTV2",
       .derivation = "their union is taken away: 320 x 15 - 36 x 9 mm^3",
       .make = with({roi_of("GTV1", 2, {rectangle(-2, 0, 1, 2, 0)}, kMiddle),
                     roi_of("GTV2", 3, {kGtv}, kMiddle)}),
       .outcome = left({{kBox}, {kGtv, -4.5, 4.5, -1.0}})},
  };
}

// A contour of the GTV on the plane at height z, turned about x.
Outline turned_gtv(double degrees, double z) {
  const Mat3 turn = Eigen::AngleAxisd(degrees * std::numbers::pi / 180.0, Vec3(1, 0, 0)).matrix();
  Outline outline = at_z(kGtv, z);
  for (Vec3& p : outline) p = turn * p;
  return outline;
}

RoiSpec tilted_gtv(double degrees) {
  RoiSpec gtv = roi_of("GTV", 2, {}, {});
  for (const double z : kMiddle) gtv.contours.push_back(contour(turned_gtv(degrees, z)));
  return gtv;
}

// The liver without a tilted GTV whose contours were laid flat: each at the mean height of its
// points (their centre is at y = 1), with slabs that tile the height.
std::vector<Prism> flattened(double degrees) {
  const double turn = degrees * std::numbers::pi / 180.0;
  const double spacing = 3.0 * std::cos(turn);
  std::vector<Prism> parts = {{kBox}};
  for (const double z : kMiddle) {
    const double height = std::sin(turn) + z * std::cos(turn);
    parts.push_back(
        {at_z(turned_gtv(degrees, z), 0), height - spacing / 2, height + spacing / 2, -1.0});
  }
  return parts;
}

std::vector<Row> remainder_rows() {
  const Outline almost = rectangle(-8, -6, 11.999, 10, 0);
  return {
      {.id = "gtv-other-spacing",
       .line = "Boolean: GTV with other slice spacing",
       .input = "6 x 6 mm on planes 2 mm apart, z -3.3 to 2.7",
       .derivation = "320 x 15 - 36 x 8 mm^3: z -4.3..3.7 is taken away",
       .make = with({roi_of("GTV", 2, {kGtv}, {-3.3, -1.3, 0.7, 2.7})}),
       .outcome = left({{kBox}, {kGtv, -4.3, 3.7, -1.0}})},
      {.id = "gtv-leaves-slivers",
       .line = "Boolean: subtraction leaving slivers",
       .input = "a GTV that leaves 0.001 mm of the liver at its hottest side",
       .derivation = "0.001 x 16 x 15 mm^3 = 0.00024 cc, with its own dose",
       .make = with({roi_of("GTV", 2, {almost}, kPlanes)}),
       .outcome = left({{rectangle(11.999, -6, 12, 10, 0)}})},
      {.id = "gtv-leaves-empty-slices",
       .line = "Boolean: subtraction leaving empty slices",
       .input = "a GTV that fills the liver on z -3, 0, 3",
       .derivation = "the two end slices of 3 mm are left",
       .make = with({roi_of("GTV", 2, {kBox}, kMiddle)}),
       .outcome = left({{kBox, -7.5, -4.5}, {kBox, 4.5, 7.5}})},
      {.id = "gtv-tilted-5",
       .line = "Boolean: GTV in planes of another tilt",
       .input = "the GTV's planes tilted by 5 degrees about x: 0.26 mm up and down at their ends",
       .derivation =
           "each contour laid flat at its mean height, cos 5 degrees narrower in y; and a "
           "finding",
       .make = with({tilted_gtv(5)}),
       .outcome = left(flattened(5), {FindingCode::RoiContourNonPlanar})},
      {.id = "gtv-tilted-20",
       .line = "Boolean: GTV in planes of another tilt",
       .input = "the GTV's planes tilted by 20 degrees about x",
       .make = with({tilted_gtv(20)}),
       .outcome = refused(ErrorCode::ContoursNotParallel)},
  };
}

}  // namespace

std::vector<Row> boolean_rows() {
  std::vector<Row> rows = gtv_rows();
  const std::vector<Row> more = remainder_rows();
  rows.insert(rows.end(), more.begin(), more.end());
  return rows;
}

}  // namespace dosegate::pitfalls
