// The section "Dosegate" of Orthanc's configuration.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace orthanc_dosegate {

struct ModuleConfig {
  std::string command = "dosegate";    ///< an absolute path, or a name that PATH finds
  std::vector<std::string> arguments;  ///< of `dosegate check`: protocols, context, map, convention
  std::chrono::seconds time_limit{300};
  bool report = false;           ///< attach the HTML report too
  bool on_stable_study = true;   ///< check by itself; else only when asked to by REST
  std::string temporary_folder;  ///< that of the system if empty
};

/// Reads the whole of Orthanc's configuration, a JSON text. Throws std::runtime_error with a sentence for
/// a key that is not known or a value that makes no sense: what a site asked for must not be left undone.
[[nodiscard]] ModuleConfig read_config(const std::string& json);

}  // namespace orthanc_dosegate
