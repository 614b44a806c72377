#include <gtest/gtest.h>

#include <algorithm>

#include "dicom/rt_writer.h"

namespace dosegate::dicom_test {
namespace {

using dicom::ReadOptions;

const ReadOptions kWhatIsThere = {ReadOptions::Need::Nothing};

// A BEAM dose of the plan of CaseFiles whose voxels all hold `value`.
DoseSpec beam_dose(const std::string& uid, const std::vector<int>& beams, std::int64_t value = 1) {
  DoseSpec dose;
  dose.uid = uid;
  dose.summation = "BEAM";
  dose.beams = beams;
  dose.values.assign(24, value);
  return dose;
}

// A plan with beams 1 and 2 and its structures, without a dose.
class LinkDoses : public ::testing::Test {
 protected:
  void SetUp() override {
    write(PlanSpec{}, folder_ / "plan");
    write(StructureSpec{}, folder_ / "structures");
  }
  Result<dicom::ReadOutcome> read(const ReadOptions& options = {}) const {
    return dicom::read_cases({folder_.path()}, options);
  }
  void add(const DoseSpec& dose) const { write(dose, folder_ / dose.uid); }

  TempFolder folder_;
};

TEST(LinkCases, RecordsTheFilesOfACase) {
  const CaseFiles files;
  const model::Case read = files.read_case();
  ASSERT_EQ(read.inputs.size(), 3U);  // sorted by path: dose, plan, structures
  EXPECT_EQ(read.inputs[0].path, files.folder / "dose");
  EXPECT_EQ(read.inputs[0].sop_class, "RT Dose Storage");
  EXPECT_EQ(read.inputs[0].sop_instance_uid, kDoseUid);
  EXPECT_EQ(read.inputs[0].sha256.size(), 64U);
  EXPECT_EQ(read.inputs[1].sop_class, "RT Plan Storage");
  EXPECT_EQ(read.inputs[2].sop_class, "RT Structure Set Storage");
  EXPECT_EQ(read.doses[0].source, files.folder / "dose");
  EXPECT_EQ(read.doses[0].plan_uids, std::vector<std::string>{kPlanUid});
}

TEST(LinkCases, DoesNotDependOnTheOrderOfPaths) {
  const CaseFiles files;
  ASSERT_TRUE(files.read());
  std::vector<std::string> paths = {files.folder / "dose", files.folder / "plan",
                                    files.folder / "structures"};
  do {
    const model::Case read = only_case(dicom::read_cases(paths));
    ASSERT_EQ(read.inputs.size(), 3U);
    EXPECT_EQ(read.inputs[0].path, files.folder / "dose");
    EXPECT_EQ(read.doses.at(0).grid.maximum_gy(), 12.0);
  } while (std::next_permutation(paths.begin(), paths.end()));
}

TEST(LinkCases, SeparatesPlansOfOneFolder) {
  CaseFiles files;
  ASSERT_TRUE(files.read());
  PlanSpec plan_b;
  plan_b.uid = "1.2.3.11";
  plan_b.label = "a plan that sorts first: B";
  write(plan_b, files.folder / "plan_b");
  DoseSpec dose_b;
  dose_b.uid = "1.2.3.13";
  dose_b.plan_uid = plan_b.uid;
  dose_b.scaling = "1";
  write(dose_b, files.folder / "dose_b");
  const auto outcome = dicom::read_cases({files.folder.path()});
  ASSERT_TRUE(outcome);
  ASSERT_EQ(outcome->cases.size(), 2U);
  const model::Case& b = *outcome->cases[0];
  const model::Case& a = *outcome->cases[1];
  EXPECT_EQ(b.plan->label, plan_b.label);
  EXPECT_EQ(a.plan->label, "plan A");
  // Same stored values, scaling 1 against 0.5.
  EXPECT_EQ(b.doses.at(0).grid.maximum_gy(), 24.0);
  EXPECT_EQ(a.doses.at(0).grid.maximum_gy(), 12.0);
  EXPECT_EQ(a.structures->sop_instance_uid, b.structures->sop_instance_uid);
}

TEST_F(LinkDoses, RefusesTwoPlanDosesAndListsBoth) {
  DoseSpec other;
  other.uid = "1.2.3.33";
  add(DoseSpec{});
  add(other);
  for (const auto need : {ReadOptions::Need::StructuresAndDose, ReadOptions::Need::Nothing}) {
    const Error error = only_error(read({need}));
    EXPECT_EQ(error.code, ErrorCode::DoseAmbiguous);
    EXPECT_NE(error.where.find(folder_ / kDoseUid), std::string::npos) << error.where;
    EXPECT_NE(error.where.find(folder_ / other.uid), std::string::npos) << error.where;
  }
}

TEST_F(LinkDoses, PrefersThePlanDoseAndSaysWhatItLeavesOut) {
  add(DoseSpec{});
  add(beam_dose("1.2.3.31", {1}));
  DoseSpec multi;
  multi.uid = "1.2.3.32";
  multi.summation = "MULTI_PLAN";
  add(multi);
  const model::Case read_case = only_case(read());
  ASSERT_EQ(read_case.doses.size(), 1U);
  EXPECT_EQ(read_case.doses[0].sop_instance_uid, kDoseUid);
  EXPECT_EQ(std::count_if(read_case.findings.begin(), read_case.findings.end(),
                          [](const Finding& f) { return f.code == FindingCode::ObjectUnused; }),
            2);
}

TEST_F(LinkDoses, TakesADoseWithoutSummationTypeAsThePlans) {
  DoseSpec dose;
  dose.summation = "";
  add(dose);
  const model::Case read_case = only_case(read());
  EXPECT_EQ(read_case.doses.at(0).summation, model::DoseSummation::Missing);
  EXPECT_TRUE(has(read_case.findings, FindingCode::DoseSummationMissing));
}

TEST_F(LinkDoses, TakesASumOverPlansWithAFinding) {
  DoseSpec dose;
  dose.summation = "MULTI_PLAN";
  add(dose);
  const model::Case read_case = only_case(read());
  EXPECT_EQ(read_case.doses.at(0).summation, model::DoseSummation::MultiPlan);
  EXPECT_TRUE(has(read_case.findings, FindingCode::DoseMultiPlan));
  dose.uid = "1.2.3.33";
  add(dose);
  EXPECT_EQ(only_error(read()).code, ErrorCode::DoseAmbiguous);
}

TEST_F(LinkDoses, TakesAPlanDoseOfTwoPlansAsASumOverPlans) {
  DoseSpec dose;
  dose.edit = [](DcmDataset& data) {
    DcmItem* plan = nullptr;
    data.findOrCreateSequenceItem(DCM_ReferencedRTPlanSequence, plan, -2);
    plan->putAndInsertString(DCM_ReferencedSOPInstanceUID, "1.2.3.77");
  };
  add(dose);
  EXPECT_TRUE(has(only_case(read()).findings, FindingCode::DoseMultiPlan));
}

TEST_F(LinkDoses, TakesTheOneFractionDose) {
  DoseSpec dose;
  dose.summation = "FRACTION";
  add(dose);
  EXPECT_EQ(only_case(read()).doses.at(0).summation, model::DoseSummation::Fraction);
  dose.uid = "1.2.3.33";
  add(dose);
  EXPECT_EQ(only_error(read()).code, ErrorCode::DoseAmbiguous);
}

TEST_F(LinkDoses, KeepsTheBeamsTogetherInTheOrderOfTheirNumbers) {
  add(beam_dose("1.2.3.31", {2}, 20));
  add(beam_dose("1.2.3.32", {1}, 10));
  const model::Case read_case = only_case(read());
  ASSERT_EQ(read_case.doses.size(), 2U);
  EXPECT_EQ(read_case.doses[0].beam_numbers, std::vector<int>{1});
  EXPECT_EQ(read_case.doses[0].grid.maximum_gy(), 5.0);
  EXPECT_EQ(read_case.doses[1].beam_numbers, std::vector<int>{2});
  EXPECT_EQ(read_case.doses[1].grid.maximum_gy(), 10.0);
  EXPECT_EQ(read_case.doses[1].fraction_group, 1);
}

TEST_F(LinkDoses, RefusesMissingBeamsAndNamesThem) {
  add(beam_dose("1.2.3.31", {2}));
  const Error error = only_error(read());
  EXPECT_EQ(error.code, ErrorCode::DoseIncomplete);
  EXPECT_NE(error.text.find("beam 1 "), std::string::npos) << error.text;
  EXPECT_TRUE(only_case(read(kWhatIsThere)).doses.empty());
}

TEST_F(LinkDoses, RefusesABeamGivenTwice) {
  add(beam_dose("1.2.3.31", {1}));
  add(beam_dose("1.2.3.32", {2}));
  add(beam_dose("1.2.3.33", {2}));
  const Error error = only_error(read());
  EXPECT_EQ(error.code, ErrorCode::DoseAmbiguous);
  EXPECT_NE(error.text.find("beam 2"), std::string::npos) << error.text;
}

TEST_F(LinkDoses, TakesDosesOfSeveralBeamsThatCoverEachOnce) {
  add(beam_dose("1.2.3.31", {1, 2}));
  EXPECT_EQ(only_case(read()).doses.size(), 1U);
}

TEST_F(LinkDoses, LeavesOutADoseOfAllBeamsBesideThoseOfEach) {
  add(beam_dose("1.2.3.31", {1}));
  add(beam_dose("1.2.3.32", {2}));
  add(beam_dose("1.2.3.33", {1, 2}, 0));
  const model::Case read_case = only_case(read());
  EXPECT_EQ(read_case.doses.size(), 2U);
  EXPECT_TRUE(has(read_case.findings, FindingCode::ObjectUnused));
  EXPECT_TRUE(has(read_case.findings, FindingCode::DoseAllZero));
}

TEST_F(LinkDoses, RefusesOverlappingDosesOfSeveralBeams) {
  add(beam_dose("1.2.3.31", {1}));
  add(beam_dose("1.2.3.33", {1, 2}));
  EXPECT_EQ(only_error(read()).code, ErrorCode::DoseAmbiguous);
}

TEST_F(LinkDoses, RefusesABeamThatThePlanDoesNotTreat) {
  add(beam_dose("1.2.3.31", {1, 2, 9}));
  EXPECT_EQ(only_error(read()).code, ErrorCode::DoseIncomplete);
}

TEST_F(LinkDoses, LeavesOutTheDoseOfABeamThatThePlanDoesNotTreat) {
  add(beam_dose("1.2.3.31", {1, 2}));
  add(beam_dose("1.2.3.32", {9}));
  add(beam_dose("1.2.3.33", {}));
  EXPECT_EQ(only_case(read()).doses.size(), 1U);
}

TEST_F(LinkDoses, RefusesBeamSessions) {
  DoseSpec dose = beam_dose("1.2.3.31", {1, 2});
  dose.summation = "BEAM_SESSION";
  add(dose);
  const Error error = only_error(read());
  EXPECT_EQ(error.code, ErrorCode::DoseIncomplete);
  EXPECT_NE(error.text.find("export one PLAN dose"), std::string::npos);
}

TEST_F(LinkDoses, UsesNoDoseOfAnotherKind) {
  for (const char* kind : {"CONTROL_POINT", "RECORD", "PLAN_OVERVIEW"}) {
    DoseSpec dose;
    dose.summation = kind;
    add(dose);
    const Error error = only_error(read());
    EXPECT_EQ(error.code, ErrorCode::DoseMissing) << kind;
    EXPECT_NE(error.text.find(kind), std::string::npos) << error.text;
  }
}

TEST_F(LinkDoses, AssumesTheOnlyPlanForADoseThatNamesNone) {
  DoseSpec dose;
  dose.plan_uid.reset();
  add(dose);
  model::Case read_case = only_case(read());
  EXPECT_EQ(read_case.doses.size(), 1U);
  EXPECT_TRUE(has(read_case.findings, FindingCode::LinkAssumed));
  // A reference sequence without an item is no reference.
  dose.edit = [](DcmDataset& data) { data.insertEmptyElement(DCM_ReferencedRTPlanSequence); };
  add(dose);
  read_case = only_case(read());
  EXPECT_TRUE(has(read_case.findings, FindingCode::ReferenceEmpty));
  EXPECT_TRUE(has(read_case.findings, FindingCode::LinkAssumed));
  // Two plans: nobody can tell whose it is.
  PlanSpec other;
  other.uid = "1.2.3.11";
  write(other, folder_ / "other_plan");
  const auto outcome = read();
  ASSERT_TRUE(outcome);
  ASSERT_EQ(outcome->cases.size(), 2U);
  for (const auto& result : outcome->cases) EXPECT_EQ(result.error().code, ErrorCode::DoseMissing);
  EXPECT_TRUE(has(outcome->findings, FindingCode::ObjectUnused));
}

TEST_F(LinkDoses, DoesNotTakeTheDoseOfAnAbsentPlan) {
  DoseSpec dose;
  dose.plan_uid = "1.2.3.999";
  add(dose);
  const auto outcome = read();
  EXPECT_EQ(only_error(outcome).code, ErrorCode::DoseMissing);
  EXPECT_NE(text_of(outcome->findings, FindingCode::ObjectUnused).find("RT Dose"),
            std::string::npos);
}

TEST(LinkCases, NeedsADose) {
  const TempFolder folder;
  write(PlanSpec{}, folder / "plan");
  write(StructureSpec{}, folder / "structures");
  const auto outcome = dicom::read_cases({folder.path()});
  EXPECT_EQ(only_error(outcome).code, ErrorCode::DoseMissing);
  EXPECT_FALSE(has(outcome->findings, FindingCode::ObjectUnused));
  const model::Case read = only_case(dicom::read_cases({folder.path()}, kWhatIsThere));
  EXPECT_TRUE(read.plan && read.structures && read.doses.empty());
}

TEST(LinkCases, NamesUnreadableFilesWhereSomethingIsMissing) {
  const TempFolder folder;
  write(PlanSpec{}, folder / "plan");
  write(StructureSpec{}, folder / "structures");
  write(DoseSpec{}, folder / "dose");
  const std::string bytes = read_bytes(folder / "dose");
  write_bytes(folder / "dose", bytes.substr(0, bytes.size() - 10));
  const auto outcome = dicom::read_cases({folder.path()});
  const Error error = only_error(outcome);
  EXPECT_EQ(error.code, ErrorCode::DoseMissing);
  EXPECT_NE(error.text.find(folder / "dose"), std::string::npos) << error.text;
  EXPECT_TRUE(has(outcome->findings, FindingCode::FileUnreadable));
}

TEST(LinkCases, NeedsAStructureSet) {
  const TempFolder folder;
  write(PlanSpec{}, folder / "plan");
  write(DoseSpec{}, folder / "dose");
  EXPECT_EQ(only_error(dicom::read_cases({folder.path()})).code, ErrorCode::StructuresMissing);
  const model::Case read = only_case(dicom::read_cases({folder.path()}, kWhatIsThere));
  EXPECT_TRUE(read.plan && !read.structures && read.doses.size() == 1);
}

TEST(LinkCases, AssumesTheOnlyStructureSetOfTheFrameOfReference) {
  CaseFiles files;
  files.plan.structures_uid = "1.2.3.999";  // not among the files
  model::Case read = files.read_case();
  EXPECT_TRUE(has(read.findings, FindingCode::LinkAssumed));
  EXPECT_TRUE(has(read.findings, FindingCode::ReferenceEmpty));
  files.plan.structures_uid = "";
  read = files.read_case();
  EXPECT_TRUE(has(read.findings, FindingCode::LinkAssumed));
  EXPECT_FALSE(has(read.findings, FindingCode::ReferenceEmpty));
  files.plan.edit = [](DcmDataset& data) {
    data.insertEmptyElement(DCM_ReferencedStructureSetSequence);
  };
  EXPECT_TRUE(has(files.read_case().findings, FindingCode::ReferenceEmpty));
  // One in another frame is none.
  files.structures.rois[0].frame = "1.2.3.999";
  EXPECT_EQ(files.read_error().code, ErrorCode::StructuresMissing);
}

TEST(LinkCases, RefusesToChooseAmongStructureSets) {
  CaseFiles files;
  files.plan.structures_uid = "";
  StructureSpec other;
  other.uid = "1.2.3.22";
  write(other, files.folder / "other");
  const Error error = files.read_error();
  EXPECT_EQ(error.code, ErrorCode::StructuresAmbiguous);
  EXPECT_NE(error.where.find(files.folder / "other"), std::string::npos);
  EXPECT_FALSE(files.read_case(kWhatIsThere).structures.has_value());
  // The dose may say which one.
  files.dose.structures_uid = other.uid;
  model::Case read = files.read_case();
  EXPECT_EQ(read.structures->sop_instance_uid, other.uid);
  EXPECT_TRUE(has(read.findings, FindingCode::LinkAssumed));
  EXPECT_FALSE(has(read.findings, FindingCode::ReferenceEmpty));
  files.plan.structures_uid = "1.2.3.999";
  read = files.read_case();
  EXPECT_EQ(read.structures->sop_instance_uid, other.uid);
  EXPECT_TRUE(has(read.findings, FindingCode::ReferenceEmpty));
}

TEST(LinkCases, AssumesNothingWhereTheNamedSetMayBeUnreadable) {
  CaseFiles files;
  files.plan.structures_uid = "1.2.3.999";
  write(StructureSpec{}, files.folder / "cut");
  write_bytes(files.folder / "cut", read_bytes(files.folder / "cut").substr(0, 600));
  const Error error = files.read_error();
  EXPECT_EQ(error.code, ErrorCode::StructuresMissing);
  EXPECT_NE(error.text.find(files.folder / "cut"), std::string::npos) << error.text;
}

TEST(LinkCases, TakesTheStructureSetThatADoseWithoutPlanNames) {
  CaseFiles files;
  files.dose.structures_uid = kStructuresUid;
  ASSERT_TRUE(files.read());
  const model::Case read =
      only_case(dicom::read_cases({files.folder / "structures", files.folder / "dose"}));
  EXPECT_FALSE(has(read.findings, FindingCode::LinkAssumed));
}

TEST(LinkCases, RefusesTwoFramesOfReferenceAndNamesBothFiles) {
  CaseFiles files;
  files.structures.rois[0].frame = "1.2.3.999";
  for (const auto need : {ReadOptions::Need::StructuresAndDose, ReadOptions::Need::Nothing}) {
    const Error error = files.read_error({need});
    EXPECT_EQ(error.code, ErrorCode::FrameOfReferenceMismatch);
    EXPECT_NE(error.where.find(files.folder / "plan"), std::string::npos) << error.where;
    EXPECT_NE(error.where.find(files.folder / "structures"), std::string::npos) << error.where;
  }
  files.plan.frame = "";
  const Error error = files.read_error();
  EXPECT_EQ(error.code, ErrorCode::FrameOfReferenceMismatch);
  EXPECT_NE(error.where.find(files.folder / "dose"), std::string::npos) << error.where;
}

TEST(LinkCases, AssumesAnAbsentFrameOfReferenceOnlyWhereUidsLink) {
  CaseFiles files;
  files.dose.frame = "";
  EXPECT_TRUE(has(files.read_case().findings, FindingCode::LinkAssumed));
  files.dose.plan_uid.reset();
  EXPECT_EQ(files.read_error().code, ErrorCode::FrameOfReferenceMismatch);
}

TEST(LinkCases, RefusesTwoPatientsWithoutNamingThem) {
  CaseFiles files;
  files.structures.patient_id = "P2";
  const Error error = files.read_error();
  EXPECT_EQ(error.code, ErrorCode::PatientMismatch);
  EXPECT_EQ((error.text + error.where).find("P2"), std::string::npos);
  EXPECT_NE(error.where.find(files.folder / "structures"), std::string::npos);
}

TEST(LinkCases, ReportsAnAbsentPatientId) {
  CaseFiles files;
  files.dose.patient_id = "";
  const model::Case read = files.read_case();
  EXPECT_EQ(read.patient_id, "P1");
  EXPECT_TRUE(has(read.findings, FindingCode::PatientIdDiffers));
}

TEST(LinkCases, LeavesOutACopyOfAnObject) {
  const CaseFiles files;
  ASSERT_TRUE(files.read());
  write_bytes(files.folder / "dose_copy", read_bytes(files.folder / "dose"));
  const auto outcome = dicom::read_cases({files.folder.path()});
  EXPECT_EQ(only_case(outcome).doses.size(), 1U);
  EXPECT_TRUE(has(outcome->findings, FindingCode::DuplicateObject));
}

TEST(LinkCases, RefusesTwoFilesThatShareOneUid) {
  const CaseFiles files;
  ASSERT_TRUE(files.read());
  DoseSpec other;
  other.scaling = "1";
  write(other, files.folder / "another_dose");
  for (const auto need : {ReadOptions::Need::StructuresAndDose, ReadOptions::Need::Nothing}) {
    const auto outcome = dicom::read_cases({files.folder.path()}, {need});
    const Error error = only_error(outcome);
    EXPECT_EQ(error.code, ErrorCode::ObjectConflicting);
    EXPECT_NE(error.where.find(files.folder / "another_dose"), std::string::npos);
    EXPECT_TRUE(has(outcome->findings, FindingCode::DuplicateObject));
  }
}

TEST(LinkCases, TakesStructuresAndDoseWithoutAPlan) {
  const CaseFiles files;
  ASSERT_TRUE(files.read());
  const model::Case read =
      only_case(dicom::read_cases({files.folder / "structures", files.folder / "dose"}));
  EXPECT_FALSE(read.plan.has_value());
  EXPECT_EQ(read.doses.size(), 1U);
  EXPECT_TRUE(has(read.findings, FindingCode::LinkAssumed));
  EXPECT_TRUE(has(read.findings, FindingCode::ReferenceEmpty));  // the plan it names is absent
}

TEST(LinkCases, MakesACaseOfEachPlanDoseWithoutAPlan) {
  const TempFolder folder;
  write(StructureSpec{}, folder / "structures");
  for (const char* uid : {"1.2.3.31", "1.2.3.32"}) {
    DoseSpec dose;
    dose.uid = uid;
    dose.plan_uid.reset();
    write(dose, folder / uid);
  }
  const auto outcome = dicom::read_cases({folder.path()});
  ASSERT_TRUE(outcome);
  ASSERT_EQ(outcome->cases.size(), 2U);
  EXPECT_EQ(outcome->cases[0]->doses.at(0).sop_instance_uid, "1.2.3.31");
  EXPECT_EQ(outcome->cases[1]->doses.at(0).sop_instance_uid, "1.2.3.32");
}

TEST(LinkCases, RefusesBeamDosesWithoutAPlan) {
  const TempFolder folder;
  write(StructureSpec{}, folder / "structures");
  write(beam_dose("1.2.3.31", {1}), folder / "dose");
  EXPECT_EQ(only_error(dicom::read_cases({folder.path()})).code, ErrorCode::DoseIncomplete);
}

TEST(LinkCases, NeedsADoseForAStructureSetAlone) {
  const TempFolder folder;
  write(StructureSpec{}, folder / "structures");
  EXPECT_EQ(only_error(dicom::read_cases({folder.path()})).code, ErrorCode::DoseMissing);
  EXPECT_TRUE(only_case(dicom::read_cases({folder.path()}, kWhatIsThere)).structures.has_value());
}

}  // namespace
}  // namespace dosegate::dicom_test
