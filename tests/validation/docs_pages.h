// The two docs pages of the suite, accuracy.md and nelms.md, as text.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "validation/nelms.h"
#include "validation/validation_case.h"

namespace dosegate::validation {

/// Errors against the drawn and the ideal solids. `results` of the default extent.
[[nodiscard]] std::string accuracy_page(std::vector<CaseResult> results);

/// Scores of the published test. `published` must not be empty.
[[nodiscard]] std::string nelms_page(const std::vector<NelmsRow>& generated,
                                     const std::vector<NelmsRow>& published);

/// The first line in which two pages differ, both versions; absent if they say the same. Numbers
/// may differ by one unit of their last digit or a tenth of themselves: by what another compiler's
/// rounding can do to an error that is itself little more than rounding.
[[nodiscard]] std::optional<std::string> first_difference(const std::string& kept,
                                                          const std::string& fresh);

}  // namespace dosegate::validation
