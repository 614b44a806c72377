// RTSTRUCT: types of contours, and oddities within one contour.
#include <cctype>

#include "pitfalls/pitfall_shapes.h"

namespace dosegate::pitfalls {
namespace {

// The standard structure drawn with another outline in each plane.
void drawn(Input& in, const Outline& outline) {
  in.structures->rois = {roi_of("Liver", 1, {outline}, kPlanes)};
}

// One more contour beside the standard ones.
void one_more(Input& in, const ContourSpec& extra) {
  in.structures->rois[0].contours.push_back(extra);
}

Row outline_row(const std::string& id, const std::string& line, const std::string& input,
                const Outline& outline) {
  return {.id = id,
          .line = line,
          .input = input,
          .make = [outline](Input& in) { drawn(in, outline); },
          .outcome = standard_outcome()};
}

// The standard ROI with every contour of this type: no volume.
Row only_type_row(const std::string& type) {
  std::string id = "type-only-" + type;
  for (char& c : id) c = c == '_' ? '-' : static_cast<char>(std::tolower(c));
  return {.id = id,
          .line = type,
          .input = "all contours of the ROI are of this type",
          .others = "RTTB and dicompyler close open contours",
          .make =
              [type](Input& in) {
                for (ContourSpec& c : in.structures->rois[0].contours) c.type = type;
              },
          .outcome = {{}, {{"Liver", {}, ErrorCode::RegionEmpty}}, {}}};
}

Row extra_row(const std::string& id, const std::string& line, const std::string& input,
              const ContourSpec& extra, FindingCode finding) {
  return {.id = id,
          .line = line,
          .input = input,
          .make = [extra](Input& in) { one_more(in, extra); },
          .outcome = standard_outcome({finding})};
}

// The first contour's data changed: the ROI must lose all its contours, not one of them.
Row broken_data_row(const std::string& id, const std::string& line, const std::string& input,
                    const std::string& data) {
  return {.id = id,
          .line = line,
          .input = input,
          .derivation = "part of a ROI's contours would be a wrong volume that nobody notices",
          .make = [data](Input& in) { in.structures->rois[0].contours[0].data = data; },
          .outcome = {
              {}, {{"Liver", {}, ErrorCode::RegionEmpty}}, {FindingCode::RoiContourDataInvalid}}};
}

std::vector<Row> type_rows() {
  const ContourSpec open = contour(at_z(rectangle(0, 0, 4, 4, 0), 0), "OPEN_PLANAR");
  return {
      only_type_row("POINT"),
      only_type_row("OPEN_PLANAR"),
      only_type_row("OPEN_NONPLANAR"),
      {.id = "type-xor",
       .line = "CLOSEDPLANAR_XOR",
       .input = "outline and hole (x -4..2, y -2..4) both of this type",
       .derivation = "(320 - 36) x 15 mm^3, the mean from both centroids",
       .others = "plastimatch drops such contours",
       .make =
           [](Input& in) {
             in.structures->rois = {
                 roi_of("Liver", 1, {kBox, rectangle(-4, -2, 2, 4, 0)}, kPlanes)};
             for (ContourSpec& c : in.structures->rois[0].contours) c.type = "CLOSEDPLANAR_XOR";
           },
       .outcome = one("Liver", solid({{kBox}, {rectangle(-4, -2, 2, 4, 0), -7.5, 7.5, -1.0}}))},
      extra_row("type-mixed-point", "mixed types in one ROI", "a POINT beside the closed contours",
                contour({{2, 2, 0}}, "POINT"), FindingCode::RoiContoursSkipped),
      extra_row("type-mixed-open", "mixed types in one ROI",
                "an OPEN_PLANAR contour beside the closed ones", open,
                FindingCode::RoiOpenContoursSkipped),
      extra_row("type-unknown", "mixed types in one ROI",
                "a contour of the type CLOSED beside CLOSED_PLANAR ones",
                contour(rectangle(0, 0, 4, 4, 0), "CLOSED"), FindingCode::RoiOpenContoursSkipped),
  };
}

std::vector<Row> vertex_rows() {
  const Outline closed = {{-8, -6, 0}, {12, -6, 0}, {12, 10, 0}, {-8, 10, 0}, {-8, -6, 0}};
  const Outline repeated = {{-8, -6, 0}, {-8, -6, 0}, {12, -6, 0}, {12, 10, 0},
                            {12, 10, 0}, {12, 10, 0}, {-8, 10, 0}};
  const Outline collinear = {{-8, -6, 0}, {2, -6, 0}, {12, -6, 0}, {12, 2, 0},
                             {12, 10, 0}, {5, 10, 0}, {-8, 10, 0}};
  // Out to a hotter place and back: no area, so its dose is none of the structure's.
  const Outline level_spike = {{-8, -6, 0}, {12, -6, 0}, {12, 10, 0},
                               {16, 10, 0}, {12, 10, 0}, {-8, 10, 0}};
  const Outline steep_spike = {{-8, -6, 0}, {12, -6, 0}, {12, 10, 0},
                               {12, 14, 0}, {12, 10, 0}, {-8, 10, 0}};
  const Outline slanted_spike = {{-8, -6, 0}, {12, -6, 0}, {12, 10, 0},
                                 {15, 14, 0}, {12, 10, 0}, {-8, 10, 0}};
  const auto degenerate = FindingCode::RoiContourDegenerate;
  return {
      extra_row("points-one", "One- and two-point contours",
                "a closed contour of one point at z = 9", contour({{2, 2, 9}}), degenerate),
      extra_row("points-two", "One- and two-point contours",
                "a closed contour of two points at z = 9", contour({{2, 2, 9}, {4, 4, 9}}),
                degenerate),
      extra_row("points-three-collinear", "3 collinear points",
                "a closed contour of three points on one line at z = 9",
                contour({{2, 2, 9}, {4, 4, 9}, {6, 6, 9}}), degenerate),
      extra_row("points-sliver", "zero-area sliver",
                "a contour out and back along one line at z = 9",
                contour({{2, 2, 9}, {4, 2, 9}, {6, 2, 9}, {4, 2, 9}}), degenerate),
      {.id = "points-none",
       .line = "One- and two-point contours",
       .input = "a contour of no points and NumberOfContourPoints 0",
       .make =
           [](Input& in) {
             one_more(in, {"", "0", "CLOSED_PLANAR"});
           },
       .outcome = standard_outcome({degenerate})},
      outline_row("points-closed", "repeated first point at end", "five points, the last the first",
                  closed),
      outline_row("points-repeated", "repeated vertices", "two corners given twice and three times",
                  repeated),
      outline_row("points-collinear", "3 collinear points", "further points on three sides",
                  collinear),
      outline_row("points-level-spike", "zero-area sliver",
                  "a spike without width along x, out to D = 48.5 Gy", level_spike),
      outline_row("points-steep-spike", "zero-area sliver",
                  "a spike without width along y, out to D = 49.5 Gy", steep_spike),
      outline_row("points-slanted-spike", "zero-area sliver",
                  "a spike without width, out to D = 50.25 Gy", slanted_spike),
      outline_row("sense-clockwise", "clockwise and counter-clockwise", "clockwise",
                  reversed(kBox)),
      outline_row("sense-counter-clockwise", "clockwise and counter-clockwise", "counter-clockwise",
                  kBox),
      {.id = "sense-mixed",
       .line = "clockwise and counter-clockwise",
       .input = "every second plane clockwise",
       .make =
           [](Input& in) {
             for (std::size_t i = 0; i < kPlanes.size(); i += 2) {
               in.structures->rois[0].contours[i] = contour(reversed(at_z(kBox, kPlanes[i])));
             }
           },
       .outcome = standard_outcome()},
  };
}

std::vector<Row> data_rows() {
  const Outline many = circle(2, 2, 8, 0, 5000);
  return {
      {.id = "data-count",
       .line = "NumberOfContourPoints != data length",
       .input = "5 is stated for 4 points",
       .derivation = "the points are believed",
       .make = [](Input& in) { in.structures->rois[0].contours[0].count = "5"; },
       .outcome = standard_outcome({FindingCode::RoiContourPointCount})},
      broken_data_row("data-value-missing", "missing value in ContourData",
                      "nothing between two separators", "-8\\-6\\-6\\12\\\\-6\\12\\10\\-6"),
      broken_data_row("data-not-triples", "missing value in ContourData",
                      "eleven coordinates: no multiple of three",
                      "-8\\-6\\-6\\12\\-6\\-6\\12\\10\\-6\\-8\\10"),
      broken_data_row("data-decimal-comma", "missing value in ContourData", "a decimal comma",
                      "-8\\-6\\-6\\12,5\\-6\\-6\\12\\10\\-6"),
      broken_data_row("data-nan", "missing value in ContourData", "nan as a coordinate",
                      "-8\\-6\\-6\\nan\\-6\\-6\\12\\10\\-6"),
      {.id = "data-exponent",
       .line = "exponent notation",
       .input = "-8.0E+00, +1.2e1, -0.6e+1",
       .make =
           [](Input& in) {
             in.structures->rois[0].contours[0].data =
                 "-8.0E+00\\-0.6e+1\\-6\\+1.2e1\\-6\\-6\\1.2E1\\1e1\\-6\\-8\\ 10 \\-6.0E0";
           },
       .outcome = standard_outcome()},
      {.id = "data-above-64-kib",
       .line = "ContourData >64 KiB explicit VR",
       .input = "5000 points a contour on a circle of 8 mm, stored with VR UN",
       .derivation = "n/2 r^2 sin(2 pi/n) x 15 mm^3",
       .make = [many](Input& in) { drawn(in, many); },
       .outcome = one("Liver", solid({{many}}, 1e-6, 1e-5))},
      {.id = "data-above-64-kib-implicit",
       .line = "ContourData >64 KiB",
       .input = "the same in implicit VR",
       .derivation = "as above",
       .make =
           [many](Input& in) {
             drawn(in, many);
             in.structure_encoding.syntax = EXS_LittleEndianImplicit;
           },
       .outcome = one("Liver", solid({{many}}, 1e-6, 1e-5))},
  };
}

}  // namespace

std::vector<Row> contour_rows() {
  std::vector<Row> rows = type_rows();
  for (const std::vector<Row>& more : {vertex_rows(), data_rows()}) {
    rows.insert(rows.end(), more.begin(), more.end());
  }
  return rows;
}

}  // namespace dosegate::pitfalls
