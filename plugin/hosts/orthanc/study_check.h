// One study of Orthanc: the check of what it holds, and what of that is recorded with it.
#pragma once

#include <atomic>
#include <string>

#include "module_config.h"
#include "orthanc_rest.h"

namespace orthanc_dosegate {

enum class Asked {
  ByItself,  ///< the study became stable: one without any plan, structures or dose is left alone
  ByUser     ///< whatever becomes of it is recorded
};

/// Checks a study and records its state, and the result if there is one. What was recorded before is
/// taken away first: no verdict outlives the files it was about. Returns early, with the state "running",
/// when `stop` is set. Never throws.
void check_study(const OrthancRest& rest, const ModuleConfig& config, const std::string& study,
                 Asked asked, const std::atomic<bool>& stop) noexcept;

}  // namespace orthanc_dosegate
