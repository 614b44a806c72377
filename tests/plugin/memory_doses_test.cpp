// Several doses in one case from memory, each with its own number of fractions.
#include <cstring>

#include "memory_case.h"

namespace dosegate::plugin_test {
namespace {

// Doses of even value: means and converted doses are those of a pocket calculator.
constexpr double kExact = 1e-9;

// 20 x 20 x 20 mm of dose; the structure is the middle 8 x 8 x 8 mm.
const dosegate_lattice kGrid = lattice({11, 11, 11}, {-10, -10, -10}, {2, 2, 2});
const dosegate_lattice kMiddle = lattice({4, 4, 4}, {-3, -3, -3}, {2, 2, 2});
const std::vector<uint8_t> kVoxels(64, 1);
const std::vector<double> k40(11 * 11 * 11, 40.0), k15(11 * 11 * 11, 15.0);

dosegate_new_dose in_fractions(const std::vector<double>& values, int32_t fractions) {
  dosegate_new_dose dose = dose_of(kGrid, values);
  dose.fractions = fractions;
  return dose;
}

std::size_t first_series_and_boost(MemorySession& s, int32_t first, int32_t boost) {
  auto info = sized<dosegate_new_case>();
  info.prescription_gy = 55.0;
  const dosegate_builder builder = s.begin(&info);
  s.add(builder, in_fractions(k40, first));
  s.add(builder, in_fractions(k15, boost));
  s.add(builder, mask_of(kMiddle, kVoxels, 1, "Liver"));
  return s.finish(builder);
}

TEST(MemoryDoses, AreAddedAndEachIsConvertedWithItsOwnFractions) {
  MemorySession s;
  const std::size_t index = first_series_and_boost(s, 20, 3);
  const dosegate_result r = s.dvh_of(index, {"Mean[Gy]", "Mean[Gy]@EQD2(ab=3)"});
  EXPECT_NEAR(s.metric(r, 0).value, 55.0, kExact);
  // EQD2 = D (D/n + 3) / (2 + 3): 40 (2 + 3) / 5 = 40 and 15 (5 + 3) / 5 = 24. Of 55 Gy in 23 fractions
  // it would be 59.3.
  EXPECT_NEAR(s.metric(r, 1).value, 64.0, kExact);
}

TEST(MemoryDoses, OfOneFractionAreMultipliedByTheirOwnNumber) {
  MemorySession s;
  const dosegate_builder builder = s.begin();
  dosegate_new_dose one = in_fractions(k15, 3);
  one.holds = DOSEGATE_ONE_FRACTION_DOSE;
  s.add(builder, in_fractions(k40, 20));
  s.add(builder, one);
  s.add(builder, mask_of(kMiddle, kVoxels));
  const dosegate_result r = s.dvh_of(s.finish(builder), {"Mean[Gy]"});
  EXPECT_NEAR(s.metric(r, 0).value, 40.0 + 3 * 15.0, kExact);
}

TEST(MemoryDoses, OfWhichOneHasNoNumberOfFractionsHaveNoConvertedSum) {
  MemorySession s;
  const std::size_t index = first_series_and_boost(s, 20, 0);
  const dosegate_result r = s.dvh_of(index, {"Mean[Gy]", "Mean[Gy]@EQD2(ab=3)"});
  EXPECT_NEAR(s.metric(r, 0).value, 55.0, kExact);
  const dosegate_metric converted = s.metric(r, 1);
  EXPECT_EQ(converted.present & DOSEGATE_HAS_VALUE, 0U);
  EXPECT_NE(std::strstr(converted.reason, "dose 2"), nullptr) << converted.reason;
}

TEST(MemoryDoses, LeaveTheCaseWithoutANumberOfFractionsAndWithItsPrescription) {
  MemorySession s;
  const std::size_t index = first_series_and_boost(s, 20, 3);
  auto found = sized<dosegate_case_info>();
  ASSERT_EQ(dosegate_case_get(s, index, &found), DOSEGATE_OK);
  EXPECT_EQ(found.dose_count, 2U);
  EXPECT_EQ(found.fractions, 0);
  dosegate_result result = 0;
  ASSERT_EQ(dosegate_evaluate(s, index, nullptr, &result), DOSEGATE_OK) << s.error();
  auto info = sized<dosegate_evaluation_info>();
  ASSERT_EQ(dosegate_evaluation_get(s, result, &info), DOSEGATE_OK);
  EXPECT_EQ(info.fractions, 0);
  EXPECT_EQ(info.prescription_gy, 55.0);
  EXPECT_EQ(info.verdict, DOSEGATE_UNKNOWN) << "rules bound to a number of fractions";
}

TEST(MemoryDoses, AreTheSameAsCasesThatAreAdded) {
  MemorySession s;
  const std::size_t together = first_series_and_boost(s, 20, 3);
  std::size_t apart[2] = {};
  for (int i = 0; i < 2; ++i) {
    auto info = sized<dosegate_new_case>();
    info.fractions = i == 0 ? 20 : 3;
    info.frame_of_reference_uid = "1.2.3";
    apart[i] = s.make(dose_of(kGrid, i == 0 ? k40 : k15), mask_of(kMiddle, kVoxels), &info);
  }
  auto options = sized<dosegate_options>();
  options.add_cases = &apart[1];
  options.add_case_count = 1;
  const std::vector<const char*> metrics = {"Mean[Gy]@BED(ab=10)", "D50%[Gy]@EQD2(ab=3)"};
  const dosegate_result a = s.dvh_of(together, metrics);
  const dosegate_result b = s.dvh_of(apart[0], metrics, &options);
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    EXPECT_NE(s.metric(a, i).present & DOSEGATE_HAS_VALUE, 0U) << metrics[i];
    EXPECT_EQ(s.metric(a, i).value, s.metric(b, i).value) << metrics[i];
  }
}

// Two cases whose space has no name are not known to lie in one.
TEST(MemoryDoses, OfAnotherCaseWithoutAFrameOfReferenceAreNotAdded) {
  MemorySession s;
  const std::size_t first = first_series_and_boost(s, 20, 3);
  const std::size_t second = first_series_and_boost(s, 20, 3);
  auto options = sized<dosegate_options>();
  options.add_cases = &second;
  options.add_case_count = 1;
  dosegate_result result = 77;
  EXPECT_EQ(dosegate_dvh(s, first, nullptr, &options, &result), 602);
  EXPECT_EQ(result, 77U);
}

TEST(MemoryDoses, AnOnlyDoseSaysInHowManyFractionsThePlanIs) {
  MemorySession s;
  const std::size_t index = s.make(in_fractions(k40, 20), mask_of(kMiddle, kVoxels));
  auto found = sized<dosegate_case_info>();
  ASSERT_EQ(dosegate_case_get(s, index, &found), DOSEGATE_OK);
  EXPECT_EQ(found.fractions, 20);
}

TEST(MemoryDoses, ANegativeNumberOfFractionsIsRefused) {
  MemorySession s;
  const dosegate_builder builder = s.begin();
  const dosegate_new_dose dose = in_fractions(k40, -1);
  EXPECT_EQ(dosegate_case_add_dose(s, builder, &dose), DOSEGATE_ARGUMENT_INVALID);
}

// What was left out of a folder that was read is no matter of a case that has no files.
TEST(MemoryDoses, ACaseWithoutFilesHasNoFindingsOfFiles) {
  MemorySession s;
  ASSERT_EQ(s.read({small_sample()}), 1U);
  std::size_t left_out = 0;
  ASSERT_EQ(dosegate_read_finding_count(s, &left_out), DOSEGATE_OK);
  ASSERT_GT(left_out, 0U) << "the sample's folder holds a file that is no DICOM";
  const std::size_t index = s.make(dose_of(kGrid, k40), mask_of(kMiddle, kVoxels));
  EXPECT_EQ(s.render(s.dvh_of(index, {})).find("file-skipped"), std::string::npos);
  EXPECT_NE(s.render(s.dvh_of(0, {})).find("file-skipped"), std::string::npos);
}

}  // namespace
}  // namespace dosegate::plugin_test
