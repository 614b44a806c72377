// RTSTRUCT: where the contour planes lie along z, and how thick a single one is.
#include <algorithm>

#include "pitfalls/pitfall_shapes.h"

namespace dosegate::pitfalls {
namespace {

Row planes_row(const std::string& id, const std::string& line, const std::string& input,
               const std::string& derivation, const std::string& others,
               const std::vector<double>& planes, Outcome outcome) {
  return {
      .id = id,
      .line = line,
      .input = input,
      .derivation = derivation,
      .others = others,
      .make = [planes](Input& in) { in.structures->rois = {roi_of("Liver", 1, {kBox}, planes)}; },
      .outcome = std::move(outcome)};
}

// The last point of each contour 4 um higher than the others.
void jitter_within(Input& in) {
  for (std::size_t i = 0; i < kPlanes.size(); ++i) {
    Outline outline = at_z(kBox, kPlanes[i]);
    outline.back().z() += 0.004;
    in.structures->rois[0].contours[i] = contour(outline);
  }
}

Outcome jittered_outcome() {
  Outcome outcome = standard_outcome();
  for (Expected& number : outcome.structures[0].numbers) {
    // Wherever between its points a plane is said to be: 4 um in 1 Gy/mm, on 320 mm^2 nothing,
    // because all planes are moved alike.
    if (number.metric != "Volume[cc]" && number.metric != "D50%[Gy]") number.tolerance = 0.004;
  }
  return outcome;
}

std::vector<Row> jitter_rows() {
  const Outline left = rectangle(-8, -6, 0, 10, 0);
  const Outline right = rectangle(4, -6, 12, 10, 0);
  return {
      {.id = "z-jitter-in-contour",
       .line = "z: jitter 4 um",
       .input = "the last point of each contour 4 um off its plane",
       .derivation = "the standard values to 4 um in 1 Gy/mm",
       .others = "RTTB strict (the process is killed)",
       .make = jitter_within,
       .outcome = jittered_outcome()},
      planes_row("z-jitter", "z: jitter 4 um", "z -6, -2.996, 0, 3.004, 6",
                 "midpoints: the planes still tile z -7.5..7.5",
                 "RTTB strict (the process is killed)", {-6, -2.996, 0, 3.004, 6},
                 standard_outcome()),
      {.id = "z-pairs",
       .line = "z: 6 um pairs",
       .input = "two boxes a plane, the right one 6 um higher than the left one",
       .derivation = "one plane 3 um up: (128 + 128) x 15 mm^3, and a finding",
       .others = "dicompyler (0.05 of 9.5 cc), RTTB (0.03 cc)",
       .make =
           [=](Input& in) {
             RoiSpec& roi = in.structures->rois[0];
             roi.contours.clear();
             for (const double z : kPlanes) {
               roi.contours.push_back(contour(at_z(left, z)));
               roi.contours.push_back(contour(at_z(right, z + 0.006)));
             }
           },
       .outcome = one("Liver", solid({{left, -7.497, 7.503}, {right, -7.497, 7.503}}),
                      {FindingCode::RoiPlanesMerged})},
      planes_row("z-rounded", "z: 0.01 mm rounding", "z -6, -3.01, 0, 2.99, 6",
                 "midpoints: the planes still tile z -7.5..7.5", "", {-6, -3.01, 0, 2.99, 6},
                 standard_outcome()),
      {.id = "z-negative-zero",
       .line = "z: negative zero",
       .input = "-0.0 as the z of two points on z = 0",
       .make =
           [](Input& in) {
             in.structures->rois[0].contours[2].data =
                 "-8\\-6\\0\\12\\-6\\-0.0\\12\\10\\0\\-8\\10\\-0.0";
           },
       .outcome = standard_outcome()},
      planes_row("z-unsorted", "z: unsorted contours", "z 3, -6, 6, 0, -3", "", "",
                 {3, -6, 6, 0, -3}, standard_outcome()),
  };
}

std::vector<Row> gap_rows() {
  RoiSpec fine = roi_of("Fine", 2, {kBox}, {-2, -1, 0, 1, 2});
  return {
      planes_row("gap-5-2", "z: uneven gaps 5+2 mm", "z -6, -1, 1, 3, 5",
                 "nominal spacing 2 mm, the 5 mm bridged: z -7..6, 320 x 13 mm^3",
                 "all (RTTB 32.7, dicompyler and plastimatch 26.9 for 30.0 cc)", {-6, -1, 1, 3, 5},
                 one("Liver", solid({{kBox, -7, 6}}), {FindingCode::RoiGapBridged})),
      planes_row("gap-one-missing", "z: missing middle slice", "z -6, -3, 3, 6",
                 "bridged: the standard values", "all (silent)", {-6, -3, 3, 6},
                 standard_outcome({FindingCode::RoiGapBridged})),
      planes_row("gap-three-missing", "z: missing middle slices", "z -9, -6, 6, 9",
                 "two bodies, each capped: z -10.5..-4.5 and 4.5..10.5", "all (silent)",
                 {-9, -6, 6, 9},
                 one("Liver", solid({{kBox, -10.5, -4.5}, {kBox, 4.5, 10.5}}),
                     {FindingCode::RoiGapCapped})),
      {.id = "gap-drawn-sparsely",
       .line = "z: spacing unlike that of other ROIs",
       .input = "the standard ROI every 3 mm beside one that is drawn every 1 mm",
       .derivation = "the standard values; z -2.5..2.5 for the other one",
       .make = [fine](Input& in) { in.structures->rois.push_back(fine); },
       .outcome = {{},
                   {standard_liver(), {"Fine", solid({{kBox, -2.5, 2.5}}), {}}},
                   {FindingCode::RoiSpacingUneven}}},
      planes_row("gap-wider-than-dose", "z: spacing wider than dose grid", "z -6, 0, 6",
                 "z -9..9, 320 x 18 mm^3; the dose frames are 3 mm apart", "plastimatch",
                 {-6, 0, 6}, one("Liver", solid({{kBox, -9, 9}}))),
      planes_row(
          "gap-narrower-than-dose", "z: spacing narrower than dose grid", "41 planes 0.25 mm apart",
          "z -5.125..5.125, 320 x 10.25 mm^3", "",
          [] {
            std::vector<double> planes;
            for (int i = -20; i <= 20; ++i) planes.push_back(0.25 * i);
            return planes;
          }(),
          one("Liver", solid({{kBox, -5.125, 5.125}}))),
  };
}

const DcmTagKey kSlabThickness(0x3006, 0x0044);
const DcmTagKey kOffsetVector(0x3006, 0x0045);

// ContourSlabThickness, or ContourOffsetVector, of every contour of the first ROI.
dicom_test::Edit each_contour(const DcmTagKey& tag, const std::string& value) {
  return [=](DcmDataset& data) {
    DcmItem* roi = nullptr;
    DcmSequenceOfItems* contours = nullptr;
    data.findAndGetSequenceItem(DCM_ROIContourSequence, roi, 0);
    roi->findAndGetSequence(DCM_ContourSequence, contours);
    for (unsigned long i = 0; i < contours->card(); ++i) {
      contours->getItem(i)->putAndInsertString(tag, value.c_str());
    }
  };
}

std::vector<Row> thickness_rows() {
  const RoiSpec one_plane = roi_of("Liver", 1, {kBox}, {0});
  return {
      {.id = "single-plane-tag",
       .line = "Single-slice ROI: use slab-thickness tag",
       .input = "one plane with ContourSlabThickness 4 mm",
       .derivation = "320 x 4 mm^3",
       .others = "dicompyler (0 cc)",
       .make =
           [one_plane](Input& in) {
             in.structures->rois = {one_plane};
             in.structures->edit = each_contour(kSlabThickness, "4");
           },
       .outcome = one("Liver", solid({{kBox, -2, 2}}), {FindingCode::RoiSinglePlane})},
      {.id = "single-plane-neighbours",
       .line = "Single-slice ROI: else neighbour ROIs' gap",
       .input = "one plane beside a ROI with planes every 2 mm",
       .derivation = "320 x 2 mm^3",
       .others = "dicompyler (0 cc)",
       .make =
           [one_plane](Input& in) {
             in.structures->rois = {one_plane, roi_of("Other", 2, {kBox}, {-2, 0, 2, 4})};
           },
       .outcome = {{},
                   {{"Liver", solid({{kBox, -1, 1}}), {}}, {"Other", solid({{kBox, -3, 5}}), {}}},
                   {FindingCode::RoiSinglePlane}}},
      {.id = "single-plane-alone",
       .line = "Single-slice ROI: else refuse volume",
       .input = "one plane, and nothing tells its thickness",
       .others = "dicompyler (0 cc)",
       .make = [one_plane](Input& in) { in.structures->rois = {one_plane}; },
       .outcome = {{}, {{"Liver", {}, ErrorCode::SpacingUnknown}}, {}}},
      {.id = "slab-thickness-present",
       .line = "ContourSlabThickness present",
       .input = "7 mm on every contour, the planes 3 mm apart",
       .derivation = "the planes themselves tell their distance",
       .make = [](Input& in) { in.structures->edit = each_contour(kSlabThickness, "7"); },
       .outcome = standard_outcome()},
      {.id = "offset-vector-zero",
       .line = "ContourOffsetVector present",
       .input = "0, 0, 0 on every contour",
       .make = [](Input& in) { in.structures->edit = each_contour(kOffsetVector, "0\\0\\0"); },
       .outcome = standard_outcome()},
      {.id = "offset-vector",
       .line = "ContourOffsetVector present",
       .input = "0, 0, 1.5 on every contour: the slabs are meant to stand 1.5 mm higher",
       .derivation = "not followed: the contours stay on their planes, and a finding says so",
       .make = [](Input& in) { in.structures->edit = each_contour(kOffsetVector, "0\\0\\1.5"); },
       .outcome = standard_outcome({FindingCode::RoiContourOffset})},
  };
}

}  // namespace

std::vector<Row> plane_rows() {
  std::vector<Row> rows = jitter_rows();
  for (const std::vector<Row>& more : {gap_rows(), thickness_rows()}) {
    rows.insert(rows.end(), more.begin(), more.end());
  }
  return rows;
}

}  // namespace dosegate::pitfalls
