#include "dicom/dicom_file.h"

#include <gtest/gtest.h>

#include <bit>
#include <charconv>
#include <random>
#include <thread>

#include "dicom/rt_writer.h"

namespace dosegate::dicom_test {
namespace {

using dicom::parse_decimals;

TEST(DcmtkSession, RestoresTheSettingsOfTheHost) {
  // The opposite of what we need, as a host might have it.
  dcmEnableUnknownVRConversion.set(OFFalse);
  dcmIgnoreParsingErrors.set(OFTrue);
  dcmPreferVRFromDataDictionary.set(OFTrue);
  const auto log_level = DCM_dcmdataLogger.getLogLevel();
  const CaseFiles files;
  EXPECT_TRUE(files.read());
  EXPECT_EQ(dcmEnableUnknownVRConversion.get(), OFFalse);
  EXPECT_EQ(dcmIgnoreParsingErrors.get(), OFTrue);
  EXPECT_EQ(dcmPreferVRFromDataDictionary.get(), OFTrue);
  EXPECT_EQ(DCM_dcmdataLogger.getLogLevel(), log_level);
  // A host's leniency does not let a cut file pass either.
  const std::string bytes = read_bytes(files.folder / "structures");
  write_bytes(files.folder / "structures", bytes.substr(0, bytes.size() / 2));
  EXPECT_EQ(only_error(dicom::read_cases({files.folder / "structures"})).code, ErrorCode::NotDicom);
  dcmIgnoreParsingErrors.set(OFFalse);
  dcmPreferVRFromDataDictionary.set(OFFalse);
}

TEST(DcmtkSession, HoldsUntilTheLastOneEnds) {
  dcmEnableUnknownVRConversion.set(OFFalse);
  {
    const dicom::DcmtkSession outer;
    { const dicom::DcmtkSession inner; }
    EXPECT_EQ(dcmEnableUnknownVRConversion.get(), OFTrue);
  }
  EXPECT_EQ(dcmEnableUnknownVRConversion.get(), OFFalse);
}

TEST(DcmtkSession, IsSilent) {
  const CaseFiles files;
  ASSERT_TRUE(files.read());
  const std::string bytes = read_bytes(files.folder / "dose");
  write_bytes(files.folder / "dose", bytes.substr(0, bytes.size() - 20));
  ::testing::internal::CaptureStderr();
  ::testing::internal::CaptureStdout();
  (void)dicom::read_cases({files.folder.path()});
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

TEST(DcmtkSession, LetsSeveralThreadsReadAtOnce) {
  const CaseFiles files;
  ASSERT_TRUE(files.read());
  std::vector<std::thread> threads;
  std::vector<int> good(4, 0);
  for (int& count : good) {
    threads.emplace_back([&] {
      for (int i = 0; i < 25; ++i) {
        const auto outcome = dicom::read_cases({files.folder.path()});
        if (outcome && outcome->cases.size() == 1 && outcome->cases[0]) ++count;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, std::vector<int>(4, 25));
}

TEST(Dictionary, IsMissedLoudly) {
  const CaseFiles files;
  ASSERT_TRUE(files.read());
  dcmDataDict.wrlock().clear();
  dcmDataDict.wrunlock();
  const auto outcome = dicom::read_cases({files.folder.path()});
  dcmDataDict.wrlock().reloadDictionaries(OFTrue, OFTrue);
  dcmDataDict.wrunlock();
  EXPECT_EQ(only_error(outcome).code, ErrorCode::DictionaryMissing);
  EXPECT_TRUE(files.read());
}

TEST(ParseDecimals, TakesWhatADecimalStringMayHold) {
  std::vector<double> values;
  EXPECT_TRUE(parse_decimals(" 1 \\+2.5\\-3e-1\\.5\\ -0 ", values));
  EXPECT_EQ(values, (std::vector<double>{1, 2.5, -0.3, 0.5, 0}));
  values.clear();
  EXPECT_TRUE(parse_decimals(std::string_view("7\0", 2), values));  // padded with NUL
  EXPECT_EQ(values, std::vector<double>{7});
}

// Most numbers are read by arithmetic of our own, which must give the double nearest to the decimal:
// the one that the standard's from_chars gives, to the last bit. A fixed seed: always the same texts.
TEST(ParseDecimals, RoundsAsTheStandardDoes) {
  std::mt19937 draw(20261125);
  for (int repeat = 0; repeat < 20000; ++repeat) {
    std::string text = draw() % 2 == 0 ? "-" : "";
    const auto before = draw() % 12;
    const auto after = draw() % 12;
    for (std::uint_fast32_t i = 0; i < before; ++i) text += static_cast<char>('0' + draw() % 10);
    text += '.';
    for (std::uint_fast32_t i = 0; i < after + (before == 0 ? 1 : 0); ++i) {
      text += static_cast<char>('0' + draw() % 10);
    }
    if (draw() % 8 == 0) text += "e-7";
    double nearest = 0.0;
    std::from_chars(text.data(), text.data() + text.size(), nearest);
    std::vector<double> values;
    ASSERT_TRUE(parse_decimals(text + "\\1", values)) << text;
    ASSERT_EQ(values.size(), 2U) << text;
    EXPECT_EQ(std::bit_cast<std::uint64_t>(values[0]), std::bit_cast<std::uint64_t>(nearest))
        << text;
  }
}

TEST(ParseDecimals, RefusesEverythingElse) {
  for (const char* text :
       {"",    " ",   "\\",    "1\\",  "\\1", "1\\\\2", "1,5", "1 2",   "x",   "1x", "+-1", "++1",
        "inf", "nan", "1e999", "0x10", ".",   "-",      "-.",  "1.2.3", "--1", "1e", "1-2"}) {
    std::vector<double> values;
    EXPECT_FALSE(parse_decimals(text, values)) << text;
  }
}

}  // namespace
}  // namespace dosegate::dicom_test
