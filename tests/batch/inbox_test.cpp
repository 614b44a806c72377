// An inbox by a clock that the test holds. tests/listen runs it as people do.
#include "batch/inbox.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>

namespace dosegate::batch {
namespace {

namespace fs = std::filesystem;
using Status = CohortPlan::Status;

constexpr double kQuiet_s = 100;

class InboxTest : public ::testing::Test {
 protected:
  InboxTest() {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::temp_directory_path() / ("dosegate_inbox_" + std::string(test->name()));
    fs::remove_all(folder_);
    fs::create_directories(folder_ / "in");
  }
  ~InboxTest() override { fs::remove_all(folder_); }

  void open(InboxOptions::Arrival arrival) {
    inbox_.reset();
    InboxOptions options;
    options.folder = (folder_ / "in").string();
    options.out = (folder_ / "out").string();
    options.check.protocols = {protocol::builtin_protocol(protocol::kDefaultProtocol).value()};
    options.check.options.workers = 1;
    options.arrival = arrival;
    options.quiet_s = kQuiet_s;
    InboxHost host;
    host.seconds = [this] { return now_; };
    host.done = [this](const PlanDone& done) {
      told_.push_back(*done.row);
      kept_ += done.kept ? 1 : 0;
    };
    host.trouble = [this](const Error&) { ++troubles_; };
    auto opened = Inbox::open(options, host);
    ASSERT_TRUE(opened) << to_text(opened.error());
    inbox_.emplace(std::move(*opened));
  }
  void arrive(const std::string& name) const {
    fs::copy_file(fs::path(DOSEGATE_SAMPLES_DIR) / "hcc_no_gtv" / name, folder_ / "in" / name);
  }
  /// What is told at a time.
  std::size_t told_at(double seconds) {
    now_ = seconds;
    inbox_->look();
    return told_.size();
  }

  fs::path folder_;
  double now_ = 0;
  std::optional<Inbox> inbox_;
  std::vector<CohortPlan> told_;
  int kept_ = 0, troubles_ = 0;
};

TEST_F(InboxTest, APlanIsDueWhenNothingOfItCameForTheQuietTime) {
  open(InboxOptions::Arrival::Whole);
  EXPECT_EQ(told_at(0), 0U);
  EXPECT_EQ(inbox_->next_due(), std::numeric_limits<double>::infinity()) << "nothing is there";
  arrive("RTPLAN.dcm");
  arrive("RTDOSE.dcm");
  EXPECT_EQ(told_at(10), 0U);
  EXPECT_EQ(inbox_->next_due(), 10 + 10 * kQuiet_s) << "it is not complete";
  arrive("RTSTRUCT.dcm");
  EXPECT_EQ(told_at(50), 0U);
  EXPECT_EQ(inbox_->next_due(), 50 + kQuiet_s);
  EXPECT_EQ(told_at(149.9), 0U);
  EXPECT_EQ(told_at(150), 1U);
  EXPECT_EQ(told_.back().status, Status::Checked);
  EXPECT_TRUE(fs::exists(folder_ / "out" / told_.back().folder / "result.json"));
  EXPECT_EQ(inbox_->next_due(), std::numeric_limits<double>::infinity());
  EXPECT_EQ(told_at(1e6), 1U) << "once";
}

TEST_F(InboxTest, AnIncompletePlanIsRefusedInTheEndAndCheckedOnceItIsComplete) {
  open(InboxOptions::Arrival::Whole);
  arrive("RTPLAN.dcm");
  arrive("RTSTRUCT.dcm");
  EXPECT_EQ(told_at(0), 0U);
  EXPECT_EQ(told_at(999), 0U);
  ASSERT_EQ(told_at(1000), 1U);
  EXPECT_EQ(told_.back().status, Status::Refused);
  arrive("RTDOSE.dcm");
  EXPECT_EQ(told_at(2000), 1U);
  ASSERT_EQ(told_at(2100), 2U);
  EXPECT_EQ(told_.back().status, Status::Checked);
}

TEST_F(InboxTest, WhatWasCheckedIsKeptByTheNextOne) {
  for (const char* name : {"RTPLAN.dcm", "RTSTRUCT.dcm", "RTDOSE.dcm"}) arrive(name);
  open(InboxOptions::Arrival::Whole);
  (void)told_at(0);
  ASSERT_EQ(told_at(100), 1U);
  open(InboxOptions::Arrival::Whole);
  (void)told_at(200);
  ASSERT_EQ(told_at(300), 2U);
  EXPECT_EQ(kept_, 1);
  EXPECT_EQ(told_[1].verdict, told_[0].verdict);
  EXPECT_EQ(told_[1].folder, told_[0].folder);
  fs::remove(folder_ / "out" / told_[0].folder / "result.json");
  open(InboxOptions::Arrival::Whole);
  (void)told_at(400);
  ASSERT_EQ(told_at(500), 3U);
  EXPECT_EQ(kept_, 1) << "its result was gone";
}

TEST_F(InboxTest, AFileThatGrowsIsNotReadUntilItIsQuiet) {
  open(InboxOptions::Arrival::Growing);
  for (const char* name : {"RTPLAN.dcm", "RTSTRUCT.dcm"}) arrive(name);
  const fs::path dose = folder_ / "in" / "RTDOSE.dcm";
  std::ofstream(dose) << "the beginning";
  EXPECT_EQ(told_at(0), 0U);
  for (int second = 90; second <= 900; second += 90) {
    std::ofstream(dose, std::ios::app) << "more";
    EXPECT_EQ(told_at(second), 0U) << "ten quiet times have not passed";
  }
  fs::remove(dose);
  arrive("RTDOSE.dcm");
  EXPECT_EQ(told_at(950), 0U);
  EXPECT_EQ(inbox_->next_due(), 1000) << "the plan will have waited for ten quiet times then";
  EXPECT_EQ(told_at(999), 0U);
  ASSERT_EQ(told_at(1050), 1U) << "the dose is quiet now";
  EXPECT_EQ(told_.back().status, Status::Checked);
}

TEST_F(InboxTest, AResultThatCannotBeWrittenIsTriedAgain) {
  for (const char* name : {"RTPLAN.dcm", "RTSTRUCT.dcm", "RTDOSE.dcm"}) arrive(name);
  open(InboxOptions::Arrival::Whole);
  std::ofstream(folder_ / "out" / "plans") << "in the way";
  (void)told_at(0);
  EXPECT_EQ(told_at(100), 0U);
  EXPECT_EQ(troubles_, 1);
  EXPECT_EQ(inbox_->next_due(), 200);
  EXPECT_EQ(told_at(199), 0U);
  EXPECT_EQ(troubles_, 1);
  fs::remove(folder_ / "out" / "plans");
  ASSERT_EQ(told_at(200), 1U);
  EXPECT_EQ(told_.back().status, Status::Checked);
}

TEST_F(InboxTest, OneWorksInAFolderAtATime) {
  open(InboxOptions::Arrival::Whole);
  InboxOptions options;
  options.folder = (folder_ / "in").string();
  options.out = (folder_ / "out").string();
  const auto second = Inbox::open(options, {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::FileUnwritable);
  options.out = options.folder;
  EXPECT_EQ(Inbox::open(options, {}).error().code, ErrorCode::OptionInvalid);
  options.folder = (folder_ / "none").string();
  options.out = (folder_ / "other").string();
  EXPECT_EQ(Inbox::open(options, {}).error().code, ErrorCode::FileUnreadable);
}

}  // namespace
}  // namespace dosegate::batch
