// RTSTRUCT: several contours in a plane, keyholes and crossings. The even-odd rule holds over all
// contours of a plane.
#include "pitfalls/pitfall_shapes.h"

namespace dosegate::pitfalls {
namespace {

const Outline kHole = rectangle(-4, -2, 2, 4, 0);
const Outline kSecondHole = rectangle(5, 2, 9, 8, 0);
const Outline kIsland = rectangle(-2, 0, 1, 2, 0);

Prism minus(const Outline& outline) {
  return {outline, -7.5, 7.5, -1.0};
}

// Outlines in every plane of the standard structure, and the solid they enclose.
Row row_of(const std::string& id, const std::string& line, const std::string& input,
           const std::string& derivation, const std::string& others,
           const std::vector<Outline>& outlines, const std::vector<Prism>& parts,
           std::set<FindingCode> findings = {}) {
  return {.id = id,
          .line = line,
          .input = input,
          .derivation = derivation,
          .others = others,
          .make = [outlines](
                      Input& in) { in.structures->rois = {roi_of("Liver", 1, outlines, kPlanes)}; },
          .outcome = one("Liver", solid(parts), std::move(findings))};
}

// The box with a way at y = 1 from its left side to the hole. `half_width` 0: in and out on one
// line.
Outline keyhole(double half_width) {
  return {{-8, -6, 0},
          {12, -6, 0},
          {12, 10, 0},
          {-8, 10, 0},
          {-8, 1 + half_width, 0},
          {-4, 1 + half_width, 0},
          {-4, 4, 0},
          {2, 4, 0},
          {2, -2, 0},
          {-4, -2, 0},
          {-4, 1 - half_width, 0},
          {-8, 1 - half_width, 0}};
}

// The same with the way walked in, out, in, and at last out.
Outline keyhole_walked_twice() {
  Outline outline = keyhole(0.0);
  const Outline again = {{-4, 1, 0}, {-8, 1, 0}};
  outline.insert(outline.begin() + 5, again.begin(), again.end());
  return outline;
}

// Two holes on one way: box -> first hole -> second hole, and all the way back.
Outline keyhole_of_two() {
  return {{-8, -6, 0}, {12, -6, 0}, {12, 10, 0}, {-8, 10, 0}, {-8, 3, 0}, {-4, 3, 0}, {-4, 4, 0},
          {2, 4, 0},   {2, 3, 0},   {5, 3, 0},   {5, 8, 0},   {9, 8, 0},  {9, 2, 0},  {5, 2, 0},
          {5, 3, 0},   {2, 3, 0},   {2, -2, 0},  {-4, -2, 0}, {-4, 3, 0}, {-8, 3, 0}};
}

std::vector<Row> keyhole_rows() {
  const std::string rings = "to 1e-7 cc the same as with rings: (320 - 36) x 15 mm^3";
  return {
      row_of("hole-ring", "Holes: one", "a hole of 6 x 6 mm as a contour of its own",
             "(320 - 36) x 15 mm^3", "plastimatch without the XOR switch", {kBox, kHole},
             {{kBox}, minus(kHole)}),
      row_of("keyhole-zero-width", "keyhole with zero-width channel",
             "the same hole in one contour, in and out on one line", rings, "", {keyhole(0.0)},
             {{kBox}, minus(kHole)}),
      row_of("keyhole-0.1-mm", "keyhole with 0.1 mm channel",
             "the same hole in one contour, the channel 0.1 mm wide and 4 mm long",
             "(320 - 36 - 0.4) x 15 mm^3", "", {keyhole(0.05)},
             {{kBox}, minus(kHole), minus(rectangle(-8, 0.95, -4, 1.05, 0))}),
      row_of("keyhole-twice", "keyhole whose bridge is traversed twice",
             "the same hole in one contour, the way walked in, out, in and out", rings,
             "RTTB (43.05 for 44.33 cc)", {keyhole_walked_twice()}, {{kBox}, minus(kHole)}),
      row_of("keyhole-two-holes", "keyhole whose bridge is traversed twice",
             "two holes in one contour on one way", "(320 - 36 - 24) x 15 mm^3",
             "RTTB (43.05 for 44.33 cc)", {keyhole_of_two()},
             {{kBox}, minus(kHole), minus(kSecondHole)}),
  };
}

std::vector<Row> nested_rows() {
  const Outline touching = rectangle(-8, -2, -4, 4, 0);
  const Outline at_corner = {{12, 10, 0}, {8, 8, 0}, {10, 6, 0}};
  return {
      row_of("hole-two", "Holes: two", "holes of 6 x 6 and 4 x 6 mm", "(320 - 36 - 24) x 15 mm^3",
             "RTTB (+29 %), plastimatch without the XOR switch", {kBox, kHole, kSecondHole},
             {{kBox}, minus(kHole), minus(kSecondHole)}),
      row_of("hole-touching", "hole touching the outer ring",
             "the hole shares 6 mm of the left side", "(320 - 24) x 15 mm^3", "", {kBox, touching},
             {{kBox}, minus(touching)}),
      {.id = "hole-touching-corner",
       .line = "hole touching the outer ring",
       .input = "a triangular hole that touches the hottest corner with one point",
       .derivation = "(320 - 6) x 15 mm^3; the corner point stays part of the closed solid",
       .make =
           [at_corner](Input& in) {
             in.structures->rois = {roi_of("Liver", 1, {kBox, at_corner}, kPlanes)};
           },
       .outcome = one("Liver", solid({{kBox}, minus(at_corner)}))},
      row_of("hole-island", "island in hole", "an island of 3 x 2 mm in the hole",
             "(320 - 36 + 6) x 15 mm^3", "RTTB (50.65 for 38.53 cc), CERR", {kBox, kHole, kIsland},
             {{kBox}, minus(kHole), {kIsland}}),
      {.id = "hole-on-end-slice",
       .line = "hole only on end slice",
       .input = "the hole on z = 6 only",
       .derivation = "320 x 15 - 36 x 3 mm^3: the last plane owns z 4.5..7.5",
       .make =
           [](Input& in) { in.structures->rois[0].contours.push_back(contour(at_z(kHole, 6))); },
       .outcome = one("Liver", solid({{kBox}, {kHole, 4.5, 7.5, -1.0}}))},
  };
}

std::vector<Row> overlap_rows() {
  const Outline left = rectangle(-8, -6, 4, 10, 0);
  const Outline right = rectangle(0, -6, 12, 10, 0);
  const Outline bow_tie = {{-8, -6, 0}, {12, 10, 0}, {12, -6, 0}, {-8, 10, 0}};
  return {
      {.id = "contour-twice-everywhere",
       .line = "identical contour twice (XOR gives nothing)",
       .input = "every contour twice",
       .make =
           [](Input& in) {
             in.structures->rois = {roi_of("Liver", 1, {kBox, kBox}, kPlanes)};
           },
       .outcome = {{}, {{"Liver", {}, ErrorCode::RegionEmpty}}, {}}},
      {.id = "contour-twice",
       .line = "identical contour twice (XOR gives nothing)",
       .input = "the contour of z = 0 twice",
       .derivation = "320 x (15 - 3) mm^3, and a finding",
       .make = [](Input& in) { in.structures->rois[0].contours.push_back(contour(kBox)); },
       .outcome = one("Liver", solid({{kBox}, {kBox, -1.5, 1.5, -1.0}}),
                      {FindingCode::RoiContourRepeated})},
      {.id = "contour-twice-other-points",
       .line = "identical contour twice (XOR gives nothing)",
       .input = "the contour of z = 0 twice, the second time with a fifth point on a side",
       .derivation = "as above",
       .make =
           [](Input& in) {
             Outline again = kBox;
             again.insert(again.begin() + 1, Vec3(2, -6, 0));
             in.structures->rois[0].contours.push_back(contour(again));
           },
       .outcome = one("Liver", solid({{kBox}, {kBox, -1.5, 1.5, -1.0}}),
                      {FindingCode::RoiContourRepeated})},
      row_of("contours-share-a-side", "Disjoint islands per slice",
             "x -8..4 and x 4..12 in each plane: they share a side, which is no overlap",
             "(192 + 128) x 15 mm^3", "", {left, rectangle(4, -6, 12, 10, 0)}, {{kBox}}),
      row_of("contours-cross",
             "partly overlapping contours of one ROI (union 16.8 vs XOR 10.1: must warn)",
             "x -8..4, y -6..6 and x 0..12, y 0..10 in each plane",
             "even-odd: (144 + 120 - 2 x 24) x 15 mm^3, and a finding", "all (silent)",
             {rectangle(-8, -6, 4, 6, 0), rectangle(0, 0, 12, 10, 0)},
             {{rectangle(-8, -6, 4, 6, 0)},
              {rectangle(0, 0, 12, 10, 0)},
              {rectangle(0, 0, 4, 6, 0), -7.5, 7.5, -1.0},
              {rectangle(0, 0, 4, 6, 0), -7.5, 7.5, -1.0}},
             {FindingCode::RoiContoursOverlap}),
      row_of("contours-overlap",
             "partly overlapping contours of one ROI (union 16.8 vs XOR 10.1: must warn)",
             "x -8..4 and x 0..12 in each plane: their upper and lower sides lie on each other",
             "even-odd: x -8..0 and 4..12, (128 + 128) x 15 mm^3, and a finding", "all (silent)",
             {left, right}, {{rectangle(-8, -6, 0, 10, 0)}, {rectangle(4, -6, 12, 10, 0)}},
             {FindingCode::RoiContoursOverlap}),
      row_of("bow-tie", "Self-intersection (bow-tie)",
             "the corners in the order of a figure of eight",
             "two triangles of 80 mm^2 each, x 15 mm, and a finding", "all (silent)", {bow_tie},
             {{{{-8, -6, 0}, {2, 2, 0}, {-8, 10, 0}}}, {{{12, 10, 0}, {12, -6, 0}, {2, 2, 0}}}},
             {FindingCode::RoiContoursOverlap}),
  };
}

// Islands in some of the planes.
Row islands_row(const std::string& id, const std::string& line, const std::string& input,
                const std::string& derivation,
                const std::vector<std::pair<Outline, std::vector<double>>>& islands,
                const std::vector<Prism>& parts) {
  return {.id = id,
          .line = line,
          .input = input,
          .derivation = derivation,
          .make =
              [islands](Input& in) {
                RoiSpec& roi = in.structures->rois[0];
                roi.contours.clear();
                for (const auto& [outline, planes] : islands) {
                  for (const double z : planes) roi.contours.push_back(contour(at_z(outline, z)));
                }
              },
          .outcome = one("Liver", solid(parts))};
}

std::vector<Row> island_rows() {
  const Outline a = rectangle(-8, -6, -2, 10, 0);
  const Outline b = rectangle(4, -2, 12, 6, 0);
  const Outline both = rectangle(-8, -6, 12, 10, 0);
  return {
      islands_row("islands", "Disjoint islands per slice", "two boxes side by side in each plane",
                  "(96 + 64) x 15 mm^3", {{a, kPlanes}, {b, kPlanes}}, {{a}, {b}}),
      islands_row("islands-alternating", "islands on alternating slices",
                  "one box on z -6, 0, 6, the other on z -3, 3",
                  "every plane owns 3 mm: 96 x 9 + 64 x 6 mm^3", {{a, {-6, 0, 6}}, {b, {-3, 3}}},
                  {{a, -7.5, -4.5}, {a, -1.5, 1.5}, {a, 4.5, 7.5}, {b, -4.5, -1.5}, {b, 1.5, 4.5}}),
      islands_row("branching", "branching (bifurcation)", "one box on z -6, -3; two from z = 0 on",
                  "320 x 6 + (96 + 64) x 9 mm^3",
                  {{both, {-6, -3}}, {a, {0, 3, 6}}, {b, {0, 3, 6}}},
                  {{both, -7.5, -1.5}, {a, -1.5, 7.5}, {b, -1.5, 7.5}}),
      islands_row("merging", "merging", "two boxes up to z = 0, one on z 3, 6",
                  "(96 + 64) x 9 + 320 x 6 mm^3",
                  {{a, {-6, -3, 0}}, {b, {-6, -3, 0}}, {both, {3, 6}}},
                  {{a, -7.5, 1.5}, {b, -7.5, 1.5}, {both, 1.5, 7.5}}),
  };
}

}  // namespace

std::vector<Row> hole_rows() {
  std::vector<Row> rows = keyhole_rows();
  for (const std::vector<Row>& more : {nested_rows(), overlap_rows(), island_rows()}) {
    rows.insert(rows.end(), more.begin(), more.end());
  }
  return rows;
}

}  // namespace dosegate::pitfalls
