// The page of a cohort: one HTML file that asks for nothing else (no network; a Content-Security-Policy names its own
// style and scripts by their SHA-256). Pass rate of each rule, each metric's values beside its limits, a table of
// the plans that is sorted and filtered, outliers, the trend by plan date, and the treatments as papers print them.
// The same cohort gives the same bytes; there is no clock. Without scripts the numbers are all there.
#pragma once

#include <string>

#include "batch/cohort.h"

namespace dosegate::batch {

/// UTF-8 with a line end at the end. Links go to `folder`/`reports` relative to the page.
[[nodiscard]] std::string cohort_page(const Cohort& cohort);

}  // namespace dosegate::batch
