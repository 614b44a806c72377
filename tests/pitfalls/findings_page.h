// The table of pitfalls as a page for people.
#pragma once

#include <string>

namespace dosegate::pitfalls {

/// The page, Markdown: what is expected of each row, all findings and all refusals with the rows that
/// raise them. It shows what the rows expect, which is what they reach as long as their tests pass.
[[nodiscard]] std::string findings_page();

}  // namespace dosegate::pitfalls
