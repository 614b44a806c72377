#include <gtest/gtest.h>

#include <fstream>

#include "dicom/rt_writer.h"

namespace dosegate::dicom_test {
namespace {

namespace fs = std::filesystem;
using dicom::ReadOptions;
using namespace std::string_literals;

TEST(FileScan, RecognisesObjectsByClassNotByName) {
  const CaseFiles files;
  ASSERT_TRUE(files.read());
  fs::rename(files.folder / "plan", files.folder / "RTDOSE.txt");
  fs::rename(files.folder / "dose", files.folder / "RS.dcm");
  fs::rename(files.folder / "structures", files.folder / ".hidden");
  const model::Case read = only_case(dicom::read_cases({files.folder.path()}));
  EXPECT_TRUE(read.plan && read.structures && read.doses.size() == 1);
}

TEST(FileScan, FallsBackOnModalityWithAFinding) {
  CaseFiles files;
  files.dose.edit = [](DcmDataset& data) { data.findAndDeleteElement(DCM_SOPClassUID); };
  write(files.plan, files.folder / "plan");
  write(files.structures, files.folder / "structures");
  write(files.dose, files.folder / "dose", {EXS_LittleEndianImplicit, Encoding::Meta::Absent});
  const model::Case read = only_case(dicom::read_cases({files.folder.path()}));
  EXPECT_EQ(read.doses.size(), 1U);
  EXPECT_TRUE(has(read.findings, FindingCode::SopClassMissing));
  EXPECT_TRUE(has(read.findings, FindingCode::MetaHeaderMissing));
}

TEST(FileScan, LooksIntoFoldersButNotBehindLinks) {
  CaseFiles files;
  ASSERT_TRUE(files.read());
  fs::create_directories(files.folder / "a/b c/\xC3\xBC");
  fs::rename(files.folder / "dose", files.folder / "a/b c/\xC3\xBC/dose");
  fs::create_directory_symlink(files.folder.path(), files.folder / "a/loop");
  const TempFolder elsewhere;
  DoseSpec other;
  other.uid = "1.2.3.33";  // a second PLAN dose, if the link were followed
  write(other, elsewhere / "dose");
  fs::create_directory_symlink(elsewhere.path(), files.folder / "a/elsewhere");
  const model::Case read = only_case(dicom::read_cases({files.folder.path()}));
  ASSERT_EQ(read.doses.size(), 1U);
  EXPECT_EQ(read.doses[0].source, files.folder / "a/b c/\xC3\xBC/dose");
}

TEST(FileScan, ReadsAFileOnceHoweverOftenItIsGiven) {
  const CaseFiles files;
  ASSERT_TRUE(files.read());
  fs::create_symlink(files.folder / "dose", files.folder / "link_to_dose");
  const auto outcome = dicom::read_cases({files.folder.path(), files.folder / "dose",
                                          files.folder.path() + "/./dose", files.folder.path()});
  EXPECT_EQ(only_case(outcome).inputs.size(), 3U);
  EXPECT_FALSE(has(outcome->findings, FindingCode::DuplicateObject));
}

TEST(FileScan, CountsWhatItLeavesOut) {
  const CaseFiles files;
  ASSERT_TRUE(files.read());
  write_bytes(files.folder / "README", "not DICOM at all");
  write_bytes(files.folder / "empty", "");
  write_bytes(files.folder / "almost",
              std::string("\x08\0\x16\0rubbish that begins like a group", 36));
  for (const char* name : {"ct1", "ct2"}) {
    DcmFileFormat ct;
    ct.getDataset()->putAndInsertString(DCM_SOPClassUID, UID_CTImageStorage);
    ct.getDataset()->putAndInsertString(DCM_SOPInstanceUID, name);
    ASSERT_TRUE(ct.saveFile((files.folder / name).c_str(), EXS_LittleEndianExplicit).good());
  }
  const auto outcome = dicom::read_cases({files.folder.path()});
  ASSERT_TRUE(outcome);
  std::vector<std::string> texts;
  for (const Finding& finding : outcome->findings) {
    if (finding.code == FindingCode::FileSkipped) texts.push_back(finding.text);
  }
  EXPECT_EQ(texts, (std::vector<std::string>{
                       "Left out 3 files that cannot be DICOM: no RT plan, structure set or dose.",
                       "Left out 2 files of CTImageStorage: no RT plan, structure set or dose."}));
}

TEST(FileScan, NeedsAFile) {
  EXPECT_EQ(only_error(dicom::read_cases({})).code, ErrorCode::NoInput);
  const TempFolder folder;
  EXPECT_EQ(only_error(dicom::read_cases({folder.path()})).code, ErrorCode::NoInput);
}

TEST(FileScan, RefusesANamedPathThatIsNotThere) {
  const TempFolder folder;
  EXPECT_EQ(only_error(dicom::read_cases({folder / "nothing"})).code, ErrorCode::FileUnreadable);
}

TEST(FileScan, RefusesANamedFileThatIsNoDicom) {
  const CaseFiles files;
  ASSERT_TRUE(files.read());
  write_bytes(files.folder / "README", "not DICOM at all");
  const Error error =
      only_error(dicom::read_cases({files.folder / "plan", files.folder / "README"}));
  EXPECT_EQ(error.code, ErrorCode::NotDicom);
  EXPECT_EQ(error.where, files.folder / "README");
  EXPECT_EQ(only_error(dicom::read_cases({"/dev/null"})).code, ErrorCode::NotDicom);
}

TEST(FileScan, SaysWhatItFoundWhereThereIsNoRtObject) {
  const TempFolder folder;
  DcmFileFormat ct;
  ct.getDataset()->putAndInsertString(DCM_SOPClassUID, UID_CTImageStorage);
  ct.getDataset()->putAndInsertString(DCM_SOPInstanceUID, "1.2");
  ASSERT_TRUE(ct.saveFile((folder / "ct").c_str(), EXS_LittleEndianExplicit).good());
  const Error error = only_error(dicom::read_cases({folder / "ct"}));
  EXPECT_EQ(error.code, ErrorCode::NoRtObjects);
  EXPECT_NE(error.text.find("1 file of CTImageStorage"), std::string::npos) << error.text;
}

TEST(FileScan, RefusesANamedFileThatWasCut) {
  const CaseFiles files;
  ASSERT_TRUE(files.read());
  const std::string bytes = read_bytes(files.folder / "dose");
  write_bytes(files.folder / "dose", bytes.substr(0, bytes.size() - 2));
  EXPECT_EQ(only_error(dicom::read_cases({files.folder / "dose"})).code, ErrorCode::NotDicom);
}

TEST(FileScan, NeverReadsADoseFromAFileThatWasCut) {
  const TempFolder folder;
  write(DoseSpec{}, folder / "whole");
  const std::string bytes = read_bytes(folder / "whole");
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    write_bytes(folder / "cut", bytes.substr(0, size));
    const auto outcome = dicom::read_cases({folder / "cut"}, {ReadOptions::Need::Nothing});
    if (!outcome) continue;
    for (const auto& read : outcome->cases)
      ASSERT_FALSE(read.has_value()) << "cut at byte " << size;
  }
}

// Largest address space the process has had so far, bytes. Memory that is allocated and never
// touched counts here, and does not in the resident size.
long peak_memory() {
  std::ifstream status("/proc/self/status");
  std::string key;
  long kilobytes = 0;
  while (status >> key && key != "VmPeak:") status.ignore(4096, '\n');
  status >> kilobytes;
  EXPECT_GT(kilobytes, 0);
  return kilobytes * 1024;
}

TEST(FileScan, AllocatesNothingForALengthThatAFileOnlyClaims) {
  // An implicit VR data set of some hundred bytes whose last element claims 1.9 GB.
  const std::string head =
      "\x08\0\x16\0\x1e\0\0\0"s
      "1.2.840.10008.5.1.4.1.1.481.2\0"s
      "\x08\0\x60\0\x06\0\0\0RTDOSE"s;
  const std::pair<const char*, std::string> claims[] = {
      {"PixelData", "\xe0\x7f\x10\0\0\0\0\x70"s},
      {"GridFrameOffsetVector", "\x04\x30\x0c\0\0\0\0\x70"s},
      {"ReferencedRTPlanSequence", "\x0c\x30\x02\0\0\0\0\x70"s},
      {"PatientID", "\x10\0\x20\0\0\0\0\x70"s},
  };
  const TempFolder folder;
  for (const auto& [name, claim] : claims) {
    write_bytes(folder / "hostile", head + claim + "some bytes");
    const long before = peak_memory();
    EXPECT_EQ(only_error(dicom::read_cases({folder / "hostile"})).code, ErrorCode::NotDicom)
        << name;
    EXPECT_LT(peak_memory() - before, 64L << 20) << name;
  }
}

}  // namespace
}  // namespace dosegate::dicom_test
