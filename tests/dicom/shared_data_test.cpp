// Real plans from several planning systems. They are no part of the project; each test is skipped
// where they are absent.
#include <gtest/gtest.h>

#include "dicom/rt_writer.h"

namespace dosegate::dicom_test {
namespace {

using dicom::ReadOptions;
using model::Case;

const ReadOptions kWhatIsThere = {ReadOptions::Need::Nothing};

class SharedData : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::is_directory(DOSEGATE_SHARED_DATA_DIR)) {
      GTEST_SKIP() << "The folder of real plans is not there: " << DOSEGATE_SHARED_DATA_DIR;
    }
  }
  static Result<dicom::ReadOutcome> read(const std::string& name, const ReadOptions& options = {}) {
    return dicom::read_cases({std::string(DOSEGATE_SHARED_DATA_DIR) + "/" + name}, options);
  }
  static std::size_t points(const Case& read) {
    std::size_t count = 0;
    for (const auto& roi : read.structures->rois) {
      for (const auto& contour : roi.contours) count += contour.points.size();
    }
    return count;
  }
};

TEST_F(SharedData, LiverIn25Fractions) {
  const Case c = only_case(read("liver-cort-25fx"));
  ASSERT_TRUE(c.plan && c.structures);
  EXPECT_EQ(c.plan->fractions, 25);
  EXPECT_EQ(c.plan->prescription_gy, 50.0);
  EXPECT_EQ(c.plan->beams.size(), 7U);
  EXPECT_EQ(c.structures->rois.size(), 17U);
  ASSERT_EQ(c.doses.size(), 1U);
  EXPECT_EQ(c.doses[0].grid.size(0), 162U);
  EXPECT_EQ(c.doses[0].grid.size(1), 117U);
  EXPECT_EQ(c.doses[0].grid.size(2), 168U);
  // The README's table: maximum of the PTV, and of everything, 55.73 Gy.
  EXPECT_NEAR(c.doses[0].grid.maximum_gy(), 55.73, 0.005);
}

TEST_F(SharedData, LiverIn5Fractions) {
  const Case c = only_case(read("liver-cort-5fx"));
  ASSERT_TRUE(c.plan && c.structures);
  EXPECT_EQ(c.plan->fractions, 5);
  EXPECT_EQ(c.plan->prescription_gy, 27.5);
  EXPECT_EQ(c.structures->rois.size(), 17U);
}

TEST_F(SharedData, EclipseBreast) {
  const Case c = only_case(read("eclipse-breast-dvhseq"));
  ASSERT_TRUE(c.plan && c.structures);
  EXPECT_EQ(c.plan->fractions, 7);
  EXPECT_EQ(c.plan->prescription_gy, 14.0);
  EXPECT_TRUE(has(c.findings, FindingCode::PrescriptionSeveral));
  EXPECT_EQ(c.structures->rois.size(), 10U);
  EXPECT_TRUE(has(c.findings, FindingCode::RoiWithoutContours));  // Areola
  EXPECT_NEAR(c.doses.at(0).grid.maximum_gy(), 14.68, 0.005);
}

TEST_F(SharedData, OncentraBeamDoses) {
  const Case c = only_case(read("oncentra-rect-phantom-beam-doses-with-ct"));
  ASSERT_EQ(c.doses.size(), 3U);
  // Maxima from the README; 16-bit values up to 65530, which would be negative if read as signed.
  const double maxima[] = {6.252, 5.527, 6.042};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(c.doses[i].beam_numbers, std::vector<int>{static_cast<int>(i) + 1});
    EXPECT_NEAR(c.doses[i].grid.maximum_gy(), maxima[i], 0.0005);
    EXPECT_GE(c.doses[i].grid.minimum_gy(), 0.0);
  }
  EXPECT_TRUE(has(c.findings, FindingCode::DoseAllZero));
  EXPECT_EQ(c.structures->rois.size(), 7U);
  EXPECT_EQ(c.plan->fractions, 5);
}

TEST_F(SharedData, RayStationBrainHoldsTwoPlans) {
  const auto outcome = read("raystation-brain-srs-two-plans");
  ASSERT_TRUE(outcome);
  ASSERT_EQ(outcome->cases.size(), 2U);
  const Case& vmat = *outcome->cases[0];
  const Case& imrt = *outcome->cases[1];
  EXPECT_EQ(vmat.plan->label, "VMAT");
  EXPECT_EQ(imrt.plan->label, "imrt 4");
  EXPECT_NEAR(vmat.doses.at(0).grid.maximum_gy(), 52.5, 0.05);
  EXPECT_NEAR(imrt.doses.at(0).grid.maximum_gy(), 61.97, 0.005);
  EXPECT_EQ(vmat.structures->rois.size(), 28U);
  EXPECT_TRUE(has(vmat.findings, FindingCode::PrescriptionMissing));
  EXPECT_EQ(points(vmat), points(imrt));
}

