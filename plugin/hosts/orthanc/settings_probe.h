// What a check would be made with now: the command's version, the protocols, the alias file, the configuration.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>

#include "module_config.h"

namespace orthanc_dosegate {

/// Names the part of the configuration that a verdict depends on.
[[nodiscard]] std::string configuration_hash(const ModuleConfig& config);

/// Asks the command itself, and looks at the files, at most once in kFresh: an answer may be so old.
class SettingsProbe {
 public:
  static constexpr std::chrono::seconds kFresh{2};

  explicit SettingsProbe(const ModuleConfig& config) : config_(config) {}

  /// Names what is no longer as CheckResult::made_with says, "protocol hcc-rt-ici"; "" if all is. What cannot be
  /// looked at is not as it was. Any thread. Throws nlohmann::json::exception if `made_with` is none.
  [[nodiscard]] std::string changed(const nlohmann::json& made_with);

 private:
  struct Seen {
    std::chrono::steady_clock::time_point at;
    std::string what;
  };
  std::string seen(const std::string& key, const std::function<std::string()>& look);
  [[nodiscard]] std::string said_by_command(const std::vector<std::string>& words) const;
  std::string protocol_hash(const std::string& id, const std::string& origin);

  const ModuleConfig& config_;
  std::mutex mutex_;
  std::map<std::string, Seen> seen_;
};

}  // namespace orthanc_dosegate
