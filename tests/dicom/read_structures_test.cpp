#include <gtest/gtest.h>

#include "dicom/rt_writer.h"

namespace dosegate::dicom_test {
namespace {

using model::ContourType;
using model::Roi;
using model::Vec3;

DcmItem& item_of(DcmDataset& data, const DcmTagKey& sequence, long index) {
  DcmItem* item = nullptr;
  EXPECT_TRUE(data.findAndGetSequenceItem(sequence, item, index).good());
  return *item;
}

const Roi& roi_of(const model::Case& read, std::size_t index = 0) {
  return read.structures->rois.at(index);
}

TEST(ReadStructures, KeepsRoisAndContoursAsTheyWereDrawn) {
  CaseFiles files;
  files.structures.rois = {
      {7, " Liver ", {{"+1.5\\-2e1\\ 3 \\4\\5\\3\\6\\7\\3", "3", "CLOSED_PLANAR"}}},
      {-3, "Couch", {{"0\\0\\0", "1", "POINT"}, {"0\\0\\0\\1\\0\\0", "2", "OPEN_PLANAR"}}},
  };
  files.structures.rois[1].interpreted_type = "support";
  const model::Case read = files.read_case();
  ASSERT_EQ(read.structures->rois.size(), 2U);
  EXPECT_EQ(read.structures->sop_instance_uid, kStructuresUid);
  EXPECT_EQ(read.structures->label, "set");
  EXPECT_EQ(read.structures->frame_of_reference_uid, kFrameUid);
  const Roi& liver = roi_of(read);
  EXPECT_EQ(liver.number, 7);
  EXPECT_EQ(liver.name, "Liver");
  EXPECT_EQ(liver.interpreted_type, "ORGAN");
  ASSERT_EQ(liver.contours.size(), 1U);
  ASSERT_EQ(liver.contours[0].points.size(), 3U);
  EXPECT_EQ(liver.contours[0].points[0], Vec3(1.5, -20, 3));
  EXPECT_EQ(liver.contours[0].points[2], Vec3(6, 7, 3));
  const Roi& couch = roi_of(read, 1);
  EXPECT_EQ(couch.number, -3);
  EXPECT_EQ(couch.interpreted_type, "SUPPORT");
  ASSERT_EQ(couch.contours.size(), 2U);
  EXPECT_EQ(couch.contours[0].type, ContourType::Point);
  EXPECT_EQ(couch.contours[1].type, ContourType::OpenPlanar);
  EXPECT_TRUE(read.findings.empty()) << read.findings.front().text;
}

TEST(ReadStructures, KnowsEveryContourType) {
  CaseFiles files;
  auto& contours = files.structures.rois[0].contours;
  contours.clear();
  for (const char* type : {"CLOSED_PLANAR", "CLOSEDPLANAR_XOR", "OPEN_PLANAR", "OPEN_NONPLANAR",
                           "POINT", "SPLINE", ""}) {
    contours.push_back({"0\\0\\0", "1", type});
  }
  const model::Case read = files.read_case();
  const ContourType expected[] = {ContourType::ClosedPlanar, ContourType::ClosedPlanarXor,
                                  ContourType::OpenPlanar,   ContourType::OpenNonplanar,
                                  ContourType::Point,        ContourType::Unknown,
                                  ContourType::Unknown};
  ASSERT_EQ(roi_of(read).contours.size(), std::size(expected));
  for (std::size_t i = 0; i < std::size(expected); ++i) {
    EXPECT_EQ(roi_of(read).contours[i].type, expected[i]) << i;
  }
}

TEST(ReadStructures, ReadsAContourThatExplicitVrCanOnlyHoldAsUnknown) {
  // 20000 points of 9 characters or more: well beyond the 65534 bytes of an explicit DS.
  CaseFiles files;
  std::string data;
  for (int i = 0; i < 20000; ++i) {
    data +=
        (data.empty() ? "" : "\\") + std::to_string(i * 0.5) + "\\" + std::to_string(-i) + "\\2";
  }
  files.structures.rois[0].contours = {{data, "20000", "CLOSED_PLANAR"}};
  const model::Case read = files.read_case();
  using namespace std::string_view_literals;
  const std::string bytes = read_bytes(files.folder / "structures");
  ASSERT_NE(bytes.find("\x06\x30\x50\0UN"sv), std::string::npos)
      << "the file does not test what it should";
  ASSERT_EQ(roi_of(read).contours.size(), 1U);
  const auto& points = roi_of(read).contours[0].points;
  ASSERT_EQ(points.size(), 20000U);
  EXPECT_EQ(points.back(), Vec3(9999.5, -19999, 2));
  EXPECT_FALSE(has(read.findings, FindingCode::RoiContourDataInvalid));
}

TEST(ReadStructures, IsTheSameInEveryEncoding) {
  for (const E_TransferSyntax syntax :
       {EXS_LittleEndianImplicit, EXS_BigEndianExplicit, EXS_DeflatedLittleEndianExplicit}) {
    CaseFiles files;
    write(files.plan, files.folder / "plan");
    write(files.dose, files.folder / "dose");
    write(files.structures, files.folder / "structures", {syntax, Encoding::Meta::Present});
    const model::Case read = only_case(dicom::read_cases({files.folder.path()}));
    ASSERT_TRUE(read.structures.has_value());
    EXPECT_EQ(roi_of(read).contours.at(0).points.at(2), Vec3(10, 10, 0));
  }
}

TEST(ReadStructures, LeavesAllContoursOfARoiOutIfOneCannotBeRead) {
  const char* const bad[] = {
      "0\\0\\0\\1\\\\0",     // a value is missing
      "0\\0\\0\\1\\0\\0\\",  // the last value is missing
      "0\\0\\0\\1\\0",       // no multiple of three
      "0\\0\\0\\1,5\\0\\0",  // decimal comma
      "0\\0\\0\\nan\\0\\0",  // no number
      "0\\0\\0\\1 2\\0\\0",  // two in one
      "0\\0\\0\\1e9\\0\\0",  // no place in a patient
      "",                    // 4 points are announced
  };
  for (const char* data : bad) {
    CaseFiles files;
    files.structures.rois = {
        {1, "GTV", {ContourSpec{}, {data, "4", "CLOSED_PLANAR"}, ContourSpec{}}}, {2, "Liver"}};
    const model::Case read = files.read_case();
    EXPECT_TRUE(roi_of(read, 0).contours.empty()) << data;
    EXPECT_EQ(roi_of(read, 1).contours.size(), 1U) << data;
    EXPECT_NE(text_of(read.findings, FindingCode::RoiContourDataInvalid).find("contour 2"),
              std::string::npos)
        << data;
    EXPECT_FALSE(has(read.findings, FindingCode::RoiWithoutContours)) << data;
  }
}

TEST(ReadStructures, BelievesTheDataNotThePointCount) {
  for (const char* count : {"5", "", "x", "-4"}) {
    CaseFiles files;
    files.structures.rois[0].contours[0].count = count;
    const model::Case read = files.read_case();
    EXPECT_EQ(roi_of(read).contours.at(0).points.size(), 4U);
    EXPECT_TRUE(has(read.findings, FindingCode::RoiContourPointCount)) << count;
  }
}

TEST(ReadStructures, LeavesOutAContourOfNoPoints) {
  CaseFiles files;
  files.structures.rois[0].contours.push_back({"", "0", "CLOSED_PLANAR"});
  const model::Case read = files.read_case();
  EXPECT_EQ(roi_of(read).contours.size(), 1U);
  EXPECT_TRUE(has(read.findings, FindingCode::RoiContourDegenerate));
}

TEST(ReadStructures, ReportsContoursThatAreMeantToBeMoved) {
  for (const char* offset : {"0\\0\\0", "0\\0\\1.5", "x"}) {
    CaseFiles files;
    files.structures.edit = [&](DcmDataset& data) {
      DcmItem* roi = nullptr;
      DcmItem* contour = nullptr;
      ASSERT_TRUE(data.findAndGetSequenceItem(DCM_ROIContourSequence, roi).good());
      ASSERT_TRUE(roi->findAndGetSequenceItem(DCM_ContourSequence, contour).good());
      contour->putAndInsertString(DcmTagKey(0x3006, 0x0045), offset);  // ContourOffsetVector
    };
    EXPECT_EQ(has(files.read_case().findings, FindingCode::RoiContourOffset),
              std::string(offset) != "0\\0\\0");
  }
}

TEST(ReadStructures, KeepsARoiWithoutContours) {
  CaseFiles files;
  files.structures.rois[0].contours.clear();
  model::Case read = files.read_case();
  ASSERT_EQ(read.structures->rois.size(), 1U);
  EXPECT_TRUE(has(read.findings, FindingCode::RoiWithoutContours));
  files.structures.edit = [](DcmDataset& data) {
    data.findAndDeleteElement(DCM_ROIContourSequence);
  };
  read = files.read_case();
  ASSERT_EQ(read.structures->rois.size(), 1U);
  EXPECT_TRUE(has(read.findings, FindingCode::RoiWithoutContours));
}

TEST(ReadStructures, FindsContoursByNumberNotByOrder) {
  CaseFiles files;
  files.structures.rois = {{5, "first", {{"0\\0\\1", "1", "POINT"}}},
                           {9, "second", {{"0\\0\\2", "1", "POINT"}}}};
  files.structures.rois[0].contour_number = 9;
  files.structures.rois[1].contour_number = 5;
  const model::Case read = files.read_case();
  EXPECT_EQ(roi_of(read, 0).contours.at(0).points.at(0).z(), 2.0);
  EXPECT_EQ(roi_of(read, 1).contours.at(0).points.at(0).z(), 1.0);
}

TEST(ReadStructures, ReportsContoursOfAnUnknownRoi) {
  CaseFiles files;
  files.structures.rois[0].contour_number = 99;
  const model::Case read = files.read_case();
  EXPECT_TRUE(roi_of(read).contours.empty());
  EXPECT_NE(text_of(read.findings, FindingCode::RoiNumberUnknown).find("\"99\""),
            std::string::npos);
}

TEST(ReadStructures, GivesNoContoursToRoisThatShareANumber) {
  CaseFiles files;
  files.structures.rois = {{1, "A"}, {1, "B"}, {2, "C"}};
  const model::Case read = files.read_case();
  EXPECT_TRUE(roi_of(read, 0).contours.empty());
  EXPECT_TRUE(roi_of(read, 1).contours.empty());
  EXPECT_EQ(roi_of(read, 2).contours.size(), 1U);
  EXPECT_TRUE(has(read.findings, FindingCode::RoiNumberDuplicate));
}

TEST(ReadStructures, KeepsRoisThatShareAName) {
  CaseFiles files;
  files.structures.rois = {{1, "Liver"}, {2, "Liver "}};
  const model::Case read = files.read_case();
  EXPECT_EQ(roi_of(read, 0).contours.size() + roi_of(read, 1).contours.size(), 2U);
  EXPECT_EQ(text_of(read.findings, FindingCode::RoiNameDuplicate),
            "ROIs 1, 2 share the name \"Liver\".");
}

TEST(ReadStructures, LeavesOutContoursOfAnotherFrameOfReference) {
  CaseFiles files;
  files.structures.rois = {{1, "A"}, {2, "B"}, {3, "C"}, {4, "D"}};
  files.structures.rois[1].frame = "1.2.3.999";
  files.structures.rois[3].frame = "";  // may be in either
  const model::Case read = files.read_case();
  EXPECT_EQ(read.structures->frame_of_reference_uid, kFrameUid);
  EXPECT_EQ(roi_of(read, 0).contours.size(), 1U);
  EXPECT_TRUE(roi_of(read, 1).contours.empty());
  EXPECT_EQ(roi_of(read, 2).contours.size(), 1U);
  EXPECT_TRUE(roi_of(read, 3).contours.empty());
  EXPECT_TRUE(has(read.findings, FindingCode::RoiFrameDiffers));
}

TEST(ReadStructures, TakesTheFrameOfReferenceFromTheSetIfNoRoiNamesIt) {
  CaseFiles files;
  files.structures.rois[0].frame = "";
  files.structures.edit = [](DcmDataset& data) {
    DcmItem* frame = nullptr;
    data.findOrCreateSequenceItem(DCM_ReferencedFrameOfReferenceSequence, frame, -2);
    frame->putAndInsertString(DCM_FrameOfReferenceUID, kFrameUid.c_str());
  };
  EXPECT_EQ(files.read_case().structures->frame_of_reference_uid, kFrameUid);
}

TEST(ReadStructures, RefusesARoiWithoutANumber) {
  CaseFiles files;
  files.structures.edit = [](DcmDataset& data) {
    item_of(data, DCM_StructureSetROISequence, 0).findAndDeleteElement(DCM_ROINumber);
  };
  EXPECT_EQ(files.read_error().code, ErrorCode::TagMissing);
  files.structures.edit = [](DcmDataset& data) {
    item_of(data, DCM_StructureSetROISequence, 0).putAndInsertString(DCM_ROINumber, "one");
  };
  EXPECT_EQ(files.read_error().code, ErrorCode::TagInvalid);
}

TEST(ReadStructures, ReadsIdentificationCodes) {
  CaseFiles files;
  files.structures.edit = [](DcmDataset& data) {
    DcmItem* code = nullptr;
    item_of(data, DCM_RTROIObservationsSequence, 0)
        .findOrCreateSequenceItem(DCM_RTROIIdentificationCodeSequence, code, -2);
    code->putAndInsertString(DCM_CodeValue, "7197");
    code->putAndInsertString(DCM_CodingSchemeDesignator, "FMA");
    code->putAndInsertString(DCM_CodeMeaning, "Liver");
  };
  const model::Case read = files.read_case();
  ASSERT_EQ(roi_of(read).codes.size(), 1U);
  EXPECT_EQ(roi_of(read).codes[0].value, "7197");
  EXPECT_EQ(roi_of(read).codes[0].scheme, "FMA");
  EXPECT_EQ(roi_of(read).codes[0].meaning, "Liver");
}

TEST(RoiName, BecomesUtf8FromItsCharacterSet) {
  struct Name {
    const char* character_set;
    const char* bytes;
    const char* utf8;
  };
  const Name names[] = {
      {"ISO_IR 100", "Dr\xFCse", "Dr\xC3\xBCse"},      // Latin 1
      {"ISO_IR 100", "Liver\xA0", "Liver"},            // ends in a no-break space
      {"ISO_IR 192", "Dr\xC3\xBCse", "Dr\xC3\xBCse"},  // UTF-8
      {"ISO_IR 144", "\xDF\xD5\xE7\xD5\xDD\xEC",       // Cyrillic
       "\xD0\xBF\xD0\xB5\xD1\x87\xD0\xB5\xD0\xBD\xD1\x8C"},
      {"", "Dr\xC3\xBCse", "Dr\xC3\xBCse"},  // none stated, but it is UTF-8
      {"", "Dr\xFCse", "Dr\xEF\xBF\xBDse"},  // none stated, and it is not
      {"NONSENSE", "Liver", "Liver"},
  };
  for (const Name& name : names) {
    CaseFiles files;
    files.structures.rois[0].name = name.bytes;
    files.structures.edit = [&](DcmDataset& data) {
      if (*name.character_set != 0) {
        data.putAndInsertString(DCM_SpecificCharacterSet, name.character_set);
      }
    };
    EXPECT_EQ(roi_of(files.read_case()).name, name.utf8) << name.character_set << ' ' << name.bytes;
  }
}

TEST(ReadStructures, NeverReadsPartOfARoiFromAFileThatWasCut) {
  // Whatever byte the file ends at: refused, or every ROI has all its contours or none.
  CaseFiles files;
  files.structures.rois = {{1, "A", {ContourSpec{}, ContourSpec{}}}};
  write(files.structures, files.folder / "whole");
  const std::string bytes = read_bytes(files.folder / "whole");
  int refused = 0;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    write_bytes(files.folder / "cut", bytes.substr(0, size));
    const auto outcome =
        dicom::read_cases({files.folder / "cut"}, {dicom::ReadOptions::Need::Nothing});
    if (!outcome) {
      ++refused;
      continue;
    }
    for (const auto& read : outcome->cases) {
      ASSERT_TRUE(read && read->structures);
      for (const Roi& roi : read->structures->rois) {
        ASSERT_TRUE(roi.contours.empty() || roi.contours.size() == 2) << "cut at byte " << size;
      }
    }
  }
  // A cut cannot be seen between two of the eight attributes of the outermost level (7 places), nor
  // right after the twelve bytes that open one of the three sequences; everywhere else it must be.
  EXPECT_EQ(refused, static_cast<int>(bytes.size()) - 7 - 3);
}

}  // namespace
}  // namespace dosegate::dicom_test
