// One study of Orthanc: what it holds, the check of it, and what of that is recorded with it.
#pragma once

#include <atomic>
#include <optional>
#include <string>

#include "module_config.h"
#include "orthanc_rest.h"

namespace orthanc_dosegate {

/// Where things are recorded with a study: numbers from 1024 on are free for the user of Orthanc.
inline constexpr int kStateMetadata = 4200;
inline constexpr int kResultAttachment = 4200;
inline constexpr int kReportAttachment = 4201;

enum class Asked {
  ByItself,  ///< the study became stable: one without any plan, structures or dose is left alone
  ByUser     ///< whatever becomes of it is recorded
};

/// Checks a study and records its state, and the result if there is one. What was recorded before is
/// taken away first: no verdict outlives the files it was about. Returns early, with the state "running",
/// when `stop` is set. Never throws.
void check_study(const OrthancRest& rest, const ModuleConfig& config, const std::string& study,
                 Asked asked, const std::atomic<bool>& stop) noexcept;

/// What is recorded of a study's check.
struct RecordedState {
  bool checked;      ///< there is a result, and the study still holds the files it is about
  std::string json;  ///< an object: "status", "sentence", "time", "instances"
};

/// Status "checked" alone comes with "verdict" and "plans". The others: "failed", "incomplete", "running",
/// "outdated" (the study has other files than those that were checked). A check that was cut off when
/// Orthanc stopped is "failed". Empty if nothing is recorded. Throws std::exception where Orthanc's answers make no sense.
[[nodiscard]] std::optional<RecordedState> state_of(const OrthancRest& rest,
                                                    const std::string& study);

}  // namespace orthanc_dosegate
