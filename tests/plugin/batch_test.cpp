// dosegate_batch() and dosegate_merge() as a host meets them; what they write is tested through the command.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "dosegate/dosegate.h"

namespace {

namespace fs = std::filesystem;

struct Told {
  std::vector<std::string> stages, keys, reasons;
  std::vector<int32_t> verdicts;
  std::thread::id thread;
  bool other_thread = false;
  std::string stop_at;  // a stage
};

class Batch : public ::testing::Test {
 protected:
  void SetUp() override {
    out_ = (fs::temp_directory_path() /
            ("dosegate_batch_test_" +
             std::to_string(::testing::UnitTest::GetInstance()->random_seed()) + "_" +
             ::testing::UnitTest::GetInstance()->current_test_info()->name() +
             std::to_string(reinterpret_cast<std::uintptr_t>(this))))
               .string();
    told_.thread = std::this_thread::get_id();
    dosegate_host host{};
    host.struct_size = sizeof host;
    host.user = &told_;
    host.progress_at = [](void* user, const char* stage, uint64_t, uint64_t) -> int32_t {
      auto& told = *static_cast<Told*>(user);
      told.other_thread = told.other_thread || std::this_thread::get_id() != told.thread;
      if (told.stages.empty() || told.stages.back() != stage) told.stages.emplace_back(stage);
      return told.stop_at == stage ? 1 : 0;
    };
    ASSERT_EQ(dosegate_session_create(&host, &session_), DOSEGATE_OK);
    request_.struct_size = sizeof request_;
    request_.roots = &root_;
    request_.root_count = 1;
    request_.out = out_.c_str();
    request_.user = &told_;
    request_.plan_done = [](void* user, const dosegate_batch_plan* plan) {
      auto& told = *static_cast<Told*>(user);
      told.other_thread = told.other_thread || std::this_thread::get_id() != told.thread;
      told.keys.emplace_back(plan->key);
      told.reasons.emplace_back(plan->reason);
      told.verdicts.push_back(plan->verdict);
      EXPECT_EQ(plan->folder[0] == '\0', plan->verdict == 0);
    };
    summary_.struct_size = sizeof summary_;
  }
  void TearDown() override {
    EXPECT_EQ(dosegate_session_destroy(session_), DOSEGATE_OK);
    std::error_code ignored;
    fs::remove_all(out_, ignored);
  }

  Told told_;
  dosegate_session session_ = 0;
  std::string out_;
  const char* root_ = DOSEGATE_SAMPLES_DIR;
  dosegate_batch_request request_{};
  dosegate_batch_summary summary_{};
};

TEST_F(Batch, TellsOfEveryPlanOnTheCallingThread) {
  ASSERT_EQ(dosegate_batch(session_, &request_, nullptr, &summary_), DOSEGATE_OK)
      << dosegate_last_error(session_);
  EXPECT_EQ(told_.keys.size(), 6U);
  EXPECT_EQ(std::count(told_.verdicts.begin(), told_.verdicts.end(), DOSEGATE_PASS), 2);
  EXPECT_EQ(std::count(told_.verdicts.begin(), told_.verdicts.end(), DOSEGATE_UNKNOWN), 1);
  EXPECT_EQ(told_.stages, (std::vector<std::string>{"looking", "linking", "checking"}));
  EXPECT_FALSE(told_.other_thread);
  EXPECT_EQ(summary_.checked, 6U);
  EXPECT_EQ(summary_.pass + summary_.variation + summary_.fail + summary_.unknown, 6U);
  EXPECT_TRUE(fs::exists(fs::path(out_) / "summary.json"));
}

TEST_F(Batch, StopsAtEveryStageAndGoesOn) {
  for (const char* stage : {"looking", "linking", "checking"}) {
    told_.stop_at = stage;
    EXPECT_EQ(dosegate_batch(session_, &request_, nullptr, &summary_), DOSEGATE_CANCELLED);
    EXPECT_EQ(summary_.checked, 0U) << "an out-parameter is untouched when a call fails";
    EXPECT_FALSE(fs::exists(fs::path(out_) / "summary.json"));
  }
  told_.stop_at.clear();
  EXPECT_EQ(dosegate_batch(session_, &request_, nullptr, &summary_), DOSEGATE_OK);
  EXPECT_EQ(summary_.checked, 6U);
}

TEST_F(Batch, LeavesTheCasesOfTheSessionAlone) {
  const std::string sample = std::string(DOSEGATE_SAMPLES_DIR) + "/hcc_no_gtv";
  const char* path = sample.c_str();
  std::size_t count = 0;
  ASSERT_EQ(dosegate_read(session_, &path, 1, DOSEGATE_READ_COMPLETE, &count), DOSEGATE_OK);
  request_.roots = &path;
  ASSERT_EQ(dosegate_batch(session_, &request_, nullptr, &summary_), DOSEGATE_OK);
  dosegate_case_info info{};
  info.struct_size = sizeof info;
  EXPECT_EQ(dosegate_case_get(session_, 0, &info), DOSEGATE_OK);
}

TEST_F(Batch, RefusesWhatCannotBeMeant) {
  EXPECT_EQ(dosegate_batch(session_, nullptr, nullptr, &summary_), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_EQ(dosegate_batch(session_, &request_, nullptr, nullptr), DOSEGATE_ARGUMENT_INVALID);
  const auto refused = [&](int32_t status, const auto& change) {
    dosegate_batch_request changed = request_;
    change(changed);
    EXPECT_EQ(dosegate_batch(session_, &changed, nullptr, &summary_), status);
    EXPECT_FALSE(fs::exists(out_)) << "nothing was begun";
  };
  refused(DOSEGATE_ARGUMENT_INVALID, [](auto& r) { r.root_count = 0; });
  refused(DOSEGATE_ARGUMENT_INVALID, [](auto& r) { r.roots = nullptr; });
  refused(DOSEGATE_ARGUMENT_INVALID, [](auto& r) { r.out = ""; });
  refused(DOSEGATE_OPTION_INVALID, [](auto& r) { r.reports = 1024; });
  refused(DOSEGATE_OPTION_INVALID, [](auto& r) { r.anew = 2; });
  refused(DOSEGATE_OPTION_INVALID, [](auto& r) { r.shard = 3, r.shards = 2; });
  refused(DOSEGATE_OPTION_INVALID, [](auto& r) { r.shards = 2; });
  const std::size_t added = 0;
  dosegate_options options{};
  options.struct_size = sizeof options;
  options.add_cases = &added;
  options.add_case_count = 1;
  EXPECT_EQ(dosegate_batch(session_, &request_, &options, &summary_), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_EQ(dosegate_merge(session_, &request_, &summary_), DOSEGATE_OPTION_INVALID)
      << "no part of a batch";
}

// A host that was built with a shorter struct.
TEST_F(Batch, AnOlderHostGetsWhatItKnows) {
  summary_.struct_size = offsetof(dosegate_batch_summary, kept);
  summary_.kept = 77;
  request_.struct_size = offsetof(dosegate_batch_request, plan_done);
  ASSERT_EQ(dosegate_batch(session_, &request_, nullptr, &summary_), DOSEGATE_OK);
  EXPECT_EQ(summary_.checked, 6U);
  EXPECT_EQ(summary_.kept, 77U);
  EXPECT_TRUE(told_.keys.empty());
}

}  // namespace
