// What is recorded of a study's check, looked at before it is repeated.
#pragma once

#include <optional>
#include <string>

#include "orthanc_rest.h"
#include "settings_probe.h"

namespace orthanc_dosegate {

struct RecordedState {
  /// There is a result; the study holds the files it is about, and a check would be made with the same as then.
  bool checked = false;
  std::string json;  ///< an object: "status", "sentence", "time", "instances", "configuration"
  std::string result, report;  ///< bytes of the attachments; "" if there is none
};

/// Status "checked" alone comes with "verdict", "plans" and "made_with". The others: "failed", "incomplete",
/// "running", "outdated" (the study has other files than those that were checked, or protocols, aliases,
/// configuration or the version of the command are others). A check that was cut off when Orthanc stopped is
/// "failed", and so is a state that does not fit the result beside it: any client of Orthanc can write both.
/// Empty if nothing is recorded. Throws std::exception where Orthanc's answers make no sense. Any thread.
[[nodiscard]] std::optional<RecordedState> state_of(const OrthancRest& rest,
                                                    const ModuleConfig& config,
                                                    SettingsProbe& probe, const std::string& study);

}  // namespace orthanc_dosegate
