// The JSON of `dosegate check`, as far as it goes into a study's state.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace orthanc_dosegate {

struct CheckResult {
  std::string verdict;   ///< the worst of the plans'; "" if there is no plan
  nlohmann::json plans;  ///< plan_label, plan_uid, verdict and reason of each
  /// What they were held against, and by what: "software", "protocols" (id, version, sha256, origin) and
  /// "aliases" (path, sha256), null if there are none.
  nlohmann::json made_with;
};

/// `arguments`: those of the command, where the alias file is named. Throws Failure if `text` is no such result.
[[nodiscard]] CheckResult read_result(const std::string& text,
                                      const std::vector<std::string>& arguments);

}  // namespace orthanc_dosegate
