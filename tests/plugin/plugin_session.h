// A session of the plugin for tests: what a host in C++ would write, with every status checked.
#pragma once

#include <gtest/gtest.h>

#include <iterator>
#include <string>
#include <vector>

#include "dosegate/dosegate.h"

namespace dosegate::plugin_test {

inline std::string sample(const std::string& name) {
  return std::string(DOSEGATE_SAMPLES_DIR) + "/" + name;
}

/// The smallest of the sample plans: no GTV is drawn, so the verdict is UNKNOWN.
inline std::string small_sample() {
  return sample("hcc_no_gtv");
}

/// A struct whose size is set, every other byte zero.
template <class Struct>
Struct sized() {
  Struct value{};
  value.struct_size = sizeof value;
  return value;
}

class Session {
 public:
  explicit Session(const dosegate_host* host = nullptr) {
    EXPECT_EQ(dosegate_session_create(host, &handle_), DOSEGATE_OK);
  }
  ~Session() { EXPECT_EQ(dosegate_session_destroy(handle_), DOSEGATE_OK); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // NOLINTNEXTLINE(google-explicit-constructor): stands for its handle in every call.
  operator dosegate_session() const { return handle_; }

  [[nodiscard]] std::string error() const { return dosegate_last_error(handle_); }

  /// The number of cases in `paths`.
  std::size_t read(const std::vector<std::string>& paths, int32_t need = DOSEGATE_READ_COMPLETE) {
    std::vector<const char*> pointers;
    for (const std::string& path : paths) pointers.push_back(path.c_str());
    std::size_t count = 0;
    EXPECT_EQ(dosegate_read(handle_, pointers.data(), pointers.size(), need, &count), DOSEGATE_OK)
        << error();
    return count;
  }

  dosegate_result evaluate(const dosegate_options* options = nullptr) {
    dosegate_result result = 0;
    EXPECT_EQ(dosegate_evaluate(handle_, 0, options, &result), DOSEGATE_OK) << error();
    return result;
  }

  dosegate_result dvh(const dosegate_dvh_request* request = nullptr,
                      const dosegate_options* options = nullptr) {
    dosegate_result result = 0;
    EXPECT_EQ(dosegate_dvh(handle_, 0, request, options, &result), DOSEGATE_OK) << error();
    return result;
  }

  /// DVHs of four small structures: a result of several tasks that takes a few milliseconds.
  int32_t try_quick(dosegate_result& result, const dosegate_options* options = nullptr) {
    const char* const structures[] = {"Esophagus", "SpinalCord", "Duodenum", "Bowel_Small"};
    const char* const metrics[] = {"Mean[Gy]", "D0.03cc[Gy]"};
    auto request = sized<dosegate_dvh_request>();
    request.structures = structures;
    request.structure_count = std::size(structures);
    request.metrics = metrics;
    request.metric_count = std::size(metrics);
    return dosegate_dvh(handle_, 0, &request, options, &result);
  }
  dosegate_result quick(const dosegate_options* options = nullptr) {
    dosegate_result result = 0;
    EXPECT_EQ(try_quick(result, options), DOSEGATE_OK) << error();
    return result;
  }

  std::string render(dosegate_result result, int32_t format = DOSEGATE_JSON) {
    const char* text = nullptr;
    std::size_t length = 0;
    EXPECT_EQ(dosegate_render(handle_, result, format, &text, &length), DOSEGATE_OK) << error();
    return text == nullptr ? std::string() : std::string(text, length);
  }

  int32_t verdict(dosegate_result result) {
    auto info = sized<dosegate_evaluation_info>();
    EXPECT_EQ(dosegate_evaluation_get(handle_, result, &info), DOSEGATE_OK) << error();
    return info.verdict;
  }

 private:
  dosegate_session handle_ = 0;
};

}  // namespace dosegate::plugin_test
