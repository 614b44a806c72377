// The planning system's own DVHs, as they stand in an RT Dose. The default DVH (rt_writer.h) is
// good; each test changes one thing of it.
#include <gtest/gtest.h>

#include "dicom/rt_writer.h"

namespace dosegate::dicom_test {
namespace {

using model::TpsContribution;
using model::TpsDoseUnit;
using model::TpsDvh;
using model::TpsDvhType;
using model::TpsVolumeUnit;

model::Case with_dvhs(std::vector<DvhSpec> dvhs, const std::string& normalization = {}) {
  CaseFiles files;
  files.dose.dvhs = std::move(dvhs);
  files.dose.dvh_normalization = normalization;
  return files.read_case();
}

model::Case with_dvh(const std::function<void(DvhSpec&)>& change) {
  DvhSpec dvh;
  change(dvh);
  return with_dvhs({dvh});
}

const TpsDvh& only(const model::Case& c) {
  return c.doses.at(0).tps_dvhs.curves.at(0);
}

// The whole of the reading: nothing is left of the DVH, a finding names its ROI and says `words`,
// and the dose itself is there.
void expect_left_out(const std::function<void(DvhSpec&)>& change, const std::string& words) {
  const model::Case c = with_dvh(change);
  ASSERT_EQ(c.doses.size(), 1U) << words;
  EXPECT_TRUE(c.doses[0].tps_dvhs.curves.empty()) << words;
  const std::string text = text_of(c.findings, FindingCode::TpsDvhUnusable);
  EXPECT_NE(text.find(words), std::string::npos) << words << ": " << text;
}

TEST(TpsDvhSequence, DoseWithoutOneHasNone) {
  const model::Case c = with_dvhs({});
  EXPECT_TRUE(c.doses.at(0).tps_dvhs.curves.empty());
  EXPECT_FALSE(c.doses.at(0).tps_dvhs.normalization_gy);
}

TEST(TpsDvhSequence, IsReadAsItStands) {
  const model::Case c = with_dvhs({DvhSpec{}}, "14");
  const TpsDvh& dvh = only(c);
  EXPECT_EQ(dvh.type, TpsDvhType::Cumulative);
  EXPECT_EQ(dvh.dose_unit, TpsDoseUnit::Gy);
  EXPECT_EQ(dvh.volume_unit, TpsVolumeUnit::Cc);
  EXPECT_EQ(dvh.bin_widths, (std::vector<double>{1, 1, 1, 1}));
  EXPECT_EQ(dvh.bin_volumes, (std::vector<double>{2, 2, 1, 0}));
  EXPECT_EQ(dvh.stated_minimum, 1.0);
  EXPECT_EQ(dvh.stated_mean, 2.0);
  EXPECT_EQ(dvh.stated_maximum, 3.0);
  ASSERT_EQ(dvh.contributions.size(), 1U);
  EXPECT_EQ(dvh.contributions[0].roi_number, 1);
  EXPECT_EQ(dvh.contributions[0].part, TpsContribution::Part::Included);
  EXPECT_EQ(c.doses.at(0).tps_dvhs.normalization_gy, 14.0);
  EXPECT_FALSE(has(c.findings, FindingCode::TpsDvhUnusable));
  EXPECT_FALSE(has(c.findings, FindingCode::TpsDvhDoubtful));
}

TEST(TpsDvhSequence, TypesAndUnitsAreToldApart) {
  const TpsDvh differential = only(with_dvh([](DvhSpec& d) {
    d.type = "DIFFERENTIAL";
    d.volume_units = "PERCENT";
    d.dose_units = "RELATIVE";
    d.data = "1\\0\\1\\50\\1\\50\\1\\0";
  }));
  EXPECT_EQ(differential.type, TpsDvhType::Differential);
  EXPECT_EQ(differential.volume_unit, TpsVolumeUnit::Percent);
  EXPECT_EQ(differential.dose_unit, TpsDoseUnit::Relative);
  EXPECT_EQ(differential.bin_volumes, (std::vector<double>{0, 50, 50, 0}));
  const TpsDvh natural = only(with_dvh([](DvhSpec& d) {
    d.type = "NATURAL";
    d.volume_units = "PER_U";
    d.dose_units = "cGy";  // codes are read without regard to case
    d.data = "1\\0\\1\\3\\1\\5\\1\\0";
  }));
  EXPECT_EQ(natural.type, TpsDvhType::Natural);
  EXPECT_EQ(natural.volume_unit, TpsVolumeUnit::PerU);
  EXPECT_EQ(natural.dose_unit, TpsDoseUnit::CentiGy);
}

// dicompyler-core 300, 301: the scaling is of the doses, never of the volumes.
TEST(TpsDvhSequence, DoseScalingMultipliesTheBins) {
  const TpsDvh dvh = only(with_dvh([](DvhSpec& d) {
    d.scaling = "0.01";
    d.data = "100\\2\\50\\2\\200\\1\\1\\0";
  }));
  EXPECT_EQ(dvh.bin_widths, (std::vector<double>{1, 0.5, 2, 0.01}));
  EXPECT_EQ(dvh.bin_volumes, (std::vector<double>{2, 2, 1, 0}));
  // Absent, it is 1.
  EXPECT_EQ(only(with_dvh([](DvhSpec& d) { d.scaling = ""; })).bin_widths,
            (std::vector<double>{1, 1, 1, 1}));
}

TEST(TpsDvhSequence, ExcludedPartsAreKept) {
  const TpsDvh dvh = only(with_dvh([](DvhSpec& d) {
    d.rois = {{"1", "INCLUDED"}, {"2", "EXCLUDED"}};
  }));
  ASSERT_EQ(dvh.contributions.size(), 2U);
  EXPECT_EQ(dvh.contributions[1].roi_number, 2);
  EXPECT_EQ(dvh.contributions[1].part, TpsContribution::Part::Excluded);
}

TEST(TpsDvhSequence, ResidualsOfRoundingAreTakenOut) {
  // A rise and a negative volume of 1e-12, as sums of many voxels leave them.
  const TpsDvh dvh =
      only(with_dvh([](DvhSpec& d) { d.data = "1\\2\\1\\2.000000000001\\1\\1\\1\\-1e-12"; }));
  EXPECT_EQ(dvh.bin_volumes, (std::vector<double>{2, 2, 1, 0}));
  // And above 0; a hot spot of a millionth of the structure is none.
  EXPECT_EQ(
      only(with_dvh([](DvhSpec& d) { d.data = "1\\2\\1\\1\\1\\2e-6\\1\\1e-12"; })).bin_volumes,
      (std::vector<double>{2, 1, 2e-6, 0}));
}

TEST(TpsDvhSequence, OneThatCannotBeReadIsLeftOutWithTheReason) {
  const std::vector<std::pair<std::function<void(DvhSpec&)>, std::string>> cases = {
      {[](DvhSpec& d) { d.type = ""; }, "DVHType is missing"},
      {[](DvhSpec& d) { d.type = "INTEGRAL"; }, "DVHType is \"INTEGRAL\""},
      {[](DvhSpec& d) { d.dose_units = ""; }, "DoseUnits is missing"},
      {[](DvhSpec& d) { d.dose_units = "RAD"; }, "DoseUnits is \"RAD\""},
      {[](DvhSpec& d) { d.volume_units = "ML"; }, "DVHVolumeUnits is \"ML\""},
      {[](DvhSpec& d) { d.volume_units = "PER_U"; }, "does not go with"},
      {[](DvhSpec& d) { d.type = "NATURAL"; }, "does not go with"},
      {[](DvhSpec& d) { d.dose_type = "EFFECTIVE"; }, "DoseType is \"EFFECTIVE\""},
      {[](DvhSpec& d) { d.scaling = "0"; }, "DVHDoseScaling is 0"},
      {[](DvhSpec& d) { d.scaling = "-1"; }, "DVHDoseScaling is -1"},
      {[](DvhSpec& d) { d.scaling = "1,0"; }, "DVHDoseScaling is no number"},
      {[](DvhSpec& d) { d.data = ""; }, "DVHData is empty"},
      {[](DvhSpec& d) { d.data = "1\\2\\1"; }, "no pairs"},
      {[](DvhSpec& d) { d.data = "1\\2\\1\\nan"; }, "no list of numbers"},
      {[](DvhSpec& d) { d.data = "1\\2\\1\\inf"; }, "no list of numbers"},
      {[](DvhSpec& d) { d.data = "0,01\\2\\0,01\\1"; }, "no list of numbers"},
      {[](DvhSpec& d) { d.data = "1\\2\\\\1"; }, "no list of numbers"},
      {[](DvhSpec& d) { d.data = "1\\2\\-1\\1"; }, "bin of width -1"},
      {[](DvhSpec& d) { d.data = "0\\2\\0\\1"; }, "no usable width"},
      {[](DvhSpec& d) { d.data = "1e308\\2\\1e308\\1"; }, "no usable width"},
      {[](DvhSpec& d) { d.data = "1\\1\\1\\2\\1\\0"; }, "rises from 1 to 2"},
      {[](DvhSpec& d) { d.data = "1\\2\\1\\-0.1"; }, "volume of -0.1"},
      {[](DvhSpec& d) { d.data = "1\\0\\1\\0"; }, "holds no volume"},
      {[](DvhSpec& d) {
         d.type = "DIFFERENTIAL";
         d.data = "1\\1e308\\1\\1e308";
       },
       "beyond all measure"},
      {[](DvhSpec& d) { d.rois.clear(); }, "no ROI that it includes"},
      {[](DvhSpec& d) { d.rois[0].contribution = "EXCLUDED"; }, "no ROI that it includes"},
      {[](DvhSpec& d) { d.rois[0].contribution = ""; }, "DVHROIContributionType"},
      {[](DvhSpec& d) { d.rois[0].number = "liver"; }, "without a usable number"},
      {[](DvhSpec& d) { d.rois[0].number = ""; }, "without a usable number"},
  };
  for (const auto& [change, words] : cases) expect_left_out(change, words);
}

TEST(TpsDvhSequence, GoodOnesStandBesideABadOne) {
  DvhSpec bad;
  bad.data = "1\\2\\1";
  DvhSpec other;
  other.rois[0].number = "7";
  const model::Case c = with_dvhs({DvhSpec{}, bad, other});
  const auto& curves = c.doses.at(0).tps_dvhs.curves;
  ASSERT_EQ(curves.size(), 2U);
  EXPECT_EQ(curves[1].contributions.at(0).roi_number, 7);
  for (const Finding& finding : c.findings) {
    if (finding.code != FindingCode::TpsDvhUnusable) continue;
    EXPECT_NE(finding.where.find("DVHSequence (3004,0050), item 2"), std::string::npos);
  }
}

TEST(TpsDvhSequence, WrongNumberOfBinsIsSaidAndThePairsAreTaken) {
  for (const std::string& bins : {std::string("5"), std::string(), std::string("many")}) {
    const model::Case c = with_dvh([&](DvhSpec& d) { d.bins = bins; });
    EXPECT_EQ(only(c).bin_widths.size(), 4U);
    EXPECT_NE(text_of(c.findings, FindingCode::TpsDvhDoubtful).find("has 4 pairs"),
              std::string::npos)
        << bins;
  }
}

TEST(TpsDvhSequence, StatisticsThatAreNoNumbersAreAbsent) {
  const TpsDvh dvh = only(with_dvh([](DvhSpec& d) {
    d.mean = "";
    d.maximum = "3,0";
  }));
  EXPECT_FALSE(dvh.stated_mean);
  EXPECT_FALSE(dvh.stated_maximum);
  EXPECT_EQ(dvh.stated_minimum, 1.0);
}

TEST(TpsDvhSequence, NormalizationThatIsNoDoseIsAbsent) {
  for (const char* value : {"0", "-1", "x"}) {
    EXPECT_FALSE(with_dvhs({DvhSpec{}}, value).doses.at(0).tps_dvhs.normalization_gy) << value;
  }
}

TEST(TpsDvhSequence, EffectiveDoseGoesWithEffectiveDvhs) {
  CaseFiles files;
  files.dose.type = "EFFECTIVE";
  files.dose.dvhs.resize(2);
  files.dose.dvhs[1].dose_type = "EFFECTIVE";
  files.dose.dvhs[1].rois[0].number = "9";
  const model::Case c = files.read_case();
  EXPECT_EQ(c.doses.at(0).tps_dvhs.curves.size(), 1U);
  EXPECT_EQ(only(c).contributions.at(0).roi_number, 9);
}

}  // namespace
}  // namespace dosegate::dicom_test
