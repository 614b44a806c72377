// RTDOSE: GridFrameOffsetVector, SliceThickness, NumberOfFrames.
#include "pitfalls/pitfall_shapes.h"

namespace dosegate::pitfalls {
namespace {

const std::string kOthersOffsets = "dicompyler (absolute offsets: 10 Gy too much)";

// The standard grid with other frames: z positions, first to last, and the text that states them.
void frames(Input& in, const std::vector<double>& z_mm, double subtract_mm = 0.0,
            const Vec3& column = {0, 1, 0}) {
  Grid grid;
  grid.column = column;
  grid.origin.z() = z_mm.front();
  const double sense = column.y();  // the normal is row x column
  if (sense < 0.0) grid.origin.y() = -grid.origin.y();
  grid.offsets_mm.clear();
  for (const double z : z_mm) grid.offsets_mm.push_back(sense * (z - z_mm.front()));
  put(grid, *in.dose);
  std::vector<double> stated;
  for (const double offset : grid.offsets_mm) stated.push_back(offset + subtract_mm);
  in.dose->offsets = text_of(stated);
}

std::vector<double> rising(double first, double step, int count) {
  std::vector<double> z;
  for (int i = 0; i < count; ++i) z.push_back(first + step * i);
  return z;
}

const std::vector<double> kStandardZ = rising(-17.9, 3, 13);

Row bad_offsets(const std::string& id, const std::string& line, const std::string& input,
                const std::string& offsets) {
  return {.id = id,
          .line = line,
          .input = input,
          .make = [offsets](Input& in) { in.dose->offsets = offsets; },
          .outcome = refusal(ErrorCode::GeometryUnusable)};
}

// One frame through the structure's middle: the dose reaches half its thickness up and down.
void one_frame(Input& in) {
  Grid grid;
  grid.origin.z() = 0.0;
  grid.offsets_mm = {0};
  grid.shell = Grid::Shell::Dose;
  put(grid, *in.dose);
  in.dose->thickness = "5";
}

// z -2.5..2.5 is covered, with the dose of z = 0 in all of it: 20 x 16 x 5 mm^3 = 1.6 of 4.8 cc.
// Up to 1 um beyond the dose's two ends counts as covered (dose_lattice.h): 2 x 0.32 mm^3.
Outcome one_frame_outcome() {
  return one("Liver",
             {is("Volume[cc]", 4.8, kVolume_cc),
              at_least("Mean[Gy]", 33.5 * 1.6 / 4.8, 33.5 * 0.00064 / 4.8 + kDose_gy),
              at_least("Max[Gy]", 32.0 + 3.0 + 5.0, kDose_gy),
              at_most("Min[Gy]", 0.0, 32.0 - 2.0 - 3.0, kDose_gy),
              at_most("CV60Gy[cc]", 1.6, 4.8, 0.00064 + kVolume_cc)},
             {FindingCode::DoseFrameThicknessUsed, FindingCode::DoseMaximumAtEdge,
              FindingCode::StructureLeavesGrid});
}

Row thickness_row(const std::string& id, const std::string& line, const std::string& thickness,
                  std::set<FindingCode> findings) {
  return {.id = id,
          .line = line,
          .input = "the frames are 3 mm apart",
          .others = "RTTB, OpenTPS, dosemetrics",
          .make = [thickness](Input& in) { in.dose->thickness = thickness; },
          .outcome = standard_outcome(std::move(findings))};
}

std::vector<Row> offset_rows() {
  return {
      {.id = "gfov-relative",
       .line = "GFOV relative",
       .input = "0, 3, 6 ... 36 mm",
       .make = [](Input&) {},
       .outcome = standard_outcome()},
      {.id = "gfov-absolute",
       .line = "GFOV absolute (only legal with IOP 1,0,0,0,1,0)",
       .input = "-17.9, -14.9 ... 18.1 mm: z positions",
       .others = kOthersOffsets,
       .make = [](Input& in) { frames(in, kStandardZ, -17.9); },
       .outcome = standard_outcome({FindingCode::DoseOffsetsAbsolute})},
      {.id = "gfov-absolute-downward",
       .line = "GFOV absolute (only legal with IOP 1,0,0,0,1,0)",
       .input = "values that begin at the position's z under a normal that points down",
       .derivation = "offsets or positions: the two readings differ",
       .others = kOthersOffsets,
       .make =
           [](Input& in) {
             frames(in, rising(18.1, -3, 13), 18.1, {0, -1, 0});
           },
       .outcome = refusal(ErrorCode::GeometryUnusable)},
      {.id = "gfov-first-neither",
       .line = "GFOV first value neither 0 nor z",
       .input = "100, 103 ... 136 mm",
       .others = "readers of Nucletron exports",
       .make = [](Input& in) { frames(in, kStandardZ, 100.0); },
       .outcome = standard_outcome({FindingCode::DoseOffsetsFirstNotZero})},
      {.id = "gfov-descending",
       .line = "GFOV descending",
       .input = "0, -3 ... -36 mm from z = 18.1",
       .others = "RTTB, plastimatch",
       .make = [](Input& in) { frames(in, rising(18.1, -3, 13)); },
       .outcome = standard_outcome()},
      {.id = "gfov-uneven",
       .line = "GFOV non-uniform",
       .input = "steps of 2 to 4.5 mm",
       .derivation = "a linear dose is interpolated exactly between frames wherever they are",
       .others = "RTTB, plastimatch",
       .make =
           [](Input& in) {
             frames(in, {-17.9, -14.4, -10.4, -8.4, -4.9, -0.4, 1.6, 4.1, 8.1, 12.1, 16.1});
           },
       .outcome = standard_outcome({FindingCode::DoseOffsetsUneven})},
      bad_offsets("gfov-not-monotone", "GFOV non-monotone", "the third and fourth value exchanged",
                  "0\\3\\9\\6\\12\\15\\18\\21\\24\\27\\30\\33\\36"),
      bad_offsets("gfov-repeated", "GFOV non-monotone", "one value twice",
                  "0\\3\\6\\6\\12\\15\\18\\21\\24\\27\\30\\33\\36"),
      bad_offsets("gfov-too-short", "GFOV length != frames", "12 values for 13 frames",
                  "0\\3\\6\\9\\12\\15\\18\\21\\24\\27\\30\\33"),
      bad_offsets("gfov-too-long", "GFOV length != frames", "14 values for 13 frames",
                  "0\\3\\6\\9\\12\\15\\18\\21\\24\\27\\30\\33\\36\\39"),
      bad_offsets("gfov-missing", "GFOV missing", "no value for 13 frames", ""),
  };
}

}  // namespace

std::vector<Row> dose_frame_rows() {
  std::vector<Row> rows = offset_rows();
  const std::vector<Row> more = {
      {.id = "gfov-missing-one-frame",
       .line = "GFOV missing with one frame",
       .input = "one frame at z = 0, SliceThickness 5 mm, the structure is 15 mm high",
       .derivation = "5 of 15 mm are covered; the rest is bounded, never spared",
       .make =
           [](Input& in) {
             one_frame(in);
             in.dose->offsets = "";
           },
       .outcome = one_frame_outcome()},
      {.id = "frames-absent-one-frame",
       .line = "NumberOfFrames absent",
       .input = "one frame at z = 0, SliceThickness 5 mm",
       .derivation = "as above",
       .make =
           [](Input& in) {
             one_frame(in);
             in.dose->edit = [](DcmDataset& data) { delete data.remove(DCM_NumberOfFrames); };
           },
       .outcome = one_frame_outcome()},
      {.id = "frames-absent",
       .line = "NumberOfFrames absent",
       .input = "13 frames are there",
       .make =
           [](Input& in) {
             in.dose->edit = [](DcmDataset& data) { delete data.remove(DCM_NumberOfFrames); };
           },
       .outcome = refusal(ErrorCode::GeometryUnusable)},
      thickness_row("thickness-contradicts", "SliceThickness contradicts GFOV (5 mm)", "5",
                    {FindingCode::DoseThicknessContradicts}),
      thickness_row("thickness-zero", "SliceThickness is 0", "0", {}),
      thickness_row("thickness-empty", "SliceThickness is empty", "", {}),
      {.id = "thickness-empty-one-frame",
       .line = "SliceThickness is empty",
       .input = "and the dose has one frame only",
       .derivation = "nothing tells how deep the dose is",
       .make =
           [](Input& in) {
             one_frame(in);
             in.dose->thickness = "";
           },
       .outcome = refusal(ErrorCode::GeometryUnusable)},
  };
  rows.insert(rows.end(), more.begin(), more.end());
  return rows;
}

}  // namespace dosegate::pitfalls