TEST_F(SharedData, PinnacleHeadAndNeck) {
  const Case c = only_case(read("pinnacle-hn-three-prescriptions"));
  ASSERT_TRUE(c.plan && c.structures);
  EXPECT_FALSE(c.plan->fractions.has_value());  // 25, 7 and 3
  EXPECT_TRUE(has(c.findings, FindingCode::FractionGroupsSeveral));
  EXPECT_EQ(c.plan->beams.size(), 6U);
  EXPECT_EQ(c.structures->rois.size(), 48U);
  EXPECT_NEAR(c.doses.at(0).grid.maximum_gy(), 74.28, 0.005);
}

TEST_F(SharedData, RayStationProtons) {
  const Case c = only_case(read("raystation-proton-waterbox-physical"));
  ASSERT_TRUE(c.plan.has_value());
  EXPECT_TRUE(c.plan->ion);
  EXPECT_EQ(c.doses.at(0).type, model::DoseType::Physical);
  EXPECT_EQ(c.structures->rois.size(), 8U);
}

TEST_F(SharedData, NonSquareDescendingDose) {
  EXPECT_EQ(only_error(read("dose-nonsquare-descending")).code, ErrorCode::StructuresMissing);
  const Case c = only_case(read("dose-nonsquare-descending", kWhatIsThere));
  ASSERT_EQ(c.doses.size(), 1U);
  const model::DoseGrid& grid = c.doses[0].grid;
  // Columns along x 1.0079 mm apart, rows along y 1.0312 mm, frames from z = 18.5 down to -59.
  EXPECT_EQ(grid.size(0), 77U);
  EXPECT_EQ(grid.size(1), 65U);
  EXPECT_EQ(grid.size(2), 77U);
  EXPECT_NEAR(grid.positions(0)[1], 1.00789, 1e-5);
  EXPECT_NEAR(grid.positions(1)[1], 1.03125, 1e-9);
  EXPECT_NEAR(grid.origin().z(), -59.0, 1e-3);
  EXPECT_NEAR(grid.origin().z() + grid.positions(2)[76], 18.5, 1e-9);
  EXPECT_NEAR(grid.maximum_gy(), 749.4, 0.05);
  for (const FindingCode code : {FindingCode::MetaHeaderMissing, FindingCode::SopClassMissing,
                                 FindingCode::DoseTypeMissing, FindingCode::DoseSummationMissing}) {
    EXPECT_TRUE(has(c.findings, code)) << finding_id(code);
  }
}

TEST_F(SharedData, DosesWithoutPixelsAreRefused) {
  const auto outcome = read("eclipse-orientations-headers-a", kWhatIsThere);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->cases.size(), 4U);
  for (const auto& c : outcome->cases) {
    ASSERT_FALSE(c.has_value());
    EXPECT_EQ(c.error().code, ErrorCode::PixelDataUnusable);
  }
}

TEST_F(SharedData, SmallFilesThatDoNotBelongTogetherAreRefused) {
  const auto outcome = read("pydicom-small-files");
  const Error error = only_error(outcome);
  EXPECT_EQ(error.code, ErrorCode::DoseMissing);
  EXPECT_NE(error.text.find("rtplan_truncated.dcm"), std::string::npos);
  EXPECT_TRUE(has(outcome->findings, FindingCode::FileUnreadable));
  EXPECT_EQ(only_error(read("pydicom-small-files/rtplan_truncated.dcm")).code, ErrorCode::NotDicom);
  // A plan-less BEAM dose cannot be told to be complete.
  EXPECT_EQ(only_error(read("pydicom-small-files/rtdose.dcm")).code, ErrorCode::DoseIncomplete);
}

TEST_F(SharedData, PartsOfPlansAreRefusedAndShown) {
  EXPECT_EQ(only_error(read("abdomen-pancreas-struct-only")).code, ErrorCode::DoseMissing);
  EXPECT_EQ(only_error(read("eclipse-prostate-phantom-struct-only")).code, ErrorCode::DoseMissing);
  EXPECT_EQ(only_error(read("eclipse-spine-phantom-dose-only-dvhseq")).code,
            ErrorCode::StructuresMissing);
  EXPECT_EQ(only_error(read("eclipse-text-dvh-liver-a")).code, ErrorCode::NoRtObjects);
  const Case prostate = only_case(read("eclipse-prostate-phantom-struct-only", kWhatIsThere));
  EXPECT_EQ(prostate.plan->prescription_gy, 46.0);
  EXPECT_EQ(prostate.plan->fractions, 23);
  EXPECT_EQ(prostate.structures->rois.size(), 16U);
}

TEST_F(SharedData, NelmsPhantomPairs) {
  const std::string base =
      std::string(DOSEGATE_SHARED_DATA_DIR) + "/nelms-analytic-sphere-cylinder/";
  const Case c = only_case(dicom::read_cases(
      {base + "doses/Linear_AntPost_1mm_Aligned.dcm", base + "structures/Sphere_10_0.dcm"}));
  ASSERT_TRUE(c.structures.has_value());
  EXPECT_EQ(c.structures->rois.size(), 2U);
  EXPECT_EQ(c.doses.at(0).summation, model::DoseSummation::Fraction);
  EXPECT_EQ(c.doses.at(0).grid.size(2), 51U);
}

}  // namespace
}  // namespace dosegate::dicom_test
