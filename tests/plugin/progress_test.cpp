// What a host is told while a call runs, and stopping it wherever it stands.
#include <cstddef>
#include <cstring>
#include <map>
#include <stdexcept>

#include "memory_case.h"

namespace dosegate::plugin_test {
namespace {

struct Step {
  std::string stage;
  uint64_t done = 0, total = 0;
};

// A host that notes every step, and stops the call at the n-th (0: never).
struct Watcher {
  Watcher() {
    host.struct_size = sizeof host;
    host.user = this;
    host.progress_at = [](void* user, const char* stage, uint64_t done, uint64_t total) -> int32_t {
      auto& self = *static_cast<Watcher*>(user);
      self.steps.push_back({stage, done, total});
      return self.steps.size() == self.stop_at ? 1 : 0;
    };
    host.log = [](void* user, int32_t severity, const char* text) {
      auto& self = *static_cast<Watcher*>(user);
      self.log.emplace_back(severity, text);
      if (self.log_throws) throw std::runtime_error("the host's own trouble");
    };
  }
  dosegate_host host{};
  std::vector<Step> steps;
  std::vector<std::pair<int32_t, std::string>> log;
  std::size_t stop_at = 0;
  bool log_throws = false;
};

dosegate_options one_worker() {
  auto options = sized<dosegate_options>();
  options.workers = 1;
  return options;
}

TEST(ProgressAt, NamesStagesAndCountsTheirSteps) {
  Watcher watcher;
  Session s(&watcher.host);
  s.read({small_sample()});
  const dosegate_options options = one_worker();
  (void)s.evaluate(&options);
  std::map<std::string, uint64_t> next, total;
  for (const Step& step : watcher.steps) {
    EXPECT_EQ(step.done, next[step.stage]++) << step.stage;
    if (step.done == 0) total[step.stage] = step.total;
    EXPECT_EQ(step.total, total[step.stage]) << step.stage;
  }
  EXPECT_EQ(next, total) << "each step is told once";
  for (const char* stage : {"looking", "reading", "measuring", "judging"}) {
    EXPECT_GT(total[stage], 1U) << stage;
  }
  EXPECT_EQ(total["looking"], 4U) << "three DICOM files and expected.json";
  EXPECT_EQ(total["reading"], 3U);
}

// Each question is a place where the call can be stopped; at every one of them it must come out as
// cancelled, with nothing half done, and the next call must do the whole work.
TEST(Cancel, AtEveryStepOfEveryStageLeavesNothingHalfDone) {
  Watcher watcher;
  Session s(&watcher.host);
  const std::string path = small_sample();
  const char* paths[] = {path.c_str()};
  std::size_t count = 77;
  std::size_t stops = 0;
  for (;; ++stops) {
    watcher.steps.clear();
    watcher.stop_at = stops + 1;
    const int32_t status = dosegate_read(s, paths, 1, DOSEGATE_READ_COMPLETE, &count);
    if (status == DOSEGATE_OK) break;
    ASSERT_EQ(status, DOSEGATE_CANCELLED) << "step " << stops;
    EXPECT_EQ(watcher.steps.size(), stops + 1) << "asked again after it was stopped";
    EXPECT_EQ(count, 77U);
    auto info = sized<dosegate_case_info>();
    EXPECT_EQ(dosegate_case_get(s, 0, &info), DOSEGATE_ARGUMENT_INVALID) << "there is no case";
  }
  EXPECT_EQ(stops, 7U) << "four files looked at, three read";

  watcher.stop_at = 0;
  const dosegate_options options = one_worker();
  const std::string whole = s.render(s.evaluate(&options));
  dosegate_result result = 77;
  std::map<std::string, int> stopped_in;
  for (stops = 0;; ++stops) {
    watcher.steps.clear();
    watcher.stop_at = stops + 1;
    const int32_t status = dosegate_evaluate(s, 0, &options, &result);
    if (status == DOSEGATE_OK) break;
    ASSERT_EQ(status, DOSEGATE_CANCELLED) << "step " << stops;
    EXPECT_EQ(result, 77U);
    ++stopped_in[watcher.steps.back().stage];
  }
  EXPECT_GT(stopped_in["measuring"], 1);
  EXPECT_GT(stopped_in["judging"], 1);
  EXPECT_EQ(s.render(result), whole);
}

TEST(Log, TellsErrorsAndFindingsOfTheCallThatMadeThem) {
  Watcher watcher;
  Session s(&watcher.host);
  std::size_t count = 0;
  const char* nowhere = "no such folder";
  EXPECT_EQ(dosegate_read(s, &nowhere, 1, DOSEGATE_READ_COMPLETE, &count), 101);
  ASSERT_EQ(watcher.log.size(), 1U);
  EXPECT_EQ(watcher.log[0], (std::pair<int32_t, std::string>(DOSEGATE_ERROR, s.error())));
  watcher.log.clear();
  s.read({small_sample()});
  std::size_t read_findings = 0;
  auto info = sized<dosegate_case_info>();
  ASSERT_EQ(dosegate_read_finding_count(s, &read_findings), DOSEGATE_OK);
  ASSERT_EQ(dosegate_case_get(s, 0, &info), DOSEGATE_OK);
  EXPECT_EQ(watcher.log.size(), read_findings + info.finding_count);
  for (const auto& [severity, text] : watcher.log) EXPECT_LT(severity, DOSEGATE_ERROR) << text;
  watcher.log.clear();
  const dosegate_result result = s.evaluate();
  auto evaluated = sized<dosegate_evaluation_info>();
  ASSERT_EQ(dosegate_evaluation_get(s, result, &evaluated), DOSEGATE_OK);
  EXPECT_EQ(watcher.log.size(), evaluated.finding_count);
}

TEST(Log, AFunctionThatThrowsTurnsNoCallIntoAFailure) {
  Watcher watcher;
  watcher.log_throws = true;
  Session s(&watcher.host);
  s.read({small_sample()});
  EXPECT_GT(watcher.log.size(), 0U);
  EXPECT_EQ(s.verdict(s.evaluate()), DOSEGATE_UNKNOWN);
  EXPECT_EQ(dosegate_protocol_count(s, nullptr), DOSEGATE_ARGUMENT_INVALID);
}

// A host that was built before there were progress_at and log.
TEST(ProgressAt, AHostThatDoesNotKnowItIsAskedByProgress) {
  int calls = 0;
  dosegate_host old{};
  old.struct_size = offsetof(dosegate_host, progress_at);
  old.user = &calls;
  old.progress = [](void* user) -> int32_t { return ++*static_cast<int*>(user) > 1'000'000; };
  // Behind its struct lies what is not a function.
  std::memset(reinterpret_cast<char*>(&old) + old.struct_size, 0x5A, sizeof old - old.struct_size);
  Session s(&old);
  s.read({small_sample()});
  EXPECT_EQ(calls, 7) << "four files looked at, three read";
}

}  // namespace
}  // namespace dosegate::plugin_test
