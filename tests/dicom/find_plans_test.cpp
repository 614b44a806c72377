#include "dicom/find_plans.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "dicom/rt_writer.h"

namespace dosegate::dicom_test {
namespace {

namespace fs = std::filesystem;
using dicom::FoundPlans;

// Three objects of one plan, with UIDs that begin with `uid`.
struct Objects {
  explicit Objects(const std::string& uid, const std::string& patient = "P1") {
    plan.uid = uid + ".1";
    plan.structures_uid = structures.uid = uid + ".2";
    dose.uid = uid + ".3";
    dose.plan_uid = plan.uid;
    plan.patient_id = structures.patient_id = dose.patient_id = patient;
  }
  void write_to(const TempFolder& folder, const std::string& plan_at,
                const std::string& structures_at, const std::string& dose_at) const {
    for (const std::string& path : {plan_at, structures_at, dose_at}) {
      fs::create_directories(fs::path(folder / path).parent_path());
    }
    write(plan, folder / plan_at);
    write(structures, folder / structures_at);
    write(dose, folder / dose_at);
  }
  PlanSpec plan;
  StructureSpec structures;
  DoseSpec dose;
};

FoundPlans found_in(const TempFolder& folder) {
  auto found = dicom::find_plans({folder.path()});
  EXPECT_TRUE(found) << to_text(found.error());
  return found ? std::move(*found) : FoundPlans{};
}

std::vector<std::string> names(const std::vector<std::string>& paths) {
  std::vector<std::string> result;
  for (const std::string& path : paths) result.push_back(fs::path(path).filename().string());
  return result;
}

TEST(FindPlans, GroupsByUidsAcrossFolders) {
  const TempFolder folder;
  const Objects a("1.2.3"), b("1.2.4", "P2");
  a.write_to(folder, "plans/a", "sets/sa", "doses/da");
  b.write_to(folder, "plans/b", "sets/sb", "doses/db");
  const FoundPlans found = found_in(folder);
  ASSERT_EQ(found.plans.size(), 2U);
  EXPECT_TRUE(found.without.empty());
  EXPECT_EQ(found.plans[0].key, "1.2.3.1") << "by key";
  EXPECT_EQ(names(found.plans[0].files), (std::vector<std::string>{"da", "a", "sa"}));
  EXPECT_EQ(names(found.plans[1].files), (std::vector<std::string>{"db", "b", "sb"}));
  EXPECT_EQ(found.plans[1].patient_id, "P2");
  EXPECT_TRUE(found.plans[0].shares_folder) << "plans of two patients lie in one folder";
  const auto read = dicom::read_plan_files(found.plans[1]);
  ASSERT_TRUE(read) << to_text(read.error());
  EXPECT_EQ(only_case(read).plan->sop_instance_uid, "1.2.4.1");
}

TEST(FindPlans, PlansOnOneStructureSetAreReadOnTheirOwn) {
  const TempFolder folder;
  Objects a("1.2.3"), b("1.2.4");
  b.plan.structures_uid = a.structures.uid;
  a.write_to(folder, "a", "s", "da");
  write(b.plan, folder / "b");
  write(b.dose, folder / "db");
  const FoundPlans found = found_in(folder);
  ASSERT_EQ(found.plans.size(), 2U);
  EXPECT_EQ(names(found.plans[0].files), (std::vector<std::string>{"a", "da", "s"}));
  EXPECT_EQ(names(found.plans[1].files), (std::vector<std::string>{"b", "db", "s"}));
  EXPECT_FALSE(found.plans[0].shares_folder);
}

// What read_cases() makes of the whole cohort is what the plan's own files come to, also where a link is absent.
TEST(FindPlans, ComesToWhatTheWholeCohortDoes) {
  for (const bool second_plan : {false, true}) {
    SCOPED_TRACE(second_plan);
    const TempFolder folder;
    Objects a("1.2.3");
    a.dose.plan_uid.reset();  // names no plan: taken for the only one
    a.write_to(folder, "x/a", "x/s", "x/da");
    Objects b("1.2.4");
    if (second_plan) b.write_to(folder, "y/b", "y/sb", "y/db");
    const auto whole = dicom::read_cases({folder.path()});
    ASSERT_TRUE(whole);
    const FoundPlans found = found_in(folder);
    ASSERT_EQ(found.plans.size(), whole->cases.size());
    for (const dicom::PlanFiles& plan : found.plans) {
      const auto read = dicom::read_plan_files(plan);
      ASSERT_TRUE(read) << to_text(read.error());
      ASSERT_EQ(read->cases.size(), 1U);
      // Both plans have one label, so that the cases of the whole are ordered as the plans are.
      const auto& expected = whole->cases[static_cast<std::size_t>(&plan - found.plans.data())];
      ASSERT_EQ(read->cases[0].has_value(), expected.has_value());
      if (expected) {
        EXPECT_EQ(read->cases[0]->doses.size(), expected->doses.size());
        EXPECT_EQ(read->cases[0]->doses[0].sop_instance_uid, expected->doses[0].sop_instance_uid);
      } else {
        EXPECT_EQ(to_text(read->cases[0].error()), to_text(expected.error()));
      }
    }
  }
}

TEST(FindPlans, NamesWhatGivesNoPlan) {
  const TempFolder folder;
  Objects a("1.2.3"), orphan("1.2.4"), lonely("1.2.5");
  a.write_to(folder, "a", "s", "da");
  write(orphan.dose, folder / "orphan");        // its plan is not there
  write(lonely.structures, folder / "lonely");  // no plan was made on it
  write(Objects("1.2.6").plan, folder / "rubbish");
  const std::string whole = read_bytes(folder / "rubbish");
  write_bytes(folder / "rubbish",
              whole.substr(0, whole.size() - 9));  // says that it is a plan, and ends within one
  write_bytes(folder / "notes.txt", "nothing");
  const FoundPlans found = found_in(folder);
  ASSERT_EQ(found.plans.size(), 1U);
  ASSERT_EQ(found.without.size(), 2U);
  EXPECT_EQ(names({found.without[0].path, found.without[1].path}),
            (std::vector<std::string>{"orphan", "rubbish"}));
  EXPECT_EQ(found.without[0].error.code, ErrorCode::PlanMissing);
  EXPECT_FALSE(found.without[0].unreadable);
  EXPECT_TRUE(found.without[1].unreadable);
  EXPECT_EQ(found.structure_sets_unused, 1U);
  EXPECT_EQ(found.other_files, 1U);
  EXPECT_TRUE(has(found.plans[0].findings, FindingCode::FileUnreadable))
      << "what cannot be read may belong to the plan beside it";
}

TEST(FindPlans, TwoFilesWithOnePlanUidAreOnePlanWhichIsRefused) {
  const TempFolder folder;
  Objects a("1.2.3");
  a.write_to(folder, "a", "s", "d");
  a.plan.fractions = "5";
  write(a.plan, folder / "again");
  const FoundPlans found = found_in(folder);
  ASSERT_EQ(found.plans.size(), 1U);
  EXPECT_EQ(found.plans[0].plan_files.size(), 2U);
  const auto read = dicom::read_plan_files(found.plans[0]);
  ASSERT_TRUE(read);
  EXPECT_EQ(only_error(read).code, ErrorCode::ObjectConflicting);
}

TEST(FindPlans, APlanWithoutDoseIsRefusedWhenRead) {
  const TempFolder folder;
  Objects a("1.2.3");
  a.write_to(folder, "a", "s", "d");
  fs::remove(folder / "d");
  const FoundPlans found = found_in(folder);
  ASSERT_EQ(found.plans.size(), 1U);
  const auto read = dicom::read_plan_files(found.plans[0]);
  ASSERT_TRUE(read);
  EXPECT_EQ(only_error(read).code, ErrorCode::DoseMissing);
}

TEST(FindPlans, APlanThatVanishedIsAnError) {
  const TempFolder folder;
  const Objects a("1.2.3");
  a.write_to(folder, "a", "s", "d");
  const FoundPlans found = found_in(folder);
  fs::remove(folder / "a");
  const auto read = dicom::read_plan_files(found.plans.at(0));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::FileUnreadable);
}

TEST(FindPlans, StopsWhenAsked) {
  const TempFolder folder;
  Objects("1.2.3").write_to(folder, "a", "s", "d");
  for (const std::string_view stage : {"looking", "linking"}) {
    const auto found =
        dicom::find_plans({folder.path()}, [&](const Progress& at) { return at.stage == stage; });
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, ErrorCode::Cancelled);
  }
}

// Bytes that are no UTF-8 in a path: a key that can be shown, and one for each.
TEST(FindPlans, KeysCanBeShown) {
  const TempFolder folder;
  Objects a("1.2.3"), b("1.2.4");
  a.plan.uid = b.plan.uid = "";
  write(a.plan, folder / "a\xff");
  write(b.plan, folder / "a\xfe");
  const FoundPlans found = found_in(folder);
  ASSERT_EQ(found.plans.size(), 2U);
  EXPECT_NE(found.plans[0].key, found.plans[1].key);
  EXPECT_EQ(found.plans[0].key.find('\xff'), std::string::npos);
}

}  // namespace
}  // namespace dosegate::dicom_test
