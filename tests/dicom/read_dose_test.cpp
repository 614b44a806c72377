#include <gtest/gtest.h>

#include <Eigen/Geometry>
#include <cmath>

#include "base/text.h"
#include "dicom/rt_writer.h"

namespace dosegate::dicom_test {
namespace {

using dicom::ReadOptions;
using model::DoseGrid;
using model::Vec3;

void erase(DcmDataset& data, const DcmTagKey& tag) {
  data.findAndDeleteElement(tag);
}

const DoseGrid& grid_of(const model::Case& read) {
  return read.doses.at(0).grid;
}

// The value of the voxel whose centre is at `point`; NaN if there is none within a nanometre.
double value_at(const DoseGrid& grid, const Vec3& point) {
  for (std::size_t k = 0; k < grid.size(2); ++k) {
    for (std::size_t j = 0; j < grid.size(1); ++j) {
      for (std::size_t i = 0; i < grid.size(0); ++i) {
        const Vec3 centre = grid.origin() + grid.axis(0) * grid.positions(0)[i] +
                            grid.axis(1) * grid.positions(1)[j] +
                            grid.axis(2) * grid.positions(2)[k];
        if ((centre - point).norm() < 1e-6) return grid.value(i, j, k);
      }
    }
  }
  return std::nan("");
}

// The dose of DoseSpec at stored index (i, j, k): scaling 0.5 times 1 + i + 4 j + 12 k.
double expected_gy(int i, int j, int k) {
  return 0.5 * (1 + i + 4 * j + 12 * k);
}

TEST(ReadDose, PutsEveryVoxelWhereTheStandardSays) {
  const CaseFiles files;
  const model::Case read = files.read_case();
  const DoseGrid& grid = grid_of(read);
  // PixelSpacing 2\3: rows 2 mm apart (along y here), columns 3 mm apart (along x).
  for (int k = 0; k < 2; ++k) {
    for (int j = 0; j < 3; ++j) {
      for (int i = 0; i < 4; ++i) {
        EXPECT_EQ(value_at(grid, Vec3(-10 + 3 * i, 20 + 2 * j, 30 + 5 * k)), expected_gy(i, j, k));
      }
    }
  }
  EXPECT_TRUE(read.findings.empty()) << read.findings.front().text;
}

struct Orientation {
  const char* name;
  Vec3 row;
  Vec3 column;
};

TEST(ReadDose, PlacesTheDoseInEveryPatientPosition) {
  // Direction cosines of a row and of a column as scanners and planning systems write them.
  const Orientation orientations[] = {
      {"HFS", {1, 0, 0}, {0, 1, 0}},
      {"HFP", {-1, 0, 0}, {0, -1, 0}},
      {"FFS", {-1, 0, 0}, {0, 1, 0}},
      {"FFP", {1, 0, 0}, {0, -1, 0}},
      {"HFDL", {0, -1, 0}, {1, 0, 0}},
      {"HFDR", {0, 1, 0}, {-1, 0, 0}},
      {"FFDL", {0, 1, 0}, {1, 0, 0}},
      {"FFDR", {0, -1, 0}, {-1, 0, 0}},
      {"sagittal", {0, 1, 0}, {0, 0, -1}},
      {"coronal", {1, 0, 0}, {0, 0, -1}},
      {"oblique", {0.8, 0.6, 0}, {-0.6, 0.8, 0}},
  };
  for (const Orientation& o : orientations) {
    SCOPED_TRACE(o.name);
    CaseFiles files;
    files.dose.orientation.clear();
    for (const Vec3& v : {o.row, o.column}) {
      for (int c = 0; c < 3; ++c) {
        files.dose.orientation += (files.dose.orientation.empty() ? "" : "\\") + shortest(v[c]);
      }
    }
    const model::Case read = files.read_case();
    const DoseGrid& grid = grid_of(read);
    // PS3.3 C.7.6.2.1.1: index i moves along the row direction by the column spacing (3), j along
    // the column direction by the row spacing (2); C.8.8.3.2: frames along row x column.
    const Vec3 normal = o.row.cross(o.column);
    for (int k = 0; k < 2; ++k) {
      for (int j = 0; j < 3; ++j) {
        for (int i = 0; i < 4; ++i) {
          const Vec3 point = Vec3(-10, 20, 30) + o.row * 3 * i + o.column * 2 * j + normal * 5 * k;
          EXPECT_EQ(value_at(grid, point), expected_gy(i, j, k)) << i << ' ' << j << ' ' << k;
        }
      }
    }
  }
}

TEST(ReadDose, IsTheSameInEveryEncoding) {
  const E_TransferSyntax syntaxes[] = {EXS_LittleEndianImplicit, EXS_LittleEndianExplicit,
                                       EXS_BigEndianExplicit, EXS_DeflatedLittleEndianExplicit};
  for (const E_TransferSyntax syntax : syntaxes) {
    for (const unsigned bits : {16U, 32U}) {
      for (const bool is_signed : {false, true}) {
        SCOPED_TRACE(std::string(DcmXfer(syntax).getXferName()) + " " + std::to_string(bits) +
                     (is_signed ? " signed" : " unsigned"));
        const TempFolder folder;
        DoseSpec spec;
        spec.bits_allocated = bits;
        spec.is_signed = is_signed;
        // 1.4e-5 is no binary fraction: the product is rounded once, the same way everywhere.
        spec.scaling = "1.4e-5";
        spec.values.back() = 32767;
        write(spec, folder / "dose", {syntax, Encoding::Meta::Present});
        const model::Case read =
            only_case(dicom::read_cases({folder / "dose"}, {ReadOptions::Need::Nothing}));
        ASSERT_EQ(read.doses.size(), 1U);
        const auto values = grid_of(read).values();
        ASSERT_EQ(values.size(), 24U);
        for (std::size_t i = 0; i < 23; ++i) {
          EXPECT_DOUBLE_EQ(values[i], static_cast<double>(i + 1) * 1.4e-5);
        }
        EXPECT_DOUBLE_EQ(values[23], 32767 * 1.4e-5);
      }
    }
  }
}

TEST(ReadDose, ReadsAFileWithoutMetaHeaderAndSaysSo) {
  const TempFolder folder;
  for (const E_TransferSyntax syntax : {EXS_LittleEndianImplicit, EXS_LittleEndianExplicit}) {
    write(DoseSpec{}, folder / "dose", {syntax, Encoding::Meta::Absent});
    const model::Case read =
        only_case(dicom::read_cases({folder / "dose"}, {ReadOptions::Need::Nothing}));
    ASSERT_EQ(read.doses.size(), 1U);
    EXPECT_EQ(grid_of(read).maximum_gy(), 12.0);  // 0.5 x 24
    EXPECT_TRUE(has(read.findings, FindingCode::MetaHeaderMissing));
  }
}

TEST(ReadDose, TakesPixelDataWrittenAsBytes) {
  for (const unsigned bits : {16U, 32U}) {
    CaseFiles files;
    files.dose.bits_allocated = bits;
    files.dose.as_bytes = true;
    files.dose.values.back() = 0x0102;
    EXPECT_EQ(grid_of(files.read_case()).maximum_gy(), 0.5 * 0x0102);
  }
}

TEST(ReadDose, ReadsUnsignedValuesThatWouldBeNegativeIfSigned) {
  CaseFiles files;
  files.dose.bits_allocated = 16;
  files.dose.values.back() = 65530;
  EXPECT_EQ(grid_of(files.read_case()).maximum_gy(), 32765.0);
  files.dose.bits_allocated = 32;
  files.dose.values.back() = 4294967295;
  EXPECT_EQ(grid_of(files.read_case()).maximum_gy(), 2147483647.5);
}

TEST(ReadDose, KeepsNegativeValuesAndReportsThem) {
  CaseFiles files;
  files.dose.is_signed = true;
  files.dose.values.front() = -7;
  const model::Case read = files.read_case();
  EXPECT_EQ(grid_of(read).minimum_gy(), -3.5);
  EXPECT_NE(text_of(read.findings, FindingCode::DoseNegative).find("-3.5 Gy"), std::string::npos);
}

TEST(ReadDose, ReportsADoseOfZeros) {
  CaseFiles files;
  files.dose.values.assign(24, 0);
  EXPECT_TRUE(has(files.read_case().findings, FindingCode::DoseAllZero));
}

TEST(ReadDose, TakesFewerStoredThanAllocatedBits) {
  CaseFiles files;
  files.dose.bits_allocated = 16;
  files.dose.bits_stored = 12;
  files.dose.values.back() = 4095;
  model::Case read = files.read_case();
  EXPECT_EQ(grid_of(read).maximum_gy(), 2047.5);
  EXPECT_TRUE(has(read.findings, FindingCode::DoseBitsStored));
  // Signed with 12 bits: 0x0FFF is -1 whether its upper bits are clear or extend the sign.
  files.dose.is_signed = true;
  for (const std::int64_t minus_one : {0x0FFF, 0xFFFF}) {
    files.dose.values.back() = minus_one;
    read = files.read_case();
    EXPECT_EQ(grid_of(read).minimum_gy(), -0.5);
  }
}

TEST(ReadDose, RefusesValuesBeyondTheirStatedBits) {
  CaseFiles files;
  files.dose.bits_allocated = 16;
  files.dose.bits_stored = 12;
  files.dose.values.back() = 5000;  // needs 13 bits
  EXPECT_EQ(files.read_error().code, ErrorCode::PixelDataUnusable);
}

TEST(ReadDose, ReadsGridsThatAreLargerThanOneBlock) {
  // 400 x 400 x 4 values of 32 bits are 2.56 MB: three blocks, the last one partly filled.
  CaseFiles files;
  files.dose.rows = files.dose.columns = 400;
  files.dose.frames = "4";
  files.dose.offsets = "0\\5\\10\\15";
  files.dose.values = DoseSpec::counting(640000);
  const model::Case read = files.read_case();
  const auto values = grid_of(read).values();
  ASSERT_EQ(values.size(), 640000U);
  for (std::size_t i = 0; i < values.size(); ++i) {
    ASSERT_EQ(values[i], 0.5 * static_cast<double>(i + 1));
  }
}

TEST(ReadDose, AcceptsEveryWayToWriteTheScaling) {
  for (const char* scaling : {"0.5", "5e-1", "+0.5 ", "5.0000000000000000000e-001"}) {
    CaseFiles files;
    files.dose.scaling = scaling;
    EXPECT_EQ(grid_of(files.read_case()).maximum_gy(), 12.0) << scaling;
  }
}

TEST(ReadDose, RefusesAScalingThatIsNoFactor) {
  for (const char* scaling : {"0", "-1", "nan", "inf", "1e999", "0,5", "0.5x"}) {
    CaseFiles files;
    files.dose.scaling = scaling;
    const Error error = files.read_error();
    EXPECT_EQ(error.code, ErrorCode::TagInvalid) << scaling;
    EXPECT_NE(error.where.find("(3004,000E)"), std::string::npos) << error.where;
  }
  CaseFiles files;
  files.dose.scaling = "";
  EXPECT_EQ(files.read_error().code, ErrorCode::TagMissing);
  files.dose.edit = [](DcmDataset& data) { erase(data, DCM_DoseGridScaling); };
  EXPECT_EQ(files.read_error().code, ErrorCode::TagMissing);
}

TEST(ReadDose, RefusesDosesThatAreNoFiniteNumber) {
  CaseFiles files;
  files.dose.scaling = "1e308";  // times 24 is beyond the largest double
  EXPECT_EQ(files.read_error().code, ErrorCode::GridInvalid);
}

TEST(ReadDose, TakesGrayOnly) {
  for (const char* units : {"RELATIVE", "CGY", ""}) {
    CaseFiles files;
    files.dose.units = units;
    const Error error = files.read_error();
    EXPECT_EQ(error.code, ErrorCode::DoseUnitsUnusable) << units;
    EXPECT_NE(error.text.find("export the dose in GY"), std::string::npos);
  }
  CaseFiles files;
  files.dose.units = "gy ";
  EXPECT_EQ(grid_of(files.read_case()).maximum_gy(), 12.0);
}

TEST(ReadDose, KnowsTheDoseTypes) {
  CaseFiles files;
  files.dose.type = "EFFECTIVE";
  model::Case read = files.read_case();
  EXPECT_EQ(read.doses[0].type, model::DoseType::Effective);
  EXPECT_TRUE(has(read.findings, FindingCode::DoseTypeEffective));
  files.dose.type = "";
  read = files.read_case();
  EXPECT_EQ(read.doses[0].type, model::DoseType::Unknown);
  EXPECT_TRUE(has(read.findings, FindingCode::DoseTypeMissing));
  files.dose.type = "ERROR";
  EXPECT_EQ(files.read_error().code, ErrorCode::TagInvalid);
}

TEST(ReadDose, RefusesPixelsItCannotUse) {
  const std::pair<const char*, Edit> cases[] = {
      {"absent", [](DcmDataset& d) { erase(d, DCM_PixelData); }},
      {"empty", [](DcmDataset& d) { d.putAndInsertUint16Array(DCM_PixelData, nullptr, 0); }},
      {"too short",
       [](DcmDataset& d) {
         d.putAndInsertString(DCM_NumberOfFrames, "2"), d.putAndInsertUint16(DCM_Rows, 4);
       }},
      {"too long", [](DcmDataset& d) { d.putAndInsertUint16(DCM_Rows, 2); }},
      {"8 bits", [](DcmDataset& d) { d.putAndInsertUint16(DCM_BitsAllocated, 8); }},
      {"64 bits", [](DcmDataset& d) { d.putAndInsertUint16(DCM_BitsAllocated, 64); }},
      {"colour", [](DcmDataset& d) { d.putAndInsertUint16(DCM_SamplesPerPixel, 3); }},
      {"sign 2", [](DcmDataset& d) { d.putAndInsertUint16(DCM_PixelRepresentation, 2); }},
      {"high bit", [](DcmDataset& d) { d.putAndInsertUint16(DCM_HighBit, 15); }},
      {"stored 0", [](DcmDataset& d) { d.putAndInsertUint16(DCM_BitsStored, 0); }},
  };
  for (const auto& [name, edit] : cases) {
    CaseFiles files;
    files.dose.edit = edit;
    EXPECT_EQ(files.read_error().code, ErrorCode::PixelDataUnusable) << name;
  }
}

TEST(ReadDose, RefusesMissingImageAttributes) {
  for (const DcmTagKey& tag :
       {DCM_Rows, DCM_Columns, DCM_BitsAllocated, DCM_BitsStored, DCM_PixelRepresentation}) {
    CaseFiles files;
    files.dose.edit = [&](DcmDataset& data) { erase(data, tag); };
    EXPECT_EQ(files.read_error().code, ErrorCode::TagMissing) << DcmTag(tag).getTagName();
  }
  CaseFiles files;
  files.dose.frames = "-2";
  EXPECT_EQ(files.read_error().code, ErrorCode::TagInvalid);
}

TEST(ReadDose, RefusesACompressedTransferSyntaxByName) {
  CaseFiles files;
  files.dose.edit = [](DcmDataset& data) {
    erase(data, DCM_PixelData);
    auto* sequence = new DcmPixelSequence(DcmTag(DCM_PixelData, EVR_OB));
    sequence->insert(new DcmPixelItem(DcmTag(DCM_Item, EVR_OB)));
    auto* frame = new DcmPixelItem(DcmTag(DCM_Item, EVR_OB));
    const Uint8 bytes[] = {1, 2, 3, 4};
    frame->putUint8Array(bytes, 4);
    sequence->insert(frame);
    auto* pixels = new DcmPixelData(DCM_PixelData);
    pixels->putOriginalRepresentation(EXS_RLELossless, nullptr, sequence);
    data.insert(pixels, OFTrue);
  };
  write(files.plan, files.folder / "plan");
  write(files.structures, files.folder / "structures");
  write(files.dose, files.folder / "dose", {EXS_RLELossless, Encoding::Meta::Present});
  const Error error = only_error(dicom::read_cases({files.folder.path()}));
  EXPECT_EQ(error.code, ErrorCode::PixelDataUnusable);
  EXPECT_NE(error.text.find("RLE Lossless"), std::string::npos) << error.text;
}

// Frame offsets: z of the frame that holds stored values 13..24 (dose 6.5 .. 12).
double z_of_second_frame(const model::Case& read) {
  const DoseGrid& grid = grid_of(read);
  for (const double z : {30.0, 25.0, 35.0, 27.5, 32.5}) {
    if (value_at(grid, Vec3(-10, 20, z)) == expected_gy(0, 0, 1)) return z;
  }
  return std::nan("");
}

TEST(FrameOffsets, MayDescend) {
  CaseFiles files;
  files.dose.offsets = "0\\-5";
  const model::Case read = files.read_case();
  EXPECT_EQ(z_of_second_frame(read), 25.0);
  EXPECT_GT(grid_of(read).positions(2)[1], 0.0);  // put in ascending order
}

TEST(FrameOffsets, MayBePositions) {
  CaseFiles files;
  files.dose.offsets = "30\\35";
  model::Case read = files.read_case();
  EXPECT_EQ(z_of_second_frame(read), 35.0);
  EXPECT_TRUE(has(read.findings, FindingCode::DoseOffsetsAbsolute));
  files.dose.offsets = "30\\25";
  read = files.read_case();
  EXPECT_EQ(z_of_second_frame(read), 25.0);
}

TEST(FrameOffsets, ThatArePositionsAreRefusedWhereTheNormalPointsDown) {
  // Feet first supine: offsets would go down from z = 30, coordinates up to 35. Nobody can tell.
  CaseFiles files;
  files.dose.orientation = "-1\\0\\0\\0\\1\\0";
  files.dose.offsets = "30\\35";
  const Error error = files.read_error();
  EXPECT_EQ(error.code, ErrorCode::GeometryUnusable);
  EXPECT_NE(error.where.find("(3004,000C)"), std::string::npos);
}

TEST(FrameOffsets, MayBeginAnywhereWithAFinding) {
  CaseFiles files;
  files.dose.offsets = "7\\12";
  const model::Case read = files.read_case();
  EXPECT_EQ(z_of_second_frame(read), 35.0);
  EXPECT_TRUE(has(read.findings, FindingCode::DoseOffsetsFirstNotZero));
}

TEST(FrameOffsets, MayBeUneven) {
  CaseFiles files;
  files.dose.frames = "3";
  files.dose.offsets = "0\\2.5\\7";
  files.dose.values = DoseSpec::counting(36);
  const model::Case read = files.read_case();
  EXPECT_EQ(z_of_second_frame(read), 32.5);
  EXPECT_EQ(value_at(grid_of(read), Vec3(-10, 20, 37)), expected_gy(0, 0, 2));
  EXPECT_TRUE(has(read.findings, FindingCode::DoseOffsetsUneven));
  // Rounding of the last decimal is no unevenness.
  files.dose.offsets = "0\\2.3333\\4.6667";
  EXPECT_FALSE(has(files.read_case().findings, FindingCode::DoseOffsetsUneven));
}

TEST(FrameOffsets, AreRefusedWhereTheyGiveNoStack) {
  for (const char* offsets : {"0\\5\\10", "0", "", "0\\0", "0\\0.0005", "0\\5000"}) {
    CaseFiles files;
    files.dose.offsets = offsets;
    const Error error = files.read_error();
    EXPECT_EQ(error.code, ErrorCode::GeometryUnusable) << offsets;
    EXPECT_NE(error.where.find("(3004,000C)"), std::string::npos) << error.where;
  }
  CaseFiles files;
  files.dose.frames = "3";
  files.dose.values = DoseSpec::counting(36);
  files.dose.offsets = "0\\5\\2";
  EXPECT_EQ(files.read_error().code, ErrorCode::GeometryUnusable);
  files.dose.offsets = "0\\\\5";
  EXPECT_EQ(files.read_error().code, ErrorCode::TagInvalid);
}

TEST(FrameOffsets, WinOverAContradictingSliceThickness) {
  CaseFiles files;
  files.dose.thickness = "3";
  model::Case read = files.read_case();
  EXPECT_EQ(z_of_second_frame(read), 35.0);
  EXPECT_TRUE(has(read.findings, FindingCode::DoseThicknessContradicts));
  for (const char* thickness : {"", "0", "5.001"}) {
    files.dose.thickness = thickness;
    EXPECT_FALSE(has(files.read_case().findings, FindingCode::DoseThicknessContradicts))
        << thickness;
  }
}

TEST(SingleFrame, TakesItsDepthFromTheSliceThickness) {
  CaseFiles files;
  files.dose.values = DoseSpec::counting(12);
  for (const bool with_offset : {true, false}) {
    files.dose.edit = [=](DcmDataset& data) {
      data.putAndInsertString(DCM_GridFrameOffsetVector, with_offset ? "0" : "");
      erase(data, DCM_NumberOfFrames);
    };
    const model::Case read = files.read_case();
    EXPECT_EQ(grid_of(read).size(2), 1U);
    EXPECT_EQ(grid_of(read).margin_before(2), 2.5);  // half of SliceThickness 5
    EXPECT_TRUE(has(read.findings, FindingCode::DoseFrameThicknessUsed));
  }
  files.dose.thickness = "";
  EXPECT_EQ(files.read_error().code, ErrorCode::GeometryUnusable);
}

TEST(Orientation, IsMadeOrthonormalWhereItIsNearlySo) {
  CaseFiles files;
  files.dose.orientation = "1\\0.001\\0\\0\\1\\0";
  model::Case read = files.read_case();
  EXPECT_TRUE(has(read.findings, FindingCode::DoseOrientationAdjusted));
  EXPECT_NEAR(grid_of(read).axis(0).dot(grid_of(read).axis(1)), 0.0, 1e-15);
  files.dose.orientation = "1\\0.00001\\0\\0\\1\\0";
  read = files.read_case();
  EXPECT_FALSE(has(read.findings, FindingCode::DoseOrientationAdjusted));
}

TEST(Geometry, IsRefusedWhereItIsNone) {
  const std::pair<const char*, Edit> cases[] = {
      {"no position", [](DcmDataset& d) { erase(d, DCM_ImagePositionPatient); }},
      {"two coordinates",
       [](DcmDataset& d) { d.putAndInsertString(DCM_ImagePositionPatient, "1\\2"); }},
      {"far away",
       [](DcmDataset& d) { d.putAndInsertString(DCM_ImagePositionPatient, "1e9\\2\\3"); }},
      {"no orientation", [](DcmDataset& d) { erase(d, DCM_ImageOrientationPatient); }},
      {"skew",
       [](DcmDataset& d) {
         d.putAndInsertString(DCM_ImageOrientationPatient, "1\\0\\0\\0.1\\1\\0");
       }},
      {"zero",
       [](DcmDataset& d) {
         d.putAndInsertString(DCM_ImageOrientationPatient, "0\\0\\0\\0\\0\\0");
       }},
      {"no spacing", [](DcmDataset& d) { erase(d, DCM_PixelSpacing); }},
      {"spacing 0", [](DcmDataset& d) { d.putAndInsertString(DCM_PixelSpacing, "2\\0"); }},
      {"spacing < 0", [](DcmDataset& d) { d.putAndInsertString(DCM_PixelSpacing, "-2\\3"); }},
  };
  for (const auto& [name, edit] : cases) {
    CaseFiles files;
    files.dose.edit = edit;
    EXPECT_EQ(files.read_error().code, ErrorCode::GeometryUnusable) << name;
  }
}

}  // namespace
}  // namespace dosegate::dicom_test
