// Plans that arrive: what a host may ask for, what it is told, and how it ends the call. tests/listen sends by DICOM.
#include <atomic>
#include <chrono>
#include <filesystem>
#include <limits>
#include <thread>

#include "plugin_session.h"

namespace dosegate::plugin_test {
namespace {

namespace fs = std::filesystem;

// A folder of its own for each test, gone at its end.
class Arriving : public ::testing::Test {
 protected:
  Arriving() {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::temp_directory_path() / ("dosegate_arriving_" + std::string(test->name()));
    fs::remove_all(folder_);
    fs::create_directories(folder_ / "in");
    in_ = (folder_ / "in").string();
    out_ = (folder_ / "out").string();
  }
  ~Arriving() override { fs::remove_all(folder_); }

  [[nodiscard]] dosegate_watch_request watching() const {
    auto request = sized<dosegate_watch_request>();
    request.folder = in_.c_str();
    request.out = out_.c_str();
    request.quiet_seconds = 0.2;
    return request;
  }
  [[nodiscard]] dosegate_listen_request listening() const {
    auto request = sized<dosegate_listen_request>();
    request.aet = "DOSEGATE";
    request.out = out_.c_str();
    return request;
  }

  fs::path folder_;
  std::string in_, out_;
};

// Stops the call once it was told of a plan, or after so many steps.
struct Told {
  Told() {
    host.struct_size = sizeof host;
    host.user = this;
    host.progress_at = [](void* user, const char* stage, uint64_t, uint64_t) -> int32_t {
      auto& self = *static_cast<Told*>(user);
      EXPECT_STREQ(stage, "waiting");
      EXPECT_EQ(std::this_thread::get_id(), self.caller);
      return ++self.steps > self.most_steps || !self.verdicts.empty() ? 1 : 0;
    };
    host.log = [](void* user, int32_t, const char* text) {
      auto& self = *static_cast<Told*>(user);
      EXPECT_EQ(std::this_thread::get_id(), self.caller);
      self.log += std::string(text) + "\n";
    };
  }
  static void plan_done(void* user, const dosegate_batch_plan* plan) {
    auto& self = *static_cast<Told*>(user);
    EXPECT_EQ(plan->struct_size, sizeof *plan);
    self.verdicts.push_back(plan->verdict);
    self.folder = plan->folder;
  }
  dosegate_host host{};
  std::thread::id caller = std::this_thread::get_id();
  int steps = 0, most_steps = 600;  // a minute at a tenth of a second each
  std::vector<int32_t> verdicts;
  std::string folder, log;
};

TEST_F(Arriving, APlanIsToldOfOnceAndAgainAsKept) {
  fs::copy(small_sample(), folder_ / "in/plan");
  for (const bool again : {false, true}) {
    Told told;
    Session s(&told.host);
    dosegate_watch_request request = watching();
    request.plan_done = [](void* user, const dosegate_batch_plan* plan) {
      Told::plan_done(user, plan);
      static_cast<Told*>(user)->log += plan->kept == 1 ? "kept" : "new";
    };
    request.user = &told;
    ASSERT_EQ(dosegate_watch(s, &request, nullptr), DOSEGATE_OK) << s.error();
    EXPECT_EQ(told.verdicts, std::vector<int32_t>{DOSEGATE_UNKNOWN});
    EXPECT_EQ(told.log, again ? "kept" : "new");
    EXPECT_TRUE(fs::is_regular_file(fs::path(out_) / told.folder / "result.json"));
  }
}

TEST_F(Arriving, ListeningEndsByCancelAndTellsItsPort) {
  Told told;
  Session s(&told.host);
  const dosegate_session handle = s;
  std::atomic<bool> ended = false;
  std::thread other([&] {
    while (!ended) {  // a call that begins forgets what was asked before it
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
      (void)dosegate_cancel(handle);
    }
  });
  const dosegate_listen_request request = listening();  // a free port, and nobody may send
  EXPECT_EQ(dosegate_listen(s, &request, nullptr), DOSEGATE_OK) << s.error();
  ended = true;
  other.join();
  EXPECT_LT(told.steps, told.most_steps);
  EXPECT_NE(told.log.find("listening on port "), std::string::npos);
}

TEST_F(Arriving, WhatCannotBeMeantIsRefused) {
  Session s;
  EXPECT_EQ(dosegate_watch(s, nullptr, nullptr), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_EQ(dosegate_listen(s, nullptr, nullptr), DOSEGATE_ARGUMENT_INVALID);
  const auto watch_fails = [&](int32_t status, auto change) {
    dosegate_watch_request request = watching();
    change(request);
    EXPECT_EQ(dosegate_watch(s, &request, nullptr), status) << s.error();
    EXPECT_FALSE(s.error().empty());
  };
  watch_fails(DOSEGATE_ARGUMENT_INVALID, [](auto& in) { in.folder = nullptr; });
  watch_fails(DOSEGATE_ARGUMENT_INVALID, [](auto& in) { in.out = ""; });
  watch_fails(DOSEGATE_OPTION_INVALID, [](auto& in) { in.quiet_seconds = -1; });
  watch_fails(DOSEGATE_OPTION_INVALID,
              [](auto& in) { in.quiet_seconds = std::numeric_limits<double>::quiet_NaN(); });
  watch_fails(DOSEGATE_OPTION_INVALID, [](auto& in) { in.reports = 64; });
  watch_fails(DOSEGATE_OPTION_INVALID, [](auto& in) { in.out = in.folder; });
  const auto listen_fails = [&](int32_t status, auto change) {
    dosegate_listen_request request = listening();
    change(request);
    EXPECT_EQ(dosegate_listen(s, &request, nullptr), status) << s.error();
    EXPECT_FALSE(s.error().empty());
  };
  listen_fails(DOSEGATE_ARGUMENT_INVALID, [](auto& in) { in.aet = nullptr; });
  listen_fails(DOSEGATE_OPTION_INVALID, [](auto& in) { in.aet = ""; });
  listen_fails(DOSEGATE_OPTION_INVALID, [](auto& in) { in.port = 65536; });
  listen_fails(DOSEGATE_OPTION_INVALID, [](auto& in) { in.tls_key = "key.pem"; });
  listen_fails(DOSEGATE_ARGUMENT_INVALID, [](auto& in) { in.allowed_count = 1; });
  static const char* const nobody[] = {"TPS"};
  listen_fails(DOSEGATE_OPTION_INVALID, [](auto& in) {
    in.allowed = nobody;
    in.allowed_count = 1;
  });
}

}  // namespace
}  // namespace dosegate::plugin_test
