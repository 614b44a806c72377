// Style and scripts of the HTML page, built into the library: page_style, page_script, and dygraph where it was
// installed. The definitions are generated at build time by cmake/embed_text.cmake. The page of a
// cohort (batch/) has the same style below its own.
#pragma once

#include <span>
#include <string_view>

namespace dosegate::report {

struct PageAsset {
  std::string_view id;  ///< the file's name without its ending
  const unsigned char* bytes;
  std::size_t size;
};

/// Sorted by id.
[[nodiscard]] std::span<const PageAsset> page_assets();

}  // namespace dosegate::report
