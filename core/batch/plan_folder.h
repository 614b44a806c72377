// Names of folders for plans: from hostile text to what every file system and shell takes.
#pragma once

#include <string>
#include <string_view>

namespace dosegate::batch {

/// "PATIENT_LABEL_0a1b2c3d4e5f": of patient ID and plan label what is ASCII letter, digit, dot, minus or
/// underscore (the rest is "_", at most 40 characters of each, no leading dot or minus), and the first 12
/// hexadecimal digits of the SHA-256 of `key` (CohortPlan::key), so that two plans of one label never share a folder.
[[nodiscard]] std::string plan_folder_name(std::string_view patient_id, std::string_view plan_label,
                                           std::string_view key);

}  // namespace dosegate::batch
