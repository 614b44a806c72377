#include <gtest/gtest.h>

#include <algorithm>

#include "dicom/rt_writer.h"

namespace dosegate::dicom_test {
namespace {

using model::Plan;

DcmItem& first_item(DcmDataset& data, const DcmTagKey& sequence) {
  DcmItem* item = nullptr;
  EXPECT_TRUE(data.findAndGetSequenceItem(sequence, item, 0).good());
  return *item;
}

TEST(ReadPlan, TakesFractionsPrescriptionAndBeams) {
  CaseFiles files;
  files.plan.edit = [](DcmDataset& data) {
    data.putAndInsertString(DCM_PatientName, "Doe^Jane");
    data.putAndInsertString(DCM_RTPlanDate, "20200131");
    data.putAndInsertString(DCM_RTPlanName, "long name");
    data.putAndInsertString(DCM_PlanIntent, "CURATIVE");
    data.putAndInsertString(DCM_RTPlanTime, "101112");
    data.putAndInsertString(DCM_StudyInstanceUID, "1.2.3.9");
    data.putAndInsertString(DCM_SeriesInstanceUID, "1.2.3.10");
    data.putAndInsertString(DCM_StudyDate, "20200130");
    data.putAndInsertString(DCM_StudyTime, "0910");
    data.putAndInsertString(DCM_StudyID, "S7");
    data.putAndInsertString(DCM_AccessionNumber, "A1");
    data.putAndInsertString(DCM_PatientBirthDate, "19500102");
    data.putAndInsertString(DCM_PatientSex, "F");
  };
  const model::Case read = files.read_case();
  ASSERT_TRUE(read.plan.has_value());
  const Plan& plan = *read.plan;
  EXPECT_EQ(plan.sop_instance_uid, kPlanUid);
  EXPECT_EQ(plan.study.uid, "1.2.3.9");
  EXPECT_EQ(plan.study.date, "20200130");
  EXPECT_EQ(plan.study.time, "0910");
  EXPECT_EQ(plan.study.id, "S7");
  EXPECT_EQ(plan.study.accession_number, "A1");
  EXPECT_EQ(plan.study.patient_birth_date, "19500102");
  EXPECT_EQ(plan.study.patient_sex, "F");
  EXPECT_EQ(plan.study.plan_date, "20200131");
  EXPECT_EQ(plan.study.plan_time, "101112");
  const auto file = std::find_if(
      read.inputs.begin(), read.inputs.end(),
      [](const model::InputFile& input) { return input.sop_instance_uid == kPlanUid; });
  ASSERT_NE(file, read.inputs.end());
  EXPECT_EQ(file->study_uid, "1.2.3.9");
  EXPECT_EQ(file->series_uid, "1.2.3.10");
  EXPECT_EQ(plan.label, "plan A");
  EXPECT_EQ(plan.name, "long name");
  EXPECT_EQ(plan.date, "20200131");
  EXPECT_EQ(plan.intent, "CURATIVE");
  EXPECT_EQ(plan.approval_status, "APPROVED");
  EXPECT_EQ(plan.patient_id, "P1");
  EXPECT_EQ(plan.patient_name, "Doe^Jane");
  EXPECT_EQ(plan.fractions, 25);
  EXPECT_EQ(plan.prescription_gy, 50.0);
  EXPECT_EQ(plan.structure_set_uid, kStructuresUid);
  ASSERT_EQ(plan.beams.size(), 2U);
  EXPECT_EQ(plan.beams[0].number, 1);
  EXPECT_EQ(plan.beams[0].name, "beam 1");
  EXPECT_EQ(plan.beams[0].delivery_type, "TREATMENT");
  EXPECT_EQ(plan.beams[0].dose_gy, 1.0);
  EXPECT_FALSE(plan.beams[0].meterset.has_value());
  EXPECT_FALSE(plan.ion);
  EXPECT_EQ(read.patient_id, "P1");
}

// Rounding to the cGy is no contradiction: 25 fractions of up to 0.005 Gy and 0.005 Gy of the total.
TEST(ReadPlan, HoldsFractionsTimesBeamDosesAgainstThePrescription) {
  const struct {
    std::vector<std::string> beams, prescriptions;
    bool contradicts;
  } rows[] = {
      {{"1", "1"}, {"50"}, false},     {{"1", "1.005"}, {"50"}, false},  // 50.125 Gy
      {{"1", "1.0053"}, {"50"}, true},                                   // 50.1325 Gy
      {{"1", "0.9"}, {"50"}, true},    {{"1", "0.9"}, {"50", "47.5"}, false},
      {{"1", ""}, {"60"}, false},      {{"0", "0"}, {"50"}, false},
      {{"1", "1"}, {}, false},
  };
  for (const auto& row : rows) {
    CaseFiles files;
    for (std::size_t i = 0; i < 2; ++i) files.plan.beams[i].dose_gy = row.beams[i];
    files.plan.target_doses = row.prescriptions;
    const model::Case read = files.read_case();
    EXPECT_EQ(has(read.findings, FindingCode::PrescriptionContradicts), row.contradicts)
        << row.beams[1];
  }
  CaseFiles files;
  files.plan.beams[1].dose_gy = "1.25";
  EXPECT_EQ(
      text_of(files.read_case().findings, FindingCode::PrescriptionContradicts),
      "25 fractions of 2.250 Gy (BeamDose of 2 beams) are 56.25 Gy; the plan prescribes 50 Gy.");
}

TEST(ReadPlan, NeverPutsThePatientNameIntoItsMessages) {
  CaseFiles files;
  files.plan.fractions = "0";
  files.plan.target_doses = {"50", "x"};
  files.plan.edit = [](DcmDataset& data) { data.putAndInsertString(DCM_PatientName, "Doe^Jane"); };
  const model::Case read = files.read_case();
  EXPECT_FALSE(read.findings.empty());
  for (const Finding& finding : read.findings) {
    EXPECT_EQ((finding.text + finding.where).find("Doe"), std::string::npos) << finding.text;
  }
}

TEST(ReadPlan, LeavesOutSetupBeamsAndThoseOutsideTheFractionGroup) {
  CaseFiles files;
  files.plan.beams = {{4, "TREATMENT"}, {2, "SETUP"}, {3, "TREATMENT"}};
  files.plan.edit = [](DcmDataset& data) {
    DcmItem* item = nullptr;
    data.findOrCreateSequenceItem(DCM_BeamSequence, item, -2);
    item->putAndInsertString(DCM_BeamNumber, "8");
  };
  const model::Case read = files.read_case();
  ASSERT_EQ(read.plan->beams.size(), 2U);
  EXPECT_EQ(read.plan->beams[0].number, 3);
  EXPECT_EQ(read.plan->beams[1].number, 4);
}

TEST(ReadPlan, KnowsNoFractionsWhereTheFileStatesNone) {
  for (const char* fractions : {"0", "", "-5", "x"}) {
    CaseFiles files;
    files.plan.fractions = fractions;
    const model::Case read = files.read_case();
    EXPECT_FALSE(read.plan->fractions.has_value()) << fractions;
    EXPECT_TRUE(has(read.findings, FindingCode::FractionsMissing)) << fractions;
  }
  CaseFiles files;
  files.plan.edit = [](DcmDataset& data) { data.findAndDeleteElement(DCM_FractionGroupSequence); };
  const model::Case read = files.read_case();
  EXPECT_FALSE(read.plan->fractions.has_value());
  EXPECT_TRUE(has(read.findings, FindingCode::FractionsMissing));
  EXPECT_EQ(read.plan->beams.size(), 2U);
}

TEST(ReadPlan, KnowsNoFractionsWhereTheGroupsAreSeveral) {
  CaseFiles files;
  files.plan.edit = [](DcmDataset& data) {
    DcmItem* group = nullptr;
    data.findOrCreateSequenceItem(DCM_FractionGroupSequence, group, -2);
    group->putAndInsertString(DCM_NumberOfFractionsPlanned, "7");
  };
  const model::Case read = files.read_case();
  EXPECT_FALSE(read.plan->fractions.has_value());
  EXPECT_NE(text_of(read.findings, FindingCode::FractionGroupsSeveral).find("--fractions"),
            std::string::npos);
}

TEST(ReadPlan, TakesTheHighestOfSeveralPrescriptions) {
  CaseFiles files;
  files.plan.target_doses = {"45", "59.4", "45"};
  model::Case read = files.read_case();
  EXPECT_EQ(read.plan->prescription_gy, 59.4);
  EXPECT_NE(text_of(read.findings, FindingCode::PrescriptionSeveral).find("45, 59.4 Gy"),
            std::string::npos);
  files.plan.target_doses = {"45", "45.0"};
  read = files.read_case();
  EXPECT_EQ(read.plan->prescription_gy, 45.0);
  EXPECT_FALSE(has(read.findings, FindingCode::PrescriptionSeveral));
}

TEST(ReadPlan, CountsTargetsOnlyForThePrescription) {
  CaseFiles files;
  files.plan.edit = [](DcmDataset& data) {
    DcmItem* reference = nullptr;
    data.findOrCreateSequenceItem(DCM_DoseReferenceSequence, reference, -2);
    reference->putAndInsertString(DCM_DoseReferenceType, "ORGAN_AT_RISK");
    reference->putAndInsertString(DCM_TargetPrescriptionDose, "99");
    reference->putAndInsertString(DCM_ReferencedROINumber, "3");
  };
  const model::Case read = files.read_case();
  EXPECT_EQ(read.plan->prescription_gy, 50.0);
  ASSERT_EQ(read.plan->dose_references.size(), 2U);
  EXPECT_EQ(read.plan->dose_references[1].roi_number, 3);
}

TEST(ReadPlan, KnowsNoPrescriptionWhereOneCannotBeRead) {
  // "70,2" cannot be read; taking the other would be far too low.
  const std::vector<std::string> several[] = {{}, {"0"}, {"50", "70,2"}};
  for (const auto& doses : several) {
    CaseFiles files;
    files.plan.target_doses = doses;
    const model::Case read = files.read_case();
    EXPECT_FALSE(read.plan->prescription_gy.has_value());
    EXPECT_TRUE(has(read.findings, FindingCode::PrescriptionMissing));
  }
}

TEST(ReadPlan, ReportsAMissingApproval) {
  for (const char* status : {"UNAPPROVED", "REJECTED", ""}) {
    CaseFiles files;
    files.plan.approval = status;
    EXPECT_TRUE(has(files.read_case().findings, FindingCode::PlanNotApproved)) << status;
  }
}

TEST(ReadPlan, ReadsIonPlans) {
  CaseFiles files;
  files.plan.ion = true;
  const model::Case read = files.read_case();
  EXPECT_TRUE(read.plan->ion);
  EXPECT_EQ(read.plan->beams.size(), 2U);
  EXPECT_TRUE(has(read.findings, FindingCode::PlanIon));
  EXPECT_EQ(read.inputs.at(1).sop_class, "RT Ion Plan Storage");
}

TEST(ReadPlan, RefusesABeamNumberThatIsNone) {
  CaseFiles files;
  files.plan.edit = [](DcmDataset& data) {
    first_item(data, DCM_BeamSequence).putAndInsertString(DCM_BeamNumber, "one");
  };
  const Error error = files.read_error();
  EXPECT_EQ(error.code, ErrorCode::TagInvalid);
  EXPECT_NE(error.where.find("(300A,00C0)"), std::string::npos);
}

}  // namespace
}  // namespace dosegate::dicom_test
