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

int32_t status_of(MemorySession& s, std::size_t index, const dosegate_options& options) {
  dosegate_result result = 0;
  return dosegate_evaluate(s, index, &options, &result);
}

// What was said of a dose when it was handed over holds; options must not multiply it once more.
TEST(MemoryDoses, AreNotMultipliedAgainByWhatOptionsSay) {
  MemorySession s;
  auto info = sized<dosegate_new_case>();
  info.fractions = 20;
  const std::vector<double> two(11 * 11 * 11, 2.0);
  dosegate_new_dose one = dose_of(kGrid, two);
  one.holds = DOSEGATE_ONE_FRACTION_DOSE;
  const std::size_t index = s.make(one, mask_of(kMiddle, kVoxels), &info);
  auto options = sized<dosegate_options>();
  EXPECT_EQ(status_of(s, index, options), DOSEGATE_OK) << s.error();
  options.fraction_dose = DOSEGATE_FRACTION_DOSE_ONE;
  EXPECT_EQ(status_of(s, index, options), DOSEGATE_OPTION_INVALID);
  options.fraction_dose = DOSEGATE_FRACTION_DOSE_AUTO;
  options.fractions = 25;  // the total was made with 20
  EXPECT_EQ(status_of(s, index, options), DOSEGATE_OPTION_INVALID);
  EXPECT_NE(s.error().find("multiplied by 20"), std::string::npos) << s.error();
  options.fractions = 20;
  EXPECT_EQ(status_of(s, index, options), DOSEGATE_OK) << s.error();
}

// 2 Gy a fraction in each of two series, said to be the totals: 4 Gy in sum would meet every limit.
TEST(MemoryDoses, ThatAreOneFractionAndSaidToBeTheCourseAreRefusedInSumToo) {
  MemorySession s;
  const std::vector<double> two(11 * 11 * 11, 2.0);
  auto info = sized<dosegate_new_case>();
  info.prescription_gy = 66.0;
  const dosegate_builder builder = s.begin(&info);
  s.add(builder, in_fractions(two, 25));
  s.add(builder, in_fractions(two, 8));
  dosegate_mask target = mask_of(kMiddle, kVoxels, 1, "PTV");
  target.label.interpreted_type = "PTV";
  s.add(builder, target);
  const std::size_t index = s.finish(builder);
  auto options = sized<dosegate_options>();
  EXPECT_EQ(status_of(s, index, options), 600);
  options.fraction_dose = DOSEGATE_FRACTION_DOSE_TOTAL;
  EXPECT_EQ(status_of(s, index, options), DOSEGATE_OK) << s.error();
}

TEST(MemoryDoses, InTheWrongUnitAreRefusedWherePrescriptionAndTargetTell) {
  for (const auto& [dose_gy, unit] : {std::pair{60.0, DOSEGATE_UNIT_CGY},  // 0.6 Gy
                                      std::pair{6000.0, DOSEGATE_UNIT_GY}}) {
    MemorySession s;
    auto info = sized<dosegate_new_case>();
    info.prescription_gy = 60.0;
    info.fractions = 30;
    const std::vector<double> values(11 * 11 * 11, dose_gy);
    dosegate_new_dose dose = dose_of(kGrid, values);
    dose.unit = unit;
    dosegate_mask target = mask_of(kMiddle, kVoxels, 1, "PTV");
    target.label.interpreted_type = "PTV";
    const std::size_t index = s.make(dose, target, &info);
    EXPECT_EQ(status_of(s, index, sized<dosegate_options>()), 207) << dose_gy;
    EXPECT_NE(s.error().find("Gy and cGy"), std::string::npos) << s.error();
  }
}

TEST(MemoryDoses, OfOneCaseAreNotCountedTwice) {
  MemorySession s;
  const std::size_t index = first_series_and_boost(s, 20, 3);
  auto options = sized<dosegate_options>();
  options.add_cases = &index;
  options.add_case_count = 1;
  EXPECT_EQ(status_of(s, index, options), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_NE(s.error().find("twice"), std::string::npos) << s.error();
}

// Two beams in the same 30 fractions are no two series of 30 fractions each.
TEST(MemoryDoses, OfACaseWithANumberOfFractionsEachMustSayItsOwn) {
  MemorySession s;
  auto info = sized<dosegate_new_case>();
  info.fractions = 30;
  const dosegate_builder builder = s.begin(&info);
  s.add(builder, dose_of(kGrid, k40));
  s.add(builder, in_fractions(k15, 30));
  s.add(builder, mask_of(kMiddle, kVoxels));
  std::size_t index = 77;
  EXPECT_EQ(dosegate_case_finish(s, builder, &index), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_NE(s.error().find("hand over their sum"), std::string::npos) << s.error();
  EXPECT_EQ(index, 77U);
}

// As in files: what was named and not drawn keeps a rule that takes it from being met.
TEST(MemoryStructures, ThatWereNotDrawnKeepAGlobFromBeingMet) {
  const auto verdict_with = [](bool second_gtv) {
    MemorySession s;
    auto info = sized<dosegate_new_case>();
    info.fractions = 25;
    info.prescription_gy = 50.0;
    const std::vector<double> ten(11 * 11 * 11, 10.0);
    const dosegate_builder builder = s.begin(&info);
    s.add(builder, dose_of(kGrid, ten));
    s.add(builder, mask_of(kMiddle, kVoxels, 1, "Liver"));
    std::vector<uint8_t> corner(64, 0);
    corner[0] = 1;
    s.add(builder, mask_of(kMiddle, corner, 2, "GTV_1"));
    if (second_gtv) {
      auto empty = sized<dosegate_contours>();
      empty.number = 3;
      empty.label.name = "GTV_2";
      s.add(builder, empty);
    }
    return s.verdict(s.evaluate_case(s.finish(builder)));
  };
  EXPECT_EQ(verdict_with(false), DOSEGATE_PASS);
  EXPECT_EQ(verdict_with(true), DOSEGATE_UNKNOWN);
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
