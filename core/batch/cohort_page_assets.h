// Style and script of the cohort's page, built into the library: cohort_style, cohort_script. The definitions are
// generated at build time by cmake/embed_text.cmake. Internal to the room.
#pragma once

#include <span>

#include "report/page_assets.h"

namespace dosegate::batch {

/// Sorted by id.
[[nodiscard]] std::span<const report::PageAsset> cohort_page_assets();

}  // namespace dosegate::batch
